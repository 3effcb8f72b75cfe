"""Interactions: begun by a member, answered by an application within three seconds, followed up for fifteen minutes.

The member's own sessions are told how it went by the events that Discord's client gets: INTERACTION_CREATE, then
INTERACTION_SUCCESS, _FAILURE, _MODAL_CREATE or APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE.
"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks.callbacks import check_callback
from sandbox.rules.checks.components import assign_ids
from sandbox.rules.kinds import CallbackType, ContextType, InteractionType, MessageFlag, MessageType
from sandbox.world import drafts, messages
from sandbox.world.drafts import NO_UPLOADS, Uploads
from sandbox.world.entities import Application, Attachment, Channel, Interaction, Message
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import interaction_view, message_view, user_view
from sandbox.world.views.interactions import upload_limit_bytes
from sandbox.world.views.users import short_application_view

Json = dict[str, Any]


def begin(
    state: State,
    application: Application,
    kind: InteractionType,
    user_id: int,
    channel: Channel,
    data: Json,
    *,
    message: Message | None = None,
    attachments: list[Attachment] | None = None,
    origin: Json | None = None,
    nonce: str | None = None,
    source: Interaction | None = None,
) -> Interaction:
    """Hand something that a member did to the application, and start its three seconds."""
    interaction_id = state.ids.new()
    interaction = Interaction(
        id=interaction_id,
        # Real tokens are opaque; this one's length and alphabet resemble theirs.
        token=f"aW50ZXJhY3Rpb246{interaction_id:x}{secrets.token_urlsafe(48)}".replace("-", "A").replace("_", "B"),
        application_id=application.id,
        type=int(kind),
        user_id=user_id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        data=data,
        created_ms=state.clock.now_ms(),
        message_id=message.id if message is not None else None,
        attachments=attachments or [],
        owners=_owners(state, application, user_id, channel),
        context=int(_context(channel, application)),
        origin=origin,
        nonce=nonce,
        ephemeral=bool(message is not None and message.only_for is not None),
    )
    if source is not None and message is None:
        interaction.message_id = source.message_id
    state.save(interaction)
    to_user = {"id": str(interaction.id), "nonce": nonce}
    state.hub.emit(Event("INTERACTION_CREATE", to_user, users=frozenset({user_id}), people_only=True))
    dispatch(state, interaction)
    state.clock.call_in(limits.FIRST_ANSWER_SECONDS, lambda: _expire_answer(state, interaction))
    state.clock.call_in(limits.TOKEN_LIFE_SECONDS, lambda: state.remove(interaction))
    return interaction


def dispatch(state: State, interaction: Interaction) -> None:
    """Send it to the application's bot."""
    data = interaction_view(state, interaction)
    event = Event(
        "INTERACTION_CREATE",
        data,
        guild_id=interaction.guild_id,
        application_id=interaction.application_id,
        bots_only=True,
        content_owner=interaction.application_id,
    )
    state.hub.emit(event)


def rearm(state: State) -> None:
    """After a restart: the clocks of interactions that the state file remembered."""
    for interaction in list(state.interactions.values()):
        age_seconds = (state.clock.now_ms() - interaction.created_ms) / 1000
        left = max(0.0, limits.TOKEN_LIFE_SECONDS - age_seconds)
        state.clock.call_in(left, lambda interaction=interaction: state.remove(interaction))  # type: ignore[misc]
        if interaction.answer_type is None:
            left = max(0.0, limits.FIRST_ANSWER_SECONDS - age_seconds)
            state.clock.call_in(left, lambda interaction=interaction: _expire_answer(state, interaction))  # type: ignore[misc]


def find(state: State, interaction_id: int, token: str) -> Interaction:
    interaction = state.interactions.get(token)
    if interaction is None or interaction.id != interaction_id or interaction.failed:
        raise errors.UNKNOWN_INTERACTION()
    return interaction


def find_by_token(state: State, application_id: int, token: str) -> Interaction:
    """For the webhook routes of an interaction."""
    interaction = state.interactions.get(token)
    if interaction is None or interaction.application_id != application_id:
        raise errors.WEBHOOK_TOKEN()
    if interaction.answer_type is None:
        raise errors.UNKNOWN_WEBHOOK()
    return interaction


# -- answering --------------------------------------------------------------------------------------------------------


