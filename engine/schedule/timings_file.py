"""What was measured, kept from one run to the next: quotes are right from the first job. Of each curve the file holds
what is typical; read again, that counts as one measurement, so a machine that has changed is soon known anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.schedule.timing import Shape, Stage, Timing

VERSION = 1
MOST_DEVICES = 16
_MOST_BYTES = 16 * 2**20  # a thousand curves take a fifth of a megabyte
_MOST_DIGITS = 4  # of rows
_MOST_MS = 1e9

Json = dict[str, Any]


class TimingsFile:
    """`device` says on what was measured, and in which numbers: each has curves of its own. Any thread."""

    def __init__(self, path: Path, device: str) -> None:
        self._path, self._device = path, device
        self._kept: Json | None = None

    def recall(self, timing: Timing) -> None:
        """Tell it all that the file knows of this device. What is damaged is left out."""
        own = self._devices().get(self._device)
        self._kept = own if isinstance(own, dict) else {}
        for shape, stage, rows, ms in _curves(self._kept.get("curves")):
            timing.observe(shape, stage, rows, ms)
        loads = self._kept.get("loads")
        for model, ms in loads.items() if isinstance(loads, dict) else ():
            if _is_time(ms):
                timing.observe_load(model, ms)

    def keep(self, known: Json) -> None:
        """Write what `written` made, beside what is known of other devices; whole or not at all."""
        if known == self._kept:
            return
        others = {name: told for name, told in self._devices().items() if name != self._device}
        latest = dict(list(others.items())[1 - MOST_DEVICES :])
        told = {"version": VERSION, "devices": {**latest, self._device: known}}
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(told), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:  # a folder that cannot be written to, or a full disk: measured again in the next run
            return
        self._kept = known

    def _devices(self) -> Json:
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                return {}
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):  # none yet, or a damaged one: both mean to begin anew
            return {}
        if not isinstance(found, dict) or found.get("version") != VERSION:
            return {}
        devices = found.get("devices")
        return devices if isinstance(devices, dict) else {}


def written(timing: Timing) -> Json:
    """All that is known, as the file has it. As quick as a step of the queue: the caller may hold its lock."""
    curves = [
        {
            "model": shape.model,
            "width": shape.width,
            "height": shape.height,
            "adapters": list(shape.adapters),
            "stage": stage.value,
            "ms": {str(rows): round(ms, 3) for rows, ms in typical.items()},
        }
        for shape, stage, typical in timing.known()
    ]
    return {"curves": curves, "loads": {model: round(ms, 1) for model, ms in timing.known_loads().items()}}


def _curves(told: object) -> Iterator[tuple[Shape, Stage, int, float]]:
    for curve in told if isinstance(told, list) else ():
        match curve:
            case {
                "model": str(model),
                "width": int(width),
                "height": int(height),
                "adapters": list(adapters),
                "stage": str(stage),
                "ms": dict(typical),
            } if stage in set(Stage) and width > 0 and height > 0 and all(isinstance(one, str) for one in adapters):
                shape = Shape(model, width, height, tuple(adapters))
                for rows, ms in typical.items():
                    if rows.isascii() and rows.isdecimal() and len(rows) < _MOST_DIGITS and int(rows) and _is_time(ms):
                        yield shape, Stage(stage), int(rows), ms


def _is_time(ms: object) -> bool:
    return isinstance(ms, (int, float)) and not isinstance(ms, bool) and 0 <= ms < _MOST_MS
