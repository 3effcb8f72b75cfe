"""What an application says to an interaction: within three seconds, then followed up and edited for fifteen minutes."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks.callbacks import check_callback
from sandbox.rules.checks.components import assign_ids
from sandbox.rules.kinds import CallbackType, InteractionType, MessageFlag, MessageType
from sandbox.rules.permissions import Permission
from sandbox.world import drafts, messages, permissions
from sandbox.world.drafts import NO_UPLOADS, Uploads
from sandbox.world.entities import Channel, Interaction, Message
from sandbox.world.interactions import is_external, tell
from sandbox.world.state import State
from sandbox.world.views import message_view, user_view
from sandbox.world.views.interactions import upload_limit_bytes
from sandbox.world.views.users import short_application_view

Json = dict[str, Any]


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
    if kind in (CallbackType.MESSAGE, CallbackType.UPDATE_MESSAGE):
        drafts.check_belongings(state, interaction.application_id, data, ("data",))
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
            tell(
                state, interaction, "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", {"choices": data.get("choices") or []}
            )
        case CallbackType.MODAL:
            interaction.modal = data | {"components": assign_ids(data["components"])}
            tell(state, interaction, "INTERACTION_MODAL_CREATE", _modal_view(state, interaction))
        case _:
            raise errors.ApiError(501, 0, f"Callback type {int(kind)} is not served by this sandbox.")
    interaction.answer_type = int(kind)
    state.save(interaction)
    if kind not in (CallbackType.AUTOCOMPLETE, CallbackType.MODAL):
        tell(state, interaction, "INTERACTION_SUCCESS", {})
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
    interaction.ephemeral = _is_ephemeral(state, interaction, channel, data)
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
        {} if loading else data,  # of a deferral Discord keeps nothing but the ephemerality (its API docs, issue 7910)
        NO_UPLOADS if loading else uploads,
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
    drafts.check_belongings(state, interaction.application_id, body)
    drafts.check_sizes(uploads, upload_limit_bytes(state.guilds.get(channel.guild_id or 0)))
    response = state.messages[channel.id].get(interaction.response_id or 0)
    if interaction.deferred and response is not None:
        return edit_original(state, interaction, body, uploads, checked=True)
    if is_external(interaction) and interaction.followups >= limits.USER_INSTALL_FOLLOWUPS:
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
        ephemeral=_is_ephemeral(state, interaction, channel, body),
    )


def _is_ephemeral(state: State, interaction: Interaction, channel: Channel, data: Json) -> bool:
    """As the application wants it; a member's own application stays between the two where external ones are denied."""
    if int(data.get("flags") or 0) & MessageFlag.EPHEMERAL:
        return True
    allowed = permissions.in_channel(state, interaction.user_id, channel)
    return is_external(interaction) and not allowed & Permission.USE_EXTERNAL_APPS


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
        drafts.check_belongings(state, interaction.application_id, body)
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
