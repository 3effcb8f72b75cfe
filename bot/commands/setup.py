"""`/setup`: how I work on this server. For those who manage it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.errors import NotManagerError
from bot.handlers.answering import guarded, say
from bot.intake.habits import EVERYWHERE
from bot.panels.setup import setup_of
from bot.panels.words import words_dialog
from bot.store import servers

HERE = "here"
PLACES = (("for this channel", HERE), ("for the whole server", EVERYWHERE))


@app_commands.command(name="setup", description="How I work on this server: channels, roles, model, gallery, reactions")
@app_commands.describe(words="Set parameters behind every prompt, and what is allowed at most")
@app_commands.choices(words=[app_commands.Choice(name=name, value=value) for name, value in PLACES])
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def command(interaction: discord.Interaction[Any], words: app_commands.Choice[str] | None = None) -> None:
    await guarded(interaction, _answer(interaction, words.value if words else None))


async def _answer(interaction: discord.Interaction[Any], words: str | None) -> None:
    desk, asker = desk_of(interaction), asker_of(interaction)
    if asker.server is None or not asker.manages:
        raise NotManagerError
    if words is not None:
        async with desk.store.read() as tx:
            server = await servers.find(tx, asker.server)
        place = str(asker.channel) if words == HERE else EVERYWHERE
        await interaction.response.send_modal(words_dialog(desk, server, place))
        return
    await say(interaction, "", await setup_of(desk, asker.server))
