"""`/admin usage`: what the GPU was used for, as a table, a plot and a CSV file. For the operator alone."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.commands.admin import operates
from bot.desk import desk_of
from bot.errors import NotOwnerError
from bot.handlers.answering import guarded, say
from bot.panels.usage import MOST_DAYS, usage_card

Interaction = discord.Interaction[Any]


def add_to(group: app_commands.Group) -> None:
    group.add_command(command)


@app_commands.command(name="usage", description="What the GPU was used for, by whom, and what it may bring in")
@app_commands.describe(days="How many days back; 30 if you say nothing")
async def command(interaction: Interaction, days: app_commands.Range[int, 1, MOST_DAYS] = 30) -> None:
    await guarded(interaction, _answer(interaction, days))


async def _answer(interaction: Interaction, days: int) -> None:
    if not operates(interaction):
        raise NotOwnerError
    await interaction.response.defer(thinking=True, ephemeral=True)
    await say(interaction, "", await usage_card(desk_of(interaction), days))
