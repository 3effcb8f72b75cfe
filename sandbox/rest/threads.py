"""Threads and forum posts."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import Call, Routes
from sandbox.rest.messages import require_sending
from sandbox.rules import errors, limits
from sandbox.rules.checks.channels import check_post, check_thread
from sandbox.rules.clock import iso
from sandbox.rules.kinds import FORUMS, ChannelFlag, ChannelType, MessageFlag, MessageType
from sandbox.rules.permissions import Permission
from sandbox.world import drafts, messages, pace, permissions, threads
from sandbox.world.entities import Channel, Thread
from sandbox.world.views import channel_view, message_view, thread_member_view

ROUTES = Routes()
Json = dict[str, Any]

_HOSTS = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT})
_MEMBERS = "/channels/{channel_id}/thread-members"


@ROUTES.on("POST", "/channels/{channel_id}/messages/{message_id}/threads", status=201)
async def start_from_message(call: Call) -> Any:
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS)
    if channel.type not in _HOSTS:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    message = call.message(channel)
    check_thread(call.form, from_message=True)
    if message.id in call.state.channels:
        raise errors.THREAD_EXISTS()
    if message.only_for is not None:
        raise errors.UNKNOWN_MESSAGE()
    _take_turn(call, channel)
    kind = ChannelType.PUBLIC_THREAD if channel.type == ChannelType.GUILD_TEXT else ChannelType.ANNOUNCEMENT_THREAD
    thread = threads.open_thread(call.state, channel, call.actor.user_id, call.form, thread_id=message.id, kind=kind)
    message.flags |= int(MessageFlag.HAS_THREAD)
    call.state.save(message)
    messages.announce(call.state, "MESSAGE_UPDATE", message)
    reference = {
        "type": 0,
        "message_id": str(message.id),
        "channel_id": str(channel.id),
        "guild_id": str(channel.guild_id),
    }
    messages.send(
        call.state, thread, call.actor.user_id, {}, kind=MessageType.THREAD_STARTER_MESSAGE, reference=reference
    )
    return channel_view(call.state, thread, call.actor.user_id)


@ROUTES.on("POST", "/channels/{channel_id}/threads", status=201)
async def start(call: Call) -> Any:
    channel = call.channel()
    if channel.type in FORUMS:
        return _post(call, channel)
    if channel.type not in _HOSTS:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    check_thread(call.form)
    kind = ChannelType(call.form.get("type") or ChannelType.PRIVATE_THREAD)
    is_private = kind == ChannelType.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if is_private else Permission.CREATE_PUBLIC_THREADS
    permissions.require(call.state, call.actor.user_id, channel, needed)
    _take_turn(call, channel)
    thread = threads.open_thread(call.state, channel, call.actor.user_id, call.form, kind=kind)
    if not is_private:
        reference = {"type": 0, "channel_id": str(thread.id), "guild_id": str(channel.guild_id)}
        body = {"content": thread.name}
        messages.send(
            call.state, channel, call.actor.user_id, body, kind=MessageType.THREAD_CREATED, reference=reference
        )
    return channel_view(call.state, thread, call.actor.user_id)


def _take_turn(call: Call, channel: Channel) -> None:
    pace.require_turn(call.state, call.actor.user_id, channel, pace.OPEN_THREAD)
    pace.note_turn(call.state, call.actor.user_id, channel, pace.OPEN_THREAD)


def _post(call: Call, forum: Channel) -> Json:
    """A forum post: thread and first message share an id. It needs only SEND_MESSAGES."""
    state, form = call.state, call.form
    message_form: Json = form["message"] if isinstance(form.get("message"), dict) else {}
    check_post(form, uploads=drafts.upload_names(message_form, call.uploads))
    drafts.check_belongings(state, call.actor.application_id, message_form, ("message",))
    require_sending(call, forum)
    drafts.check_sizes(call.uploads, messages.upload_limit(state, forum))
    tags = threads.choose_tags(state, forum, call.actor.user_id, form.get("applied_tags") or [])
    if forum.flags & ChannelFlag.REQUIRE_TAG and not tags:
        raise errors.TAG_REQUIRED()
    _take_turn(call, forum)
    thread = threads.open_thread(state, forum, call.actor.user_id, form, tags=tags)
    first = messages.send(state, thread, call.actor.user_id, message_form, call.uploads, message_id=thread.id)
    view = channel_view(state, thread, call.actor.user_id)
    return view | {"message": message_view(state, first, call.actor.user_id)}


# -- lists ------------------------------------------------------------------------------------------------------------


@ROUTES.on("GET", "/guilds/{guild_id}/threads/active")
async def list_active(call: Call) -> Any:
    guild = call.guild()
    active = [
        channel
        for channel in call.state.threads_of(guild.id)
        if channel.thread is not None
        and not channel.thread.archived
        and permissions.can_view(call.state, call.actor.user_id, channel.id)
    ]
    return _listing(call, active, None)


@ROUTES.on("GET", "/channels/{channel_id}/threads/archived/public")
async def list_archived_public(call: Call) -> Any:
    return _archived(call, private=False, only_mine=False)


@ROUTES.on("GET", "/channels/{channel_id}/threads/archived/private")
async def list_archived_private(call: Call) -> Any:
    call.channel(Permission.MANAGE_THREADS)
    return _archived(call, private=True, only_mine=False)


@ROUTES.on("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
async def list_own_archived_private(call: Call) -> Any:
    return _archived(call, private=True, only_mine=True)


def _archived(call: Call, *, private: bool, only_mine: bool) -> Json:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    limit = call.number("limit", 50, *limits.ARCHIVE_PAGE)
    before = call.query.get("before")
    found: list[tuple[Channel, Thread]] = []
    for one in call.state.threads_of(channel.guild_id or 0, parent_id=channel.id):
        details = one.thread
        if details is None or not details.archived or (one.type == ChannelType.PRIVATE_THREAD) != private:
            continue
        if only_mine and call.actor.user_id not in details.members:
            continue
        if before is None or iso(details.archive_changed_ms) < before.replace("Z", "+00:00"):
            found.append((one, details))
    found.sort(key=lambda pair: pair[1].archive_changed_ms, reverse=True)
    return _listing(call, [one for one, _ in found[:limit]], len(found) > limit)


def _listing(call: Call, found: list[Channel], has_more: bool | None) -> Json:
    me = call.actor.user_id
    view: Json = {
        "threads": [channel_view(call.state, channel, me) for channel in found],
        "members": [
            thread_member_view(call.state, channel, me)
            for channel in found
            if channel.thread is not None and me in channel.thread.members
        ],
        "has_more": bool(has_more),
    }
    return view


# -- members ----------------------------------------------------------------------------------------------------------


def _thread(call: Call) -> tuple[Channel, Thread]:
    channel = call.channel()
    if channel.thread is None:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    return channel, channel.thread


def _open_thread(call: Call) -> Channel:
    channel, thread = _thread(call)
    if thread.archived:
        raise errors.THREAD_ARCHIVED()
    return channel


@ROUTES.on("GET", _MEMBERS)
async def list_members(call: Call) -> Any:
    channel, thread = _thread(call)
    limit, after = call.number("limit", 100, *limits.PAGE), call.snowflake("after") or 0
    chosen = sorted(user_id for user_id in thread.members if user_id > after)[:limit]
    with_member = call.flag("with_member")
    return [thread_member_view(call.state, channel, one, with_member=with_member) for one in chosen]


@ROUTES.on("GET", _MEMBERS + "/{user_id}")
async def get_member(call: Call) -> Any:
    channel, thread = _thread(call)
    user_id = call.actor.user_id if call.params["user_id"] == "@me" else call.id("user_id")
    if user_id not in thread.members:
        raise errors.UNKNOWN_MEMBER()
    return thread_member_view(call.state, channel, user_id, with_member=call.flag("with_member"))


@ROUTES.on("PUT", _MEMBERS + "/@me", status=204)
async def join(call: Call) -> None:
    threads.join(call.state, _open_thread(call), call.actor.user_id)


@ROUTES.on("DELETE", _MEMBERS + "/@me", status=204)
async def leave(call: Call) -> None:
    threads.leave(call.state, _open_thread(call), call.actor.user_id)


@ROUTES.on("PUT", _MEMBERS + "/{user_id}", status=204)
async def add_member(call: Call) -> None:
    channel = _open_thread(call)
    permissions.require(call.state, call.actor.user_id, channel, Permission.SEND_MESSAGES_IN_THREADS)
    member = call.state.member(channel.guild_id or 0, call.id("user_id"))
    threads.join(call.state, channel, member.user_id)


@ROUTES.on("DELETE", _MEMBERS + "/{user_id}", status=204)
async def remove_member(call: Call) -> None:
    channel = _open_thread(call)
    is_owner = channel.thread is not None and channel.thread.owner_id == call.actor.user_id
    if not (channel.type == ChannelType.PRIVATE_THREAD and is_owner):
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_THREADS)
    threads.leave(call.state, channel, call.id("user_id"))
