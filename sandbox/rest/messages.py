"""Messages, pins and reactions."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import unquote

from sandbox.rest.call import Call, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.channels import check_bulk_delete
from sandbox.rules.clock import iso
from sandbox.rules.ids import moment_ms, parse
from sandbox.rules.kinds import FORUMS, ChannelType, MessageFlag
from sandbox.rules.permissions import Permission
from sandbox.world import drafts, messages, pace, permissions, reactions
from sandbox.world.entities import Channel, Message, Reaction
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import member_view, message_view, user_view

ROUTES = Routes()
Json = dict[str, Any]

_MESSAGES = "/channels/{channel_id}/messages"
_REACTIONS = _MESSAGES + "/{message_id}/reactions"


@ROUTES.on("GET", _MESSAGES)
async def list_messages(call: Call) -> Any:
    channel = call.channel()
    if not permissions.in_channel(call.state, call.actor.user_id, channel) & Permission.READ_MESSAGE_HISTORY:
        return []
    limit = call.number("limit", 50, *limits.PAGE)
    readable = [m for m in call.state.messages[channel.id].values() if _is_readable(call, m)]
    chosen = _page(readable, limit, call.snowflake("before"), call.snowflake("after"), call.snowflake("around"))
    return [message_view(call.state, message, call.actor.user_id) for message in chosen]


def _is_readable(call: Call, message: Message) -> bool:
    # Discord lists ephemeral messages to nobody; here their one reader finds them again after reloading the page.
    return message.only_for is None or (not call.actor.is_bot and message.only_for == call.actor.user_id)


def _page(
    all_messages: list[Message], limit: int, before: int | None, after: int | None, around: int | None
) -> list[Message]:
    """Newest first, as Discord lists them."""
    if around is not None:
        older = [m for m in all_messages if m.id <= around][-(limit // 2 + 1) :]
        newer = [m for m in all_messages if m.id > around][: max(0, limit - len(older))]
        return [*older, *newer][::-1]
    if after is not None:
        return [m for m in all_messages if m.id > after][:limit][::-1]
    if before is not None:
        return [m for m in all_messages if m.id < before][-limit:][::-1]
    return all_messages[-limit:][::-1]


@ROUTES.on("GET", _MESSAGES + "/{message_id}")
async def get_message(call: Call) -> Any:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return message_view(call.state, call.message(channel), call.actor.user_id)


@ROUTES.on("POST", _MESSAGES)
async def create_message(call: Call) -> Any:
    state, body, channel = call.state, call.form, call.channel()
    if channel.type in FORUMS:
        raise errors.CANNOT_SEND_IN_FORUM()
    if channel.type == ChannelType.GUILD_CATEGORY:
        raise errors.CANNOT_SEND_HERE()
    require_sending(call, channel)
    drafts.check_new(body, call.uploads)
    drafts.check_belongings(state, call.actor.application_id, body)
    drafts.check_sizes(call.uploads, messages.upload_limit(state, channel))
    first = messages.find_by_nonce(state, channel, call.actor.user_id, body)
    if first is None:
        pace.require_turn(state, call.actor.user_id, channel, pace.SEND)
        first = messages.send(state, channel, call.actor.user_id, body, call.uploads)
        pace.note_turn(state, call.actor.user_id, channel, pace.SEND)
    return message_view(state, first, call.actor.user_id)


def require_sending(call: Call, channel: Channel) -> None:
    """What one needs to send this body here."""
    state, body = call.state, call.form
    needed = permissions.sending(channel)
    if call.uploads:
        needed |= Permission.ATTACH_FILES
    if body.get("embeds") and call.actor.is_bot:
        needed |= Permission.EMBED_LINKS
    if body.get("tts"):
        needed |= Permission.SEND_TTS_MESSAGES
    permissions.require(state, call.actor.user_id, channel, needed)
    require_open_dm(state, channel, call.actor.user_id)
    if channel.thread is not None and channel.thread.locked:
        permissions.require(state, call.actor.user_id, channel, Permission.MANAGE_THREADS)
    allowed = permissions.in_channel(state, call.actor.user_id, channel)
    if body.get("message_reference") and not allowed & Permission.READ_MESSAGE_HISTORY:
        raise errors.CANNOT_REPLY_WITHOUT_HISTORY()


def require_open_dm(state: State, channel: Channel, sender_id: int) -> None:
    """A member may have closed direct messages to bots."""
    others = [user_id for user_id in channel.recipients if user_id != sender_id]
    if channel.guild_id is None and state.users[sender_id].bot and any(state.users[one].dms_closed for one in others):
        raise errors.CANNOT_DM_USER()


@ROUTES.on("PATCH", _MESSAGES + "/{message_id}")
async def edit_message(call: Call) -> Any:
    state, body, channel = call.state, call.form, call.channel()
    message = call.message(channel)
    _require_awake(channel)
    if message.author_id != call.actor.user_id:
        _require_suppressing_only(call, channel, body)
    if message.only_for is not None:
        raise errors.UNKNOWN_MESSAGE()
    drafts.check_edit(message, body, call.uploads)
    drafts.check_belongings(state, call.actor.application_id, body)
    drafts.check_sizes(call.uploads, messages.upload_limit(state, channel))
    pace.count_edit(state, call.actor.user_id, message)
    return message_view(state, messages.edit(state, message, body, call.uploads), call.actor.user_id)


def _require_awake(channel: Channel) -> None:
    if channel.thread is not None and channel.thread.archived:
        raise errors.THREAD_ARCHIVED()


def _require_suppressing_only(call: Call, channel: Channel, body: Json) -> None:
    """Of others' messages, a moderator may change the SUPPRESS_EMBEDS flag and nothing else."""
    if set(body) - {"flags"} or not isinstance(body.get("flags"), int):
        raise errors.CANNOT_EDIT_OTHERS()
    if body["flags"] & ~MessageFlag.SUPPRESS_EMBEDS:
        raise errors.CANNOT_EDIT_OTHERS()
    permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_MESSAGES)


