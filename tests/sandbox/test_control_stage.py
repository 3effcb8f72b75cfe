"""The control under /_sim/, over a real socket: what it does, and how it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.control import stage, world
from sandbox.control.stage import routes
from sandbox.rest.ratelimits import RateLimits
from sandbox.rules.clock import Clock
from sandbox.sim.faults import FaultScript
from sandbox.sim.journal import Journal
from sandbox.world.actors import Actor, ActorKind
from sandbox.world.entities import Application
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage


@dataclass
class Gateway:
    """Notes what it was told; the real one has tests of its own."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    def reconnect(self, application_id: int | None = None) -> int:
        self.told.append(("reconnect", application_id))
        return 2

    def invalidate(self, application_id: int | None = None, *, resumable: bool) -> int:
        self.told.append(("invalidate", application_id, resumable))
        return 2

    def drop(self, application_id: int | None = None, code: int | None = None) -> int:
        self.told.append(("drop", application_id, code))
        return 2

    def revoke(self, application_id: int) -> int:
        self.told.append(("revoke", application_id))
        return 1


@dataclass
class Bench:
    """Everything that the routes act on, and a client to ask them with."""

    state: State
    gateway: Gateway
    faults: FaultScript
    journal: Journal
    limits: RateLimits
    client: TestClient[web.Request, web.Application]

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        async with self.client.request(method, path, data=data) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    clock = Clock()
    state = State(MemoryStorage(), clock)
    state.save(Application(7, "Demo", "token", "secret"))
    gateway, faults, journal, limits = Gateway(), FaultScript(), Journal(clock=clock), RateLimits(clock)
    app = web.Application()
    app.add_routes(routes(state, gateway=gateway, faults=faults, journal=journal, limits=limits))
    async with TestClient(TestServer(app)) as client:
        yield Bench(state, gateway, faults, journal, limits, client)
        await journal.close()
    clock.close()


