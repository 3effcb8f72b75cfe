"""Messages: sent, edited, deleted, pinned, reacted to. Each act changes the state and says so in one event."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks.components import assign_ids
from sandbox.rules.checks.form import without_nulls
from sandbox.rules.clock import iso
from sandbox.rules.ids import parse
from sandbox.rules.kinds import MessageFlag, MessageType, ReferenceType
from sandbox.rules.permissions import Permission
from sandbox.world import drafts, permissions
from sandbox.world.drafts import NO_UPLOADS, Uploads
from sandbox.world.entities import Channel, Interaction, Message, Webhook
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.threads import note_message
from sandbox.world.views import message_view
from sandbox.world.views.interactions import upload_limit_bytes
from sandbox.world.views.members import member_view

Json = dict[str, Any]


def send(
    state: State,
    channel: Channel,
    author_id: int,
    body: Json,
    uploads: Uploads = NO_UPLOADS,
    *,
    kind: int = MessageType.DEFAULT,
    answer_to: Interaction | None = None,
    metadata: Json | None = None,
    reference: Json | None = None,
    ephemeral: bool = False,
    loading: bool = False,
    webhook: Webhook | None = None,
    profile: Json | None = None,
    message_id: int | None = None,
) -> Message:
    """Store a message whose body was checked, and tell everyone who may see it."""
    reference = reference or _reference(state, channel, author_id, body)  # may refuse: before the files are kept
    message = Message(
        id=message_id or state.ids.new(),  # a forum post's first message has the thread's id
        channel_id=channel.id,
        author_id=author_id,
        created_ms=state.clock.now_ms(),
        type=int(kind),
        content=(body.get("content") or "").strip(),  # as Discord does
        flags=drafts.sender_flags(body, ephemeral=ephemeral, loading=loading),
        embeds=without_nulls(body.get("embeds") or []),
        components=assign_ids(body.get("components") or []),
        attachments=drafts.take_files(state, body, uploads, ephemeral=ephemeral),
        tts=bool(body.get("tts")),
        nonce=body.get("nonce"),
        reference=reference,
        application_id=_application_behind(author_id, answer_to, webhook, state),
        webhook_id=answer_to.application_id if answer_to else webhook.id if webhook else None,
        webhook_profile=profile,
        interaction_id=answer_to.id if answer_to else None,
        interaction=metadata,
        only_for=answer_to.user_id if answer_to and ephemeral else None,
        poll=drafts.make_poll(state, body.get("poll")),
    )
    _settle_reference(state, message)
    _settle_mentions(state, channel, message, body)
    if not ephemeral:
        channel.last_message_id = message.id
        note_message(state, channel, author_id, is_first=_is_initial(message))
        state.save_activity(channel)
    state.save(message)
    announce(state, "MESSAGE_CREATE", message)
    return message


def _is_initial(message: Message) -> bool:
    """Whether a thread begins with it: a post's own message, or the one that shows what was replied to."""
    return message.id == message.channel_id or message.type == MessageType.THREAD_STARTER_MESSAGE


def _application_behind(
    author_id: int, answer_to: Interaction | None, webhook: Webhook | None, state: State
) -> int | None:
    if answer_to is not None:
        return answer_to.application_id
    if webhook is not None:
        return webhook.application_id
    return author_id if author_id in state.applications else None


def _settle_reference(state: State, message: Message) -> None:
    """What a reference makes of a message: a reply, or a forward that carries a snapshot."""
    reference = message.reference
    if reference is None:
        return
    if reference["type"] == ReferenceType.FORWARD:
        message.flags |= int(MessageFlag.HAS_SNAPSHOT)
        message.forwarded = [_snapshot(state, reference)]
    elif message.type == MessageType.DEFAULT:
        message.type = int(MessageType.REPLY)


def _settle_mentions(state: State, channel: Channel, message: Message, body: Json) -> None:
    replied_to = None
    if message.reference is not None and message.type == MessageType.REPLY and message.interaction_id is None:
        replied_to = _author_of(state, message.reference)
    mentions = drafts.find_mentions(state, channel, message.author_id, body, replied_to)
    message.mention_users, message.mention_roles = mentions.users, mentions.roles
    message.mention_everyone = mentions.everyone


def find_by_nonce(state: State, channel: Channel, author_id: int, body: Json) -> Message | None:
    """With `enforce_nonce`, a repeated send finds its first message instead of making a second."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    since = state.clock.now_ms() - 5 * 60 * 1000  # "within the past few minutes", says the documentation
    for message in reversed(state.messages[channel.id].values()):
        if message.created_ms < since:
            return None
        if message.author_id == author_id and str(message.nonce) == str(body["nonce"]):
            return message
    return None


def edit(state: State, message: Message, body: Json, uploads: Uploads = NO_UPLOADS, *, silent: bool = False) -> Message:
    """`silent` leaves no "(edited)": the first answer in place of "is thinking…" is no edit."""
    drafts.apply_edit(state, message, body, uploads)
    if "content" in body or "components" in body:
        _settle_mentions(state, state.channel(message.channel_id), message, _as_it_stands(message, body))
    message.flags &= ~int(MessageFlag.LOADING)
    if not silent:
        message.edited_ms = state.clock.now_ms()
    state.save(message)
    announce(state, "MESSAGE_UPDATE", message)
    return message


def _as_it_stands(message: Message, body: Json) -> Json:
    """Mentions are found anew in the whole message, under the edit's `allowed_mentions`."""
    return {"content": message.content, "components": message.components} | {
        name: body[name] for name in ("allowed_mentions",) if name in body
    }


