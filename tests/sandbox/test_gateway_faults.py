"""When things go wrong: the fault script's acts and orders, clients that fall silent or do not read, and the tap."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from sandbox.world.events import Event
from tests.sandbox.gateway_client import EVERYTHING, Client, World, a_world, until, until_gone


class Orders:
    """Faults as a test orders them."""

    def __init__(self) -> None:
        self.silences = 0
        self.duplicates: list[str] = []
        self.delays: dict[str, float] = {}

    def take_silence(self) -> bool:
        self.silences -= 1
        return self.silences >= 0

    def take_duplicate(self, event_name: str) -> bool:
        if event_name not in self.duplicates:
            return False
        self.duplicates.remove(event_name)
        return True

    def event_delay_seconds(self, event_name: str) -> float:
        return self.delays.get(event_name, 0.0)


class Notes:
    """A tap that remembers."""

    def __init__(self) -> None:
        self.out: list[tuple[str, int | None, str, int | None, str]] = []
        self.came: list[tuple[str | None, int | None, str | bytes]] = []

    def sent(
        self, session_id: str, application_id: int | None, event_name: str, seq: int | None, encoded_data: str
    ) -> None:
        self.out.append((session_id, application_id, event_name, seq, encoded_data))

    def received(self, session_id: str | None, op: int | None, raw: str | bytes) -> None:
        self.came.append((session_id, op, raw))


def interact(world: World) -> None:
    world.state.hub.emit(Event("INTERACTION_CREATE", {}, guild_id=world.guild, application_id=world.bot_id))


async def resumes(world: World, old: Client) -> bool:
    client = await world.greeted()
    await client.resume(world.token, old.session_id, old.seq)
    return bool((await client.frame())["t"] == "RESUMED")


async def test_reconnect_asks_bots_and_leaves_people_alone() -> None:
    async with a_world() as world:
        bot, ada = await world.bot(), await world.person(world.ada)
        assert world.gateway.reconnect(None) == 1
        assert (await bot.frame())["op"] == 7
        assert await ada.heard() == []
        assert world.gateway.reconnect(501) == 0
        await bot.ws.close(code=4000)
        assert await resumes(world, bot)


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalidated_session_resumes_only_if_that_was_said(resumable: bool) -> None:
    async with a_world() as world:
        bot = await world.bot()
        world.gateway.invalidate(world.bot_id, resumable=resumable)
        assert await bot.frame() == {"t": None, "s": None, "op": 9, "d": resumable}
        assert await resumes(world, bot) is resumable


async def test_after_an_invalid_session_one_may_identify_on_the_same_connection() -> None:
    async with a_world() as world:
        bot = await world.bot()
        world.gateway.invalidate(world.bot_id, resumable=False)
        assert (await bot.frame())["op"] == 9
        await bot.identify(world.token, intents=0)
        await bot.event("READY")


async def test_invalidating_forgets_sessions_that_wait_without_a_socket_too() -> None:
    async with a_world() as world:
        bot = await world.bot()
        await bot.leave(4000)
        assert world.gateway.invalidate(None, resumable=False) == 0
        assert not world.gateway.sessions


async def test_a_dropped_socket_ends_without_a_close_frame_and_the_session_can_be_resumed() -> None:
    async with a_world() as world:
        bot = await world.bot()
        assert world.gateway.drop(world.bot_id, None) == 1
        assert await bot.close_code() == 1006
        assert await resumes(world, bot)


async def test_a_drop_with_a_code_closes_with_it() -> None:
    async with a_world() as world:
        bot = await world.bot()
        world.gateway.drop(None, 4000)
        assert await bot.close_code() == 4000
        assert await resumes(world, bot)
        second = await world.bot()
        world.gateway.drop(world.bot_id, 4009)
        assert await second.close_code() == 4009
        assert not await resumes(world, second)


async def test_a_revoked_token_closes_with_4004_and_leaves_nothing_to_resume() -> None:
    async with a_world() as world:
        waiting, bot = await world.bot(), await world.bot()
        await waiting.leave(4000)
        assert world.gateway.revoke(world.bot_id) == 1
        assert await bot.close_code() == 4004
        assert not world.gateway.sessions


async def test_a_silent_connection_says_hello_and_then_never_a_word() -> None:
    orders = Orders()
    async with a_world(orders) as world:
        orders.silences = 1
        client = await world.greeted(autoping=False)
        await client.send(1)
        await client.identify(world.token, intents=0)
        # The WebSocket itself still answers: what had been written before would come before its second pong.
        for _ in range(2):
            await client.ws.ping()
            assert (await client.message()).type is aiohttp.WSMsgType.PONG
        assert not world.gateway.sessions


async def test_silence_is_kept_for_bots_when_a_page_logs_in() -> None:
    orders = Orders()
    async with a_world(orders) as world:
        orders.silences = 1
        await world.person(world.ada)
        client = await world.greeted()
        await client.identify(world.token, intents=0)
        await until(lambda: orders.silences == 0)


async def test_a_duplicate_is_dispatched_twice_under_two_numbers_and_to_bots_alone() -> None:
    orders = Orders()
    async with a_world(orders) as world:
        ada, bot = await world.person(world.ada), await world.bot()
        await ada.drain()
        orders.duplicates = ["INTERACTION_CREATE", "MESSAGE_CREATE"]
        interact(world)
        world.say()
        assert [(frame["s"], frame["t"]) for frame in await bot.drain()] == [
            (4, "INTERACTION_CREATE"),
            (5, "INTERACTION_CREATE"),
            (6, "MESSAGE_CREATE"),
            (7, "MESSAGE_CREATE"),
        ]
        assert await ada.heard() == ["MESSAGE_CREATE"]


async def test_a_delayed_event_comes_when_its_time_has_come() -> None:
    orders = Orders()
    async with a_world(orders) as world:
        bot = await world.bot()
        orders.delays = {"INTERACTION_CREATE": 2.0}
        interact(world)
        world.say()
        assert await bot.heard() == ["MESSAGE_CREATE"]
        world.state.clock.advance(2)
        assert await bot.heard() == ["INTERACTION_CREATE"]


async def test_a_server_that_comes_late_comes_after_ready_all_the_same() -> None:
    orders = Orders()
    orders.delays = {"GUILD_CREATE": 2.0, "READY": 2.0}
    async with a_world(orders) as world:
        client = await world.greeted()
        await client.identify(world.token, intents=EVERYTHING)
        assert await client.heard() == ["READY"]
        world.state.clock.advance(2)
        assert await client.heard() == ["GUILD_CREATE", "GUILD_CREATE"]


async def test_a_delayed_event_of_a_session_that_is_over_is_dropped() -> None:
    orders = Orders()
    async with a_world(orders) as world:
        bot = await world.bot()
        orders.delays = {"INTERACTION_CREATE": 2.0}
        interact(world)
        await bot.leave(1000)
        world.state.clock.advance(2)
        assert not world.gateway.sessions


async def test_a_client_without_a_heartbeat_is_asked_for_one_and_then_closed() -> None:
    async with a_world(heartbeat_interval_ms=20) as world:
        client = await world.greeted()
        assert (await client.frame())["op"] == 1
        assert await client.close_code() == 4000


async def test_moving_the_clock_does_not_make_a_client_seem_dead() -> None:
    async with a_world() as world:
        bot = await world.bot()
        world.state.clock.advance(3600)
        assert await bot.heard() == []


async def test_a_client_that_never_reads_is_cut_off_and_stalls_nobody() -> None:
    async with a_world(queue_bytes=1 << 20, replay_bytes=1 << 20, close_seconds=0.05) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(world.url.rsplit(":", 1)[1]), limit=1024)
        writer.write(
            b"GET /gateway?v=10 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        body = json.dumps({"op": 2, "d": {"token": world.token, "properties": {}, "intents": 513 | 32768}}).encode()
        writer.write(bytes([0x81, 0x80 | 126]) + len(body).to_bytes(2, "big") + bytes(4) + body)
        ada = await world.person(world.ada)
        while not world.gateway.is_online(world.bot_id):
            await ada.drain()
        transport: Any = writer.transport
        transport.pause_reading()
        session_id = next(s.id for s in world.gateway.sessions.values() if s.application_id is not None)
        for _ in range(100):
            for _ in range(5):
                world.say("x" * 100_000)
            await ada.drain()
        await until_gone(world, session_id)
        session = world.gateway.sessions[session_id]
        assert session._kept_bytes <= 1 << 20
        world.say()
        assert "MESSAGE_CREATE" in await ada.heard()
        transport.abort()
        await asyncio.wait([asyncio.ensure_future(reader.read())])


async def test_the_tap_sees_all_that_was_dispatched_and_all_that_came() -> None:
    notes = Notes()
    async with a_world(tap=notes) as world:
        bot = await world.bot(0)
        interact(world)
        await bot.drain()
        assert [(application_id, name, seq) for _, application_id, name, seq, _ in notes.out] == [
            (world.bot_id, "READY", 1),
            (world.bot_id, "INTERACTION_CREATE", 2),
        ]
        assert {session_id for session_id, *_ in notes.out} == {bot.session_id}
        assert json.loads(notes.out[1][4]) == {}
        assert [(session_id, op) for session_id, op, _ in notes.came] == [
            (None, 2),
            (bot.session_id, 1),
            (bot.session_id, 1),
        ]


async def test_the_tap_sees_what_the_fault_script_does_and_what_could_not_be_read() -> None:
    notes = Notes()
    async with a_world(tap=notes) as world:
        bot = await world.bot(0)
        world.gateway.reconnect(None)
        world.gateway.invalidate(None, resumable=True)
        assert [(name, seq, data) for _, _, name, seq, data in notes.out[1:]] == [
            ("RECONNECT", None, "null"),
            ("INVALID_SESSION", None, "true"),
        ]
        await bot.ws.send_str("{")
        assert await bot.close_code() == 4002
        assert notes.came[-1] == (None, None, "{")


async def test_a_client_that_vanishes_can_come_back() -> None:
    async with a_world() as world:
        bot = await world.bot()
        bot.ws._response.connection.transport.abort()  # type: ignore[union-attr]  # as a killed process would
        await until_gone(world, bot.session_id)
        assert not world.gateway.is_online(world.bot_id)
        assert await resumes(world, bot)
