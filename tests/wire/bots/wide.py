"""A discord.py bot that asks for everything that a member can give: every option, menu, select and modal component."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
import yarl
from discord import app_commands, ui

from tests.wire.bots.telling import GATEWAY, TOKEN, URL, picture, tell


def named(thing: Any) -> str:
    """A user, role or channel by kind and name."""
    return f"{type(thing).__name__} {getattr(thing, 'name', '')}".rstrip()


class Selects(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(cls=ui.UserSelect, custom_id="users", max_values=2)
    async def users(self, interaction: discord.Interaction, select: ui.UserSelect[Selects]) -> None:
        await self.told(interaction, select)

    @ui.select(cls=ui.RoleSelect, custom_id="roles")
    async def roles(self, interaction: discord.Interaction, select: ui.RoleSelect[Selects]) -> None:
        await self.told(interaction, select)

    @ui.select(cls=ui.MentionableSelect, custom_id="mentionables", max_values=2)
    async def mentionables(self, interaction: discord.Interaction, select: ui.MentionableSelect[Selects]) -> None:
        await self.told(interaction, select)

    @ui.select(cls=ui.ChannelSelect, custom_id="channels", channel_types=[discord.ChannelType.text])
    async def channels(self, interaction: discord.Interaction, select: ui.ChannelSelect[Selects]) -> None:
        await self.told(interaction, select)

    async def told(self, interaction: discord.Interaction, select: Any) -> None:
        tell("chosen", menu=select.custom_id, values=[named(value) for value in select.values])
        await interaction.response.defer()


class First(ui.Modal, title="One"):
    note: Any = ui.TextDisplay("Read this first.")
    words: Any = ui.Label(text="Words", component=ui.TextInput(custom_id="words", style=discord.TextStyle.long))
    size: Any = ui.Label(
        text="Size",
        component=ui.Select(
            custom_id="size", max_values=2, options=[discord.SelectOption(label=name) for name in ("S", "M", "L")]
        ),
    )
    role: Any = ui.Label(text="Role", component=ui.RoleSelect(custom_id="role"))
    place: Any = ui.Label(text="Place", component=ui.ChannelSelect(custom_id="place"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        place, role = self.place.component.values[0], self.role.component.values[0]
        size, words = self.size.component.values, self.words.component.value
        tell("first", words=words, size=size, role=named(role), place=place.name)
        await interaction.response.edit_message(view=Dialogs())


class Second(ui.Modal, title="Two"):
    who: Any = ui.Label(text="Who", component=ui.UserSelect(custom_id="who"))
    whoever: Any = ui.Label(text="Whoever", component=ui.MentionableSelect(custom_id="whoever"))
    tone: Any = ui.Label(
        text="Tone",
        component=ui.RadioGroup(
            custom_id="tone", options=[discord.RadioGroupOption(label=name, value=name) for name in ("warm", "cold")]
        ),
    )
    extras: Any = ui.Label(
        text="Extras",
        component=ui.CheckboxGroup(
            custom_id="extras",
            options=[discord.CheckboxGroupOption(label=name, value=name) for name in ("sky", "sea", "sun")],
        ),
    )
    sure: Any = ui.Label(text="Sure", component=ui.Checkbox(custom_id="sure"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        tell(
            "second",
            who=named(self.who.component.values[0]),
            whoever=named(self.whoever.component.values[0]),
            tone=self.tone.component.value,
            extras=list(self.extras.component.values),
            sure=self.sure.component.value,
        )
        await interaction.response.send_message("Two done.", ephemeral=True)


class Dialogs(ui.LayoutView):
    """New components, with the two dialogs behind their buttons."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        one: ui.Button[Dialogs] = ui.Button(label="One", custom_id="one")
        two: ui.Button[Dialogs] = ui.Button(label="Two", custom_id="two")
        one.callback = lambda interaction: interaction.response.send_modal(First())  # type: ignore[method-assign]
        two.callback = lambda interaction: interaction.response.send_modal(Second())  # type: ignore[method-assign]
        self.add_item(ui.Section("Dialog one", "and its button", accessory=one))
        self.add_item(ui.Section("A thumbnail", accessory=ui.Thumbnail("attachment://house.png", description="red")))
        self.add_item(ui.Separator(spacing=discord.SeparatorSpacing.large))
        self.add_item(ui.File("attachment://house.png"))
        self.add_item(ui.ActionRow(two))


