"""A channel's webhooks, managed by those who may, or by whoever holds the token."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import TOKEN_IN_PATH, Call, Routes
from sandbox.rest.pictures import keep_picture
from sandbox.rules import errors
from sandbox.rules.checks.guilds import check_webhook
from sandbox.rules.ids import parse
from sandbox.rules.kinds import FORUMS, ChannelType
from sandbox.rules.permissions import Permission
from sandbox.world import permissions, webhooks
from sandbox.world.entities import Channel, Webhook
from sandbox.world.views import application_webhook_view, webhook_view

ROUTES = Routes()
Json = dict[str, Any]

# Named as in `dispatch.py`, where a webhook with its token has rate limits of its own.
BY_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"
_HOSTS = frozenset(
    {
        ChannelType.GUILD_TEXT,
        ChannelType.GUILD_ANNOUNCEMENT,
        ChannelType.GUILD_VOICE,
        ChannelType.GUILD_STAGE_VOICE,
        *FORUMS,
    }
)


def _host(call: Call, channel: Channel) -> Channel:
    """A channel that the actor may give webhooks to."""
    if channel.guild_id is None:
        raise errors.CANNOT_ON_DM()
    permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_WEBHOOKS)
    if channel.type not in _HOSTS:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    return channel


@ROUTES.on("POST", "/channels/{channel_id}/webhooks")
async def create_webhook(call: Call) -> Any:
    channel = _host(call, call.channel())
    check_webhook(call.form)
    webhook = webhooks.make(
        call.state,
        channel,
        call.form["name"].strip(),
        call.actor.user_id,
        avatar=keep_picture(call.state, call.form.get("avatar"), "avatar"),
        application_id=call.actor.application_id,
    )
    return webhook_view(call.state, webhook)


@ROUTES.on("GET", "/channels/{channel_id}/webhooks")
async def list_channel_webhooks(call: Call) -> Any:
    channel = _host(call, call.channel())
    return [webhook_view(call.state, one) for one in call.state.webhooks_of(channel_id=channel.id)]


@ROUTES.on("GET", "/guilds/{guild_id}/webhooks")
async def list_guild_webhooks(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_WEBHOOKS)
    return [webhook_view(call.state, one) for one in call.state.webhooks_of(guild_id=guild.id)]


def _managed(call: Call) -> Webhook:
    """By id alone, so it takes the right to manage it; an application may always see to its own."""
    webhook = call.state.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise errors.UNKNOWN_WEBHOOK()
    if webhook.application_id is None or webhook.application_id != call.actor.application_id:
        channel = call.state.channel(webhook.channel_id)
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_WEBHOOKS)
    return webhook


@ROUTES.on("GET", "/webhooks/{webhook_id}")
async def get_webhook(call: Call) -> Any:
    return webhook_view(call.state, _managed(call))


@ROUTES.on("PATCH", "/webhooks/{webhook_id}")
async def edit_webhook(call: Call) -> Any:
    webhook = _managed(call)
    check_webhook(call.form, partial=True)
    left_channel_id = webhook.channel_id
    if call.form.get("channel_id") is not None:
        channel = _host(call, call.state.channel(parse(call.form["channel_id"]) or 0))
        if channel.guild_id != webhook.guild_id:
            raise errors.UNKNOWN_CHANNEL()
        webhook.channel_id = channel.id
    _change(call, webhook, left_channel_id)
    return webhook_view(call.state, webhook)


@ROUTES.on("DELETE", "/webhooks/{webhook_id}", status=204)
async def delete_webhook(call: Call) -> None:
    webhooks.delete(call.state, _managed(call))


def _change(call: Call, webhook: Webhook, left_channel_id: int) -> None:
    if call.form.get("name") is not None:
        webhook.name = call.form["name"].strip()
    if "avatar" in call.form:
        webhook.avatar = keep_picture(call.state, call.form["avatar"], "avatar")
    webhooks.change(call.state, webhook, left_channel_id=left_channel_id)


# -- by token ---------------------------------------------------------------------------------------------------------


def _held(call: Call) -> Webhook:
    return webhooks.find(call.state, call.id("webhook_id"), call.params["webhook_token"])


@ROUTES.on("GET", BY_TOKEN, who=TOKEN_IN_PATH)
async def get_webhook_by_token(call: Call) -> Any:
    interaction = call.state.interactions.get(call.params["webhook_token"])
    if interaction is not None and interaction.application_id == call.id("webhook_id"):
        return application_webhook_view(call.state, call.state.applications[interaction.application_id])
    return webhook_view(call.state, _held(call), with_user=False)


@ROUTES.on("PATCH", BY_TOKEN, who=TOKEN_IN_PATH)
async def edit_webhook_by_token(call: Call) -> Any:
    webhook = _held(call)
    check_webhook(call.form, partial=True)
    _change(call, webhook, webhook.channel_id)
    return webhook_view(call.state, webhook, with_user=False)


@ROUTES.on("DELETE", BY_TOKEN, who=TOKEN_IN_PATH, status=204)
async def delete_webhook_by_token(call: Call) -> None:
    webhooks.delete(call.state, _held(call))
