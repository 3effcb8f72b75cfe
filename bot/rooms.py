"""Rooms: channels that are not for everybody on their server, because not everybody may see them or because they are
age-restricted. Which one a place counts as, and who sees which, as Discord's cache has it; knows no picture.
"""

from __future__ import annotations

from typing import Any

import discord
from discord.abc import GuildChannel

Place = GuildChannel | discord.Thread


def place_of(interaction: discord.Interaction[Any]) -> Place | None:
    """A thread may come with the interaction alone; what comes with it of other channels does not say who is let in."""
    if isinstance(interaction.channel, discord.Thread):
        return interaction.channel
    return interaction.guild.get_channel(interaction.channel_id or 0) if interaction.guild is not None else None


def find(client: discord.Client, channel_id: int) -> Place | None:
    """As the cache has it. None for direct messages, and for what it does not know."""
    place = client.get_channel(channel_id)
    return place if isinstance(place, GuildChannel | discord.Thread) else None


def room_of(place: Place | None, channel_id: int) -> int | None:
    """None where everybody on the server is let in. A thread is its channel's; a private one is a room of its own. What
    is not known is taken for a room: its pictures can be opened later, and not be taken back."""
    if isinstance(place, discord.Thread):
        return place.id if place.is_private() else room_of(place.parent, place.parent_id)
    return None if place is not None and _is_open(place) else channel_id


def seen_by(member: discord.Member, place: Place | None) -> frozenset[int]:
    """The channels that a member may see. What is age-restricted is seen only from a place that is, too."""
    is_adult, here = _is_adult(place), frozenset((place.id,)) if place is not None else frozenset()
    return here | {
        one.id
        for one in member.guild.channels
        if (is_adult or not _is_adult(one)) and one.permissions_for(member).view_channel
    }


def seen_by_all_in(place: Place | None) -> frozenset[int]:
    """The channels that nobody who sees this place is kept out of. Who has which role is not known: so each role
    counts, and every exception that is made for somebody."""
    channel = place.parent if isinstance(place, discord.Thread) and not place.is_private() else place
    if not isinstance(channel, GuildChannel):
        return frozenset((place.id,)) if place is not None else frozenset()
    let_in = [role for role in channel.guild.roles if not role.is_bot_managed() and _lets_in(channel, role)]
    allowed, denied = _exceptions(channel)
    found = {channel.id}
    for one in channel.guild.channels:
        allowed_there, denied_there = _exceptions(one)
        is_as_open = allowed <= allowed_there and denied_there <= denied
        if is_as_open and (_is_adult(channel) or not _is_adult(one)) and all(_lets_in(one, role) for role in let_in):
            found.add(one.id)
    return frozenset(found)


def _is_open(channel: GuildChannel) -> bool:
    """A role that is kept out by an exception, as those are who were muted, makes no room of it."""
    everybody = channel.guild.get_role(channel.guild.id)  # none of a server that has not been told of yet
    return everybody is not None and _lets_in(channel, everybody) and not _is_adult(channel)


def _lets_in(channel: GuildChannel, role: discord.Role) -> bool:
    return channel.permissions_for(role).view_channel


def _exceptions(channel: GuildChannel) -> tuple[set[int], set[int]]:
    """Members who are let in beside their roles, and whoever is kept out. The bot does not count."""
    told = [
        (whom, exception.view_channel) for whom, exception in channel.overwrites.items() if whom != channel.guild.me
    ]
    allowed = {whom.id for whom, may_view in told if may_view and not isinstance(whom, discord.Role)}
    return allowed, {whom.id for whom, may_view in told if may_view is False and whom.id != channel.guild.id}


def _is_adult(place: Place | None) -> bool:
    channel = place.parent if isinstance(place, discord.Thread) else place
    return bool(getattr(channel, "nsfw", False))
