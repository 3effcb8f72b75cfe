"""Habits of libraries that the suite does not run: py-cord 2.8, interactions.py 5.16. Each broke a login once.

They, nextcord 2.6 and oceanic.js 1.15 went through command, defer, edit, click, reaction and resume by hand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.gateway.intents import KNOWN
from sandbox.server import Sandbox
from tests.wire.refused.court import PREPARATIONS, open_court
from tests.wire.refused.interactions import CALLBACK, ORIGINAL
from tests.wire.refused.refusal import button, fill, row
from tests.wire.tour.visitor import Visitor


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with Sandbox(port=0) as box, aiohttp.ClientSession(box.url) as http:
        yield Visitor(box, open_court(box.state), http)


async def test_url_encoded_form_may_carry_the_payload(visitor: Visitor) -> None:
    """py-cord's answers to interactions, where they have no file."""
    names = visitor.court.names | PREPARATIONS["command"](visitor.court)
    answer = {"payload_json": json.dumps({"type": 4, "data": {"content": "said in a form"}})}
    await visitor.ask("POST", fill(CALLBACK, names), form=answer, who="nobody")
    assert (await visitor.ask("GET", fill(ORIGINAL, names)))["content"] == "said in a form"


async def test_what_was_null_is_left_out(visitor: Visitor) -> None:
    """interactions.py names every field that a button or an option could have."""
    said = await visitor.say(visitor["text"], components=[row(button(emoji=None, url=None))], embeds=None)
    shown = said["components"][0]["components"][0]
    assert {"emoji", "url"}.isdisjoint(shown)
    option = {"type": 3, "name": "words", "description": "x", "min_length": None, "choices": None}
    command = {"name": "say", "description": "x", "options": [option]}
    made = await visitor.ask("POST", f"/applications/{visitor['app']}/commands", command)
    assert {"min_length", "choices"}.isdisjoint(made["options"][0])


async def test_undocumented_intent_of_activities_is_let_through(visitor: Visitor) -> None:
    """interactions.py asks for bit 17 by default."""
    async with (
        aiohttp.ClientSession(visitor.box.url) as http,
        http.ws_connect("/gateway?v=10&encoding=json") as socket,
    ):
        await socket.receive_json()
        about = {"token": visitor.court.app.token, "intents": KNOWN | 1 << 17, "properties": {}}
        await socket.send_json({"op": 2, "d": about})
        assert (await socket.receive_json())["t"] == "READY"