@ROUTES.on("DELETE", _MESSAGES + "/{message_id}", status=204)
async def delete_message(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != call.actor.user_id and message.only_for is None:
        if channel.guild_id is None:
            raise errors.CANNOT_ON_DM()
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_MESSAGES)
    _require_awake(channel)
    messages.delete(call.state, message)


@ROUTES.on("POST", _MESSAGES + "/bulk-delete", status=204)
async def bulk_delete(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    if channel.guild_id is None:
        raise errors.CANNOT_ON_DM()
    _require_awake(channel)
    check_bulk_delete(call.form)
    wanted = {parse(one) for one in call.form["messages"]}
    horizon_ms = call.state.clock.now_ms() - limits.BULK_DELETE_DAYS * 86_400_000
    # By the ids alone: Discord does not look for messages that are too old to be deleted.
    if any(one is not None and moment_ms(one) < horizon_ms for one in wanted):
        raise errors.TOO_OLD_TO_BULK_DELETE()
    found = [message for message in call.state.messages[channel.id].values() if message.id in wanted]
    messages.delete_many(call.state, channel, [message for message in found if message.only_for is None])


@ROUTES.on("POST", _MESSAGES + "/{message_id}/crosspost")
async def crosspost(call: Call) -> Any:
    channel = call.channel()
    message = call.message(channel)
    if channel.type != ChannelType.GUILD_ANNOUNCEMENT:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    if message.author_id != call.actor.user_id:
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_MESSAGES)
    message.flags |= int(MessageFlag.CROSSPOSTED)
    call.state.save(message)
    messages.announce(call.state, "MESSAGE_UPDATE", message)
    return message_view(call.state, message, call.actor.user_id)


@ROUTES.on("POST", "/channels/{channel_id}/typing", status=204)
async def typing(call: Call) -> None:
    channel = call.channel()
    permissions.require(call.state, call.actor.user_id, channel, permissions.sending(channel))
    user_id = call.actor.user_id
    timestamp = call.state.clock.now_ms() // 1000
    data: Json = {"channel_id": str(channel.id), "user_id": str(user_id), "timestamp": timestamp}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
        data["member"] = member_view(call.state, call.state.member(channel.guild_id, user_id))
    call.state.hub.emit(Event("TYPING_START", data, guild_id=channel.guild_id, channel_id=channel.id))


# -- pins: two generations of routes, the newer with pages ------------------------------------------------------------


@ROUTES.on("GET", "/channels/{channel_id}/pins")
async def list_pins_old(call: Call) -> Any:
    channel = call.channel()
    return [message_view(call.state, message, call.actor.user_id) for message in _pinned(call, channel)]


@ROUTES.on("GET", _MESSAGES + "/pins")
async def list_pins(call: Call) -> Any:
    channel = call.channel()
    limit = call.number("limit", 50, *limits.PIN_PAGE)
    before = call.query.get("before")
    pinned = [m for m in _pinned(call, channel) if before is None or iso(m.pinned_ms or 0) < before]
    items = [
        {"pinned_at": iso(m.pinned_ms or 0), "message": message_view(call.state, m, call.actor.user_id)}
        for m in pinned[:limit]
    ]
    return {"items": items, "has_more": len(pinned) > limit}


def _pinned(call: Call, channel: Channel) -> list[Message]:
    """Newest first; none for those who may not read what was said before."""
    if not permissions.in_channel(call.state, call.actor.user_id, channel) & Permission.READ_MESSAGE_HISTORY:
        return []
    pinned = [m for m in call.state.messages[channel.id].values() if m.pinned_ms is not None]
    return sorted(pinned, key=lambda message: message.pinned_ms or 0, reverse=True)


