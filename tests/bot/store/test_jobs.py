"""Jobs are stored once, change state by compare-and-set, and are found again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import jobs
from bot.store.store import Store
from bot.store.words import Privacy, State
from tests.bot.store.rows import MEMBER, NOW, later, make_job


async def insert(store: Store, *changes: dict[str, Any]) -> None:
    async with store.write() as tx:
        for change in changes:
            assert await jobs.insert(tx, make_job(**change))


async def find(store: Store, job_id: str = "JOB1") -> jobs.Job:
    async with store.read() as tx:
        job = await jobs.find(tx, job_id)
    assert job is not None
    return job


async def test_job_comes_back_as_it_was_stored(store: Store) -> None:
    await insert(store, {"id": "JOB0"})
    job = make_job(
        interaction_id=2**62,
        press="single:JOB0:2",
        server_id=5,
        parent_id="JOB0",
        parent_cell=2,
        root_id="JOB0",
        cells=('{"a": 1 }', '{"é":"\\u00e9"}'),
        privacy=Privacy.STEALTH,
        share={"weight": 1.5},
        notes=("one", "two"),
        started_at=later(1),
        ended_at=later(2.345),
    )
    async with store.write() as tx:
        assert await jobs.insert(tx, job)
    assert await find(store) == job


async def test_interaction_that_is_delivered_twice_makes_one_job(store: Store) -> None:
    await insert(store, {"interaction_id": 7})
    async with store.write() as tx:
        assert not await jobs.insert(tx, make_job("JOB2", interaction_id=7))
        assert (await jobs.find_by_interaction(tx, 7)) == make_job(interaction_id=7)
        assert await jobs.find(tx, "JOB2") is None


async def test_button_that_twenty_press_at_once_makes_one_job(store: Store) -> None:
    async def press(number: int) -> bool:
        async with store.write() as tx:
            return await jobs.insert(tx, make_job(f"JOB{number}", press="single:X:1"))

    assert sum(await asyncio.gather(*map(press, range(20)))) == 1
    async with store.read() as tx:
        assert await jobs.find_by_press(tx, "single:X:1") is not None


async def test_job_of_a_parent_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await insert(store, {"parent_id": "nobody", "root_id": "nobody"})


async def test_life_of_a_job_from_queued_to_done(store: Store) -> None:
    await insert(store, {})
    async with store.write() as tx:
        assert await jobs.take_up(tx, "JOB1", 1)
        assert not await jobs.take_up(tx, "JOB1", 1)
        assert await jobs.find(tx, "JOB1") == make_job(state=State.RUNNING)
        assert await jobs.put_back(tx, "JOB1", 1)
        assert await jobs.find(tx, "JOB1") == make_job()
        assert await jobs.take_up(tx, "JOB1", 1)
        assert await jobs.start(tx, "JOB1", 1, later(1))
        assert not await jobs.put_back(tx, "JOB1", 1)
        assert not await jobs.start(tx, "JOB1", 1, later(2))
        assert not await jobs.deliver(tx, "JOB1")
        assert await jobs.finish(tx, "JOB1", 1, State.RENDERED, later(3), gpu_ms=40)
        assert await jobs.deliver(tx, "JOB1")
        assert not await jobs.deliver(tx, "JOB1")
    job = await find(store)
    assert job == make_job(state=State.DONE, boot_id=None, gpu_ms=40, started_at=later(1), ended_at=later(3))


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE, State.DELETED])
async def test_painting_ends_in_no_other_state_than_it_can(store: Store, state: State) -> None:
    async with store.write() as tx:
        with pytest.raises(ValueError, match="ends rendered, failed or cancelled"):
            await jobs.finish(tx, "JOB1", 1, state, NOW)


async def test_writer_of_an_older_attempt_changes_nothing(store: Store) -> None:
    """A worker that was held up past a retry wakes, and finds that the job is another's."""
    await insert(store, {})
    async with store.write() as tx:
        assert await jobs.claim_again(tx, "JOB1", 1, "boot 2") == 2
        assert not await jobs.take_up(tx, "JOB1", 1)
        assert not await jobs.start(tx, "JOB1", 1, NOW)
        assert not await jobs.finish(tx, "JOB1", 1, State.RENDERED, NOW)
        assert not await jobs.hand_back(tx, "JOB1", 1)
        assert await jobs.claim_again(tx, "JOB1", 1, "boot 3") is None
        assert await jobs.finish(tx, "JOB1", 2, State.RENDERED, NOW)
        assert await jobs.claim_again(tx, "JOB1", 2, "boot 3") is None


async def test_cancelling_and_finishing_at_once_has_one_winner(store: Store) -> None:
    await insert(store, *({"id": f"JOB{number}"} for number in range(20)))

    async def end(job_id: str, state: State) -> bool:
        async with store.write() as tx:
            return await jobs.finish(tx, job_id, 1, state, NOW)

    for number in range(20):
        ends = (end(f"JOB{number}", state) for state in (State.RENDERED, State.CANCELLED, State.FAILED))
        assert sum(await asyncio.gather(*ends)) == 1


async def test_job_whose_program_died_while_it_ran_has_died_once_more(store: Store) -> None:
    await insert(store, {})
    async with store.write() as tx:
        await jobs.start(tx, "JOB1", 1, NOW)
        assert await jobs.claim_again(tx, "JOB1", 1, "boot 2", died=True) == 2
    assert await find(store) == make_job(attempt=2, deaths=1, boot_id="boot 2")


