"""From an HTTP request to a handler and back: the one way through REST, step by step.

Finds the route, lets the fault script interfere, authenticates, counts rate limits, reads the body, runs the handler,
words refusals, journals all of it. What it does not serve answers 501 and names itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from sandbox.rest.bodies import LARGEST_BYTES, Body, read_body
from sandbox.rest.call import Call, Reply, Route
from sandbox.rest.ratelimits import RateLimits, Verdict, marks, refusal
from sandbox.rules import errors, ids, limits
from sandbox.sim.faults import FaultScript, HttpFault
from sandbox.sim.journal import Journal
from sandbox.world.actors import Actor, ActorKind, authenticate
from sandbox.world.entities import Interaction, Webhook
from sandbox.world.state import State

log = logging.getLogger("sandbox.rest")

Json = dict[str, Any]
_PREFIX = re.compile(r"^/api(?:/v(?P<version>[0-9]{1,4}))?(?P<path>/.*)$")
_PARAMETER = re.compile(r"\{(\w+)\}")


# A bearer has consented to other things.
_WRONG_ACTOR = {
    ActorKind.PERSON: errors.ONLY_BOTS,
    ActorKind.BOT: errors.BOTS_CANNOT,
    ActorKind.BEARER: errors.MISSING_SCOPE,
}


@dataclass(slots=True)
class _Answer:
    """What goes back, before it is an HTTP response."""

    status: int
    body: Any = None
    text: str | None = None  # instead of JSON
    note: str | None = None
    drop: bool = False

    def encoded(self) -> bytes | None:
        """The JSON that goes out; None where the answer has no body, or is text."""
        if self.text is not None or self.status == 204 or (self.body is None and self.status < 400):
            return None
        return json.dumps(self.body, separators=(",", ":")).encode()


class Dispatcher:
    """Serves everything under /api."""

    def __init__(self, state: State, routes: Iterable[Route], faults: FaultScript, journal: Journal) -> None:
        self.state = state
        self.faults = faults
        self.journal = journal
        self.ratelimits = RateLimits(state.clock)
        self.routes = sorted(routes, key=lambda route: _literal_first(route.template))
        # By first step and length, so that a request is held against a handful of templates, not against all.
        self._by_shape: dict[tuple[str, int], list[tuple[Route, re.Pattern[str]]]] = defaultdict(list)
        for route in self.routes:
            self._by_shape[_shape(route.template)].append((route, _pattern(route.template)))
        self.session_starts: Any = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        work = _Work(self, request)
        answer = await work.run()
        encoded = answer.encoded()  # once, for the journal and for the client
        self.journal.request(
            request.method,
            request.path_qs,
            status=answer.status,
            actor=work.actor,
            body=work.body.raw or work.body.json,
            files=[(upload.filename, len(upload.data)) for upload in work.body.uploads.values()],
            response=encoded,
            duration_ms=(time.perf_counter() - started) * 1000,
            note=answer.note,
        )
        if answer.drop and request.transport is not None:
            request.transport.abort()
        return _respond(answer, encoded, work.headers)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        other_method = False
        for route, pattern in self._by_shape.get(_shape(path), ()):
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if route.method == method:
                return route, match.groupdict()
            other_method = True
        if other_method:
            raise errors.METHOD_NOT_ALLOWED()
        raise errors.ApiError(501, 0, f"501: the sandbox does not serve {method} {path}")


class _Work:
    """One request on its way through."""

    def __init__(self, dispatcher: Dispatcher, request: web.Request) -> None:
        self.dispatcher = dispatcher
        self.request = request
        self.state = dispatcher.state
        self.actor: Actor | None = None
        self.body = Body()
        self.headers: CIMultiDict[str] = CIMultiDict()
        match = _PREFIX.match(request.path)
        self.path = match["path"] if match else request.path
        self.version = match["version"] if match else None

    async def run(self) -> _Answer:
        fault = self.dispatcher.faults.take_http(self.request.method, self.path)
        if fault is not None and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and not fault.stored and (fault.status is not None or fault.drop):
            return _faulty(fault, self.headers)
        answer = await self._answer()
        if fault is not None and fault.stored and (fault.status is not None or fault.drop):
            return _faulty(fault, self.headers)
        return answer

    async def _answer(self) -> _Answer:
        try:
            return await self._handled()
        except errors.ApiError as refused:
            if refused.status == 501:
                log.warning("%s", refused.message)
            if refused.status in (401, 403):
                address = self.request.remote or ""
                self.dispatcher.ratelimits.note_answer(self.actor, address, refused.status)
            if "retry_after" in refused.extra:
                self.headers.update(marks(refused.extra["retry_after"]))
            return _Answer(refused.status, refused.body())
        except ConnectionResetError:
            raise
        except Exception:  # the border: a fault of the sandbox is told, and the server stays up
            log.exception("%s %s failed inside the sandbox", self.request.method, self.path)
            return _Answer(
                500, {"message": "500: Internal Server Error", "code": 0}, note="a fault of the sandbox itself"
            )

    async def _handled(self) -> _Answer:
        if self.version is not None and not 9 <= int(self.version) <= 10:
            raise errors.ApiError(400, 50041, "Invalid API version")
        route, params = self.dispatcher.find(self.request.method, self.path)
        self.actor = authenticate(self.state, self.request.headers.get("Authorization"))
        if route.who:
            if self.actor is None:
                raise errors.UNAUTHORIZED()
            if self.actor.kind not in route.who:
                raise _WRONG_ACTOR[self.actor.kind]()
        verdict = self._count(route, params)
        self.headers.update(verdict.headers)
        if not verdict.allowed:
            return _Answer(verdict.status, verdict.body, verdict.text)
        self.body = await read_body(self.request, _largest(route))
        call = Call(
            state=self.state,
            actor_or_none=self.actor,
            method=self.request.method,
            path=self.path,
            params=params,
            query=self.request.query,
            query_lists={name: self.request.query.getall(name) for name in self.request.query},
            body=self.body.json,
            uploads=self.body.uploads,
            session_starts=self.dispatcher.session_starts,
            authorization=self.request.headers.get("Authorization"),
            content_type=self.request.content_type,
        )
        self._count_rename(route, call)
        result = await route.handler(call)
        if isinstance(result, Reply):
            return _Answer(result.status, result.body)
        return _Answer(route.status, result)

    def _count(self, route: Route, params: dict[str, str]) -> Verdict:
        actor = self.actor if route.who else None
        major = "/".join(
            params[name]
            for name in ("channel_id", "guild_id", "webhook_id", "interaction_token", "webhook_token")
            if name in params
        )
        sender = self._sender(params)
        return self.dispatcher.ratelimits.check(
            actor,
            f"{route.method} {route.template}",
            major,
            channel_id=sender.channel_id if sender is not None else None,
            address=self.request.remote or "",
        )

    def _sender(self, params: dict[str, str]) -> Interaction | Webhook | None:
        """What a token in the path stands for: both send to a channel."""
        token = params.get("webhook_token")
        if token is None:
            return None
        return self.state.interactions.get(token) or self.state.webhooks.get(ids.parse(params["webhook_id"]) or 0)

    def _count_rename(self, route: Route, call: Call) -> None:
        if route.method != "PATCH" or route.template != "/channels/{channel_id}" or self.actor is None:
            return
        channel_id = ids.parse(call.params["channel_id"])
        if channel_id is not None and isinstance(call.body, dict) and {"name", "topic"} & set(call.body):
            verdict = self.dispatcher.ratelimits.check_rename(self.actor, channel_id)
            if not verdict.allowed:
                self.headers.update(verdict.headers)
                raise _Limited(verdict)


class _Limited(errors.ApiError):
    """A 429 that is found out only when the body is known."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.status, 0, "You are being rate limited.")
        self._body = verdict.body or {}

    def body(self) -> Json:
        return self._body


