"""The sandbox as one object: opens its state, listens on one port, closes in order. Tests use it as the shell does.

async with Sandbox(port=0) as box:
    print(box.url, box.bot_token)
"""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.cdn import Cdn
from sandbox.consent import Consent
from sandbox.control import stage
from sandbox.control import world as world_control
from sandbox.door import Door
from sandbox.gateway import Gateway, GatewayLimits
from sandbox.guard import Guard
from sandbox.rest.dispatch import Dispatcher
from sandbox.rest.table import all_routes
from sandbox.rules import limits
from sandbox.rules.clock import Clock
from sandbox.sim.faults import FaultScript
from sandbox.sim.journal import Journal
from sandbox.world import commerce, interactions, threads
from sandbox.world.actors import person_token
from sandbox.world.entities import Application, User
from sandbox.world.seed import seed
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage, SqliteStorage

log = logging.getLogger("sandbox.server")

PAGE = Path(__file__).parent / "page"
_PAGE_FILE = re.compile(r"(?:[\w-]+/)*[\w-]+\.\w+", re.ASCII)
DEFAULT_PORT = 8787
DEFAULT_KEEP = 1000
SHUTDOWN_SECONDS = 0.5  # for requests in progress; those that wait for a bot's answer would never be done
ARCHIVE_CHECK_SECONDS = 60.0


class Sandbox:
    """A running sandbox. Everything a test may want to look at is an attribute."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        state_file: Path | None = None,
        keep: int = DEFAULT_KEEP,
        log_file: Path | None = None,
        url: str | None = None,
        gateway_limits: GatewayLimits | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.url = url or ""
        self.clock = Clock()
        self.storage = SqliteStorage(state_file) if state_file is not None else MemoryStorage()
        self.state = State(self.storage, self.clock, keep=keep)
        self.faults = FaultScript()
        self.journal = Journal(path=log_file, clock=self.clock)
        self.gateway = Gateway(self.state, self.faults, self.journal, gateway_limits)
        self.rest = Dispatcher(self.state, all_routes(), self.faults, self.journal)
        self.rest.session_starts = self.gateway.session_start_limit
        self._runner: Door | None = None

    # -- what is in it ------------------------------------------------------------------------------------------------

    @property
    def application(self) -> Application:
        """The ready-made application."""
        return next(iter(self.state.applications.values()))

    @property
    def application_id(self) -> int:
        return self.application.id

    @property
    def bot_token(self) -> str:
        return self.application.token

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/gateway"

    def person(self, username: str) -> User:
        return next(user for user in self.state.users.values() if user.username == username and not user.bot)

    def token_of(self, username: str) -> str:
        return person_token(self.state, self.person(username).id)

    # -- its life -----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Load the state and listen. Raises OSError when the port is taken, StateFileError when the file is no good."""
        if not await asyncio.to_thread(self.storage.load, self.state):
            seed(self.state)
        interactions.rearm(self.state)
        commerce.rearm(self.state)
        app = self._application()
        self._runner = Door(
            app,
            access_log=None,
            handler_cancellation=True,
            auto_decompress=False,  # no client sends packed bodies, and a small one may unpack to gigabytes
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        app.middlewares.append(self._runner.middleware)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, backlog=1024)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self.url = self.url or f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"
        self.state.base_url = self.url
        self.state.cdn_url = self.url + "/cdn"
        self._archive_idle_threads()

    async def close(self) -> None:
        self.clock.close()
        await self.gateway.close()
        await self.journal.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.storage.close()

    def _archive_idle_threads(self) -> None:
        threads.archive_idle(self.state)
        self.clock.call_in(ARCHIVE_CHECK_SECONDS, self._archive_idle_threads)

    def _application(self) -> web.Application:
        guard = Guard(self.host, lambda: self.url)
        app = web.Application(client_max_size=limits.JSON_BODY_BYTES, middlewares=[guard.middleware])
        app.on_response_prepare.append(guard.dress)
        app.router.add_get("/", self._front)
        app.router.add_get("/gateway", self.gateway.handler)
        app.router.add_get("/gateway/", self.gateway.handler)
        app.add_routes(Consent(self.state).routes())  # before /api, which answers in JSON
        app.router.add_route("*", "/api/{tail:.*}", self.rest.handle)
        app.add_routes(
            stage.routes(
                self.state, gateway=self.gateway, faults=self.faults, journal=self.journal, limits=self.rest.ratelimits
            )
        )
        app.add_routes(world_control.routes(self.state))
        app.add_routes(Cdn(self.state).routes())
        app.router.add_get("/page/{name:.*}", _page_file)
        return app

    async def _front(self, request: web.Request) -> web.StreamResponse:
        """The page; and Discord's own gateway lives at `/`, for clients whose host name stands for it."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.gateway.handler(request)
        response = web.FileResponse(PAGE / "index.html")
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _page_file(request: web.Request) -> web.StreamResponse:
    """A file of the page. Their names are plain, so nothing that fits leads out of the folder."""
    name = request.match_info["name"]
    if len(name) > 200 or not _PAGE_FILE.fullmatch(name) or not (PAGE / name).is_file():
        raise web.HTTPNotFound
    return web.FileResponse(PAGE / name)
