"""Batches by number, drawn ahead by other processes where there are cores to spare: rendering would starve a GPU. What
is drawn depends on the number alone, so it does not matter who draws it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")


@lru_cache(maxsize=1)
def executor(workers: int) -> ProcessPoolExecutor:
    """Started afresh rather than forked: a fork of a process with a GPU and threads may hang."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


class Supply(Generic[T]):
    def __init__(self, draw: Callable[[int], T], workers: int) -> None:
        self._draw, self._workers = draw, workers
        self._coming: dict[int, Future[T]] = {}

    def take(self, number: int) -> T:
        if self._workers <= 1:
            return self._draw(number)
        for ahead in range(number, number + 2 * self._workers):
            if ahead not in self._coming:
                self._coming[ahead] = executor(self._workers).submit(self._draw, ahead)
        return self._coming.pop(number).result()
