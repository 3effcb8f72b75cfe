"""`/fast`, `/relax`, `/turbo`, `/stealth`, `/public`: how your jobs are painted, and who sees them, from now on."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.answering import guarded, say
from bot.panels.modes import set_speed, set_visibility
from bot.store.words import Privacy
from engine import Speed

Interaction = discord.Interaction[Any]


def _command(mode: Speed | Privacy, description: str) -> app_commands.Command[Any, ..., Any]:
    async def chosen(interaction: Interaction) -> None:
        await guarded(interaction, _answer(interaction, mode))

    command: app_commands.Command[Any, ..., Any]
    command = app_commands.Command(name=mode.value, description=description, callback=chosen)
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return command


async def _answer(interaction: Interaction, mode: Speed | Privacy) -> None:
    desk, member = desk_of(interaction), interaction.user.id
    change = set_speed(desk, member, mode) if isinstance(mode, Speed) else set_visibility(desk, member, mode)
    await say(interaction, await change)


COMMANDS = (
    _command(Speed.FAST, "Paint my jobs out of my GPU time"),
    _command(Speed.RELAX, "Paint my jobs for nothing, after the others"),
    _command(Speed.TURBO, "Paint my jobs first, for twice the GPU time"),
    _command(Privacy.STEALTH, "Show my pictures to nobody but me"),
    _command(Privacy.PUBLIC, "Show my pictures where I ask for them"),
)