everything = app_commands.Group(name="everything", description="All kinds of options")


@everything.command(name="at-once", description="Every kind of option")
@app_commands.choices(tone=[app_commands.Choice(name=name.title(), value=name) for name in ("warm", "cold")])
async def at_once(
    interaction: discord.Interaction,
    words: app_commands.Range[str, 1, 6000],
    count: app_commands.Range[int, 1, 10],
    ratio: float,
    sure: bool,
    who: discord.Member,
    place: discord.TextChannel,
    role: discord.Role,
    whoever: discord.Member | discord.Role,
    file: discord.Attachment,
    tone: app_commands.Choice[str],
) -> None:
    data = await file.read()
    tell(
        "options",
        words=len(words),
        count=count,
        ratio=ratio,
        sure=sure,
        who=named(who),
        place=named(place),
        role=named(role),
        whoever=named(whoever),
        file=[file.filename, len(data), file.width, file.ephemeral],
        tone=tone.value,
        permissions=interaction.permissions.send_messages,
    )
    await interaction.response.send_message(view=Selects())


@app_commands.command(description="Two dialogs")
async def dialogs(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Dialogs(), file=discord.File(picture(), "house.png"))


@app_commands.command(description="Where am I?")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def here(interaction: discord.Interaction) -> None:
    place = "guild" if interaction.context.guild else "dm" if interaction.context.dm_channel else "private"
    tell("here", context=place, guild=interaction.is_guild_integration(), user=interaction.is_user_integration())
    await interaction.response.send_message(f"In {place}.")


@app_commands.context_menu(name="Look at")
async def look_at(interaction: discord.Interaction, member: discord.Member) -> None:
    tell("looked at", who=named(member))
    await interaction.response.send_message(f"Seen {member.name}.", ephemeral=True)


@app_commands.context_menu(name="Quote")
async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
    tell("quoted", content=message.content, author=message.author.name)
    await interaction.response.send_message(f"> {message.content}")


@app_commands.command(description="Show it in the gallery")
async def show(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    assert interaction.guild is not None
    forum = discord.utils.get(interaction.guild.forums, name="gallery")
    assert forum is not None
    post = await forum.create_thread(
        name="A red house",
        content="Look",
        file=discord.File(picture(), "house.png"),
        applied_tags=forum.available_tags[:1],
    )
    await post.message.add_reaction("🌱")
    await post.message.pin()
    edited = await post.thread.edit(name="A redder house", applied_tags=forum.available_tags[1:2])
    tell("shown", thread=edited.id, tags=[tag.name for tag in edited.applied_tags])
    await interaction.followup.send("Shown.")


@app_commands.command(description="More followups at once than the bucket holds")
async def burst(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Now:")
    sent = await asyncio.gather(*[interaction.followup.send(f"number {n}", wait=True) for n in range(7)])
    tell("burst", ids=len({message.id for message in sent}))


@app_commands.command(description="Send with a nonce")
async def once(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    assert isinstance(interaction.channel, discord.TextChannel)
    sent = await interaction.channel.send("only once", nonce=4242)
    tell("once", id=sent.id)
    await interaction.followup.send("Sent.")


class Wide(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        commands: list[Any] = [everything, dialogs, here, look_at, quote, show, burst, once]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_connect(self) -> None:
        tell("ready")

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            tell("message", content=message.content, channel=named(message.channel), id=message.id)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        tell("deleted", id=payload.message_id)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        tell("unreacted", emoji=str(payload.emoji))

    async def on_entitlement_create(self, entitlement: discord.Entitlement) -> None:
        tell("bought", sku=entitlement.sku_id, user=entitlement.user_id)


def main() -> None:
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Wide().run(TOKEN, log_level=logging.WARNING)


if __name__ == "__main__":
    main()