def answer(state: State, interaction: Interaction, body: Json, uploads: Uploads = NO_UPLOADS) -> Message | None:
    """The first response. Returns the message that it made or changed."""
    check_callback(
        body,
        interaction_type=interaction.type,
        uploads=callback_names(body, uploads),
        from_message=interaction.message_id is not None,
        option_type=_focused_type(interaction.data.get("options") or []),
        **_edited(state, interaction),
    )
    if interaction.answer_type is not None:
        raise errors.ALREADY_ACKNOWLEDGED()
    drafts.check_sizes(uploads, upload_limit_bytes(state.guilds.get(interaction.guild_id or 0)))
    data = body.get("data") or {}
    kind = CallbackType(body["type"])
    interaction.answer_type = int(kind)
    message: Message | None = None
    match kind:
        case CallbackType.MESSAGE | CallbackType.DEFERRED_MESSAGE:
            message = _respond(state, interaction, data, uploads, loading=kind == CallbackType.DEFERRED_MESSAGE)
        case CallbackType.UPDATE_MESSAGE | CallbackType.DEFERRED_UPDATE:
            message = _source_message(state, interaction)
            interaction.response_id = message.id
            if kind == CallbackType.UPDATE_MESSAGE:
                messages.edit(state, message, data, uploads)
        case CallbackType.AUTOCOMPLETE:
            _tell(
                state, interaction, "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", {"choices": data.get("choices") or []}
            )
        case CallbackType.MODAL:
            interaction.modal = data | {"components": assign_ids(data["components"])}
            _tell(state, interaction, "INTERACTION_MODAL_CREATE", _modal_view(state, interaction))
        case _:
            interaction.answer_type = None
            raise errors.ApiError(501, 0, f"Callback type {int(kind)} is not served by this sandbox.")
    state.save(interaction)
    if kind not in (CallbackType.AUTOCOMPLETE, CallbackType.MODAL):
        _tell(state, interaction, "INTERACTION_SUCCESS", {})
    return message


def callback_names(body: Json, uploads: Uploads) -> dict[int, str]:
    data = body.get("data")
    return drafts.upload_names(data if isinstance(data, dict) else {}, uploads)


def _focused_type(options: list[Json]) -> int | None:
    """The type of the option that is being completed."""
    for option in options:
        if option.get("focused"):
            return int(option["type"])
        if (found := _focused_type(option.get("options") or [])) is not None:
            return found
    return None


def _edited(state: State, interaction: Interaction) -> Json:
    """What type 7 edits: the files and the V2 mark of the component's message."""
    message = state.messages[interaction.channel_id].get(interaction.message_id or 0)
    if message is None:
        return {}
    return {
        "kept": [file.id for file in message.attachments],
        "names": [file.filename for file in message.attachments],
        "was_v2": bool(message.flags & MessageFlag.IS_COMPONENTS_V2),
        "had": drafts.legacy_fields(message),
    }


def _respond(state: State, interaction: Interaction, data: Json, uploads: Uploads, *, loading: bool) -> Message:
    channel = state.channel(interaction.channel_id)
    interaction.ephemeral = bool(int(data.get("flags") or 0) & MessageFlag.EPHEMERAL)
    interaction.deferred = loading
    kind, reference = MessageType.CHAT_INPUT_COMMAND, None
    if interaction.message_id is not None:  # a component, or a modal that a component opened
        kind, reference = MessageType.REPLY, _reference(state, channel, interaction.message_id)
    elif interaction.data.get("type", 1) != 1:
        kind = MessageType.CONTEXT_MENU_COMMAND
    message = messages.send(
        state,
        channel,
        interaction.application_id,
        data,
        uploads,
        kind=kind,
        answer_to=interaction,
        metadata=metadata(state, interaction),
        reference=reference,
        ephemeral=interaction.ephemeral,
        loading=loading,
    )
    interaction.response_id = message.id
    return message


def follow_up(state: State, interaction: Interaction, body: Json, uploads: Uploads = NO_UPLOADS) -> Message:
    """Another message. After a type 5 the first one takes the place of "is thinking…" and keeps its ephemerality."""
    channel = state.channel(interaction.channel_id)
    drafts.check_new(body, uploads)
    drafts.check_sizes(uploads, upload_limit_bytes(state.guilds.get(channel.guild_id or 0)))
    response = state.messages[channel.id].get(interaction.response_id or 0)
    if interaction.deferred and response is not None:
        return edit_original(state, interaction, body, uploads, checked=True)
    is_foreign = "0" not in interaction.owners and channel.guild_id is not None
    if is_foreign and interaction.followups >= limits.USER_INSTALL_FOLLOWUPS:
        raise errors.MAX_FOLLOWUPS()
    interaction.followups += 1
    state.save(interaction)
    details = metadata(state, interaction)
    if response is not None:
        details["original_response_message_id"] = str(response.id)
    return messages.send(
        state,
        channel,
        interaction.application_id,
        body,
        uploads,
        kind=MessageType.REPLY if response is not None else MessageType.DEFAULT,
        answer_to=interaction,
        metadata=details,
        reference=_reference(state, channel, response.id) if response is not None else None,
        ephemeral=bool(int(body.get("flags") or 0) & MessageFlag.EPHEMERAL),
    )


