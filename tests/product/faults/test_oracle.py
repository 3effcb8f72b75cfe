"""The oracle finds what is wrong with the charges: each of its promises is broken here once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import jobs, ledger
from bot.store.columns import milliseconds
from bot.store.store import Store
from bot.store.words import State
from tests.bot.store.rows import MEMBER, NOW, make_job
from tests.product.faults.oracle import must_have_charged_right

AGAIN = (
    "INSERT INTO entries SELECT NULL, 'again:' || transaction_id, bucket_id, member_id, from_account, to_account, 10,"
    " act, job_id, note, created_at FROM entries WHERE act = 'settle' AND to_account = 'spent'"
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A job that was painted, one that failed, and one that is under way."""
    async with Store.open(tmp_path, clock=lambda: milliseconds(NOW)) as opened:
        async with opened.write() as tx:
            await ledger.grant(tx, MEMBER, 10_000, "start", NOW)
            for name in ("JOB1", "JOB2", "JOB3"):
                await jobs.insert(tx, make_job(name))
                await ledger.reserve(tx, MEMBER, name, 1000, NOW)
            await jobs.finish(tx, "JOB1", 1, State.RENDERED, NOW, gpu_ms=600)
            await ledger.settle(tx, "JOB1", 600, NOW)
            await jobs.finish(tx, "JOB2", 1, State.FAILED, NOW)
        yield opened


async def end(store: Store, *damage: str, charge_failed: bool = False) -> None:
    async with store.write() as tx:
        await (ledger.settle(tx, "JOB2", 500, NOW) if charge_failed else ledger.refund(tx, "JOB2", NOW))
        for statement in damage:
            await tx.change(text(statement))


async def end_all(store: Store, *damage: str, charge_failed: bool = False) -> None:
    await end(store, *damage, charge_failed=charge_failed)
    async with store.write() as tx:
        await ledger.refund(tx, "JOB3", NOW)


async def test_sound_charges_are_found_sound(store: Store) -> None:
    await end_all(store)
    await must_have_charged_right(store)


async def test_turbo_that_a_pool_pays_is_found_sound(store: Store) -> None:
    await end_all(store)
    async with store.write() as tx:
        await ledger.grant(tx, 7, 10_000, "pool", NOW)
        await jobs.insert(tx, make_job("JOB4", speed="turbo", server_id=7))
        await ledger.reserve(tx, 7, "JOB4", 2000, NOW)
        await jobs.finish(tx, "JOB4", 1, State.RENDERED, NOW, gpu_ms=700)
        await ledger.settle(tx, "JOB4", 1400, NOW)
    await must_have_charged_right(store)


async def test_what_is_still_held_is_found(store: Store) -> None:
    await end(store)
    with pytest.raises(AssertionError, match="Nothing is held"):
        await must_have_charged_right(store)


async def test_second_charge_is_found(store: Store) -> None:
    await end(store, AGAIN)
    with pytest.raises(AssertionError, match="No job is charged twice"):
        await must_have_charged_right(store)


async def test_charge_for_what_failed_is_found(store: Store) -> None:
    await end_all(store, charge_failed=True)
    with pytest.raises(AssertionError, match="What failed or was cancelled costs nothing"):
        await must_have_charged_right(store)


async def test_charge_of_more_than_was_measured_is_found(store: Store) -> None:
    await end_all(store, "UPDATE jobs SET gpu_ms = 599 WHERE id = 'JOB1'")
    with pytest.raises(AssertionError, match="Spent is what was settled"):
        await must_have_charged_right(store)


async def test_time_that_has_gone_nowhere_is_found(store: Store) -> None:
    await end_all(store, "UPDATE accounts SET gpu_ms = gpu_ms - 1 WHERE account = 'available'")
    with pytest.raises(AssertionError, match="has what is left of its month"):
        await must_have_charged_right(store)
