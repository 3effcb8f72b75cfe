"""A connection that never asks for anything whole is shown out, so that such ones cannot pile up.

aiohttp has a limit for connections that have asked before and fall silent, and none for the first request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FIRST_REQUEST_SECONDS = 30.0


class Door(web.AppRunner):
    """The runner of the application; add `middleware` to it, which tells that a request has come."""

    def __init__(self, app: web.Application, **settings: Any) -> None:
        super().__init__(app, **settings)
        self._waiting: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}

    @property
    def server(self) -> Any:
        """What makes a protocol for each new connection."""
        return None if super().server is None else self._let_in

    def _let_in(self) -> web.RequestHandler:
        assert self._server is not None  # nobody connects before `setup`
        protocol = self._server()
        call_later = asyncio.get_running_loop().call_later
        self._waiting[protocol] = call_later(FIRST_REQUEST_SECONDS, self._show_out, protocol)
        return protocol

    def _show_out(self, protocol: web.RequestHandler) -> None:
        del self._waiting[protocol]
        protocol.force_close()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if (timer := self._waiting.pop(request.protocol, None)) is not None:
            timer.cancel()
        return await handler(request)

    async def cleanup(self) -> None:
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        await super().cleanup()
