"""Channels, threads and overwrites on the wire."""

from __future__ import annotations

from typing import Any

from sandbox.rules.clock import iso
from sandbox.world.entities import Channel, ForumTag, Overwrite, Thread
from sandbox.world.state import State
from sandbox.world.views.members import member_view
from sandbox.world.views.users import user_view

Json = dict[str, Any]

FORUM_TYPES = frozenset({15, 16})
VOICE_TYPES = frozenset({2, 13})
_NO_EMOJI: Json = {"emoji_id": None, "emoji_name": None}


def _text(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def overwrite_view(overwrite: Overwrite) -> Json:
    return {
        "id": str(overwrite.id),
        "type": overwrite.type,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def tag_view(tag: ForumTag) -> Json:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "moderated": tag.moderated,
        "emoji_id": _text(tag.emoji_id),
        "emoji_name": tag.emoji_name,
    }


def thread_member_view(state: State, thread: Channel, user_id: int, *, with_member: bool = False) -> Json:
    details = thread.thread
    view: Json = {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": iso(details.created_ms if details else state.clock.now_ms()),
        "flags": 0,
    }
    member = state.find_member(thread.guild_id, user_id)
    if with_member and member is not None:
        view["member"] = member_view(state, member)
    return view


def channel_view(state: State, channel: Channel, viewer_id: int | None = None) -> Json:
    if channel.guild_id is None:
        return _private_view(state, channel, viewer_id)
    view: Json = {
        "id": str(channel.id),
        "type": channel.type,
        "last_message_id": _text(channel.last_message_id),
        "flags": channel.flags,
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "parent_id": _text(channel.parent_id),
        "rate_limit_per_user": channel.slowmode_seconds,
    }
    if channel.last_pin_ms is not None:
        view["last_pin_timestamp"] = iso(channel.last_pin_ms)
    if channel.thread is not None:
        return view | _thread_part(state, channel, channel.thread, viewer_id)
    view |= {
        "position": channel.position,
        "permission_overwrites": [overwrite_view(overwrite) for overwrite in channel.overwrites],
        "nsfw": channel.nsfw,
        "topic": channel.topic,
    }
    if channel.type in VOICE_TYPES:
        view |= {"bitrate": channel.bitrate, "user_limit": channel.user_limit, "rtc_region": None}
    if channel.default_archive_minutes is not None:
        view["default_auto_archive_duration"] = channel.default_archive_minutes
    if channel.type in FORUM_TYPES:
        view |= {
            "available_tags": [tag_view(tag) for tag in channel.tags],
            "default_reaction_emoji": channel.default_reaction and _NO_EMOJI | channel.default_reaction,
            "default_sort_order": channel.default_sort,
            "default_forum_layout": channel.default_layout,
            "default_thread_rate_limit_per_user": channel.default_thread_slowmode_seconds,
        }
    return view


def _private_view(state: State, channel: Channel, viewer_id: int | None) -> Json:
    others = [user_id for user_id in channel.recipients if user_id != viewer_id or channel.type == 3]
    return {
        "id": str(channel.id),
        "type": channel.type,
        "last_message_id": _text(channel.last_message_id),
        "flags": channel.flags,
        "recipients": [user_view(state.users[user_id]) for user_id in others],
    }


def _thread_part(state: State, channel: Channel, thread: Thread, viewer_id: int | None) -> Json:
    view: Json = {
        "owner_id": str(thread.owner_id),
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": iso(thread.archive_changed_ms),
            "auto_archive_duration": thread.archive_minutes,
            "locked": thread.locked,
            "create_timestamp": iso(thread.created_ms),
        },
        "message_count": thread.message_count,
        "member_count": min(len(thread.members), 50),  # Discord stops counting at 50
        "total_message_sent": thread.total_sent,
    }
    if channel.type == 12:
        view["thread_metadata"]["invitable"] = thread.invitable
    parent = state.channels.get(channel.parent_id or 0)
    if parent is not None and parent.type in FORUM_TYPES:
        view["applied_tags"] = [str(tag_id) for tag_id in thread.tags]
    if viewer_id is not None and viewer_id in thread.members:
        view["member"] = thread_member_view(state, channel, viewer_id)
    return view
