"""Reserve, settle and refund: each once, never more than was held, and never half."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import buckets, ledger
from bot.store.errors import CreditError
from bot.store.ledger import Settlement
from bot.store.store import Store
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act
from tests.bot.store.rows import MEMBER, NOW


async def balance(tx: Reading, *accounts: Account) -> tuple[int, ...]:
    found = await ledger.balances(tx, MEMBER)
    return tuple(found[account] for account in accounts)


async def hold(tx: Writing, gpu_ms: int = 500) -> None:
    await ledger.grant(tx, MEMBER, 1000, "start", NOW)
    assert await ledger.reserve(tx, MEMBER, "JOB1", gpu_ms, NOW)


async def test_reservation_holds_and_settlement_spends_and_frees(store: Store) -> None:
    async with store.write() as tx:
        await hold(tx)
        assert await balance(tx, Account.AVAILABLE, Account.HELD) == (500, 500)
        assert await ledger.settle(tx, "JOB1", 300, NOW) == Settlement(spent_gpu_ms=300, freed_gpu_ms=200)
        assert await balance(tx, *Account) == (700, 0, 300, -1000, 0, 0, 0)


async def test_settlement_never_spends_more_than_was_held(store: Store) -> None:
    async with store.write() as tx:
        await hold(tx)
        assert await ledger.settle(tx, "JOB1", 9_999, NOW) == Settlement(spent_gpu_ms=500, freed_gpu_ms=0)
        assert await balance(tx, Account.AVAILABLE, Account.HELD, Account.SPENT) == (500, 0, 500)


async def test_refund_frees_all_that_was_held(store: Store) -> None:
    async with store.write() as tx:
        await hold(tx)
        assert await ledger.refund(tx, "JOB1", NOW) == 500
        assert await balance(tx, Account.AVAILABLE, Account.HELD, Account.SPENT) == (1000, 0, 0)


async def test_job_ends_once_by_settlement_or_refund(store: Store) -> None:
    async with store.write() as tx:
        await hold(tx)
        await ledger.settle(tx, "JOB1", 300, NOW)
        before = await ledger.balances(tx, MEMBER)
        assert await ledger.settle(tx, "JOB1", 300, NOW) is None
        assert await ledger.refund(tx, "JOB1", NOW) is None
        assert await ledger.balances(tx, MEMBER) == before


async def test_job_reserves_once(store: Store) -> None:
    async with store.write() as tx:
        await hold(tx)
        assert not await ledger.reserve(tx, MEMBER, "JOB1", 400, NOW)
        assert await balance(tx, Account.HELD) == (500,)


async def test_what_was_never_reserved_cannot_end(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.settle(tx, "JOB1", 1, NOW) is None
        assert await ledger.refund(tx, "JOB1", NOW) is None


async def reserve_too_much(store: Store) -> None:
    async with store.write() as tx:
        await ledger.grant(tx, MEMBER, 1000, "start", NOW)
        await ledger.reserve(tx, MEMBER, "JOB1", 1001, NOW)


async def test_more_than_is_available_is_refused_with_the_amounts(store: Store) -> None:
    with pytest.raises(CreditError, match="has 1000 ms of GPU time, and this may need 1001 ms") as caught:
        await reserve_too_much(store)
    assert (caught.value.available_gpu_ms, caught.value.needed_gpu_ms) == (1000, 1001)
    async with store.read() as tx:
        assert await balance(tx, *Account) == (0, 0, 0, 0, 0, 0, 0)


async def test_plan_without_a_bound_is_lent_what_a_job_needs_and_keeps_nothing(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.reserve(tx, MEMBER, "JOB1", 500, NOW, top_up=True)
        await ledger.settle(tx, "JOB1", 100, NOW)
        assert await ledger.reserve(tx, MEMBER, "JOB2", 600, NOW, top_up=True)
        assert await balance(tx, Account.AVAILABLE, Account.HELD, Account.SPENT, Account.GRANTED) == (0, 600, 100, -700)
        await ledger.refund(tx, "JOB2", NOW)
        assert await balance(tx, Account.AVAILABLE, Account.HELD, Account.SPENT, Account.GRANTED) == (0, 0, 100, -100)


async def test_plan_without_a_bound_spends_nothing_that_was_granted(store: Store) -> None:
    async with store.write() as tx:
        await ledger.grant(tx, MEMBER, 1000, "start", NOW)
        await ledger.reserve(tx, MEMBER, "JOB1", 500, NOW, top_up=True)
        assert await ledger.available(tx, MEMBER, NOW) == 1000


async def test_grant_with_the_same_key_is_given_once(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.grant(tx, MEMBER, 1000, "march", NOW, "for March")
        assert not await ledger.grant(tx, MEMBER, 1000, "march", NOW)
        assert await balance(tx, Account.AVAILABLE) == (1000,)
        assert [(entry.gpu_ms, entry.note) for entry in await ledger.history(tx, MEMBER, 9)] == [(1000, "for March")]


async def test_work_that_costs_nothing_writes_its_rows_all_the_same(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.reserve(tx, MEMBER, "JOB1", 0, NOW)
        assert await ledger.settle(tx, "JOB1", 700, NOW) == Settlement(0, 0)
        assert [entry.act for entry in await ledger.history(tx, MEMBER, 9)] == [Act.SETTLE, Act.RESERVE]


async def test_amounts_below_zero_are_refused(store: Store) -> None:
    async with store.write() as tx:
        for move in (
            ledger.grant(tx, MEMBER, -1, "key", NOW),
            ledger.reserve(tx, MEMBER, "JOB1", -1, NOW),
            ledger.settle(tx, "JOB1", -1, NOW),
        ):
            with pytest.raises(ValueError, match="-1 ms of GPU time cannot be moved"):
                await move


async def fill(tx: Writing) -> None:
    await hold(tx)
    await ledger.settle(tx, "JOB1", 300, NOW)
    bucket = await buckets.find(tx, "start")
    assert bucket is not None
    await ledger.expire(tx, bucket, NOW)


CHANGES = {"buckets": "note", "closures": "created_at", "entries": "note", "reserves": "gpu_ms", "ends": "created_at"}


@pytest.mark.parametrize("table", CHANGES)
@pytest.mark.parametrize("deed", ["UPDATE {0} SET {1} = '7'", "DELETE FROM {0}", "INSERT OR REPLACE INTO {0} {2}"])
async def test_nothing_in_the_ledger_is_ever_changed(store: Store, table: str, deed: str) -> None:
    async with store.write() as tx:
        await fill(tx)
    statement = text(deed.format(table, CHANGES[table], f"SELECT * FROM {table}"))
    with pytest.raises(IntegrityError, match=f"The ledger is only ever added to: {table}"):
        async with store.write() as tx:
            await tx.change(statement)


ENTRY = (
    "INSERT INTO entries (transaction_id, bucket_id, member_id, from_account, to_account, gpu_ms, act, job_id, note,"
    " created_at) VALUES ({}, '', 0)"
)
WRONG = {
    f"'x', 1, {MEMBER}, 'available', 'held', 501, 'reserve', 'JOB1'": "ck_accounts_not_negative",
    f"'x', 1, {MEMBER}, 'available', 'held', -1, 'reserve', 'JOB1'": "ck_entries_not_negative",
    f"'x', 1, {MEMBER}, 'available', 'spent', 1, 'reserve', 'JOB1'": "ck_entries_move",
    f"'x', 1, {MEMBER}, 'granted', 'debt', 1, 'repay', NULL": "ck_accounts_not_positive",
    f"'x', 1, {MEMBER}, 'available', 'held', 1, 'reserve', NULL": "reservation|ck_entries_job",
    f"'x', 1, {MEMBER}, 'available', 'held', 1, 'reserve', 'JOB9'": "moves with its one reservation and its one end",
    f"'x', 1, {MEMBER}, 'held', 'spent', 1, 'settle', 'JOB1'": "moves with its one reservation and its one end",
    f"'reserve:JOB1', 1, {MEMBER}, 'available', 'held', 1, 'reserve', 'JOB1'": "UNIQUE",
    "'x', 1, 7, 'available', 'held', 1, 'reserve', 'JOB1'": "FOREIGN KEY",
    f"'x', 9, {MEMBER}, 'available', 'held', 0, 'reserve', 'JOB1'": "FOREIGN KEY",
}


@pytest.mark.parametrize(("row", "refused"), WRONG.items(), ids=WRONG.values())
async def test_database_refuses_what_cannot_be_whatever_code_does(store: Store, row: str, refused: str) -> None:
    async with store.write() as tx:
        await hold(tx)
    with pytest.raises(IntegrityError, match=refused):
        async with store.write() as tx:
            await tx.change(text(ENTRY.format(row)))
