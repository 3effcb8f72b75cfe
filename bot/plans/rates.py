"""What a speed costs: how much GPU time is charged for what a job uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine import Speed

RATES: Final[Mapping[Speed, int]] = {Speed.TURBO: 2, Speed.FAST: 1, Speed.RELAX: 0}


def charge_of(speed: Speed, gpu_ms: int) -> int:
    return RATES[speed] * gpu_ms
