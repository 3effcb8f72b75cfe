"""A small bot that runs against the sandbox and against SimCord, and tells both times in the same words what it saw."""

from __future__ import annotations

import io
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import yarl
from discord import app_commands, ui

from tests.wire.bots.telling import GATEWAY, TOKEN, URL, picture, tell

Tell = Callable[..., None]


def seen_message(message: discord.Message) -> dict[str, Any]:
    """What of a message does not differ from run to run."""
    return {
        "type": message.type.name,
        "content": message.content,
        "flags": message.flags.value,
        "author_is_bot": message.author.bot,
        "embeds": [embed.title for embed in message.embeds],
        "files": [(file.filename, file.size, file.content_type, file.width) for file in message.attachments],
        "components": [seen_component(component) for component in message.components],
        "edited": message.edited_at is not None,
        "pinned": message.pinned,
        "reference": message.reference is not None,
        "interaction": message.interaction_metadata is not None,
    }


def seen_component(component: Any) -> Any:
    children = getattr(component, "children", None)
    if children is not None:
        return [component.type.name, *(seen_component(child) for child in children)]
    return [component.type.name, getattr(component, "custom_id", None), getattr(component, "label", None)]


def seen_interaction(interaction: discord.Interaction) -> dict[str, Any]:
    data: Any = interaction.data or {}
    return {
        "type": interaction.type.name,
        "user": interaction.user.name,
        "is_member": isinstance(interaction.user, discord.Member),
        "is_guild_integration": interaction.is_guild_integration(),
        "is_user_integration": interaction.is_user_integration(),
        "context": [name for name in ("guild", "dm_channel", "private_channel") if getattr(interaction.context, name)],
        "options": [(o["name"], o["type"], o["value"], o.get("focused", False)) for o in data.get("options", [])],
        "custom_id": data.get("custom_id"),
        "values": data.get("values"),
        "resolved": {kind: len(found) for kind, found in data.get("resolved", {}).items()},
        "may_send": interaction.permissions.send_messages,
        "bot_may_send": interaction.app_permissions.send_messages,
        "size_limit": interaction.filesize_limit,
        "message": interaction.message is not None,
    }


class Question(ui.Modal, title="Question"):
    words: ui.Label[Question] = ui.Label(text="Words", component=ui.TextInput(custom_id="words"))

    def __init__(self, say: Tell) -> None:
        super().__init__(custom_id="question")
        self._say = say

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.words.component, ui.TextInput)
        self._say("modal", words=self.words.component.value, **seen_interaction(interaction))
        await interaction.response.send_message("Heard.", ephemeral=True)


class Panel(ui.View):
    def __init__(self, say: Tell) -> None:
        super().__init__(timeout=None)
        self._say = say

    @ui.button(label="Press", custom_id="press")
    async def press(self, interaction: discord.Interaction, _button: ui.Button[Panel]) -> None:
        self._say("button", **seen_interaction(interaction))
        await interaction.response.edit_message(content="Pressed")
        self._say("message after button", **seen_message(await interaction.original_response()))

    @ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _button: ui.Button[Panel]) -> None:
        await interaction.response.send_modal(Question(self._say))

    @ui.select(custom_id="pick", options=[discord.SelectOption(label="One"), discord.SelectOption(label="Two")])
    async def pick(self, interaction: discord.Interaction, _select: ui.Select[Panel]) -> None:
        self._say("select", **seen_interaction(interaction))
        await interaction.response.defer()


class Twin(discord.Client):
    def __init__(self, say: Tell) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.say = say
        self.tree = app_commands.CommandTree(self)
        add_commands(self.tree, say)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_connect(self) -> None:
        self.say("ready")


def add_commands(tree: app_commands.CommandTree[Twin], say: Tell) -> None:
    @tree.command(description="Show a panel")
    async def panel(interaction: discord.Interaction[Twin], words: str, count: int = 1) -> None:
        say("command", **seen_interaction(interaction))
        await interaction.response.defer()
        message = await interaction.edit_original_response(
            content=f"{words} x{count}",
            embed=discord.Embed(title="Panel"),
            attachments=[discord.File(io.BytesIO(picture().read_bytes()), "house.png")],
            view=Panel(say),
        )
        say("message", **seen_message(message))
        say("followup", **seen_message(await interaction.followup.send("More", ephemeral=True, wait=True)))

    @tree.command(description="Look at somebody")
    async def look(interaction: discord.Interaction[Twin], whom: discord.Member) -> None:
        say("look", whom=whom.name, **seen_interaction(interaction))
        await interaction.response.send_message(f"I see {whom.name}.")

    @tree.command(description="Do what is wrong")
    async def trial(interaction: discord.Interaction[Twin]) -> None:
        await interaction.response.defer()
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        for name, attempt in (await attempts(interaction, channel)).items():
            try:
                await attempt()
                say("trial", name=name, status=200, code=0)
            except discord.HTTPException as refusal:
                say("trial", name=name, status=refusal.status, code=refusal.code)
        await interaction.edit_original_response(content="Tried.")
        say("tried")


async def attempts(
    interaction: discord.Interaction[Twin], channel: discord.TextChannel
) -> dict[str, Callable[[], Awaitable[object]]]:
    """What a bot may do wrong through the library, which checks little itself."""
    client = interaction.client
    own = await channel.send("mine")
    theirs = await anext(m async for m in channel.history(limit=20) if not m.author.bot)
    nowhere = channel.get_partial_message(1)
    twice = ui.View().add_item(ui.Button(custom_id="same", label="a")).add_item(ui.Button(custom_id="same", label="b"))
    long = ui.View().add_item(ui.Button(label="x" * 81, custom_id="long"))
    answer = discord.http.Route(
        "POST", f"/interactions/{interaction.id}/{interaction.token}/callback", webhook_id=1, webhook_token="t"
    )
    return {
        "nothing": lambda: channel.send(""),
        "2001 characters": lambda: channel.send("x" * 2001),
        "description of 4097": lambda: channel.send(embed=discord.Embed(description="x" * 4097)),
        "embeds of 6002": lambda: channel.send(embeds=[discord.Embed(description="x" * 3001)] * 2),
        "embed of nothing": lambda: channel.send(embed=discord.Embed()),
        "label of 81": lambda: channel.send("x", view=long),
        "one custom_id twice": lambda: channel.send("x", view=twice),
        "edit of theirs": lambda: channel.get_partial_message(theirs.id).edit(content="x"),
        "edit of nothing": lambda: nowhere.edit(content="x"),
        "fetch of nothing": lambda: channel.fetch_message(1),
        "reaction that is none": lambda: own.add_reaction("nonsense"),
        "unknown channel": lambda: client.fetch_channel(1),
        "unknown user": lambda: client.fetch_user(1),
        "second answer": lambda: client.http.request(answer, json={"type": 5}),
    }


def main() -> None:
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Twin(tell).run(TOKEN, log_level=logging.WARNING)


if __name__ == "__main__":
    main()
