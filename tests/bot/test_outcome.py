"""What the engine tells becomes how a job looks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.messages.live import Live
from bot.outcome import Outcome
from bot.store.jobs import Job
from bot.store.store import Store
from engine import Engine, EngineSettings, ModelLoading, Queued
from tests.bot.store.conftest import Clock


async def test_a_job_whose_model_found_no_room_looks_like_one_that_waits(tmp_path: Path) -> None:
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
        for event in (Queued("one", 1, 1, 0), ModelLoading("sdxl", 0.0, "Looking."), Queued("one", 1, 1, 9000)):
            await outcome._hear(event)
    assert shown == [Live(1), Live(1, loading=("sdxl", 0.0)), Live(1, 9000)]
