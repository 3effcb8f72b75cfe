"""Messages by a token in the path: an interaction's follow-ups, or what a channel's webhook says.

Discord serves both under one address. Interaction tokens are looked for first: an application's id is no webhook's.
"""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import TOKEN_IN_PATH, Call, Reply, Routes
from sandbox.rest.webhooks import BY_TOKEN
from sandbox.rules import errors
from sandbox.rules.checks.components import walk
from sandbox.rules.checks.guilds import check_webhook_execution
from sandbox.rules.kinds import SELECTS, ButtonStyle, ComponentType
from sandbox.world import answers, drafts, interactions, messages, webhooks
from sandbox.world.entities import Channel, Interaction, Message, Webhook
from sandbox.world.views import message_view

ROUTES = Routes()
Json = dict[str, Any]

_MESSAGE = BY_TOKEN + "/messages/{message_id}"


def _interaction(call: Call) -> Interaction | None:
    """The interaction behind the token, where the id is an application's."""
    if call.id("webhook_id") not in call.state.applications:
        return None
    return interactions.find_by_token(call.state, call.id("webhook_id"), call.params["webhook_token"])


def _webhook(call: Call) -> tuple[Webhook, Channel]:
    webhook = webhooks.find(call.state, call.id("webhook_id"), call.params["webhook_token"])
    return webhook, webhooks.place_of(call.state, webhook, call.snowflake("thread_id"))


@ROUTES.on("POST", BY_TOKEN, who=TOKEN_IN_PATH)
async def execute(call: Call) -> Any:
    if (interaction := _interaction(call)) is not None:
        message = answers.follow_up(call.state, interaction, call.form, call.uploads)
        return message_view(call.state, message, interaction.application_id)
    webhook, place = _webhook(call)
    body = _allowed_body(call, webhook)
    check_webhook_execution(body)
    drafts.check_new(body, call.uploads)
    drafts.check_belongings(call.state, webhook.application_id, body)
    message = webhooks.execute(call.state, webhook, place, body, call.uploads)
    return message_view(call.state, message) if call.flag("wait") else Reply(204)


def _allowed_body(call: Call, webhook: Webhook) -> Json:
    """A webhook that no application owns may not be clicked at, and shows components only where that is asked for."""
    body = call.form
    if webhook.application_id is not None:
        return body
    if not call.flag("with_components"):
        return {name: value for name, value in body.items() if name != "components"}
    given = body.get("components")
    for component in walk(given if isinstance(given, list) else []):
        kind = component.get("type")
        if kind in SELECTS or (kind == ComponentType.BUTTON and component.get("style") != ButtonStyle.LINK):
            text = "Interactive components can only be sent by application-owned webhooks"  # unpublished code
            raise errors.FormError(
                {"components": {"_errors": [{"code": "WEBHOOK_COMPONENTS_NOT_ALLOWED", "message": text}]}}
            )
    return body


@ROUTES.on("GET", _MESSAGE, who=TOKEN_IN_PATH)
async def get_message(call: Call) -> Any:
    if (interaction := _interaction(call)) is not None:
        return message_view(call.state, _answer(call, interaction), interaction.application_id)
    return message_view(call.state, _message(call))


@ROUTES.on("PATCH", _MESSAGE, who=TOKEN_IN_PATH)
async def edit_message(call: Call) -> Any:
    if (interaction := _interaction(call)) is not None:
        message = _answer(call, interaction)
        answers.edit_answer(call.state, interaction, message, call.form, call.uploads)
        return message_view(call.state, message, interaction.application_id)
    message = _message(call)
    webhook, place = _webhook(call)
    if place.thread is not None and place.thread.archived:
        raise errors.THREAD_ARCHIVED()
    body = _allowed_body(call, webhook)
    drafts.check_edit(message, body, call.uploads)
    drafts.check_belongings(call.state, webhook.application_id, body)
    drafts.check_sizes(call.uploads, messages.upload_limit(call.state, place))
    return message_view(call.state, messages.edit(call.state, message, body, call.uploads))


@ROUTES.on("DELETE", _MESSAGE, who=TOKEN_IN_PATH, status=204)
async def delete_message(call: Call) -> None:
    interaction = _interaction(call)
    messages.delete(call.state, _message(call) if interaction is None else _answer(call, interaction))


def _answer(call: Call, interaction: Interaction) -> Message:
    if call.params["message_id"] == "@original":
        return answers.original(call.state, interaction)
    message = call.state.message(interaction.channel_id, call.id("message_id"))
    if message.interaction_id != interaction.id and message.id != interaction.message_id:
        raise errors.UNKNOWN_MESSAGE()
    return message


def _message(call: Call) -> Message:
    webhook, place = _webhook(call)
    return webhooks.message_of(call.state, webhook, place, call.id("message_id"))
