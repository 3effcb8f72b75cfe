"""The plans as they are now: read again when their file changes. A broken file changes nothing but is told."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from bot.plans.plan import Plans
from bot.plans.reader import SHIPPED, PlansError, read_plans

_log: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0
_Stamp = tuple[int, int, int]


class PlanBook:
    """`plans` are those that hold. `fault` is what is wrong with the newest file, if it could not be used."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises PlansError: at the start there are no older plans to keep."""
        self.path = path or SHIPPED
        self._stamp = _stamp_of(self.path)
        self.plans: Plans = read_plans(self.path)
        self.fault: PlansError | None = None

    def refresh(self) -> bool:
        """Whether there are new plans."""
        stamp = _stamp_of(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp  # before it is read: what is written meanwhile is then read the next time
        try:
            self.plans, self.fault = read_plans(self.path), None
        except PlansError as error:
            self.fault = error
            _log.error("The plans in %s cannot be used, so those from before still hold: %s", self.path, error)
            return False
        _log.info("The plans in %s hold from now on: %s.", self.path, ", ".join(plan.name for plan in self.plans))
        return True

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.refresh)


def _stamp_of(path: Path) -> _Stamp | None:
    """Changes with the file; none if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
