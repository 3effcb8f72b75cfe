"""A store in a folder of its own: a file, because SQLite's memory has no log and no second connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.columns import milliseconds
from bot.store.store import Store
from tests.bot.store.rows import NOW


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_ms = milliseconds(NOW)

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "data", clock=clock) as opened:
        yield opened
