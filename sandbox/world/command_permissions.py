"""Who a server's moderators let use a command: overwrites by role, user and channel, for one command or all of an app.

Source: Discord's documentation, "Application Commands", Permissions. What is set for the command goes before what is
set for the application, a user before roles, roles before @everyone, a channel before all channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from sandbox.world.entities import Channel, Command, CommandPermissions, Member
from sandbox.world.events import Event
from sandbox.world.state import State

Json = dict[str, Any]


class Target(IntEnum):
    ROLE = 1
    USER = 2
    CHANNEL = 3


def find(state: State, application_id: int, guild_id: int, target_id: int) -> CommandPermissions | None:
    for one in _in_guild(state, application_id, guild_id):
        if one.target_id == target_id:
            return one
    return None


def all_of(state: State, application_id: int, guild_id: int) -> list[CommandPermissions]:
    return [one for one in _in_guild(state, application_id, guild_id) if one.entries]


def set_entries(
    state: State, application_id: int, guild_id: int, target_id: int, entries: list[Json]
) -> CommandPermissions:
    stored = find(state, application_id, guild_id, target_id)
    if stored is None:
        stored = CommandPermissions(state.ids.new(), application_id, guild_id, target_id)
    stored.entries = [
        {"id": str(int(one["id"])), "type": int(one["type"]), "permission": one["permission"]} for one in entries
    ]
    state.save(stored)
    data = permissions_view(stored)
    name = "APPLICATION_COMMAND_PERMISSIONS_UPDATE"
    state.hub.emit(Event(name, data, guild_id=guild_id, application_id=application_id, bots_only=True))
    return stored


def permissions_view(stored: CommandPermissions) -> Json:
    return {
        "id": str(stored.target_id),
        "application_id": str(stored.application_id),
        "guild_id": str(stored.guild_id),
        "permissions": stored.entries,
    }


def allows_channel(state: State, command: Command, channel: Channel) -> bool:
    """A thread goes by its channel."""
    guild_id = channel.guild_id or 0
    place_id = channel.parent_id if channel.thread is not None and channel.parent_id is not None else channel.id
    for entries in _levels(state, command, guild_id):
        by_id = {int(one["id"]): bool(one["permission"]) for one in entries if one["type"] == Target.CHANNEL}
        for target in (place_id, guild_id - 1):  # the server's id less one stands for all channels
            if target in by_id:
                return by_id[target]
    return True


def allows_member(state: State, command: Command, member: Member) -> bool | None:
    """None where nothing was set that concerns this member: the command's own default decides then."""
    is_own = True
    for entries in _levels(state, command, member.guild_id):
        verdict = _verdict(entries, member)
        # An application that is allowed as a whole leaves each command its default; a denial is final.
        if verdict is not None and (is_own or not verdict):
            return verdict
        is_own = False
    return None


def _verdict(entries: list[Json], member: Member) -> bool | None:
    users = {int(one["id"]): bool(one["permission"]) for one in entries if one["type"] == Target.USER}
    roles = {int(one["id"]): bool(one["permission"]) for one in entries if one["type"] == Target.ROLE}
    if member.user_id in users:
        return users[member.user_id]
    mine = [roles[role_id] for role_id in member.roles if role_id in roles]
    return any(mine) if mine else roles.get(member.guild_id)


def _levels(state: State, command: Command, guild_id: int) -> Iterator[list[Json]]:
    """The command's own entries, then the application's."""
    if not state.command_permissions:
        return
    for target_id in (command.id, command.application_id):
        stored = find(state, command.application_id, guild_id, target_id)
        yield stored.entries if stored is not None else []


def _in_guild(state: State, application_id: int, guild_id: int) -> Iterator[CommandPermissions]:
    for one in state.command_permissions.values():
        if one.application_id == application_id and one.guild_id == guild_id:
            yield one