async def test_the_index_names_every_route(bench: Bench) -> None:
    status, index = await bench.ask("GET", "/_sim/")
    assert status == 200
    served = {
        f"{route.method} {route.resource.canonical}"
        for route in bench.client.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert set(index["routes"]) - set(world.INDEX) == served - {"GET /_sim", "GET /_sim/"}


async def test_answers_have_discords_bare_content_type(bench: Bench) -> None:
    async with bench.client.get("/_sim/clock") as response:
        assert response.headers["Content-Type"] == "application/json"


async def test_faults_are_ordered_listed_and_taken_back(bench: Bench) -> None:
    status, fault = await bench.ask("POST", "/_sim/faults", {"kind": "http", "status": 500, "path": "/channels/**"})
    assert (status, fault["id"], fault["fired"]) == (201, "1", 0)
    bench.faults.take_http("GET", "/channels/1")
    assert (await bench.ask("GET", "/_sim/faults/1"))[1]["fired"] == 1
    await bench.ask("POST", "/_sim/faults", [{"kind": "silence"}, {"kind": "duplicate", "event": "*"}])
    assert [f["id"] for f in (await bench.ask("GET", "/_sim/faults"))[1]["faults"]] == ["1", "2", "3"]
    assert await bench.ask("DELETE", "/_sim/faults/1") == (204, None)
    assert await bench.ask("DELETE", "/_sim/faults") == (204, None)
    assert await bench.ask("GET", "/_sim/faults") == (200, {"faults": []})


async def test_a_list_with_a_wrong_fault_is_refused_whole(bench: Bench) -> None:
    status, answer = await bench.ask("POST", "/_sim/faults", [{"kind": "silence"}, {"kind": "quake"}])
    assert status == 400
    assert answer["message"].startswith("kind 'quake' is unknown; use http")
    assert bench.faults.as_json() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault_id", ["5", "five"])
async def test_a_fault_that_is_not_there_is_404(bench: Bench, method: str, fault_id: str) -> None:
    answer = {"message": f"There is no fault {fault_id}; GET /_sim/faults lists them."}
    assert await bench.ask(method, f"/_sim/faults/{fault_id}") == (404, answer)


async def test_the_gateway_is_disturbed_as_asked(bench: Bench) -> None:
    assert await bench.ask("POST", "/_sim/gateway", {"act": "reconnect"}) == (200, {"sessions": 2})
    await bench.ask("POST", "/_sim/gateway", {"act": "invalidate", "resumable": True, "application_id": "7"})
    await bench.ask("POST", "/_sim/gateway", {"act": "drop", "code": None})
    await bench.ask("POST", "/_sim/gateway", {"act": "drop", "code": 4000, "application_id": 7})
    assert bench.gateway.told == [
        ("reconnect", None),
        ("invalidate", 7, True),
        ("drop", None, None),
        ("drop", 7, 4000),
    ]


async def test_the_clock_is_moved_and_timers_ring(bench: Bench) -> None:
    rung: list[int] = []
    bench.state.clock.call_in(600, lambda: rung.append(1))
    before = bench.state.clock.now_ms()
    status, clock = await bench.ask("POST", "/_sim/clock", {"advance_seconds": 900.5})
    assert (status, clock["offset_seconds"], rung) == (200, 900.5, [1])
    assert bench.state.clock.now_ms() >= before + 900_500
    assert (await bench.ask("GET", "/_sim/clock"))[1]["now"].endswith("+00:00")


async def test_a_revoked_token_ends_its_sessions_and_can_be_given_back(bench: Bench) -> None:
    answer = {"application_id": "7", "revoked": True, "sessions": 1}
    assert await bench.ask("POST", "/_sim/token", {"application_id": "7", "revoked": True}) == (200, answer)
    assert bench.state.applications[7].token_revoked
    assert bench.gateway.told == [("revoke", 7)]
    await bench.ask("POST", "/_sim/token", {"application_id": "7", "revoked": False})
    assert [a.token_revoked for a in bench.state.applications.values()] == [False]
    assert bench.gateway.told == [("revoke", 7)]


async def test_the_log_is_read_in_parts(bench: Bench) -> None:
    bench.journal.request("GET", "/api/v10/gateway", status=200)
    bench.journal.sent("s1", 7, "READY", 1, "{}")
    bench.journal.sent("s1", 7, "TYPING_START", 2, "{}")
    _, whole = await bench.ask("GET", "/_sim/log")
    assert [entry["kind"] for entry in whole["entries"]] == ["request", "event", "event"]
    _, part = await bench.ask("GET", "/_sim/log?since=1&kinds=event&limit=1")
    assert [entry["event"] for entry in part["entries"]] == ["TYPING_START"]


async def test_the_live_log_begins_with_what_was_and_goes_on_with_what_comes(bench: Bench) -> None:
    bench.journal.sent("s1", 7, "READY", 1, "{}")
    bench.journal.sent("s1", 7, "GUILD_CREATE", 2, "{}")
    async with bench.client.get("/_sim/log/live?kinds=event", headers={"Last-Event-ID": "1"}) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        lines = _events(response.content)
        assert (await asyncio.wait_for(anext(lines), 5))["event"] == "GUILD_CREATE"
        bench.journal.received("s1", 1, "{}")
        bench.journal.sent("s1", 7, "TYPING_START", 3, "{}")
        assert (await asyncio.wait_for(anext(lines), 5))["event"] == "TYPING_START"
        await bench.journal.close()
        assert [entry async for entry in lines] == []


async def test_a_live_log_in_which_nothing_happens_says_so_and_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "KEEP_ALIVE_SECONDS", 0.01)
    async with bench.client.get("/_sim/log/live") as response, asyncio.timeout(10):
        while await response.content.readline() != b": still here\n":
            pass
        bench.journal.sent("s1", 7, "TYPING_START", 1, "{}")
        assert (await anext(_events(response.content)))["event"] == "TYPING_START"


async def _events(content: Any) -> AsyncIterator[dict[str, Any]]:
    async for line in content:
        if line.startswith(b"data: "):
            yield json.loads(line[len(b"data: ") :])


