"""Interactions: members begin them, applications answer them. Follow-ups are in `webhook_tokens.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.rest.call import PEOPLE, TOKEN_IN_PATH, Call, Reply, Routes
from sandbox.rules import errors
from sandbox.rules.checks.components import walk
from sandbox.rules.checks.modals import check_selection, check_submission
from sandbox.rules.ids import parse
from sandbox.rules.kinds import SELECTS, ButtonStyle, ComponentType, InstallType, InteractionType
from sandbox.rules.permissions import Permission
from sandbox.world import answers, commands, drafts, files, interactions, messages, permissions
from sandbox.world.entities import Application, Attachment, Channel, Interaction
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import command_view, message_view
from sandbox.world.views.users import short_application_view

ROUTES = Routes()
Json = dict[str, Any]


# -- the application's side -------------------------------------------------------------------------------------------


@ROUTES.on("POST", "/interactions/{interaction_id}/{interaction_token}/callback", who=TOKEN_IN_PATH)
async def callback(call: Call) -> Any:
    interaction = interactions.find(call.state, call.id("interaction_id"), call.params["interaction_token"])
    message = answers.answer(call.state, interaction, call.form, call.uploads)
    if not call.flag("with_response"):
        return Reply(204)
    return answers.callback_view(call.state, interaction, message)


# -- the member's side: what Discord's own client does ----------------------------------------------------------------


@ROUTES.on("GET", "/channels/{channel_id}/application-command-index", who=PEOPLE)
async def command_index(call: Call) -> Any:
    channel = call.channel()
    usable = commands.usable_here(call.state, call.actor.user_id, channel)
    owners = {command.application_id for command in usable}
    return {
        "applications": [short_application_view(call.state, call.state.applications[one]) for one in sorted(owners)],
        "application_commands": [command_view(command) for command in usable],
    }


@ROUTES.on("POST", "/interactions", who=PEOPLE)
async def begin(call: Call) -> Any:
    """Use a command, a component or a modal. With `?wait=true` the answer says how the application responded."""
    outcome = _Outcome(call.state, call.actor.user_id) if call.flag("wait") else None
    try:
        interaction = _begin(call)
        if outcome is None:
            return {"id": str(interaction.id)}
        return await outcome.of(interaction)
    finally:
        if outcome is not None:
            call.state.hub.leave(outcome)


def _begin(call: Call) -> Interaction:
    state, form = call.state, call.form
    data = form.get("data")
    channel = state.channel(parse(form.get("channel_id")) or 0)
    permissions.require(state, call.actor.user_id, channel, Permission.VIEW_CHANNEL)
    application = state.applications.get(parse(form.get("application_id")) or 0)
    if application is None:
        raise errors.UNKNOWN_APPLICATION()
    if not isinstance(data, dict):
        raise errors.FormError(
            {"data": {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}]}}
        )
    match form.get("type"):
        case InteractionType.APPLICATION_COMMAND | InteractionType.AUTOCOMPLETE:
            return _use_command(call, application, channel, data)
        case InteractionType.MESSAGE_COMPONENT:
            return _use_component(call, application, channel, data)
        case InteractionType.MODAL_SUBMIT:
            return _submit_modal(call, application, channel, data)
        case _:
            message = "Value must be one of {2, 3, 4, 5}."
            raise errors.FormError({"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": message}]}})


def _nonce(call: Call) -> str | None:
    nonce = call.form.get("nonce")
    return None if nonce is None else str(nonce)[:25]


def _take_files(call: Call, data: Json) -> dict[str, Attachment]:
    """Uploaded files by the number that options and modals name them with."""
    drafts.check_sizes(
        call.uploads, messages.upload_limit(call.state, call.state.channel(int(call.form["channel_id"])))
    )
    return {str(n): files.make_attachment(call.state, upload, {}, ephemeral=True) for n, upload in call.uploads.items()}


@contextmanager
def _held(state: State, taken: dict[str, Attachment]) -> Iterator[None]:
    """Files are kept before what names them is checked; what is refused leaves none behind."""
    try:
        yield
    except errors.ApiError:
        state.discard_files(taken.values())
        raise


def _use_command(call: Call, application: Application, channel: Channel, data: Json) -> Interaction:
    kind = InteractionType(call.form["type"])
    user_id = call.actor.user_id
    command = commands.find_usable(call.state, application, user_id, channel, parse(data.get("id")) or 0)
    taken = _take_files(call, data)
    completing = kind == InteractionType.AUTOCOMPLETE
    with _held(call.state, taken):
        made = commands.make_data(call.state, command, user_id, channel, data, taken, autocomplete=completing)
    return interactions.begin(
        call.state,
        application,
        kind,
        user_id,
        channel,
        made,
        attachments=list(taken.values()),
        nonce=_nonce(call),
        installs=command.integration_types if command.guild_id is None else (InstallType.GUILD,),
    )


def _use_component(call: Call, application: Application, channel: Channel, data: Json) -> Interaction:
    state, user_id = call.state, call.actor.user_id
    message = state.message(channel.id, parse(call.form.get("message_id")) or 0)
    if message.only_for not in (None, user_id) or message.application_id != application.id:
        raise errors.UNKNOWN_MESSAGE()
    component = next((c for c in walk(message.components) if c.get("custom_id") == data.get("custom_id")), None)
    if (
        component is None
        or component.get("disabled")
        or component.get("style") in (ButtonStyle.LINK, ButtonStyle.PREMIUM)
    ):
        text = "The specified component does not exist or is disabled"
        raise errors.FormError(
            {"data": {"custom_id": {"_errors": [{"code": "COMPONENT_VALIDATION_FAILED", "message": text}]}}}
        )
    made: Json = {"component_type": component["type"], "custom_id": component["custom_id"], "id": component["id"]}
    if component["type"] in SELECTS:
        check_selection(component, data.get("values"))
        made["values"] = [str(value) for value in data.get("values") or []]
        if component["type"] != ComponentType.STRING_SELECT:
            made["resolved"] = commands.resolve_selection(state, user_id, channel, component["type"], made["values"])
    return interactions.begin(
        state,
        application,
        InteractionType.MESSAGE_COMPONENT,
        user_id,
        channel,
        made,
        message=message,
        nonce=_nonce(call),
    )


def _submit_modal(call: Call, application: Application, channel: Channel, data: Json) -> Interaction:
    state, user_id = call.state, call.actor.user_id
    source = state.interaction(parse(data.get("id")) or 0)
    if source is None or source.modal is None or source.user_id != user_id:
        raise errors.UNKNOWN_INTERACTION()
    check_submission(source.modal, data)
    taken = _take_files(call, data)
    with _held(state, taken):
        made = commands.make_submission(state, user_id, channel, source.modal, data["components"], taken)
    message = state.messages[channel.id].get(source.message_id or 0)
    return interactions.begin(
        state,
        application,
        InteractionType.MODAL_SUBMIT,
        user_id,
        channel,
        made,
        message=message,
        attachments=list(taken.values()),
        origin=answers.metadata(state, source),
        nonce=_nonce(call),
    )


_ENDINGS = {
    "INTERACTION_SUCCESS": "answered",
    "INTERACTION_FAILURE": "failed",
    "INTERACTION_MODAL_CREATE": "modal",
    "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE": "choices",
}


class _Outcome:
    """Listens for how one interaction goes."""

    def __init__(self, state: State, user_id: int) -> None:
        self._state = state
        self._users = frozenset({user_id})
        self._heard: dict[str, asyncio.Future[tuple[str, Json]]] = {}
        state.hub.join(self, user_id=user_id)

    def hear(self, event: Event) -> None:
        ending = _ENDINGS.get(event.name)
        if ending is not None and event.users == self._users:
            future = self._heard.setdefault(event.data["id"], asyncio.get_running_loop().create_future())
            if not future.done():
                future.set_result((ending, event.data))

    async def of(self, interaction: Interaction) -> Json:
        future = self._heard.setdefault(str(interaction.id), asyncio.get_running_loop().create_future())
        ending, data = await future
        outcome: Json = {"id": str(interaction.id), "status": ending}
        match ending:
            case "modal":
                outcome["modal"] = data
            case "choices":
                outcome["choices"] = data["choices"]
            case "answered":
                message = self._state.messages[interaction.channel_id].get(interaction.response_id or 0)
                if message is not None:
                    outcome["message"] = message_view(self._state, message, interaction.user_id)
            case _:
                pass
        return outcome
