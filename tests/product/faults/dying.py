"""The bot's end at a fail point within the test's own process: quicker than a kill, and as final for what it was about.
Whoever reaches the point goes no further, and from then on nobody gets past any other one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from contextlib import suppress

import pytest

from bot import running
from bot.frame import fail_points
from bot.frame.fail_points import FailPoint
from tests.product.house import House

LONG_ENOUGH = 18.0
NONCE_FORGOTTEN_SECONDS = 400.0  # Discord knows one again for five minutes: what was sent has to be looked for


class Death:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._point: FailPoint | None = None
        self._left = 0
        self._came = asyncio.Event()
        patch.setattr(running, "SETTLE_SECONDS", 0.0)  # the dead settle nothing
        reached = fail_points.reached
        for name, module in list(sys.modules.items()):
            if name.startswith("bot.") and getattr(module, "reached", None) is reached:
                patch.setattr(module, "reached", self._reached)

    async def of(self, house: House, point: FailPoint, number: int = 1, *, by: Awaitable[object] | None = None) -> None:
        """Of a bot that does something, or else begins anew and takes up what was left. It is closed afterwards, for so
        long that Discord has forgotten what it was about to say."""
        self._point, self._left = point, number
        with suppress(asyncio.CancelledError):
            await (by if by is not None else house.open())
        try:
            async with asyncio.timeout(LONG_ENOUGH):
                await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"Nobody came there: {point}") from None
        await house.close()
        await house.pass_time(NONCE_FORGOTTEN_SECONDS)
        self._point = None
        self._came.clear()

    def _reached(self, point: FailPoint) -> None:
        self._left -= point is self._point
        if point is self._point and self._left == 0:
            self._came.set()
        if self._came.is_set():
            raise asyncio.CancelledError
