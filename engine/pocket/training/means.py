"""Figures of many batches on their way to one line of the log."""

from __future__ import annotations

from torch import Tensor


class Means:
    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, **values: Tensor) -> None:
        for key, value in values.items():
            self._sums[key] = self._sums.get(key, 0.0) + value.detach().item()
            self._counts[key] = self._counts.get(key, 0) + 1

    def drain(self) -> dict[str, float]:
        """The means since the last call."""
        means = {key: total / self._counts[key] for key, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means