async def _pin(call: Call) -> None:
    channel = call.channel(Permission.PIN_MESSAGES)
    message = call.message(channel)
    if message.only_for is not None:
        raise errors.UNKNOWN_MESSAGE()
    messages.pin(call.state, channel, message, call.actor.user_id)


async def _unpin(call: Call) -> None:
    channel = call.channel(Permission.PIN_MESSAGES)
    messages.unpin(call.state, channel, call.message(channel))


for _template in ("/channels/{channel_id}/pins/{message_id}", _MESSAGES + "/pins/{message_id}"):
    ROUTES.on("PUT", _template, status=204)(_pin)
    ROUTES.on("DELETE", _template, status=204)(_unpin)


# -- reactions --------------------------------------------------------------------------------------------------------


def _emoji(call: Call) -> Reaction:
    """The emoji of the path: one or a few code points, or `name:id` of a custom one."""
    text = unquote(call.params["emoji_name"])
    name, _, digits = text.rpartition(":")
    if name and digits.isdigit():
        emoji = call.state.emojis.get(parse(digits) or 0)
        if emoji is None:
            raise errors.UNKNOWN_EMOJI()
        return Reaction(emoji.name, emoji.id, emoji.animated)
    if not is_unicode_emoji(text):
        raise errors.UNKNOWN_EMOJI()
    return Reaction(text)


def _require_usable(call: Call, channel: Channel, wanted: Reaction) -> None:
    """A custom emoji of this server, of another that one is in, or of the application that reacts."""
    emoji = call.state.emojis.get(wanted.emoji_id or 0)
    if emoji is None or emoji.owner_id in (channel.guild_id, call.actor.application_id):
        return
    if call.state.find_member(emoji.owner_id, call.actor.user_id) is None:
        raise errors.UNKNOWN_EMOJI()
    permissions.require(call.state, call.actor.user_id, channel, Permission.USE_EXTERNAL_EMOJIS)


def is_unicode_emoji(text: str) -> bool:
    """Whether a text looks like one emoji. Python has no table of them: symbols and joiners pass, letters do not."""
    if not 0 < len(text) <= 16:
        return False
    keycap = len(text) >= 2 and text[0] in "0123456789#*" and text[-1] == "\u20e3"
    symbols = sum(1 for char in text if unicodedata.category(char) in ("So", "Sk", "Sm", "Po"))
    fillers = sum(1 for char in text if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cn"))
    return keycap or (symbols > 0 and symbols + fillers == len(text))


@ROUTES.on("PUT", _REACTIONS + "/{emoji_name}/@me", status=204)
async def add_reaction(call: Call) -> None:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message = call.message(channel)
    _require_awake(channel)
    emoji = _emoji(call)
    if reactions.find_reaction(message, emoji.name, emoji.emoji_id) is None:
        _require_usable(call, channel, emoji)
    reactions.react(call.state, message, call.actor.user_id, emoji)


@ROUTES.on("DELETE", _REACTIONS + "/{emoji_name}/@me", status=204)
async def remove_own_reaction(call: Call) -> None:
    message = call.message(call.channel())
    emoji = _emoji(call)
    reactions.unreact(call.state, message, call.actor.user_id, emoji.name, emoji.emoji_id)


@ROUTES.on("DELETE", _REACTIONS + "/{emoji_name}/{user_id}", status=204)
async def remove_reaction(call: Call) -> None:
    user_id = call.id("user_id")
    channel = call.channel(Permission.MANAGE_MESSAGES if user_id != call.actor.user_id else Permission(0))
    if channel.guild_id is None and user_id != call.actor.user_id:
        raise errors.CANNOT_ON_DM()
    emoji = _emoji(call)
    reactions.unreact(call.state, call.message(channel), user_id, emoji.name, emoji.emoji_id)


@ROUTES.on("GET", _REACTIONS + "/{emoji_name}")
async def list_reactors(call: Call) -> Any:
    message = call.message(call.channel())
    emoji = _emoji(call)
    reaction = reactions.find_reaction(message, emoji.name, emoji.emoji_id)
    if reaction is None:
        return []
    after = call.snowflake("after") or 0
    chosen = sorted(user_id for user_id in reaction.users if user_id > after)
    return [user_view(call.state.users[one]) for one in chosen[: call.number("limit", 25, *limits.PAGE)]]


@ROUTES.on("DELETE", _REACTIONS, status=204)
async def clear_reactions(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    if channel.guild_id is None:
        raise errors.CANNOT_ON_DM()
    reactions.clear_reactions(call.state, call.message(channel))


@ROUTES.on("DELETE", _REACTIONS + "/{emoji_name}", status=204)
async def clear_reaction(call: Call) -> None:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    if channel.guild_id is None:
        raise errors.CANNOT_ON_DM()
    emoji = _emoji(call)
    reactions.clear_reaction(call.state, call.message(channel), emoji.name, emoji.emoji_id)