def _largest(route: Route) -> int:
    """Outside interactions a whole request may have 25 MiB, whatever the server's boost level (discord.md, C)."""
    is_send = route.method == "POST" and (route.template.endswith("/messages") or route.template.endswith("/threads"))
    return limits.REQUEST_BYTES if is_send else LARGEST_BYTES


def _faulty(fault: HttpFault, headers: CIMultiDict[str]) -> _Answer:
    note = f"fault {fault.id}"
    if fault.drop:
        return _Answer(0, note=note, drop=True)
    status = fault.status or 500
    if status == 429:
        verdict = refusal(fault.retry_after, scope="global" if fault.is_global else "user")
        headers.update(verdict.headers)
        return _Answer(429, verdict.body, note=note)
    return _Answer(status, {"message": f"{status}: a scripted fault", "code": 0}, note=note)


def _respond(answer: _Answer, encoded: bytes | None, headers: CIMultiDict[str]) -> web.Response:
    status = answer.status or 500
    if answer.text is not None:
        return web.Response(status=status, text=answer.text, headers=headers)
    if encoded is None:
        return web.Response(status=204, headers=headers)
    # Exactly `application/json`: discord.py and disnake compare the header as a whole.
    headers["Content-Type"] = "application/json"
    return web.Response(status=status, body=encoded, headers=headers)


def _shape(path: str) -> tuple[str, int]:
    steps = path.split("/", 2)
    return (steps[1] if len(steps) > 1 else "", path.count("/"))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(lambda match: f"(?P<{match[1]}>[^/]+)", template))


def _literal_first(template: str) -> tuple[int, ...]:
    """Where two routes fit a path, the one that spells the step out goes first."""
    return tuple(1 if step.startswith("{") else 0 for step in template.split("/"))
