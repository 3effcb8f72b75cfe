"""What the bot asks of Discord: intents and permissions, in one place for the client, the doctor and the invitation."""

from __future__ import annotations

from typing import Final

import discord

NEEDED: Final = discord.Permissions(274_878_286_912)
FOR_PICTURES: Final = discord.Permissions(attach_files=True)
FULL: Final = discord.Permissions(2_252_126_231_587_904)  # and threads, pins, clearing other people's reactions


def intents() -> discord.Intents:
    """None of them needs to be granted: commands, buttons and dialogs bring their own words."""
    return discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, dm_reactions=True)


def names(permissions: discord.Permissions) -> list[str]:
    """Nearly as Discord's settings call them in English."""
    granted = [name.replace("_", " ") for name, is_granted in permissions if is_granted]
    return ["view channel" if name == "read messages" else name for name in granted]


def missing(wanted: discord.Permissions, granted: discord.Permissions) -> discord.Permissions:
    return discord.Permissions(wanted.value & ~granted.value)


def invitation(application_id: int) -> str:
    """The address at which an operator adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=FULL, scopes=("bot", "applications.commands"))
