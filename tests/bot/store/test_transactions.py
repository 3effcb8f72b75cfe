"""Cancellation never leaves half a transaction, nor costs the connection that writes."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import event

from bot.store import meta
from bot.store.store import Store
from bot.store.transactions import to_the_end


async def test_work_goes_on_to_its_end_though_its_caller_is_cancelled_twice() -> None:
    may_go_on, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may_go_on.wait()
        done.set()

    caller = asyncio.create_task(to_the_end(work()))
    for _ in range(2):
        await asyncio.sleep(0)
        caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done.is_set()


async def test_what_work_raises_reaches_its_caller() -> None:
    async def work() -> None:
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        await to_the_end(work())


async def test_cancelled_writes_happen_whole_or_not_at_all(store: Store) -> None:
    """Each at another point of its life; what it tells is either committed or nowhere, and the next write goes on."""
    opened = 0

    @event.listens_for(store._writer.sync_engine, "connect")
    def count(connection: object, record: object) -> None:
        nonlocal opened
        opened += 1

    async def write(name: str) -> None:
        async with store.write() as tx:
            await meta.put(tx, f"{name} first", "1")
            await meta.put(tx, f"{name} second", "2")

    loop, rng, told = asyncio.get_running_loop(), random.Random(11), set()
    took = float("inf")  # of one that nobody disturbs, once everything is warm
    for _ in range(10):
        begun = loop.time()
        await write("calm")
        took = min(took, loop.time() - begun)
    for number in range(150):
        task = asyncio.create_task(write(str(number)))
        cancel_at = loop.time() + rng.uniform(0, 4 * took)
        while loop.time() < cancel_at and not task.done():  # noqa: ASYNC110 - the moment is what is tried
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            continue
        told.add(str(number))
    assert 0 < len(told) < 150
    async with store.read() as tx:
        for name in map(str, range(150)):
            parts = [await meta.find(tx, f"{name} {part}") for part in ("first", "second")]
            assert parts in ([None, None], ["1", "2"])
            assert name not in told or parts == ["1", "2"]
    assert opened <= 1  # the pool's one connection was made once and never thrown away


async def test_write_that_raises_leaves_nothing(store: Store) -> None:
    async def write_and_break() -> None:
        async with store.write() as tx:
            await meta.put(tx, "key", "value")
            raise KeyError

    with pytest.raises(KeyError):
        await write_and_break()
    async with store.read() as tx:
        assert await meta.find(tx, "key") is None


async def test_writers_are_served_in_the_order_they_came(store: Store) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with store.write():
            order.append(number)

    await asyncio.gather(*map(write, range(20)))
    assert order == list(range(20))
