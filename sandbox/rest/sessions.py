"""Where the gateway is, and how often one may still start a session."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS, TOKEN_IN_PATH, Call, Routes
from sandbox.rules import limits

ROUTES = Routes()


def gateway_url(call: Call) -> str:
    return call.state.base_url.replace("http", "ws", 1) + "/gateway"


@ROUTES.on("GET", "/gateway", who=TOKEN_IN_PATH)
async def find_gateway(call: Call) -> Any:
    return {"url": gateway_url(call)}


@ROUTES.on("GET", "/gateway/bot", who=BOTS)
async def find_bot_gateway(call: Call) -> Any:
    guilds = len(call.state.guilds_of(call.actor.user_id))
    view = {"url": gateway_url(call), "shards": max(1, -(-2 * guilds // limits.GUILDS_PER_SHARD))}
    if call.session_starts is not None:
        view["session_start_limit"] = call.session_starts(call.actor.application_id or 0)
    return view


@ROUTES.on("GET", "/soundboard-default-sounds")
async def list_default_sounds(call: Call) -> Any:
    """There are none here; py-cord asks for them when it logs in."""
    return []
