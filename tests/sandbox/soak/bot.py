"""A discord.py bot in a process of its own that answers in every way, and survives whatever the walk does to it."""

from __future__ import annotations

import random

import discord
import yarl
from discord import app_commands, ui

from tests.wire.bots.telling import GATEWAY, TOKEN, URL, tell


class Again(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _button: ui.Button[Again]) -> None:
        await respond(interaction, "again")


class Walker(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree = Tree(self)
        self.tree.add_command(walk)

    async def setup_hook(self) -> None:
        self.add_view(Again())
        await self.tree.sync()

    async def on_connect(self) -> None:
        tell("connected")


class Tree(app_commands.CommandTree[Walker]):
    async def on_error(self, interaction: discord.Interaction[Walker], error: app_commands.AppCommandError, /) -> None:
        if not isinstance(getattr(error, "original", None), (discord.HTTPException, OSError)):
            raise error


@app_commands.command(description="Be answered in one way or another")
async def walk(interaction: discord.Interaction[Walker], number: int) -> None:
    await respond(interaction, str(number))


async def respond(interaction: discord.Interaction, text: str) -> None:
    """Trouble is ordered in many places, so every step may be refused, and is then left at that."""
    try:
        match random.randrange(5):
            case 0:
                await interaction.response.send_message(text, view=Again())
            case 1:
                await interaction.response.send_message(text, ephemeral=True)
            case 2:
                await interaction.response.defer(thinking=True)
                await interaction.edit_original_response(content=text, view=Again())
                await interaction.followup.send(text + " and more")
            case 3:
                await interaction.response.send_message(text)
                await interaction.delete_original_response()
            case _:
                pass  # three seconds pass, and the member is told that it failed
    except (discord.HTTPException, OSError):
        pass


def main() -> None:
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Walker().run(TOKEN, log_handler=None)


if __name__ == "__main__":
    main()
