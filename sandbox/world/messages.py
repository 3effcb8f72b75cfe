"""Messages: sent, edited, deleted, pinned, reacted to. Each act changes the state and says so in one event."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks.components import assign_ids
from sandbox.rules.clock import iso
from sandbox.rules.ids import parse
from sandbox.rules.kinds import MessageFlag, MessageType, ReferenceType
from sandbox.rules.permissions import Permission
from sandbox.world import drafts, permissions
from sandbox.world.drafts import NO_UPLOADS, Uploads
from sandbox.world.entities import Channel, Interaction, Message, Reaction
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.threads import note_message
from sandbox.world.views import message_view, reaction_emoji_view
from sandbox.world.views.guilds import member_view
from sandbox.world.views.interactions import upload_limit_bytes

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
    profile: Json | None = None,
    webhook_id: int | None = None,
    message_id: int | None = None,
) -> Message:
    """Store a message whose body was checked, and tell everyone who may see it."""
    reference = reference or _reference(state, channel, body)
    replied_to = _author_of(state, reference) if reference and reference["type"] == ReferenceType.DEFAULT else None
    is_forward = bool(reference) and reference is not None and reference["type"] == ReferenceType.FORWARD
    mentions = drafts.find_mentions(state, channel, author_id, body, replied_to)
    flags = drafts.sender_flags(body)
    flags |= (MessageFlag.EPHEMERAL if ephemeral else 0) | (MessageFlag.LOADING if loading else 0)
    if reference and kind == MessageType.DEFAULT and not is_forward:
        kind = MessageType.REPLY
    message = Message(
        id=message_id or state.ids.new(),  # a forum post's first message has the thread's id
        channel_id=channel.id,
        author_id=author_id,
        created_ms=state.clock.now_ms(),
        type=int(kind),
        content=body.get("content") or "",
        flags=int(flags | (MessageFlag.HAS_SNAPSHOT if is_forward else 0)),
        embeds=list(body.get("embeds") or []),
        components=assign_ids(body.get("components") or []),
        attachments=drafts.take_files(state, body, uploads, ephemeral=ephemeral),
        tts=bool(body.get("tts")),
        nonce=body.get("nonce"),
        mention_users=mentions.users,
        mention_roles=mentions.roles,
        mention_everyone=mentions.everyone,
        reference=reference,
        forwarded=[_snapshot(state, reference)] if is_forward and reference else [],
        application_id=answer_to.application_id if answer_to else _own_application(state, author_id),
        webhook_id=answer_to.application_id if answer_to else webhook_id,
        webhook_profile=profile,
        interaction_id=answer_to.id if answer_to else None,
        interaction=metadata,
        only_for=answer_to.user_id if answer_to and ephemeral else None,
        poll=body.get("poll"),
    )
    if not ephemeral:
        channel.last_message_id = message.id
        note_message(state, channel, author_id)
        state.save_activity(channel)
    state.save(message)
    announce(state, "MESSAGE_CREATE", message)
    return message


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
        channel = state.channel(message.channel_id)
        mentions = drafts.find_mentions(state, channel, message.author_id, body, None)
        message.mention_users, message.mention_roles = mentions.users, mentions.roles
    message.flags &= ~int(MessageFlag.LOADING)
    if not silent:
        message.edited_ms = state.clock.now_ms()
    state.save(message)
    announce(state, "MESSAGE_UPDATE", message)
    return message


def delete(state: State, message: Message) -> None:
    state.remove(message)
    state.hub.emit(_event(state, "MESSAGE_DELETE", message, _place(state, message, {"id": str(message.id)})))


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
    state.hub.emit(_event(state, name, message, data))


def _event(state: State, name: str, message: Message, data: Json) -> Event:
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


def _place(state: State, message: Message, data: Json) -> Json:
    data["channel_id"] = str(message.channel_id)
    guild_id = state.channels[message.channel_id].guild_id
    if guild_id is not None and message.only_for is None:
        data["guild_id"] = str(guild_id)
    return data


def upload_limit(state: State, channel: Channel) -> int:
    return upload_limit_bytes(state.guilds.get(channel.guild_id or 0))


def _own_application(state: State, author_id: int) -> int | None:
    return author_id if author_id in state.applications else None


def _reference(state: State, channel: Channel, body: Json) -> Json | None:
    """A reply's or a forward's target, checked; `fail_if_not_exists: false` lets a reply go without."""
    given = body.get("message_reference")
    if not given:
        return None
    kind = given.get("type") or ReferenceType.DEFAULT
    channel_id = parse(given.get("channel_id")) or channel.id
    message_id = parse(given.get("message_id"))
    exists = channel_id in state.messages and message_id in state.messages[channel_id]
    if not exists or (kind == ReferenceType.DEFAULT and channel_id != channel.id):
        if given.get("fail_if_not_exists", True) or kind == ReferenceType.FORWARD:
            faults = errors.Faults()
            faults.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            faults.raise_if_any()
        return None
    reference: Json = {"type": int(kind), "message_id": str(message_id), "channel_id": str(channel_id)}
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
    reference = _place(state, message, {"type": 0, "message_id": str(message.id)})
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


# -- reactions --------------------------------------------------------------------------------------------------------


def find_reaction(message: Message, name: str, emoji_id: int | None) -> Reaction | None:
    for reaction in message.reactions:
        if reaction.emoji_id == emoji_id and (emoji_id is not None or reaction.name == name):
            return reaction
    return None


def react(state: State, message: Message, user_id: int, wanted: Reaction) -> None:
    if message.only_for is not None:
        raise errors.UNKNOWN_MESSAGE()
    reaction = find_reaction(message, wanted.name, wanted.emoji_id)
    channel = state.channel(message.channel_id)
    if reaction is None:
        permissions.require(state, user_id, channel, Permission.ADD_REACTIONS)
        if len(message.reactions) >= limits.REACTIONS:
            raise errors.MAX_REACTIONS()
        reaction = wanted
        message.reactions.append(reaction)
    if user_id in reaction.users:
        return
    reaction.users.append(user_id)
    state.save(message)
    data = _reaction_data(state, message, reaction, user_id)
    data["message_author_id"] = str(message.author_id)
    member = state.find_member(channel.guild_id, user_id)
    if member is not None:
        data["member"] = member_view(state, member)
    state.hub.emit(_event(state, "MESSAGE_REACTION_ADD", message, data))


def unreact(state: State, message: Message, user_id: int, name: str, emoji_id: int | None) -> None:
    reaction = find_reaction(message, name, emoji_id)
    if reaction is None:
        raise errors.UNKNOWN_EMOJI()
    if user_id not in reaction.users:
        return
    reaction.users.remove(user_id)
    if not reaction.users:
        message.reactions.remove(reaction)
    state.save(message)
    data = _reaction_data(state, message, reaction, user_id)
    state.hub.emit(_event(state, "MESSAGE_REACTION_REMOVE", message, data))


def clear_reactions(state: State, message: Message) -> None:
    message.reactions.clear()
    state.save(message)
    data = _place(state, message, {"message_id": str(message.id)})
    state.hub.emit(_event(state, "MESSAGE_REACTION_REMOVE_ALL", message, data))


def clear_reaction(state: State, message: Message, name: str, emoji_id: int | None) -> None:
    reaction = find_reaction(message, name, emoji_id)
    if reaction is None:
        raise errors.UNKNOWN_EMOJI()
    message.reactions.remove(reaction)
    state.save(message)
    data = _place(state, message, {"message_id": str(message.id), "emoji": reaction_emoji_view(reaction)})
    state.hub.emit(_event(state, "MESSAGE_REACTION_REMOVE_EMOJI", message, data))


def _reaction_data(state: State, message: Message, reaction: Reaction, user_id: int) -> Json:
    data: Json = {
        "user_id": str(user_id),
        "message_id": str(message.id),
        "emoji": reaction_emoji_view(reaction),
        "burst": False,
        "type": 0,
    }
    return _place(state, message, data)
