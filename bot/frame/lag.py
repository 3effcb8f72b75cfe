"""Notices when the event loop was kept from turning: then answers come late and heartbeats are missed. At "debug" the
log has every look, for whoever wants to know how late the loop usually is.
"""

from __future__ import annotations

import asyncio
import logging

_log = logging.getLogger(__name__)
EVERY_SECONDS = 0.1
TOO_LONG_SECONDS = 1.0
LOOKS_A_LINE = 100


async def watch_lag() -> None:
    loop = asyncio.get_running_loop()
    late_ms: list[float] = []
    try:
        while True:
            expected = loop.time() + EVERY_SECONDS
            await asyncio.sleep(EVERY_SECONDS)
            late_ms.append(round((loop.time() - expected) * 1000, 1))
            if late_ms[-1] > TOO_LONG_SECONDS * 1000:
                _log.warning("The event loop stood still for %.1f s.", late_ms[-1] / 1000)
            if len(late_ms) == LOOKS_A_LINE:
                _tell(late_ms)
    finally:
        _tell(late_ms)


def _tell(late_ms: list[float]) -> None:
    _log.debug("So many milliseconds the event loop was late.", extra={"late_ms": list(late_ms)})
    late_ms.clear()
