"""Whatever comes in over the gateway: a close code that says what was wrong, and everyone else is served on."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.gateway import GatewayLimits
from sandbox.server import Sandbox
from sandbox.world import messages
from tests.sandbox.hostile import Hostile, hostile

UPGRADE = (
    "GET /gateway?v=10&encoding=json HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n"
).format(base64.b64encode(b"0" * 16).decode())
FIELDS = ["op", "d", "s", "t", "token", "properties", "intents", "shard", "session_id", "seq", "compress", "presence"]
FIELDS += [
    "status",
    "activities",
    "guild_id",
    "query",
    "limit",
    "user_ids",
    "nonce",
    "large_threshold",
    "game",
    "since",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800")
values = st.recursive(
    scalars, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), one, max_size=5)
)
payloads = st.fixed_dictionaries({"op": st.sampled_from([1, 2, 3, 4, 6, 8, 31]) | values, "d": values})


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    with hostile(tmp_path_factory.mktemp("victim") / "state.db") as one:
        yield one


@pytest.fixture(autouse=True)
def _still_well(victim: Hostile) -> Iterator[None]:
    yield
    victim.must_be_well()


def frame(opcode: int, data: bytes, *, masked: bool = True, announced: int | None = None) -> bytes:
    """A WebSocket frame as a client sends it; masked with zeros, so the data stays readable."""
    size = len(data) if announced is None else announced
    mark = 0x80 if masked else 0
    if size < 126:
        head = struct.pack(">BB", opcode, mark | size)
    elif size < 65536:
        head = struct.pack(">BBH", opcode, mark | 126, size)
    else:
        head = struct.pack(">BBQ", opcode, mark | 127, size)
    return head + (bytes(4) if masked else b"") + data


def after(victim: Hostile, *frames: bytes) -> bytes:
    """All that comes back until the gateway hangs up, which it may do before it has read all."""
    answer = b""
    with victim.plug() as plug:
        try:
            plug.sendall(UPGRADE.encode() + b"".join(frames))
            plug.sendall(frame(0x88, struct.pack(">H", 1000)))
            while chunk := plug.recv(1 << 16):
                answer += chunk
        except ConnectionError:
            pass
        return answer


@settings(
    max_examples=300, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(first=payloads, logs_in=st.booleans(), then=payloads)
def test_no_payload_upsets_the_gateway(victim: Hostile, first: Any, logs_in: bool, then: Any) -> None:
    login = {"op": 2, "d": {"token": victim.box.token_of("cleo"), "properties": {}}}
    sent = [json.dumps(one).encode() for one in (login if logs_in else first, then)]
    assert b"101" in after(victim, *(frame(0x81, one) for one in sent))[:20]


@pytest.mark.parametrize(
    "bad",
    [
        frame(0x81, b"{"),
        frame(0x81, b"\xff\xfe"),
        frame(0x82, b"\x00\x01\x02"),
        frame(0x81, b'{"op":' * 500),
        frame(0x81, b"9" * 4000),
        frame(0x81, b'{"op": 1e999}'),
        frame(0x81, b'{"op": ' + b"9" * 4000 + b"}"),
        frame(0x81, b"x" * 5000),  # larger than a payload may be
        frame(0x81, b"x" * (2 << 20)),  # larger than is read at all
        frame(0x81, b"", announced=1 << 62),
        frame(0x80, b"x"),  # goes on with what never began
        frame(0x83, b"x"),  # an opcode that there is not
        frame(0xF1, b"x"),  # an extension that was not agreed on
        frame(0x89, b"x" * 200),  # a ping may not be so long
        frame(0x88, b"\x00"),  # half a close code
        frame(0x88, struct.pack(">H", 5)),
        frame(0x88, struct.pack(">H", 1000) + b"\xff"),
        random.Random(3).randbytes(512),
    ],
    ids=lambda one: repr(one[:10]),
)
def test_a_bad_frame_closes_its_own_connection_only(victim: Hostile, bad: bytes) -> None:
    assert after(victim, bad)[9:12] in (b"101", b"")


@pytest.mark.parametrize(
    "query", ["", "?v=x", "?v=10&encoding=etf", "?v=10&compress=%ff", "?v=10&v=9", "?v=" + "9" * 5000]
)
def test_a_gateway_that_is_asked_for_wrongly_says_so(victim: Hostile, query: str) -> None:
    with victim.plug() as plug:
        plug.sendall(UPGRADE.replace("?v=10&encoding=json", query).encode())
        answer = plug.recv(1 << 16)
    assert answer[9:12] in (b"101", b"400"), answer


@pytest.mark.parametrize("cut", [10, 60, len(UPGRADE) - 2, len(UPGRADE)])
def test_who_hangs_up_while_connecting_is_forgotten(victim: Hostile, cut: int) -> None:
    for _ in range(20):
        with victim.plug() as plug:
            plug.sendall(UPGRADE.encode()[:cut])


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A gateway that has little patience with those who do not read."""
    limits = GatewayLimits(queue_frames=200, queue_bytes=1 << 20, close_seconds=0.1)
    async with Sandbox(port=0, gateway_limits=limits, keep=10) as box:
        yield box


async def test_a_client_that_never_reads_is_cut_off_and_costs_nobody_else_anything(narrow: Sandbox) -> None:
    state = narrow.state
    channel = next(one for one in state.channels.values() if one.name == "general")
    login = json.dumps({"op": 2, "d": {"token": narrow.token_of("cleo"), "properties": {}}}).encode()
    _, deaf = await asyncio.open_connection("127.0.0.1", narrow.port, limit=1024)
    deaf.write(UPGRADE.encode() + frame(0x81, login))
    await deaf.drain()
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{narrow.url}/gateway?v=10") as attentive:
        await attentive.receive_json()
        await attentive.send_json({"op": 2, "d": {"token": narrow.token_of("ada"), "properties": {}}})
        while len([s for s in narrow.gateway.sessions.values() if s.outlet is not None]) < 2:
            await asyncio.wait_for(attentive.receive_json(), 5)
        for n in range(4000):
            messages.send(state, channel, narrow.person("ben").id, {"content": f"{n} " + "x" * 1900})
            while (heard := await asyncio.wait_for(attentive.receive_json(), 5))["t"] != "MESSAGE_CREATE":
                pass
            assert heard["d"]["content"].startswith(f"{n} ")
            if any(session.outlet is None for session in narrow.gateway.sessions.values()):
                break
        assert any(session.outlet is None for session in narrow.gateway.sessions.values()), "it was never cut off"
    deaf.close()