def original(state: State, interaction: Interaction) -> Message:
    return state.message(interaction.channel_id, interaction.response_id or 0)


def edit_original(
    state: State, interaction: Interaction, body: Json, uploads: Uploads = NO_UPLOADS, *, checked: bool = False
) -> Message:
    return edit_answer(state, interaction, original(state, interaction), body, uploads, checked=checked)


def edit_answer(
    state: State,
    interaction: Interaction,
    message: Message,
    body: Json,
    uploads: Uploads = NO_UPLOADS,
    *,
    checked: bool = False,
) -> Message:
    if not checked:
        drafts.check_edit(message, body, uploads)
    drafts.check_sizes(uploads, upload_limit_bytes(state.guilds.get(interaction.guild_id or 0)))
    is_first = bool(message.flags & MessageFlag.LOADING)
    if is_first and interaction.deferred:
        interaction.deferred = False
        state.save(interaction)
    return messages.edit(state, message, body, uploads, silent=is_first)


def metadata(state: State, interaction: Interaction) -> Json:
    """What a message says of the interaction that it answers."""
    details: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": user_view(state.users[interaction.user_id]),
        "authorizing_integration_owners": interaction.owners,
    }
    match interaction.type:
        case InteractionType.APPLICATION_COMMAND:
            details |= {"name": interaction.data.get("name"), "command_type": interaction.data.get("type", 1)}
            target = interaction.data.get("target_id")
            if target is not None and interaction.data.get("type") == 2:
                details["target_user"] = user_view(state.users[int(target)])
            elif target is not None:
                details["target_message_id"] = str(target)
        case InteractionType.MESSAGE_COMPONENT:
            details["interacted_message_id"] = str(interaction.message_id)
        case InteractionType.MODAL_SUBMIT:
            details["triggering_interaction_metadata"] = interaction.origin or {}
        case _:
            pass
    return details


def callback_view(state: State, interaction: Interaction, message: Message | None) -> Json:
    """The body of `?with_response=true`."""
    about: Json = {"id": str(interaction.id), "type": interaction.type}
    if message is not None:
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & MessageFlag.LOADING),
            "response_message_ephemeral": message.only_for is not None,
        }
    view: Json = {"interaction": about}
    if message is not None and interaction.answer_type in (CallbackType.MESSAGE, CallbackType.UPDATE_MESSAGE):
        view["resource"] = {
            "type": interaction.answer_type,
            "message": message_view(state, message, interaction.application_id),
        }
    return view


# -- inside -----------------------------------------------------------------------------------------------------------


def _expire_answer(state: State, interaction: Interaction) -> None:
    if interaction.answer_type is None and interaction.token in state.interactions:
        interaction.failed = True
        state.save(interaction)
        _tell(state, interaction, "INTERACTION_FAILURE", {"reason_code": 2})


def _tell(state: State, interaction: Interaction, name: str, data: Json) -> None:
    data = {"id": str(interaction.id), "nonce": interaction.nonce} | data
    state.hub.emit(Event(name, data, users=frozenset({interaction.user_id}), people_only=True))


def _modal_view(state: State, interaction: Interaction) -> Json:
    data = interaction.modal or {}
    return {
        "application": short_application_view(state, state.applications[interaction.application_id]),
        "channel_id": str(interaction.channel_id),
        "custom_id": data["custom_id"],
        "title": data["title"],
        "components": data["components"],
    }


def _source_message(state: State, interaction: Interaction) -> Message:
    if interaction.message_id is None:
        raise errors.UNKNOWN_MESSAGE()
    return state.message(interaction.channel_id, interaction.message_id)


def _reference(state: State, channel: Channel, message_id: int) -> Json:
    reference: Json = {"type": 0, "message_id": str(message_id), "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        reference["guild_id"] = str(channel.guild_id)
    return reference


def _owners(state: State, application: Application, user_id: int, channel: Channel) -> Json:
    """Which installations let this happen: "0" the server (or "0" for a direct message with the bot), "1" the user."""
    owners: Json = {}
    if channel.guild_id is not None and state.find_member(channel.guild_id, application.id) is not None:
        owners["0"] = str(channel.guild_id)
    elif channel.guild_id is None and application.id in channel.recipients:
        owners["0"] = "0"
    if user_id in application.installed_by:
        owners["1"] = str(user_id)
    return owners


def _context(channel: Channel, application: Application) -> ContextType:
    if channel.guild_id is not None:
        return ContextType.GUILD
    return ContextType.BOT_DM if application.id in channel.recipients else ContextType.PRIVATE_CHANNEL
