"""A sandbox in a thread of its own, and clients with bad manners. It notes every fault that the server logs."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp.http import HttpProcessingError

from sandbox.rules.clock import Clock
from sandbox.rules.kinds import ChannelType
from sandbox.server import Sandbox
from sandbox.world import guilds, messages
from sandbox.world.entities import Entity
from sandbox.world.seed import join, make_channel, make_guild
from sandbox.world.state import State
from sandbox.world.storage import SqliteStorage

T = TypeVar("T")
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    def must_be_proper(self, about: object) -> None:
        """No fault of the server's own (501 names a route that is not served), and each refusal in words."""
        assert self.status < 500 or self.status == 501, (about, self)
        if self.status >= 400:
            if self.content_type == "application/json":
                said = json.loads(self.body)
                assert said.get("message") or said.get("error"), (about, self)  # OAuth2 has words of its own
            else:  # a file of the page that is not there has no words at all
                assert not self.body or self.content_type.startswith("text/plain"), (about, self)


class _Faults(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            return  # aiohttp's way to say that a client does not speak HTTP
        self.seen.append(logging.Formatter().format(record))


class Hostile:
    """`box` lives in the thread; look at it freely, change it through `inside`."""

    def __init__(self, box: Sandbox, loop: asyncio.AbstractEventLoop, faults: _Faults) -> None:
        self.box = box
        self.loop = loop
        self._faults = faults
        self._connection: http.client.HTTPConnection | None = None

    def inside(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_SECONDS)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Over one connection, as long as the server keeps it."""
        for is_last in (False, True):
            connection = self._connection or self._connect()
            try:
                connection.request(method, path, body, headers or {})
                response = connection.getresponse()
                is_endless = response.headers.get_content_type() == "text/event-stream"
                data = b"" if is_endless else response.read()
                if is_endless or response.will_close:
                    self.hang_up()
                return Answer(response.status, response.headers.get_content_type(), data)
            except (ConnectionError, http.client.HTTPException):  # it was closed after the last answer, as it may be
                self.hang_up()
                if is_last:
                    raise
        raise AssertionError

    def _connect(self) -> http.client.HTTPConnection:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.box.port, timeout=PATIENCE_SECONDS)
        return self._connection

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def raw(self, request: bytes) -> Answer | None:
        """Send bytes as they are on a connection of their own. None where the server hangs up without a word."""
        with self.plug() as plug:
            plug.sendall(request)
            response = http.client.HTTPResponse(plug)
            try:
                response.begin()
                return Answer(response.status, response.headers.get_content_type(), response.read())
            except (ConnectionError, http.client.HTTPException):
                return None
            finally:
                response.close()

    @contextmanager
    def plug(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.box.port), PATIENCE_SECONDS) as plug:
            yield plug

    def must_be_well(self) -> None:
        """It still serves, and has logged no fault."""
        assert self.ask("GET", "/api/v10/gateway").status == 200
        seen, self._faults.seen = self._faults.seen, []
        assert not seen, seen[0]

    async def restock(self) -> None:
        """What vandals did away with is needed by the next."""
        state = self.box.state
        self.box.faults.clear()
        self.box.rest.ratelimits.enabled = False
        for application in state.applications.values():
            application.token_revoked = False
        homes = [g.id for g in state.guilds.values() if state.find_member(g.id, self.box.application_id)]
        if not any(channel.type == ChannelType.GUILD_TEXT for home in homes for channel in state.channels_of(home)):
            owner_id, *others = self.people()
            guild = make_guild(state, "Built anew", owner_id)
            channel = make_channel(state, guild, "general")
            guilds.install(state, self.box.application, guild)
            for user_id in others:
                join(state, guild, user_id, [])
            messages.send(state, channel, owner_id, {"content": "What was here before?"})

    def people(self) -> list[int]:
        return [user.id for user in self.box.state.users.values() if not user.bot]


@contextmanager
def hostile(state_file: Path | None = None) -> Iterator[Hostile]:
    """At the end, what the state file holds must be what was in memory."""
    loop = asyncio.new_event_loop()
    faults = _Faults()
    loggers = [logging.getLogger(name) for name in ("sandbox", "aiohttp", "asyncio")]
    for logger in loggers:
        logger.addHandler(faults)
    thread = threading.Thread(target=loop.run_forever, name="hostile-sandbox")
    thread.start()
    try:
        box = Sandbox(port=0, state_file=state_file, keep=50)
        one = Hostile(box, loop, faults)
        one.inside(box.start())
        try:
            yield one
            one.must_be_well()
        finally:
            one.hang_up()
            one.inside(box.close())
        if state_file is not None:
            assert loaded(state_file) == shelved(box.state)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        for logger in loggers:
            logger.removeHandler(faults)


def loaded(state_file: Path) -> dict[str, Entity]:
    storage, state = SqliteStorage(state_file), State(SqliteStorage.__new__(SqliteStorage), Clock())
    try:
        storage.load(state)
        return shelved(state)
    finally:
        asyncio.run(storage.close())


def shelved(state: State) -> dict[str, Entity]:
    """Everything by kind and key; interactions as old as their tokens are let go of at a start, so without them."""
    found: dict[str, Entity] = {}
    for entity in state.everything():
        kind = type(entity).__name__
        if kind == "Interaction":
            continue
        found[f"{kind} {getattr(entity, 'guild_id', '')} {getattr(entity, 'id', getattr(entity, 'user_id', ''))}"] = (
            entity
        )
    return found