async def test_job_that_a_closing_engine_hands_back_waits_and_has_not_died(store: Store) -> None:
    await insert(store, {})
    async with store.write() as tx:
        await jobs.start(tx, "JOB1", 1, NOW)
        assert await jobs.hand_back(tx, "JOB1", 1)
    assert await find(store) == make_job(boot_id=None)


async def test_only_the_first_who_asks_to_cancel_is_told_so(store: Store) -> None:
    await insert(store, {})
    async with store.write() as tx:
        assert await jobs.ask_to_cancel(tx, "JOB1")
        assert not await jobs.ask_to_cancel(tx, "JOB1")
        await jobs.finish(tx, "JOB1", 1, State.CANCELLED, NOW)
        assert not await jobs.ask_to_cancel(tx, "JOB1")


async def test_job_under_way_cannot_be_deleted_and_an_ended_one_once(store: Store) -> None:
    await insert(store, {})
    async with store.write() as tx:
        assert not await jobs.delete(tx, "JOB1")
        await jobs.finish(tx, "JOB1", 1, State.FAILED, NOW, failure="oom", message="Too large.")
        assert await jobs.delete(tx, "JOB1")
        assert not await jobs.delete(tx, "JOB1")
    job = await find(store)
    assert (job.state, job.failure, job.message) == (State.DELETED, "oom", "Too large.")


async def test_unfinished_jobs_are_told_the_oldest_first(store: Store) -> None:
    states = [State.DONE, State.RENDERED, State.RUNNING, State.QUEUED, State.FAILED]
    await insert(
        store,
        *({"id": f"JOB{number}", "state": state, "created_at": later(-number)} for number, state in enumerate(states)),
    )
    async with store.read() as tx:
        assert [job.id for job in await jobs.unfinished(tx)] == ["JOB3", "JOB2", "JOB1"]
        assert await jobs.count_open(tx, MEMBER) == 2
        assert await jobs.count_open(tx, MEMBER + 1) == 0


async def test_what_a_speed_has_used_counts_ended_jobs_as_measured_and_others_as_quoted(store: Store) -> None:
    relaxed = {"speed": "relax", "quoted_gpu_ms": 1000}
    await insert(
        store,
        {"id": "OPEN", **relaxed},
        {"id": "DONE", **relaxed, "state": State.DONE, "gpu_ms": 300},
        {"id": "GONE", **relaxed, "state": State.DELETED, "gpu_ms": 20},
        {"id": "FAILED", **relaxed, "state": State.FAILED},
        {"id": "BEFORE", **relaxed, "created_at": later(-1)},
        {"id": "FAST", "quoted_gpu_ms": 7000},
        {"id": "OTHERS", **relaxed, "member_id": MEMBER + 1},
    )
    async with store.read() as tx:
        assert await jobs.used_gpu_ms(tx, MEMBER, "relax", NOW) == 1320
        assert await jobs.used_gpu_ms(tx, MEMBER, "turbo", NOW) == 0
        assert await jobs.count_open(tx, MEMBER, "relax") == 2
        assert await jobs.count_open(tx, MEMBER, "fast") == 1


async def test_jobs_of_a_member_page_from_the_newest_on(store: Store) -> None:
    await insert(store, *({"id": f"JOB{number}", "created_at": later(number)} for number in range(5)))
    await insert(store, {"id": "OTHER", "member_id": 2})
    async with store.read() as tx:
        first = await jobs.of_member(tx, MEMBER, 3)
        assert [job.id for job in first] == ["JOB4", "JOB3", "JOB2"]
        assert [job.id for job in await jobs.of_member(tx, MEMBER, 3, first[-1].created_at)] == ["JOB1", "JOB0"]


async def test_children_are_found_by_their_parent(store: Store) -> None:
    await insert(store, {}, {"id": "JOB2", "parent_id": "JOB1"}, {"id": "JOB3", "parent_id": "JOB2", "root_id": "JOB1"})
    async with store.read() as tx:
        assert [job.id for job in await jobs.children(tx, "JOB1")] == ["JOB2"]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"SELECT * FROM jobs WHERE {jobs._is_unfinished} ORDER BY created_at", "ix_jobs_unfinished"),
        ("SELECT * FROM jobs WHERE member_id = 1 ORDER BY created_at DESC LIMIT 9", "ix_jobs_member_id_created_at"),
        ("SELECT * FROM jobs WHERE parent_id = 'JOB1'", "ix_jobs_parent_id"),
    ],
)
async def test_queries_of_every_day_find_their_index(store: Store, query: str, index: str) -> None:
    async with store.read() as tx:
        plan = await tx.all(text(f"EXPLAIN QUERY PLAN {query}"))
    assert index in " ".join(row["detail"] for row in plan)


async def test_state_that_does_not_exist_is_refused_by_the_table(store: Store) -> None:
    await insert(store, {})
    with pytest.raises(IntegrityError, match="ck_jobs_state"):
        async with store.write() as tx:
            await tx.change(text("UPDATE jobs SET state = 'asleep'"))


def test_jobs_are_values_that_nobody_changes() -> None:
    job = make_job()
    assert replace(job, attempt=2) != job
    with pytest.raises(AttributeError):
        job.attempt = 2  # type: ignore[misc]
