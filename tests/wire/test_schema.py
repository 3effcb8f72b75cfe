"""A tour of every route that the sandbox serves; all that went over the wire is held against Discord's description."""

from __future__ import annotations

from typing import Final

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.wire.openapi import Description
from tests.wire.recorded import faults_of_run
from tests.wire.refused.court import open_court
from tests.wire.tour import applications, channels, guilds
from tests.wire.tour.visitor import Visitor

STATIONS: Final = (
    channels.visit_messages,
    channels.visit_threads,
    channels.visit_channels,
    channels.visit_webhooks,
    applications.visit_application,
    applications.visit_commands,
    applications.visit_interactions,
    applications.visit_emoji,
    applications.visit_purchases,
    guilds.visit_guild,
    guilds.visit_members,
    guilds.visit_users,
)


@pytest.fixture
async def visited(description: Description) -> Sandbox:
    """A sandbox through which the whole tour has gone."""
    async with Sandbox(port=0) as box:
        box.journal.record_bodies = True
        box.rest.ratelimits.enabled = False
        async with aiohttp.ClientSession(box.url) as http:
            visitor = Visitor(box, open_court(box.state), http)
            for station in STATIONS:
                await station(visitor)
    return box


async def test_every_route_fits_the_description_and_none_is_left_out(
    visited: Sandbox, description: Description
) -> None:
    exchanges = visited.journal.exchanges
    assert faults_of_run(description, exchanges, visited.journal.dispatches) == []
    seen = {
        visited.rest.find(exchange.method, exchange.path.partition("?")[0].removeprefix("/api/v10"))[0]
        for exchange in exchanges
    }
    assert sorted(f"{route.method} {route.template}" for route in visited.rest.routes if route not in seen) == []
