"""A hold on the painter's hand: colour cards are painted when a test says so, or go wrong as it says."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.paint.painters import swatch

LONGEST_SECONDS = 30.0


class Brush:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._draw, self._faults = swatch._draw, list[Exception]()
        self._free, self.touched = threading.Event(), threading.Event()
        self._free.set()
        self.strokes = 0
        patch.setattr(swatch, "_draw", self._drawn)

    def hold(self) -> None:
        """Nothing gets ahead from now on."""
        self.touched.clear()
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    def spoil(self, *faults: Exception) -> None:
        """The next strokes go wrong, one each."""
        self._faults += faults

    def _drawn(self, *about: Any, **more: Any) -> Any:
        self.strokes += 1
        self.touched.set()
        self._free.wait(LONGEST_SECONDS)
        if self._faults:
            raise self._faults.pop(0)
        return self._draw(*about, **more)
