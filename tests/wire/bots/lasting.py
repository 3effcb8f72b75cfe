"""A discord.py bot whose buttons outlive it: a gallery in new components, a DynamicItem and a persistent view."""

from __future__ import annotations

import logging
import re
from typing import Any

import discord
import yarl
from discord import app_commands, ui

from tests.wire.bots.telling import GATEWAY, TOKEN, URL, picture, tell


class Upscale(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"j:(?P<job>[0-9]+):u:(?P<index>[0-3])"):
    """All that it must know stands in its custom_id."""

    def __init__(self, job: int, index: int) -> None:
        super().__init__(ui.Button(label=f"U{index + 1}", custom_id=f"j:{job}:u:{index}"))
        self.job, self.index = job, index

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[ui.LayoutView], match: re.Match[str], /
    ) -> Upscale:
        return cls(int(match["job"]), int(match["index"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        tell("upscale", job=self.job, index=self.index)
        await interaction.response.send_message(f"Upscaled {self.index + 1} of {self.job}.")


class Lasting(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Keep", custom_id="keep")
    async def keep(self, interaction: discord.Interaction, _button: ui.Button[Lasting]) -> None:
        tell("keep")
        await interaction.response.edit_message(content="Kept.")


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(gallery)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Upscale)
        self.add_view(Lasting())
        await self.tree.sync()

    async def on_connect(self) -> None:
        tell("ready")


@app_commands.command(description="Four pictures")
async def gallery(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    view = ui.LayoutView(timeout=None)
    pictures = [discord.File(picture(), f"{number}.png", description=f"Picture {number}") for number in range(4)]
    # Typed as an item of old views alone, though layouts take it.
    buttons: list[Any] = [Upscale(job=77, index=index) for index in range(4)]
    container: ui.Container[ui.LayoutView] = ui.Container(
        ui.TextDisplay("Four houses"),
        ui.MediaGallery(*[discord.MediaGalleryItem(file, description=file.description) for file in pictures]),
        ui.Separator(),
        ui.ActionRow(*buttons),
        accent_colour=0x336699,
    )
    view.add_item(container)
    message = await interaction.edit_original_response(view=view, attachments=pictures)
    parts = next(part for part in message.components if isinstance(part, discord.Container)).children
    items = next(part for part in parts if isinstance(part, discord.MediaGalleryComponent)).items
    # discord.py 2.7 gives the media of a gallery no way to read itself.
    data = [await interaction.client.http.get_from_cdn(item.media.url) for item in items]
    same = [each == picture().read_bytes() for each in data]
    tell("gallery", attachments=len(message.attachments), same=same, width=items[0].media.width)
    await interaction.followup.send("Keep them?", view=Lasting())


def main() -> None:
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Bot().run(TOKEN, log_level=logging.WARNING)


if __name__ == "__main__":
    main()
