"""What the GPU was used for: sums by day and member, the time in which it had nothing to do, and how fast both are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.store import jobs, usage
from bot.store.columns import milliseconds
from bot.store.jobs import Job
from bot.store.store import Store
from bot.store.usage import Used
from bot.store.words import State
from tests.bot.store.rows import MEMBER, NOW, make_job

DAY = timedelta(days=1)
RECIPE = json.dumps({"model": {"name": "sdxl"}, "seed": 1})


def ended(name: str, began: datetime, seconds: float, **changes: object) -> Job:
    done = make_job(
        name,
        state=State.DONE,
        cells=(RECIPE,),
        gpu_ms=1000,
        started_at=began,
        ended_at=began + timedelta(seconds=seconds),
    )
    return replace(done, **changes)  # type: ignore[arg-type]


async def store_all(store: Store, *found: Job) -> None:
    async with store.write() as tx:
        for job in found:
            assert await jobs.insert(tx, job)


async def test_jobs_are_summed_by_day_member_model_kind_and_speed(store: Store) -> None:
    await store_all(
        store,
        ended("JOB1", NOW, 9),
        ended("JOB2", NOW, 9, gpu_ms=500, state=State.DELETED),
        ended("JOB3", NOW, 9, gpu_ms=0, state=State.FAILED),
        ended("JOB4", NOW, 9, speed="relax"),
        ended("JOB5", NOW - DAY, 9, cells=('{"seed":1}',), member_id=1),
        ended("JOB6", NOW, 9, started_at=None),  # a picture out of its grid
        make_job("JOB7"),
    )
    async with store.read() as tx:
        found = await usage.of_period(tx, NOW - 2 * DAY, NOW + DAY)
        first = await usage.first_end(tx)
    today = NOW.date()
    assert found == (
        Used((NOW - DAY).date(), 1, "", "imagine", "fast", 1, 0, 1000),
        Used(today, MEMBER, "sdxl", "imagine", "fast", 3, 1, 1500),
        Used(today, MEMBER, "sdxl", "imagine", "relax", 1, 0, 1000),
    )
    assert first == NOW - DAY + timedelta(seconds=9)


async def test_period_begins_with_its_first_moment_and_ends_before_its_last(store: Store) -> None:
    await store_all(store, ended("JOB1", NOW, 0), ended("JOB2", NOW, 10))
    async with store.read() as tx:
        (only,) = await usage.of_period(tx, NOW, NOW + timedelta(seconds=10))
        assert only.jobs == 1
        assert await usage.of_period(tx, NOW + timedelta(seconds=11), NOW + DAY) == ()


@pytest.mark.parametrize(
    ("spans", "busy_seconds"),
    [
        ([], 0),
        ([(0, 10)], 10),
        ([(0, 10), (20, 10)], 20),
        ([(0, 10), (5, 10)], 15),  # two at once count once
        ([(0, 100), (10, 10), (50, 60)], 110),  # one within another
        ([(0, 10), (10, 10)], 20),
        ([(-50, 60)], 10),  # what it did before the period is not of it
        ([(-50, 60), (-20, 25)], 10),
    ],
)
async def test_gpu_is_busy_while_at_least_one_job_is_under_way(
    store: Store, spans: list[tuple[int, int]], busy_seconds: int
) -> None:
    found = [
        ended(f"JOB{number}", NOW + timedelta(seconds=start), length) for number, (start, length) in enumerate(spans)
    ]
    await store_all(store, *found)
    async with store.read() as tx:
        assert await usage.busy_ms(tx, NOW, NOW + DAY) == busy_seconds * 1000


async def test_members_own_use_is_counted_since_the_month_began(store: Store) -> None:
    await store_all(
        store,
        ended("JOB1", NOW, 9),
        ended("JOB2", NOW, 9, state=State.FAILED, gpu_ms=0),
        ended("JOB3", NOW, 9, kind="upscale_subtle", speed="relax"),
        ended("JOB4", NOW, 9, created_at=NOW - DAY),
        ended("JOB5", NOW, 9, member_id=1),
        make_job("JOB6"),
    )
    async with store.read() as tx:
        assert await usage.of_member(tx, MEMBER, NOW) == {
            ("imagine", "fast"): (1, timedelta(seconds=1)),
            ("upscale_subtle", "relax"): (1, timedelta(seconds=1)),
        }


async def test_sums_read_no_recipe(store: Store) -> None:
    """All that they ask for stands in the index: of 100,000 jobs the recipes alone are half a gigabyte."""
    async with store.read() as tx:
        for query in (usage._USED, usage._BUSY):
            steps = await tx.all(text(f"EXPLAIN {query}"), {"since": 0, "until": milliseconds(NOW)})
            assert "OpenRead" in {step["opcode"] for step in steps}
            assert not [step["p4"] for step in steps if "json_extract" in str(step["p4"])]
            plan = await tx.all(text(f"EXPLAIN QUERY PLAN {query}"), {"since": 0, "until": milliseconds(NOW)})
            assert any("INDEX ix_jobs_usage (ended_at>? AND ended_at<?)" in row["detail"] for row in plan)
