"""`/tree`: what came of which picture, drawn, with a way to each of them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.commands.show import own_jobs
from bot.desk import desk_of
from bot.handlers.answering import guarded
from bot.handlers.family import draw


@app_commands.command(
    name="tree", description="A picture's family, drawn: what came of which, and how the words changed"
)
@app_commands.describe(job="Whose family: begin to type its words, or paste its id; your newest otherwise")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any], job: app_commands.Range[str, 1, 100] | None = None) -> None:
    await guarded(interaction, draw(interaction, desk_of(interaction), job))


command.autocomplete("job")(own_jobs)
