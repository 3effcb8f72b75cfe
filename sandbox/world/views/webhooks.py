"""Webhooks on the wire: a channel's, and the one that an interaction's token stands for."""

from __future__ import annotations

from typing import Any

from sandbox.world.entities import Application, Webhook
from sandbox.world.state import State
from sandbox.world.views.users import user_view

Json = dict[str, Any]

_INCOMING, _APPLICATION = 1, 3


def webhook_view(state: State, webhook: Webhook, *, with_user: bool = True) -> Json:
    """`with_user` is false where the token was enough to ask."""
    view: Json = {
        "id": str(webhook.id),
        "type": _INCOMING,
        "name": webhook.name,
        "avatar": webhook.avatar,
        "channel_id": str(webhook.channel_id),
        "guild_id": str(webhook.guild_id),
        "application_id": None if webhook.application_id is None else str(webhook.application_id),
        "token": webhook.token,
        "url": f"{state.base_url}/api/webhooks/{webhook.id}/{webhook.token}",
    }
    if with_user and webhook.creator_id in state.users:
        view["user"] = user_view(state.users[webhook.creator_id])
    return view


def application_webhook_view(state: State, application: Application) -> Json:
    """What an interaction's token speaks through."""
    return {
        "id": str(application.id),
        "type": _APPLICATION,
        "name": application.name,
        "avatar": state.users[application.id].avatar,
        "channel_id": None,
        "guild_id": None,
        "application_id": str(application.id),
    }