async def test_a_closed_drawer_is_no_longer_a_watcher(bench: Bench) -> None:
    async with bench.client.get("/_sim/log/live") as response:
        await response.content.readline()
        assert len(bench.journal._watches) == 1
        response.close()
    async with asyncio.timeout(10):
        while bench.journal._watches:  # it is noticed when something is written
            bench.journal.sent("s1", 7, "TYPING_START", 1, "{}")
            await asyncio.sleep(0)


async def test_rate_limits_are_shown_and_switched(bench: Bench) -> None:
    bench.limits.check(Actor(ActorKind.BOT, 7, 7), "POST /channels/{channel_id}/messages", "1")
    _, shown = await bench.ask("GET", "/_sim/ratelimits")
    assert shown["enabled"] is True
    assert [row["route"] for row in shown["windows"]] == ["POST /channels/{}/messages", "*"]
    assert await bench.ask("POST", "/_sim/ratelimits", {"enabled": False}) == (200, {"enabled": False})
    assert bench.limits.enabled is False


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("POST", "/_sim/faults", b"{no json", "The body is no JSON"),
        ("POST", "/_sim/faults", b"\xff\xff", "The body is no JSON"),
        ("POST", "/_sim/faults", b"[" * 50_000, "The body is no JSON"),
        ("POST", "/_sim/faults", b"", "The body is no JSON"),
        ("POST", "/_sim/faults", 5, "A fault is a JSON object"),
        ("POST", "/_sim/gateway", [], "The body must be a JSON object with act, resumable, code, application_id."),
        ("POST", "/_sim/gateway", {}, "act is None; use reconnect, invalidate or drop."),
        ("POST", "/_sim/gateway", {"act": "explode"}, "act is 'explode'; use reconnect, invalidate or drop."),
        ("POST", "/_sim/gateway", {"act": "drop", "code": 12}, "code is 12; use 1000, 3000 to 4999, or null"),
        ("POST", "/_sim/gateway", {"act": "drop", "code": True}, "code is True; use 1000"),
        ("POST", "/_sim/gateway", {"act": "invalidate", "resumable": 1}, "resumable is 1; use true or false."),
        ("POST", "/_sim/gateway", {"act": "drop", "application_id": "8"}, "that exists: 7 (Demo)."),
        ("POST", "/_sim/gateway", {"act": "drop", "when": 1}, "There is no field 'when' here; use act, resumable"),
        ("POST", "/_sim/clock", {"advance_seconds": "5"}, "advance_seconds is '5'; use a number of seconds"),
        ("POST", "/_sim/clock", {"advance_seconds": True}, "advance_seconds is True; use a number of seconds"),
        ("POST", "/_sim/clock", {}, "advance_seconds is None; use a number of seconds"),
        ("POST", "/_sim/clock", b'{"advance_seconds": NaN}', "the clock stays within ten years"),
        ("POST", "/_sim/clock", {"advance_seconds": 10**400}, "the clock stays within ten years"),
        ("POST", "/_sim/clock", {"advance_seconds": -1e12}, "the clock stays within ten years"),
        ("POST", "/_sim/token", {"application_id": None, "revoked": True}, "application_id is None; use the id of"),
        ("POST", "/_sim/token", {"application_id": "7"}, "revoked is None; use true or false."),
        ("POST", "/_sim/ratelimits", {"enabled": "no"}, "enabled is 'no'; use true or false."),
        ("GET", "/_sim/log?since=-1", None, "since is '-1'; use a whole number from 0."),
        ("GET", "/_sim/log?kinds=request,gossip", None, "kinds has 'gossip'; use event, received, request"),
        ("GET", "/_sim/log?limit=many", None, "limit is 'many'; use a whole number from 0."),
        ("GET", "/_sim/log/live?since=x", None, "since is 'x'; use a whole number from 0."),
    ],
)
async def test_wrong_input_is_refused_with_its_remedy(
    bench: Bench, method: str, path: str, body: object, sentence: str
) -> None:
    status, answer = await bench.ask(method, path, body)
    assert status == 400
    assert sentence in answer["message"]
    assert bench.gateway.told == []
