"""What works in the background ends when it is told to, whatever comes at that very moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.delivery import Delivery
from bot.exporting import Exporter
from bot.store.store import Store
from tests.bot.store.conftest import Clock

NOBODY: Any = None  # nothing is sent here
MAKERS: tuple[Callable[[Store], Any], ...] = (
    lambda store: Delivery(store, NOBODY, store.now),
    lambda store: Exporter(store, NOBODY),
)


@pytest.mark.parametrize("make", MAKERS)
async def test_news_that_come_with_the_end_do_not_keep_it_from_ending(
    tmp_path: Path, make: Callable[[Store], Any]
) -> None:
    async with Store.open(tmp_path / "data", clock=Clock()) as store:
        worker = make(store)
        work = asyncio.create_task(worker.run())
        async with asyncio.timeout(30):
            while not worker._news._waiters:  # noqa: ASYNC110 - nothing tells that it waits now
                await asyncio.sleep(0)
        worker.poke()
        await asyncio.sleep(0)
        work.cancel()
        done, _ = await asyncio.wait([work], timeout=20)
        work.cancel()
        assert done
