"""How often something may be done where no rate-limit bucket says it: slowmode, edits of old messages, new commands in
a day. What was counted is held in memory only: a restart forgives.
"""

from __future__ import annotations

from sandbox.rules import errors, limits
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.entities import Channel, Command, Message
from sandbox.world.state import State

_DAY_SECONDS = 24 * 60 * 60
_CREATE = "create commands"
SEND, OPEN_THREAD = "send", "open a thread"  # each has a turn of its own in one interval


def require_turn(state: State, user_id: int, channel: Channel, act: str) -> None:
    """Slowmode: bots, and those with the permission to bypass it, need not wait. Nor do slash commands."""
    if not channel.slowmode_seconds or state.users[user_id].bot:
        return
    if permissions.in_channel(state, user_id, channel) & Permission.BYPASS_SLOWMODE:
        return
    left = state.pace.seconds_left((act, channel.id, user_id), 1, channel.slowmode_seconds)
    if left > 0:
        raise errors.slowmode(left)


def note_turn(state: State, user_id: int, channel: Channel, act: str) -> None:
    if channel.slowmode_seconds and not state.users[user_id].bot:
        state.pace.note((act, channel.id, user_id))


def count_edit(state: State, user_id: int, message: Message) -> None:
    """Messages older than an hour may be edited, but not as often."""
    age_seconds = (state.clock.now_ms() - message.created_ms) / 1000
    if age_seconds <= limits.OLD_MESSAGE_SECONDS:
        return
    what = ("edit old messages", message.channel_id, user_id)
    left = state.pace.seconds_left(what, limits.OLD_MESSAGE_EDITS, limits.OLD_MESSAGE_EDIT_WINDOW_SECONDS)
    if left > 0:
        raise errors.MAX_OLD_EDITS(retry_after=round(left, 3), **{"global": False})
    state.pace.note(what)


def require_new_commands(state: State, application_id: int, guild_id: int | None, count: int) -> None:
    """Commands that were not there before; replacing one is no creation."""
    what = (_CREATE, application_id, guild_id)
    if state.pace.seconds_left(what, limits.COMMAND_CREATES_PER_DAY, _DAY_SECONDS, more=count) > 0:
        raise errors.MAX_COMMAND_CREATES()


def note_new_command(state: State, command: Command) -> None:
    state.pace.note((_CREATE, command.application_id, command.guild_id))
