"""Threads and forum posts: opened, joined, archived. Knows no messages; the first one of a post is its caller's."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors
from sandbox.rules.ids import parse
from sandbox.rules.kinds import THREADS, ChannelType
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.entities import Channel, Thread
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import channel_view, thread_member_view

Json = dict[str, Any]


def open_thread(
    state: State,
    parent: Channel,
    owner_id: int,
    body: Json,
    *,
    thread_id: int | None = None,
    kind: int = ChannelType.PUBLIC_THREAD,
    tags: list[int] | None = None,
) -> Channel:
    """Make a thread and announce it. One that starts from a message shares the message's id."""
    now = state.clock.now_ms()
    minutes = body.get("auto_archive_duration") or parent.default_archive_minutes or 4320
    slowmode = body.get("rate_limit_per_user")
    thread = Channel(
        id=thread_id or state.ids.new(),
        type=int(kind),
        name=body["name"],
        guild_id=parent.guild_id,
        parent_id=parent.id,
        slowmode_seconds=parent.default_thread_slowmode_seconds if slowmode is None else slowmode,
        thread=Thread(
            owner_id=owner_id,
            created_ms=now,
            archive_minutes=minutes,
            archive_changed_ms=now,
            invitable=body.get("invitable", True) is not False,
            members=[owner_id] if owner_id in state.users else [],  # a webhook opens posts without joining them
            tags=tags or [],
        ),
    )
    parent.last_message_id = thread.id if parent.type in (15, 16) else parent.last_message_id
    state.save(thread)
    state.save(parent)
    data = channel_view(state, thread) | {"newly_created": True}
    state.hub.emit(Event("THREAD_CREATE", data, guild_id=thread.guild_id, channel_id=thread.id))
    return thread


def note_message(state: State, channel: Channel, author_id: int, *, is_first: bool) -> None:
    """Count a message of a thread, wake the thread, and make its author a member. The initial one does not count."""
    thread = channel.thread
    if thread is None:
        return
    if not is_first:
        thread.total_sent += 1
        thread.message_count += 1
    if thread.archived:
        set_archived(state, channel, archived=False)
    if author_id not in thread.members and author_id in state.users:
        join(state, channel, author_id)


def choose_tags(state: State, forum: Channel, user_id: int, given: list[Any]) -> list[int]:
    """A post's tags, checked against the forum's; moderated ones need the permission."""
    known = {tag.id: tag for tag in forum.tags}
    chosen = [parse(one) or 0 for one in given]
    if any(tag_id not in known for tag_id in chosen):
        raise errors.UNKNOWN_TAG()
    if any(known[tag_id].moderated for tag_id in chosen):
        permissions.require(state, user_id, forum, Permission.MANAGE_THREADS)
    return list(dict.fromkeys(chosen))


def set_archived(state: State, channel: Channel, *, archived: bool) -> None:
    thread = channel.thread
    if thread is None or thread.archived == archived:
        return
    thread.archived = archived
    thread.archive_changed_ms = state.clock.now_ms()
    state.save(channel)
    announce_update(state, channel)


def archive_idle(state: State) -> None:
    """Archive what has been silent for as long as its thread allows; the server calls this now and then."""
    now = state.clock.now_ms()
    for channel in list(state.channels.values()):
        thread = channel.thread
        if thread is None or thread.archived:
            continue
        messages = state.messages.get(channel.id) or {}
        last_ms = max((message.created_ms for message in messages.values()), default=thread.created_ms)
        if now - max(last_ms, thread.archive_changed_ms) > thread.archive_minutes * 60_000:
            set_archived(state, channel, archived=True)


def announce_update(state: State, channel: Channel) -> None:
    data = channel_view(state, channel)
    state.hub.emit(Event("THREAD_UPDATE", data, guild_id=channel.guild_id, channel_id=channel.id))


def join(state: State, channel: Channel, user_id: int) -> None:
    thread = _thread(channel)
    if user_id in thread.members:
        return
    thread.members.append(user_id)
    state.save(channel)
    _announce_members(state, channel, added=user_id)


def leave(state: State, channel: Channel, user_id: int) -> None:
    thread = _thread(channel)
    if user_id not in thread.members:
        raise errors.UNKNOWN_MEMBER()
    _announce_members(state, channel, removed=user_id)
    thread.members.remove(user_id)
    state.save(channel)


def _thread(channel: Channel) -> Thread:
    if channel.thread is None or channel.type not in THREADS:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    return channel.thread


def _announce_members(state: State, channel: Channel, *, added: int | None = None, removed: int | None = None) -> None:
    thread = _thread(channel)
    data: Json = {"id": str(channel.id), "guild_id": str(channel.guild_id), "member_count": len(thread.members)}
    if added is not None:
        data["added_members"] = [thread_member_view(state, channel, added, with_member=True)]
    if removed is not None:
        data["removed_member_ids"] = [str(removed)]
    state.hub.emit(Event("THREAD_MEMBERS_UPDATE", data, guild_id=channel.guild_id, channel_id=channel.id))
