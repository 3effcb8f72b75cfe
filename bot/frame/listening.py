"""Listening on a port for as long as the bot works. What is in the way may be gone in a moment, such as an old process
that still ends, and whoever starts the bot takes a refusal for its last word: so it is tried for some seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.frame.port import Port, PortError

_log: Final = logging.getLogger(__name__)
PATIENCE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.25
CLOSE_SECONDS: Final = 2.0  # for answers under way


@asynccontextmanager
async def listening(port: Port, application: web.Application) -> AsyncIterator[None]:
    """Raises PortError where that cannot be."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    try:
        await _start(runner, port)
        yield
    finally:
        await runner.cleanup()


async def _start(runner: web.AppRunner, port: Port) -> None:
    loop = asyncio.get_running_loop()
    ends, is_told = loop.time() + PATIENCE_SECONDS, False
    while True:
        site = web.TCPSite(runner, port.host, port.number)
        try:
            return await site.start()
        except OSError as error:
            await site.stop()
            refusal = PortError(port, error)
            if not refusal.may_pass or loop.time() >= ends:
                raise refusal from error
        if not is_told:
            _log.warning("%s; it is tried again for %g s.", refusal.problem, PATIENCE_SECONDS)
            is_told = True
        await asyncio.sleep(PAUSE_SECONDS)


async def try_port(port: Port) -> None:
    """Whether the bot could listen there, without doing so. Raises PortError."""
    try:
        server = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, port.host, port.number, start_serving=False
        )
    except OSError as error:
        raise PortError(port, error) from error
    server.close()
