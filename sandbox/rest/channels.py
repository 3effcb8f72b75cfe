"""Channels and their permission overwrites."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import Call, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.channels import check_channel, check_overwrite, check_positions, check_thread_edit
from sandbox.rules.ids import parse
from sandbox.rules.kinds import FORUMS, ChannelType
from sandbox.rules.permissions import Permission
from sandbox.world import guilds, permissions, threads
from sandbox.world.entities import Channel, ForumTag, Guild, Overwrite
from sandbox.world.state import State
from sandbox.world.views import channel_view

ROUTES = Routes()
Json = dict[str, Any]

# A request's field, and the entity's.
_FIELDS = {
    "name": "name",
    "topic": "topic",
    "nsfw": "nsfw",
    "rate_limit_per_user": "slowmode_seconds",
    "bitrate": "bitrate",
    "user_limit": "user_limit",
    "default_auto_archive_duration": "default_archive_minutes",
    "default_thread_rate_limit_per_user": "default_thread_slowmode_seconds",
    "default_reaction_emoji": "default_reaction",
    "default_sort_order": "default_sort",
    "default_forum_layout": "default_layout",
    "position": "position",
    "flags": "flags",
}
_NEVER_NULL = frozenset({"nsfw", "rate_limit_per_user", "bitrate", "user_limit", "default_thread_rate_limit_per_user"})
_NAMES_WITH_DASHES = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, *FORUMS})


@ROUTES.on("GET", "/channels/{channel_id}")
async def get_channel(call: Call) -> Any:
    return channel_view(call.state, call.channel(), call.actor.user_id)


@ROUTES.on("GET", "/guilds/{guild_id}/channels")
async def list_channels(call: Call) -> Any:
    guild = call.guild()
    seen = [
        channel
        for channel in call.state.channels_of(guild.id)
        if call.actor.is_bot or permissions.can_view(call.state, call.actor.user_id, channel.id)
    ]
    return [channel_view(call.state, channel, call.actor.user_id) for channel in seen]


@ROUTES.on("POST", "/guilds/{guild_id}/channels", status=201)
async def create_channel(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_CHANNELS)
    check_channel(call.form)
    others = call.state.channels_of(guild.id)
    if len(others) >= limits.GUILD_CHANNELS:
        raise errors.MAX_CHANNELS()
    channel = Channel(
        id=call.state.ids.new(),
        type=call.form.get("type") or ChannelType.GUILD_TEXT,
        guild_id=guild.id,
        position=len(others),
    )
    _apply(call, guild, channel)
    call.state.save(channel)
    guilds.announce_channel(call.state, "CHANNEL_CREATE", channel)
    return channel_view(call.state, channel, call.actor.user_id)


def _apply(call: Call, guild: Guild, channel: Channel) -> None:
    """Set what the body names."""
    form = call.form
    for name, attribute in _FIELDS.items():
        if name in form and not (form[name] is None and attribute in ("name", "position", "flags", "default_layout")):
            value = form[name]
            if value is None and name in _NEVER_NULL:
                value = False if name == "nsfw" else 0
            setattr(channel, attribute, value)
    if "name" in form and channel.type in _NAMES_WITH_DASHES:
        channel.name = "-".join(channel.name.lower().split())
    if "parent_id" in form:
        channel.parent_id = _category(call.state, guild, form["parent_id"])
    if form.get("permission_overwrites") is not None:
        channel.overwrites = [_overwrite(call, guild, one) for one in form["permission_overwrites"]]
    if form.get("available_tags") is not None:
        channel.tags = _tags(call.state, channel, form["available_tags"])


def _category(state: State, guild: Guild, given: Any) -> int | None:
    if given is None:
        return None
    parent = state.channels.get(parse(given) or 0)
    if parent is None or parent.guild_id != guild.id or parent.type != ChannelType.GUILD_CATEGORY:
        text = "Category does not exist"
        raise errors.FormError({"parent_id": {"_errors": [{"code": "CHANNEL_PARENT_INVALID", "message": text}]}})
    return parent.id


def _overwrite(call: Call, guild: Guild, given: Json) -> Overwrite:
    target = parse(given["id"]) or 0
    kind = given.get("type")
    if kind is None:
        kind = 0 if target in call.state.roles else 1
    allow, deny = int(given.get("allow") or 0), int(given.get("deny") or 0)
    _require_own(call, guild, allow | deny)
    return Overwrite(target, 1 if kind in (1, "member") else 0, allow, deny)


def _require_own(call: Call, guild: Guild, bits: int) -> None:
    """Nobody hands out what they do not have."""
    member = call.state.member(guild.id, call.actor.user_id)
    if bits & ~int(permissions.in_guild(call.state, guild, member)):
        raise errors.MISSING_PERMISSIONS()


def _tags(state: State, channel: Channel, given: list[Json]) -> list[ForumTag]:
    """Tags sent with an id are the old ones, changed; the others are new."""
    old = {tag.id for tag in channel.tags}
    made = []
    for one in given:
        tag_id = parse(one.get("id"))
        made.append(
            ForumTag(
                id=tag_id if tag_id in old and tag_id is not None else state.ids.new(),
                name=one["name"],
                moderated=bool(one.get("moderated")),
                emoji_id=parse(one.get("emoji_id")),
                emoji_name=one.get("emoji_name"),
            )
        )
    return made


@ROUTES.on("PATCH", "/channels/{channel_id}")
async def edit_channel(call: Call) -> Any:
    channel = call.channel()
    if channel.guild_id is None:
        raise errors.CANNOT_ON_DM()
    if channel.thread is not None:
        _edit_thread(call, channel)
        return channel_view(call.state, channel, call.actor.user_id)
    permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_CHANNELS)
    check_channel(call.form, partial=True, kind=channel.type)
    if "permission_overwrites" in call.form:
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_ROLES)
    could_view = guilds.who_can_view(call.state, channel)
    _apply(call, call.state.guild(channel.guild_id), channel)
    call.state.save(channel)
    guilds.announce_access(call.state, channel, could_view)
    return channel_view(call.state, channel, call.actor.user_id)


def _edit_thread(call: Call, channel: Channel) -> None:
    state, form, thread = call.state, call.form, channel.thread
    assert thread is not None  # the caller looked
    check_thread_edit(form)
    allowed = permissions.in_channel(state, call.actor.user_id, channel)
    manages = bool(allowed & Permission.MANAGE_THREADS)
    is_owner = thread.owner_id == call.actor.user_id
    if thread.archived and not (form.get("archived") is False or set(form) == {"archived"}):
        raise errors.THREAD_ARCHIVED()
    only_wakes = set(form) <= {"archived"} and form.get("archived") is False and not thread.locked
    if not manages and not is_owner and not (only_wakes and allowed & Permission.SEND_MESSAGES_IN_THREADS):
        raise errors.MISSING_PERMISSIONS()
    if thread.archived and thread.locked and form.get("archived") is False and not manages:
        raise errors.MISSING_PERMISSIONS()  # its owner neither
    if {"locked", "rate_limit_per_user"} & set(form) and not manages:
        raise errors.MISSING_PERMISSIONS()
    if form.get("applied_tags") is not None:
        parent = state.channel(channel.parent_id or 0)
        thread.tags = threads.choose_tags(state, parent, call.actor.user_id, form["applied_tags"])
    channel.name = form.get("name") or channel.name
    channel.slowmode_seconds = (
        form.get("rate_limit_per_user") or 0 if "rate_limit_per_user" in form else channel.slowmode_seconds
    )
    thread.archive_minutes = form.get("auto_archive_duration") or thread.archive_minutes
    thread.locked = thread.locked if form.get("locked") is None else form["locked"]
    thread.invitable = thread.invitable if form.get("invitable") is None else form["invitable"]
    channel.flags = channel.flags if form.get("flags") is None else form["flags"]
    if form.get("archived") is not None and form["archived"] != thread.archived:
        thread.archived, thread.archive_changed_ms = form["archived"], state.clock.now_ms()
    state.save(channel)
    threads.announce_update(state, channel)


@ROUTES.on("DELETE", "/channels/{channel_id}")
async def delete_channel(call: Call) -> Any:
    channel = call.channel()
    if channel.guild_id is None:
        return channel_view(call.state, channel, call.actor.user_id)  # a direct message is closed, and stays
    needed = Permission.MANAGE_THREADS if channel.thread is not None else Permission.MANAGE_CHANNELS
    permissions.require(call.state, call.actor.user_id, channel, needed)
    view = channel_view(call.state, channel, call.actor.user_id)
    guilds.delete_channel(call.state, channel)
    return view


@ROUTES.on("PATCH", "/guilds/{guild_id}/channels", status=204)
async def move_channels(call: Call) -> None:
    guild = call.guild(Permission.MANAGE_CHANNELS)
    check_positions(call.body)
    for entry in call.body:
        channel = call.state.channel(parse(entry["id"]) or 0)
        if channel.guild_id != guild.id:
            raise errors.UNKNOWN_CHANNEL()
        if entry.get("position") is not None:
            channel.position = entry["position"]
        if "parent_id" in entry:
            channel.parent_id = _category(call.state, guild, entry["parent_id"])
        call.state.save(channel)
        guilds.announce_channel(call.state, "CHANNEL_UPDATE", channel)


@ROUTES.on("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", status=204)
async def set_overwrite(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_ROLES)
    if channel.guild_id is None or channel.thread is not None:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    check_overwrite(call.form)
    guild = call.state.guild(channel.guild_id)
    wanted = _overwrite(call, guild, call.form | {"id": call.params["overwrite_id"]})
    could_view = guilds.who_can_view(call.state, channel)
    channel.overwrites = [one for one in channel.overwrites if one.id != wanted.id] + [wanted]
    call.state.save(channel)
    guilds.announce_access(call.state, channel, could_view)


@ROUTES.on("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}", status=204)
async def delete_overwrite(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_ROLES)
    gone = call.id("overwrite_id")
    if all(one.id != gone for one in channel.overwrites):
        raise errors.UNKNOWN_OVERWRITE()
    could_view = guilds.who_can_view(call.state, channel)
    channel.overwrites = [one for one in channel.overwrites if one.id != gone]
    call.state.save(channel)
    guilds.announce_access(call.state, channel, could_view)
