"""Percentiles, evenness and tables: how a benchmark says what it found."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was really measured. `share` from 0 to 100."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)]


def jain(values: Sequence[float]) -> float:
    """How even shares are: 1 if all are the same, one over their number if one has everything."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else math.nan


def print_table(rows: Sequence[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def print_line(figures: dict[str, Any]) -> None:
    """The one line that programs read."""
    print(json.dumps(figures, separators=(",", ":")), flush=True)
