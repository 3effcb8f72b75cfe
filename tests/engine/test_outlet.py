"""Where events leave: in order, once, and never more than a slow reader can bear."""

from __future__ import annotations

import asyncio
import threading

from engine.events import Cancelled, Event, Finished, ModelLoading, Preview, Progress, Queued, Started
from engine.outlet import Outlet


async def drain(outlet: Outlet) -> list[Event]:
    outlet.close()
    return [event async for event in outlet.read()]


async def test_events_come_in_order_and_passing_ones_are_replaced() -> None:
    outlet = Outlet()
    outlet.follow("a", 1)
    for done in range(5):
        outlet.take(Progress("a", 1, done, 5))
    outlet.take(Queued("a", 1, 2, 10))
    outlet.take(ModelLoading("m", 0.1, "…"))
    outlet.take(ModelLoading("m", 0.7, "…"))
    outlet.take(ModelLoading("m", 1.0, "ready"))
    assert await drain(outlet) == [
        Progress("a", 1, 4, 5),
        Queued("a", 1, 2, 10),
        ModelLoading("m", 0.7, "…"),
        ModelLoading("m", 1.0, "ready"),
    ]


async def test_after_the_last_event_a_job_says_nothing_more() -> None:
    outlet = Outlet()
    outlet.follow("a", 1)
    outlet.take(Preview("a", 1, b"old", "image/jpeg"))
    outlet.take(Finished("a", 1, (), 5))
    outlet.take(Preview("a", 1, b"late", "image/jpeg"))
    outlet.take(Cancelled("a", 1, 5))
    assert await drain(outlet) == [Finished("a", 1, (), 5)]
    assert not outlet.follows("a")


async def test_progress_that_nobody_has_read_goes_with_the_job_and_no_other_event_does() -> None:
    """Whoever reads the end would show it after the picture; what is told once, and what others say, is still told."""
    outlet = Outlet()
    outlet.follow("a", 1)
    outlet.follow("b", 1)
    for event in (Started("a", 1, 9), Progress("a", 1, 5, 5), Progress("b", 1, 1, 5), Queued("a", 1, 1, 0)):
        outlet.take(event)
    outlet.take(Finished("a", 1, (), 5))
    assert await drain(outlet) == [Started("a", 1, 9), Progress("b", 1, 1, 5), Finished("a", 1, (), 5)]


async def test_a_reader_in_time_hears_of_the_last_step_before_the_end() -> None:
    outlet = Outlet()
    outlet.follow("a", 1)
    events = outlet.read()
    outlet.take(Progress("a", 1, 5, 5))
    assert await anext(events) == Progress("a", 1, 5, 5)
    outlet.take(Finished("a", 1, (), 5))
    assert await anext(events) == Finished("a", 1, (), 5)


async def test_events_of_an_attempt_that_is_over_are_not_told() -> None:
    outlet = Outlet()
    outlet.follow("a", 2)
    outlet.take(Finished("a", 1, (), 5))
    outlet.take(Progress("b", 1, 1, 2))
    assert await drain(outlet) == []
    assert outlet.attempt_of("a") == 2


async def test_a_reader_that_waits_is_woken_by_another_thread() -> None:
    outlet = Outlet()
    outlet.follow("a", 1)

    async def first() -> Event:
        async for event in outlet.read():
            return event
        raise AssertionError("It ended without an event.")

    reading = asyncio.create_task(first())
    await asyncio.sleep(0)
    thread = threading.Thread(target=outlet.put, args=(Progress("a", 1, 1, 2),))
    thread.start()
    async with asyncio.timeout(30):
        assert await reading == Progress("a", 1, 1, 2)
    thread.join()
