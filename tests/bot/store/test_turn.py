"""One writes at a time; whoever is hurried goes first, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.store import turn
from bot.store.turn import Turn

PATIENCE_SECONDS = 20.0


class Line:
    """Takers of one turn, and the order in which they had it."""

    def __init__(self) -> None:
        self.turn, self.served = Turn(), list[str]()
        self.tasks: list[asyncio.Task[None]] = []

    async def join(self, name: str, *, hurried: bool = False) -> asyncio.Task[None]:
        """Returns when they stand in line."""

        async def take() -> None:
            async with self.turn.taken(hurried=hurried):
                self.served.append(name)

        task = asyncio.create_task(take())
        self.tasks.append(task)
        for _ in range(5):
            await asyncio.sleep(0)
        return task

    async def end(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_the_hurried_go_before_those_who_wait_longer() -> None:
    line = Line()
    async with line.turn.taken():
        for name in ("one", "two", "three"):
            await line.join(name)
        for name in ("red", "green"):
            await line.join(name, hurried=True)
        assert line.served == []
    await line.end()
    assert line.served == ["one", "red", "green", "two", "three"], "one stood at the door already"


async def test_whoever_gives_up_keeps_nobody_waiting() -> None:
    line = Line()
    async with line.turn.taken():
        first = await line.join("one")
        second = await line.join("two")
        hurried = await line.join("red", hurried=True)
        await line.join("three")
        for task in (first, second, hurried):
            task.cancel()
    await line.end()
    assert line.served == ["three"]


@pytest.mark.parametrize("hurried", [False, True])
async def test_whoever_is_told_to_end_ends_at_whatever_moment_that_is(hurried: bool) -> None:
    async def take() -> None:
        async with Turn().taken(hurried=hurried):
            await asyncio.Event().wait()

    for moment in range(10):
        task = asyncio.create_task(take())
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        assert task.cancelled(), moment


async def test_those_who_are_not_hurried_wait_no_longer_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "LONGEST_SECONDS", 0.0)
    line = Line()
    async with line.turn.taken(hurried=True):
        await line.join("one")
        await line.join("red", hurried=True)
    await line.end()
    assert line.served == ["one", "red"]


async def test_those_who_are_not_hurried_do_not_wait_a_second_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "LONGEST_SECONDS", 0.1)
    line, served = Turn(), list[str]()

    async def hurry() -> None:
        while served.count("patient") < 3:
            async with line.taken(hurried=True):
                served.append("hurried")
                await asyncio.sleep(0.001)

    async def wait() -> None:
        async with line.taken():
            served.append("patient")

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        for work in (hurry, hurry, wait, wait, wait):  # of two, one is always in line
            group.create_task(work())
    assert len(served[served.index("patient") :]) < 12, "the second began to wait when the first did"
