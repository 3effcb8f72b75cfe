"""A tour of every route that the sandbox serves; all that went over the wire is held against Discord's description."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.wire.openapi import Description
from tests.wire.recorded import assert_fits
from tests.wire.refused.court import open_court
from tests.wire.tour import applications, channels, guilds, people
from tests.wire.tour.visitor import Visitor

PARAMETER: Final = re.compile(r"\{\w+\}")
HELLO: Final = {"intents": (1 << 26) - 1 & ~(1 << 17 | 1 << 18 | 1 << 19 | 1 << 22 | 1 << 23), "properties": {}}
STATIONS: Final = (
    channels.visit_messages,
    channels.visit_threads,
    channels.visit_channels,
    channels.visit_webhooks,
    applications.visit_application,
    applications.visit_commands,
    applications.visit_interactions,
    applications.visit_emoji,
    people.visit_purchases,
    people.visit_as_a_person,
    people.visit_sign_in,
    guilds.visit_guild,
    guilds.visit_members,
    guilds.visit_users,
    guilds.visit_search,
    guilds.visit_invites,
    guilds.leave,
)


async def read_all(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Only that the gateway has somebody to tell."""
    async for _ in socket:
        pass


@pytest.fixture
async def visited(description: Description) -> Sandbox:
    """A sandbox through which the whole tour has gone."""
    async with Sandbox(port=0) as box:
        box.journal.record_bodies = True
        box.rest.ratelimits.enabled = False
        async with aiohttp.ClientSession(box.url) as http:
            visitor = Visitor(box, open_court(box.state), http)
            async with http.ws_connect("/gateway?v=10&encoding=json") as socket, asyncio.TaskGroup() as group:
                await socket.receive_json()
                await socket.send_json({"op": 2, "d": {"token": visitor.court.app.token, **HELLO}})
                reading = group.create_task(read_all(socket))
                for station in STATIONS:
                    await station(visitor)
                reading.cancel()
    return box


async def test_every_route_fits_the_description_and_none_is_left_out(
    visited: Sandbox, description: Description
) -> None:
    exchanges = visited.journal.exchanges
    assert_fits(description, exchanges, visited.journal.dispatches)
    seen = {
        visited.rest.find(exchange.method, exchange.path.partition("?")[0].removeprefix("/api/v10"))[0]
        for exchange in exchanges
    }
    untouched = sorted(f"{route.method} {route.template}" for route in visited.rest.routes if route not in seen)
    assert not untouched, "\n".join(untouched)


async def test_route_of_discord_that_is_not_served_says_so(description: Description) -> None:
    """It answers 501 and never passes for another route: /guilds/1/members/search is not the member called search."""
    async with Sandbox(port=0) as box, aiohttp.ClientSession(box.url) as http:
        box.rest.ratelimits.enabled = False
        served = {(route.method, _shape(route.template)) for route in box.rest.routes}
        for operation in description.operations:
            path = PARAMETER.sub("123456789012345678", operation.template)
            if (operation.method, _shape(operation.template)) in served or "@" in path:
                continue
            headers = {"Authorization": f"Bot {box.bot_token}"}
            async with http.request(operation.method, f"/api/v10{path}", headers=headers) as response:
                assert response.status in (405, 501), operation.name
                if response.status == 501:
                    assert path in (await response.json())["message"]


def _shape(template: str) -> str:
    return PARAMETER.sub("{}", template)
