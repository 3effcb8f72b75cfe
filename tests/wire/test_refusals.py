"""Wrong requests, and what Discord answers to each: the status, the code, and the place in a form."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
import pytest
import pytest_asyncio

from sandbox.server import Sandbox
from tests.wire.openapi import Description
from tests.wire.refused import commands, components, interactions, messages, places
from tests.wire.refused.court import PREPARATIONS, Court, open_court
from tests.wire.refused.refusal import FORM, Refusal, fill
from tests.wire.refused.refusal import places as places_of

TABLE: Final = [*messages.TABLE, *components.TABLE, *commands.TABLE, *places.TABLE, *interactions.TABLE]
MIB: Final = 1 << 20

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as box:
        box.rest.ratelimits.enabled = False  # a hundred wrong requests a second are not what is judged here
        yield box


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def court(sandbox: Sandbox) -> Court:
    return open_court(sandbox.state)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


@pytest.mark.parametrize("refusal", TABLE, ids=[refusal.title for refusal in TABLE])
async def test_wrong_request_is_refused(
    court: Court, http: aiohttp.ClientSession, description_at_hand: Description | None, refusal: Refusal
) -> None:
    names = court.names | PREPARATIONS[refusal.after](court)
    path = "/api/v10" + fill(refusal.path, names)
    body = fill(refusal.body, names)
    async with http.request(refusal.method, path, json=body, headers=court.headers[refusal.who]) as response:
        answer = await response.json()
    assert (response.status, answer.get("code")) == (refusal.status, refusal.code), answer
    if refusal.code == FORM:
        found = places_of(answer["errors"])
        assert any(place == refusal.at or place.startswith(refusal.at) for place in found), answer
    operation = description_at_hand and description_at_hand.operation(refusal.method, path)
    if description_at_hand and operation:
        assert description_at_hand.check_response(operation, response.status, answer) == []


async def test_table_has_no_title_twice() -> None:
    titles = [refusal.title for refusal in TABLE]
    assert len(titles) == len(set(titles))
    assert len(titles) >= 60


async def _send(
    http: aiohttp.ClientSession, court: Court, data: Any, headers: dict[str, str] | None = None
) -> tuple[int, int]:
    path = fill("/api/v10/channels/{text}/messages", court.names)
    async with http.post(path, data=data, headers={**court.headers["bot"], **(headers or {})}) as response:
        answer = await response.json()
    return response.status, answer["code"]


def _files(*sizes: int, payload: str | None = "{}") -> aiohttp.FormData:
    form = aiohttp.FormData()
    if payload is not None:
        form.add_field("payload_json", payload, content_type="application/json")
    for number, size in enumerate(sizes):
        form.add_field(f"files[{number}]", io.BytesIO(b"\0" * size), filename=f"{number}.bin")
    return form


async def test_body_that_is_no_json_is_refused(court: Court, http: aiohttp.ClientSession) -> None:
    for wrong in (b"{", b"{'content': 'x'}", b"\xff\xfe", b""):
        status = await _send(http, court, wrong, {"Content-Type": "application/json"})
        assert status == ((400, 50006) if wrong == b"" else (400, 50109)), wrong


async def test_form_with_broken_json_is_refused(court: Court, http: aiohttp.ClientSession) -> None:
    assert await _send(http, court, _files(1, payload="{")) == (400, 50109)


async def test_file_past_the_limit_is_refused_and_at_the_limit_taken(court: Court, http: aiohttp.ClientSession) -> None:
    assert await _send(http, court, _files(10 * MIB + 1)) == (413, 40005)
    path = fill("/api/v10/channels/{text}/messages", court.names)
    async with http.post(path, data=_files(10 * MIB), headers=court.headers["bot"]) as response:
        assert response.status == 200, await response.text()


async def test_request_past_25_mib_is_refused(court: Court, http: aiohttp.ClientSession) -> None:
    assert await _send(http, court, _files(9 * MIB, 9 * MIB, 9 * MIB)) == (413, 40005)


async def test_boosted_server_takes_larger_files(court: Court, http: aiohttp.ClientSession) -> None:
    guild = court.state.guilds[int(court.names["guild"])]
    guild.premium_tier = 2
    try:
        path = fill("/api/v10/channels/{text}/messages", court.names)
        async with http.post(path, data=_files(11 * MIB), headers=court.headers["bot"]) as response:
            assert response.status == 200, await response.text()
    finally:
        guild.premium_tier = 0


async def test_link_to_a_file_must_be_signed_and_ends_after_a_day(
    sandbox: Sandbox, court: Court, http: aiohttp.ClientSession
) -> None:
    path = fill("/api/v10/channels/{text}/messages", court.names)
    async with http.post(path, data=_files(5), headers=court.headers["bot"]) as response:
        url = (await response.json())["attachments"][0]["url"]

    async def status(link: str) -> int:
        async with http.get(link) as response:
            return response.status

    assert await status(url) == 200
    assert await status(url.partition("?")[0]) == 404
    assert await status(url.replace("hm=", "hm=0")) == 404
    assert await status(url.replace("ex=", "ex=f")) == 404
    sandbox.state.clock.advance(24 * 3600 + 1)
    assert await status(url) == 404


async def test_sixteenth_webhook_of_a_channel_is_refused(court: Court, http: aiohttp.ClientSession) -> None:
    path = fill("/api/v10/channels/{hidden}/webhooks", court.names)
    hidden = court.state.channels[int(court.names["hidden"])]
    doors, hidden.overwrites = hidden.overwrites, []
    court.state.save(hidden)
    answers = []
    for number in range(16):
        async with http.post(path, json={"name": f"w{number}"}, headers=court.headers["bot"]) as response:
            answers.append((response.status, (await response.json()).get("code")))
    hidden.overwrites = doors
    court.state.save(hidden)
    assert answers[14] == (200, None)
    assert answers[15] == (400, 30007)