def delete(state: State, message: Message) -> None:
    state.remove(message)
    state.hub.emit(event_of(state, "MESSAGE_DELETE", message, placed(state, message, {"id": str(message.id)})))


def delete_many(state: State, channel: Channel, messages: list[Message]) -> None:
    for message in messages:
        state.remove(message)
    data: Json = {"ids": [str(message.id) for message in messages], "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    state.hub.emit(Event("MESSAGE_DELETE_BULK", data, guild_id=channel.guild_id, channel_id=channel.id))


def announce(state: State, name: str, message: Message) -> None:
    data = message_view(state, message)
    if message.only_for is None:
        channel = state.channels[message.channel_id]
        if channel.guild_id is not None:
            data["guild_id"] = str(channel.guild_id)
            member = state.find_member(channel.guild_id, message.author_id)
            if member is not None and message.webhook_profile is None:
                data["member"] = member_view(state, member, with_user=False)
    state.hub.emit(event_of(state, name, message, data))


def event_of(state: State, name: str, message: Message, data: Json) -> Event:
    channel = state.channels[message.channel_id]
    if message.only_for is not None:
        return Event(
            name,
            data,
            channel_id=channel.id,
            users=frozenset({message.only_for}),
            application_id=message.application_id,
            content_owner=message.author_id,
        )
    return Event(
        name,
        data,
        guild_id=channel.guild_id,
        channel_id=channel.id,
        content_owner=message.author_id,
        content_free_for=frozenset(message.mention_users),
    )


def placed(state: State, message: Message, data: Json) -> Json:
    data["channel_id"] = str(message.channel_id)
    guild_id = state.channels[message.channel_id].guild_id
    if guild_id is not None and message.only_for is None:
        data["guild_id"] = str(guild_id)
    return data


def upload_limit(state: State, channel: Channel) -> int:
    return upload_limit_bytes(state.guilds.get(channel.guild_id or 0))


def _reference(state: State, channel: Channel, author_id: int, body: Json) -> Json | None:
    """A reply's or a forward's target, checked; `fail_if_not_exists: false` lets a reply go without."""
    given = body.get("message_reference")
    if not given:
        return None
    kind = given.get("type") or ReferenceType.DEFAULT
    channel_id = parse(given.get("channel_id")) or channel.id
    there = state.messages.get(channel_id, {})  # `get`, because looking would make an entry
    target = there.get(parse(given.get("message_id")) or 0)
    is_elsewhere = channel_id != channel.id
    if target is not None and (target.only_for is not None or (is_elsewhere and kind == ReferenceType.DEFAULT)):
        target = None
    if target is None:
        if given.get("fail_if_not_exists", True) or kind == ReferenceType.FORWARD:
            faults = errors.Faults()
            faults.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            faults.raise_if_any()
        return None
    if is_elsewhere:
        permissions.require(state, author_id, state.channels[channel_id], Permission.READ_MESSAGE_HISTORY)
    reference: Json = {"type": int(kind), "message_id": str(target.id), "channel_id": str(channel_id)}
    guild_id = state.channels[channel_id].guild_id
    if guild_id is not None:
        reference["guild_id"] = str(guild_id)
    return reference


def _author_of(state: State, reference: Json) -> int | None:
    channel_id, message_id = int(reference["channel_id"]), int(reference.get("message_id", 0))
    message = state.messages[channel_id].get(message_id) if channel_id in state.messages else None
    return message.author_id if message is not None else None


_SNAPSHOT_FIELDS = (
    "type", "content", "mentions", "mention_roles", "attachments", "embeds", "timestamp", "edited_timestamp", "flags",
    "components",
)  # fmt: skip


def _snapshot(state: State, reference: Json) -> Json:
    target = state.message(int(reference["channel_id"]), int(reference["message_id"]))
    view = message_view(state, target)
    return {"message": {name: view[name] for name in _SNAPSHOT_FIELDS}}


# -- pins -------------------------------------------------------------------------------------------------------------


def pin(state: State, channel: Channel, message: Message, user_id: int) -> None:
    if message.pinned_ms is not None:
        return
    if sum(1 for one in state.messages[channel.id].values() if one.pinned_ms is not None) >= limits.PINS:
        raise errors.MAX_PINS()
    message.pinned_ms = channel.last_pin_ms = state.clock.now_ms()
    _pins_changed(state, channel, message)
    reference = placed(state, message, {"type": 0, "message_id": str(message.id)})
    send(state, channel, user_id, {}, kind=MessageType.CHANNEL_PINNED_MESSAGE, reference=reference)


def unpin(state: State, channel: Channel, message: Message) -> None:
    if message.pinned_ms is not None:
        message.pinned_ms = None
        _pins_changed(state, channel, message)


def _pins_changed(state: State, channel: Channel, message: Message) -> None:
    state.save(message)
    state.save(channel)
    announce(state, "MESSAGE_UPDATE", message)
    data: Json = {"channel_id": str(channel.id)}
    data["last_pin_timestamp"] = None if channel.last_pin_ms is None else iso(channel.last_pin_ms)
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    state.hub.emit(Event("CHANNEL_PINS_UPDATE", data, guild_id=channel.guild_id, channel_id=channel.id))
