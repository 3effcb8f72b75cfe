"""Control of the sandbox over HTTP, under /_sim/: faults, gateway, clock, tokens, log, rate limits.

Clients under test have no business here. Every wrong input gets 400 and a sentence. Docs: docs/sandbox-control.md.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiohttp import web

from sandbox.control import world
from sandbox.control.forms import Handler, WrongInputError, answer, in_words, read_json
from sandbox.rest.ratelimits import RateLimits
from sandbox.rules import ids
from sandbox.rules.clock import iso
from sandbox.sim.faults import FaultFormError, FaultScript, fault_json
from sandbox.sim.journal import Entry, Journal
from sandbox.world.entities import Application
from sandbox.world.state import State

Json = dict[str, Any]

LONGEST_OFFSET_SECONDS: Final = 10 * 366 * 24 * 3600  # ids and dates stay real in both directions
KEEP_ALIVE_SECONDS: Final = 15.0  # also how long a closed drawer goes unnoticed when nothing happens
_KINDS: Final = frozenset({"request", "event", "received"})

_INDEX: Final = {
    "GET /_sim/faults": "the fault script, in order",
    "POST /_sim/faults": 'order one or a list: {"kind": "http", "path": "/channels/*/messages", "status": 500}',
    "DELETE /_sim/faults": "forget all faults",
    "GET /_sim/faults/{id}": "one fault, and how often it fired",
    "DELETE /_sim/faults/{id}": "forget one fault",
    "POST /_sim/gateway": '{"act": "invalidate", "resumable": false, "application_id": null}; also reconnect, drop',
    "GET /_sim/clock": "the sandbox's time",
    "POST /_sim/clock": '{"advance_seconds": 900}',
    "POST /_sim/token": '{"application_id": "…", "revoked": true}',
    "GET /_sim/log": "the last requests and events; ?since=17&kinds=request,event,received&limit=100",
    "GET /_sim/log/live": "the same as they happen, as server-sent events",
    "GET /_sim/ratelimits": "open rate-limit windows",
    "POST /_sim/ratelimits": '{"enabled": false}',
}


class GatewayControl(Protocol):
    """What the control needs of the gateway; None means every application. Answers how many sessions were met."""

    def reconnect(self, application_id: int | None = None) -> int: ...
    def invalidate(self, application_id: int | None = None, *, resumable: bool) -> int: ...
    def drop(self, application_id: int | None = None, code: int | None = None) -> int: ...
    def revoke(self, application_id: int) -> int: ...


def routes(
    state: State, *, gateway: GatewayControl, faults: FaultScript, journal: Journal, limits: RateLimits
) -> list[web.RouteDef]:
    """Everything under /_sim/ but the making of people, servers and purchases."""
    control = _Control(state, gateway, faults, journal, limits)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/_sim", control.show_index),
        ("GET", "/_sim/", control.show_index),
        ("GET", "/_sim/faults", control.list_faults),
        ("POST", "/_sim/faults", control.add_faults),
        ("DELETE", "/_sim/faults", control.clear_faults),
        ("GET", "/_sim/faults/{id}", control.show_fault),
        ("DELETE", "/_sim/faults/{id}", control.remove_fault),
        ("POST", "/_sim/gateway", control.disturb_gateway),
        ("GET", "/_sim/clock", control.show_clock),
        ("POST", "/_sim/clock", control.move_clock),
        ("POST", "/_sim/token", control.switch_token),
        ("GET", "/_sim/log", control.show_log),
        ("GET", "/_sim/log/live", control.stream_log),
        ("GET", "/_sim/ratelimits", control.show_limits),
        ("POST", "/_sim/ratelimits", control.switch_limits),
    ]
    return [web.route(method, path, in_words(handler)) for method, path, handler in table]


@dataclass(frozen=True, slots=True)
class _Control:
    state: State
    gateway: GatewayControl
    faults: FaultScript
    journal: Journal
    limits: RateLimits

    async def show_index(self, request: web.Request) -> web.Response:
        return answer({"routes": _INDEX | world.INDEX})

    # -- faults -------------------------------------------------------------------------------------------------------

    async def list_faults(self, request: web.Request) -> web.Response:
        return answer({"faults": self.faults.as_json()})

    async def add_faults(self, request: web.Request) -> web.Response:
        """A list is ordered whole or not at all."""
        form = await read_json(request)
        added = []
        try:
            for one in form if isinstance(form, list) else [form]:
                added.append(self.faults.add(one))  # noqa: PERF401  # what was added before a wrong one is taken back
        except FaultFormError as error:
            for fault in added:
                self.faults.remove(fault.id)
            raise WrongInputError(str(error)) from error
        shown = [fault_json(fault) for fault in added]
        return answer({"faults": shown} if isinstance(form, list) else shown[0], status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear()
        return web.Response(status=204)

    async def show_fault(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        for fault in self.faults.as_json():
            if fault["id"] == wanted:
                return answer(fault)
        raise WrongInputError(f"There is no fault {wanted}; GET /_sim/faults lists them.", 404)

    async def remove_fault(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        if not self.faults.remove(ids.parse(wanted) or 0):
            raise WrongInputError(f"There is no fault {wanted}; GET /_sim/faults lists them.", 404)
        return web.Response(status=204)

    # -- gateway and tokens -------------------------------------------------------------------------------------------

    async def disturb_gateway(self, request: web.Request) -> web.Response:
        form = await _form(request, "act", "resumable", "code", "application_id")
        application_id = None
        if form.get("application_id") is not None:
            application_id = self._application(form["application_id"]).id
        act, resumable, code = form.get("act"), form.get("resumable", False), form.get("code")
        if not isinstance(resumable, bool):
            raise WrongInputError(f"resumable is {resumable!r}; use true or false.")
        if code is not None and (type(code) is not int or not (code == 1000 or 3000 <= code <= 4999)):
            raise WrongInputError(f"code is {code!r}; use 1000, 3000 to 4999, or null to cut the socket wordlessly.")
        match act:
            case "reconnect":
                sessions = self.gateway.reconnect(application_id)
            case "invalidate":
                sessions = self.gateway.invalidate(application_id, resumable=resumable)
            case "drop":
                sessions = self.gateway.drop(application_id, code)
            case _:
                raise WrongInputError(f"act is {act!r}; use reconnect, invalidate or drop.")
        return answer({"sessions": sessions})

    async def switch_token(self, request: web.Request) -> web.Response:
        form = await _form(request, "application_id", "revoked")
        application = self._application(form.get("application_id"))
        application.token_revoked = _flag(form, "revoked")
        self.state.save(application)
        sessions = self.gateway.revoke(application.id) if application.token_revoked else 0
        revoked = application.token_revoked
        return answer({"application_id": str(application.id), "revoked": revoked, "sessions": sessions})

    def _application(self, given: object) -> Application:
        application = self.state.applications.get(ids.parse(given) or 0)
        if application is None:
            known = ", ".join(f"{a.id} ({a.name})" for a in list(self.state.applications.values())[:5]) or "none"
            raise WrongInputError(f"application_id is {given!r}; use the id of an application that exists: {known}.")
        return application

    # -- clock --------------------------------------------------------------------------------------------------------

    async def show_clock(self, request: web.Request) -> web.Response:
        clock = self.state.clock
        return answer({"now": iso(clock.now_ms()), "offset_seconds": clock.offset_ms / 1000})

    async def move_clock(self, request: web.Request) -> web.Response:
        seconds = (await _form(request, "advance_seconds")).get("advance_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise WrongInputError(f"advance_seconds is {seconds!r}; use a number of seconds, such as 900.")
        # Compared before it is added, because a whole number may be too large to add to; NaN is refused too.
        most = LONGEST_OFFSET_SECONDS - self.state.clock.offset_ms / 1000
        if not most - 2 * LONGEST_OFFSET_SECONDS <= seconds <= most:
            raise WrongInputError(f"advance_seconds is {seconds}; the clock stays within ten years of the real time.")
        self.state.clock.advance(seconds)
        return await self.show_clock(request)

    # -- log ----------------------------------------------------------------------------------------------------------

    async def show_log(self, request: web.Request) -> web.Response:
        since, kinds = _log_query(request)
        limit = _number(request, "limit", 100)
        entries = self.journal.entries(since=since, kinds=kinds, limit=limit or 1)
        return answer({"entries": [entry.as_json() for entry in entries]})

    async def stream_log(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the ring after `since` (or the browser's Last-Event-ID), then all that comes."""
        since, kinds = _log_query(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self.journal.watch() as watch:
            backlog = self.journal.entries(since=since, kinds=kinds)
            await response.prepare(request)
            try:
                await response.write(b": the sandbox's log\n\n" + b"".join(map(_server_sent, backlog)))
                while True:
                    try:
                        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                            entry = await anext(watch)
                    except TimeoutError:
                        await response.write(b": still here\n\n")
                        continue
                    if not kinds or entry.kind in kinds:
                        await response.write(_server_sent(entry))
            except (StopAsyncIteration, ConnectionError):
                pass  # the sandbox stops, or the drawer was closed
        return response

    # -- rate limits --------------------------------------------------------------------------------------------------

    async def show_limits(self, request: web.Request) -> web.Response:
        return answer({"enabled": self.limits.enabled, "windows": self.limits.snapshot()})

    async def switch_limits(self, request: web.Request) -> web.Response:
        self.limits.enabled = _flag(await _form(request, "enabled"), "enabled")
        return answer({"enabled": self.limits.enabled})


async def _form(request: web.Request, *known: str) -> Json:
    form = await read_json(request)
    if not isinstance(form, dict):
        raise WrongInputError(f"The body must be a JSON object with {', '.join(known)}.")
    unknown = sorted(form.keys() - set(known))
    if unknown:
        raise WrongInputError(f"There is no field {unknown[0]!r} here; use {', '.join(known)}.")
    return form


def _flag(form: Json, name: str) -> bool:
    value = form.get(name)
    if not isinstance(value, bool):
        raise WrongInputError(f"{name} is {value!r}; use true or false.")
    return value


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, request.headers.get("Last-Event-ID", "") if name == "since" else "")
    number = ids.parse(text) if text else default
    if number is None:
        raise WrongInputError(f"{name} is {text!r}; use a whole number from 0.")
    return number


def _log_query(request: web.Request) -> tuple[int, frozenset[str]]:
    kinds = frozenset(filter(None, request.query.get("kinds", "").split(",")))
    if kinds - _KINDS:
        raise WrongInputError(
            f"kinds has {min(kinds - _KINDS)!r}; use {', '.join(sorted(_KINDS))}, separated by commas."
        )
    return _number(request, "since", 0), kinds


def _server_sent(entry: Entry) -> bytes:
    data = json.dumps(entry.as_json(), ensure_ascii=False)
    return f"id: {entry.number}\ndata: {data}\n\n".encode(errors="backslashreplace")
