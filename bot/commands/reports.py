"""`/reports`: what members have reported, to be taken away or left as it is. For moderators, to whom `/admin` is not
offered; the operator has it there as well, since in direct messages a member would be offered this one.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import guarded, say
from bot.handlers.judging import reports_card

Interaction = discord.Interaction[Any]
ABOUT = "Pictures that members have reported"


def add_to(group: app_commands.Group) -> None:
    group.add_command(app_commands.Command(name="reports", description=ABOUT, callback=_reports))


async def _reports(interaction: Interaction) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: Interaction) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await say(interaction, "", await reports_card(desk_of(interaction), asker_of(interaction)))


command: app_commands.Command[Any, ..., None] = app_commands.Command(
    name="reports", description=ABOUT, callback=_reports
)
command.guild_only = True
command.default_permissions = discord.Permissions(manage_messages=True)
