"""Notices when the event loop was kept from turning: then answers come late and heartbeats are missed."""

from __future__ import annotations

import asyncio
import logging

_log = logging.getLogger(__name__)
EVERY_SECONDS = 0.25
TOO_LONG_SECONDS = 1.0


async def watch_lag() -> None:
    loop = asyncio.get_running_loop()
    while True:
        expected = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        late = loop.time() - expected
        if late > TOO_LONG_SECONDS:
            _log.warning("The event loop stood still for %.1f s.", late)
