"""What was found, one line each: told when it is known, so that a run that is cut short has told something."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.crowd.figures import print_line


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised: a number that is at least, or at most, so large."""

    number: float
    of: str  # what is compared with what
    at_most: bool = False

    def is_met_by(self, value: float) -> bool:
        return value <= self.number if self.at_most else value >= self.number

    def __str__(self) -> str:
        return f"{'at most' if self.at_most else 'at least'} {self.number:g} {self.of}"


@dataclass(frozen=True, slots=True)
class Finding:
    """`values` were measured, one a repeat. `judged` is the number that the target speaks of, if it is another one;
    `more` is whatever else belongs to it, by name with its unit."""

    model: str
    measure: str
    arm: str
    unit: str
    values: Sequence[float]
    more: dict[str, float | str] = field(default_factory=dict)
    target: Target | None = None
    judged: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.target.is_met_by(self.median if self.judged is None else self.judged)

    def row(self) -> str:
        spread = f"({min(self.values):.4g} to {max(self.values):.4g}, n={len(self.values)})"
        more = "".join(f"; {name} {value:.4g}" if isinstance(value, float) else f"; {name} {value}"
                       for name, value in self.more.items())  # fmt: skip
        verdict = f"; {self.target}: {'met' if self.is_met else 'NOT met'}" if self.target else ""
        return (
            f"{self.model:<14} {self.measure:<26} {self.arm:<20} {self.median:.4g} {self.unit} {spread}{more}{verdict}"
        )

    def as_dict(self) -> dict[str, Any]:
        found = {name: value for name, value in asdict(self).items() if name not in ("values", "target", "judged")}
        numbers = {"median": self.median, "low": min(self.values), "high": max(self.values), "n": len(self.values)}
        target = {"target": str(self.target), "met": self.is_met} if self.target else {}
        return {**found, **{name: _short(value) for name, value in numbers.items()}, **target}


class Report:
    """A table on the screen and, if a file is named, a JSON line there for each row as soon as it is known."""

    def __init__(self, out: Path | None = None, about: dict[str, Any] | None = None) -> None:
        self._out = out
        self.about = about or {}
        self.findings: list[Finding] = []
        self.troubles: list[dict[str, str]] = []
        if self.about:
            self._write(self.about)

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)
        print(finding.row(), flush=True)
        self._write(finding.as_dict())

    def trouble(self, model: str, measure: str, what: str) -> None:
        """Something was not measured. Why is part of the result."""
        self.troubles.append({"model": model, "measure": measure, "trouble": what})
        print(f"{model:<14} {measure:<26} not measured: {what}", flush=True)
        self._write(self.troubles[-1])

    def close(self) -> None:
        found = [finding.as_dict() for finding in self.findings]
        print_line({"benchmark": "engine_gpu", **self.about, "findings": found, "troubles": self.troubles})

    def _write(self, line: dict[str, Any]) -> None:
        if self._out is not None:
            with self._out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, separators=(",", ":")) + "\n")


def _short(value: float) -> float:
    return float(f"{value:.5g}")
