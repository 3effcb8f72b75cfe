"""The story's bot in discord.py. `WIRE_WITHOUT=zstandard` hides a module first, so that the library falls back."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

for hidden in filter(None, os.environ.get("WIRE_WITHOUT", "").split(",")):
    sys.modules[hidden] = None  # type: ignore[assignment]  # Python's own way to make an import fail

import discord  # noqa: E402  # only once the module is hidden
import yarl  # noqa: E402
from discord import app_commands, ui  # noqa: E402

from tests.wire.bots.telling import GATEWAY, STYLES, TOKEN, URL, picture, tell  # noqa: E402


class Details(ui.Modal, title="Tell more"):
    words: ui.Label[Details] = ui.Label(text="Words", component=ui.TextInput(custom_id="words"))
    sketch: ui.Label[Details] = ui.Label(text="Sketch", component=ui.FileUpload(custom_id="sketch"))

    def __init__(self) -> None:
        super().__init__(custom_id="details", timeout=None)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.words.component, ui.TextInput)
        assert isinstance(self.sketch.component, ui.FileUpload)
        file = self.sketch.component.values[0]
        data = await file.read()
        words = self.words.component.value
        tell("modal", words=words, file=file.filename, bytes=len(data), type=file.content_type)
        await interaction.response.send_message(f"Got {file.filename}: {words}", ephemeral=True)


class Controls(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Help", url="https://example.org/help", row=0))

    @ui.button(label="Again", custom_id="again", style=discord.ButtonStyle.primary, row=0)
    async def again(self, interaction: discord.Interaction, button: ui.Button[Controls]) -> None:
        tell("button", custom_id=button.custom_id, user=interaction.user.name)
        await interaction.response.defer()
        await interaction.followup.send("Once more.")

    @ui.button(label="Ask", custom_id="ask", row=0)
    async def ask(self, interaction: discord.Interaction, _button: ui.Button[Controls]) -> None:
        await interaction.response.send_modal(Details())

    @ui.select(
        custom_id="size",
        options=[
            discord.SelectOption(label="Small", value="small"),
            discord.SelectOption(label="Large", value="large"),
        ],
        row=1,
    )
    async def size(self, interaction: discord.Interaction, select: ui.Select[Controls]) -> None:
        tell("select", values=select.values)
        await interaction.response.edit_message(content=f"Size: {select.values[0]}")


class Story(discord.Client):
    def __init__(self, **options: Any) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1, **options)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.tree.add_command(paint)
        await self.tree.sync()

    async def on_connect(self) -> None:
        assert self.user is not None
        tell("ready", user=self.user.name)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        tell(
            "reaction",
            emoji=str(payload.emoji),
            member=payload.member and payload.member.name,
            author=str(payload.message_author_id),
        )

    async def on_resumed(self) -> None:
        tell("resumed")


@app_commands.command(description="Paint a picture")
async def paint(interaction: discord.Interaction, prompt: str, style: str = "none") -> None:
    tell("command", prompt=prompt, style=style, user=interaction.user.name)
    await interaction.response.defer()
    message = await interaction.edit_original_response(
        content=f"Painted: {prompt} ({style})", attachments=[discord.File(picture())], view=Controls()
    )
    data = await message.attachments[0].read()
    tell("painted", same=data == picture().read_bytes(), width=message.attachments[0].width)


@paint.autocomplete("style")
async def styles(_interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    tell("autocomplete", typed=typed)
    return [app_commands.Choice(name=style, value=style) for style in STYLES if style.startswith(typed)]


def main() -> None:
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Story().run(TOKEN, log_level=logging.WARNING)


if __name__ == "__main__":
    main()
