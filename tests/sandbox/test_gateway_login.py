"""Coming in: HELLO, IDENTIFY and READY, and what is refused with which code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.gateway.intents import GUILD_MEMBERS, GUILD_MESSAGES, GUILDS, MESSAGE_CONTENT
from sandbox.world.actors import person_token
from sandbox.world.entities import Grant
from tests.sandbox.gateway_client import EVERYTHING, World, a_world

TRANSPORTS = ["v=10&encoding=json", "v=9", "v=10&compress=zlib-stream", "v=10&compress=zstd-stream"]


@pytest.mark.parametrize("query", TRANSPORTS)
async def test_a_bot_logs_in_over_every_transport(query: str) -> None:
    async with a_world() as world:
        client = await world.connect(query)
        hello = await client.frame()
        assert hello == {"t": None, "s": None, "op": 10, "d": {"heartbeat_interval": 41_250}}
        await client.send(1)
        assert (await client.frame())["op"] == 11
        await client.identify(world.token, intents=EVERYTHING, compress=True)
        ready = await client.event("READY")
        assert ready["v"] == (9 if query == "v=9" else 10)
        assert ready["user"]["id"] == ready["application"]["id"] == str(world.bot_id)
        assert ready["session_type"] == "normal"
        assert ready["resume_gateway_url"] == world.url.replace("http", "ws") + "/gateway"
        assert ready["guilds"] == [{"id": str(g), "unavailable": True} for g in (world.guild, world.other_guild)]
        assert {(await client.event("GUILD_CREATE"))["id"] for _ in range(2)} == {g["id"] for g in ready["guilds"]}
        assert client.seq == 3


async def test_the_gateway_also_answers_at_the_root_path() -> None:
    async with a_world() as world:
        assert (await (await world.connect(path="/")).frame())["op"] == 10


async def test_payload_compression_begins_after_identify_when_there_is_no_transport_compression() -> None:
    async with a_world() as world:
        client = await world.greeted()
        await client.identify(world.token, intents=0, compress=True)
        message = await client.message()
        assert isinstance(message.data, bytes)
        assert client._decode(message.data)["t"] == "READY"


async def test_without_the_guilds_intent_no_guild_is_created() -> None:
    async with a_world() as world:
        client = await world.greeted()
        await client.identify(world.token, intents=GUILD_MESSAGES)
        assert len((await client.event("READY"))["guilds"]) == 2
        assert await client.heard() == []


async def test_a_shard_is_told_of_its_own_guilds_and_of_its_number() -> None:
    async with a_world() as world:
        client = await world.greeted()
        await client.identify(world.token, intents=GUILDS, shard=[1, 2])
        ready = await client.event("READY")
        assert ready["shard"] == [1, 2]
        assert [guild["id"] for guild in ready["guilds"]] == [str(world.guild)]
        assert await client.heard() == ["GUILD_CREATE"]


async def test_a_person_logs_in_without_intents_and_finds_whole_guilds_with_who_is_online() -> None:
    async with a_world() as world:
        await world.bot()
        client = await world.greeted()
        await client.identify(person_token(world.state, world.ada))
        ready = await client.event("READY")
        assert [channel["id"] for channel in ready["guilds"][0]["channels"]] == [str(world.channel)]
        online = {presence["user"]["id"]: presence["status"] for presence in ready["guilds"][0]["presences"]}
        assert online == {str(world.bot_id): "online", str(world.ada): "online"}


IDENTIFY: dict[str, Any] = {"token": "TOKEN", "properties": {}, "intents": 1}
REFUSED: list[tuple[str, int]] = [
    ("{", 4002),
    ("[]", 4002),
    ("[" * 4000, 4002),
    ('{"d": 1}', 4002),
    ('{"op": true}', 4002),
    ('{"op": 1, "d": "soon"}', 4002),
    (json.dumps({"op": 1, "d": None, "x": "x" * 4096}), 4002),
    ('{"op": 5}', 4001),
    ('{"op": 10}', 4001),
    ('{"op": 99}', 4001),
    ('{"op": 3, "d": {}}', 4003),
    ('{"op": 8, "d": {}}', 4003),
    ('{"op": 2, "d": []}', 4002),
    (json.dumps({"op": 2, "d": IDENTIFY | {"token": 7}}), 4002),
    (json.dumps({"op": 2, "d": IDENTIFY | {"token": "nobody.at.all"}}), 4004),
    (json.dumps({"op": 2, "d": IDENTIFY | {"token": "Bearer access"}}), 4004),
    (json.dumps({"op": 2, "d": IDENTIFY | {"token": "\ud800"}}), 4004),
    (json.dumps({"op": 2, "d": {"token": "TOKEN", "intents": 1}}), 4002),
    (json.dumps({"op": 2, "d": IDENTIFY | {"presence": 1}}), 4002),
    (json.dumps({"op": 2, "d": IDENTIFY | {"presence": {"status": "asleep"}}}), 4002),
    (json.dumps({"op": 2, "d": IDENTIFY | {"shard": [2, 2]}}), 4010),
    (json.dumps({"op": 2, "d": IDENTIFY | {"shard": [0]}}), 4010),
    (json.dumps({"op": 2, "d": IDENTIFY | {"shard": "0/1"}}), 4010),
    (json.dumps({"op": 2, "d": {"token": "TOKEN", "properties": {}}}), 4013),
    (json.dumps({"op": 2, "d": IDENTIFY | {"intents": -1}}), 4013),
    (json.dumps({"op": 2, "d": IDENTIFY | {"intents": 1 << 18}}), 4013),
    (json.dumps({"op": 2, "d": IDENTIFY | {"intents": "all"}}), 4013),
    (json.dumps({"op": 2, "d": IDENTIFY | {"intents": GUILD_MEMBERS}}), 4014),
    ('{"op": 6, "d": null}', 4002),
    (json.dumps({"op": 6, "d": {"token": "TOKEN", "session_id": 1, "seq": 1}}), 4002),
    (json.dumps({"op": 6, "d": {"token": "TOKEN", "session_id": "s", "seq": None}}), 4002),
    (json.dumps({"op": 6, "d": {"token": "no.no.no", "session_id": "s", "seq": 1}}), 4004),
]


@pytest.mark.parametrize(("raw", "code"), REFUSED)
async def test_what_is_wrong_closes_the_connection_with_discords_code(raw: str, code: int) -> None:
    async with a_world() as world:
        world.state.applications[world.bot_id].flags = 1 << 19  # of the privileged intents it may have one
        expires_ms = world.state.clock.now_ms() + 1000
        world.state.save(Grant(9, world.bot_id, world.ada, ["identify"], access_token="access", expires_ms=expires_ms))
        client = await world.greeted()
        await client.ws.send_str(raw.replace("TOKEN", world.token))
        assert await client.close_code() == code
        assert not world.gateway.sessions


@pytest.mark.parametrize("query", ["", "v=8", "v=ten", "v=10&encoding=etf", "v=10&compress=gzip"])
async def test_an_unknown_version_encoding_or_compression_is_refused_for_good(query: str) -> None:
    async with a_world() as world:
        assert await (await world.connect(query)).close_code() == 4012


async def test_an_application_with_flags_may_have_the_intents_they_name() -> None:
    async with a_world() as world:
        world.state.applications[world.bot_id].flags = 1 << 19
        await world.bot(GUILDS | MESSAGE_CONTENT)


async def test_a_revoked_token_does_not_log_in() -> None:
    async with a_world() as world:
        world.state.applications[world.bot_id].token_revoked = True
        client = await world.greeted()
        await client.identify(world.token, intents=1)
        assert await client.close_code() == 4004


@pytest.mark.parametrize("op", [2, 6])
async def test_who_has_logged_in_may_not_do_so_again(op: int) -> None:
    async with a_world() as world:
        client = await world.bot()
        await client.send(op, {"token": world.token})
        assert await client.close_code() == 4005


async def test_binary_json_is_understood_and_voice_and_soundboards_are_passed_over() -> None:
    async with a_world() as world:
        client = await world.bot()
        await client.ws.send_bytes(b'{"op":4,"d":{"guild_id":"1"}}')
        await client.send(31, {"guild_ids": []})
        assert await client.heard() == []


async def test_a_plain_request_is_told_that_this_is_a_websocket() -> None:
    async with a_world() as world, world.http.get(f"{world.url}/gateway?v=10") as response:
        assert response.status == 400


async def test_a_message_past_all_bounds_closes_before_it_is_read() -> None:
    async with a_world() as world:
        client = await world.greeted()
        await client.ws.send_str("x" * (2 << 20))
        assert await client.close_code() in (1009, 1006)
        await world.bot()


async def closes_after(world: World, sends: int) -> int | None:
    client = await world.greeted()
    for _ in range(sends):
        await client.send(1)
    return await client.close_code()


async def test_more_payloads_a_minute_than_allowed_close_with_4008() -> None:
    async with a_world(sends=5) as world:
        assert await closes_after(world, 6) == 4008


async def test_the_window_of_payloads_moves_with_the_clock() -> None:
    async with a_world(sends=5) as world:
        client = await world.greeted()
        for _ in range(3):
            for _ in range(5):
                await client.drain()
            world.state.clock.advance(60)
        await client.drain()


async def test_a_second_start_within_five_seconds_is_an_invalid_session_and_later_is_not() -> None:
    async with a_world(start_seconds=5.0) as world:
        await world.bot()
        client = await world.greeted()
        await client.identify(world.token, intents=1)
        assert await client.frame() == {"t": None, "s": None, "op": 9, "d": False}
        world.state.clock.advance(5)
        await client.identify(world.token, intents=1)
        await client.event("READY")


async def test_shards_with_different_remainders_may_start_together() -> None:
    async with a_world(start_seconds=5.0, max_concurrency=2) as world:
        await world.bot(shard=[0, 3])
        await world.bot(shard=[1, 3])
        client = await world.greeted()
        await client.identify(world.token, intents=1, shard=[2, 3])
        assert (await client.frame())["op"] == 9


async def test_starts_are_counted_down_and_the_count_returns_after_a_day() -> None:
    async with a_world(starts_per_day=2) as world:
        assert world.gateway.session_start_limit(world.bot_id) == {
            "total": 2,
            "remaining": 2,
            "reset_after": 0,
            "max_concurrency": 1,
        }
        await world.bot()
        await world.bot()
        limit = world.gateway.session_start_limit(world.bot_id)
        assert limit["remaining"] == 0
        assert 86_000_000 < limit["reset_after"] <= 86_400_000
        client = await world.greeted()
        await client.identify(world.token, intents=1)
        assert (await client.frame())["op"] == 9
        world.state.clock.advance(86_401)
        assert world.gateway.session_start_limit(world.bot_id)["remaining"] == 2
