"""What the engine tells becomes how a job looks, and what is stored of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages.live import Live
from bot.outcome import Outcome
from bot.store import jobs
from bot.store.jobs import Job
from bot.store.store import Store
from bot.store.words import State
from engine import Engine, EngineSettings, ModelLoading, Preparing, PutBack, Queued, Started
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import make_job


@dataclass
class Heard:
    """A listener, where it stores, and what it showed."""

    outcome: Outcome
    store: Store
    shown: list[Live] = field(default_factory=list)

    async def job(self) -> Job:
        async with self.store.read() as tx:
            found = await jobs.find(tx, "JOB1")
        assert found is not None
        return found


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Heard]:
    shown: list[Live] = []

    async def never(_: Job) -> bool:
        return False

    async with (
        Store.open(tmp_path / "data", clock=Clock()) as store,
        await Engine.open(EngineSettings(device="none")) as engine,
    ):
        outcome = Outcome(
            engine,
            store,
            notify_after=timedelta(minutes=1),
            show=lambda _, live: shown.append(live),
            tell=lambda: None,
            retry=never,
        )
        yield Heard(outcome, store, shown)


async def test_a_job_whose_model_found_no_room_looks_like_one_that_waits(heard: Heard) -> None:
    for event in (Queued("one", 1, 1, 0), ModelLoading("sdxl", 0.0, "Looking."), Queued("one", 1, 1, 9000)):
        await heard.outcome._hear(event)
    assert heard.shown == [Live(1), Live(1, loading=("sdxl", 0.0)), Live(1, 9000)]


async def test_a_job_runs_from_before_its_model_is_loaded_and_takes_time_from_when_it_is(heard: Heard) -> None:
    async with heard.store.write() as tx:
        await jobs.insert(tx, make_job())
    for event, state in (
        (Preparing("JOB1", 1), State.RUNNING),
        (PutBack("JOB1", 1), State.QUEUED),  # what the program dies of now is another job's doing
        (Preparing("JOB1", 1), State.RUNNING),
        (Queued("JOB1", 1, 1, 0), State.RUNNING),  # which was asked before it began
    ):
        await heard.outcome._hear(event)
        assert (await heard.job()).state is state
    assert (await heard.job()).started_at is None
    await heard.outcome._hear(Started("JOB1", 1, 9))
    assert (await heard.job()).started_at is not None
