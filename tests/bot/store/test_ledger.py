"""Reserve, settle and refund: each once, never more than was held, and never half."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import ledger
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
        assert await balance(tx, *Account) == (700, 0, 300, -1000, 0, 0)


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
        assert await balance(tx, *Account) == (0, 0, 0, 0, 0, 0)


async def test_plan_without_a_bound_is_granted_what_is_missing(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.reserve(tx, MEMBER, "JOB1", 500, NOW, top_up=True)
        await ledger.settle(tx, "JOB1", 100, NOW)
        assert await ledger.reserve(tx, MEMBER, "JOB2", 600, NOW, top_up=True)  # 400 came back, so 200 are missing
        assert await balance(tx, *Account) == (0, 600, 100, -700, 0, 0)


async def test_grant_with_the_same_key_is_given_once(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.grant(tx, MEMBER, 1000, "march", NOW, "for March")
        assert not await ledger.grant(tx, MEMBER, 1000, "march", NOW)
        assert await balance(tx, Account.AVAILABLE) == (1000,)
        assert [(entry.gpu_ms, entry.note) for entry in await ledger.history(tx, MEMBER, 9)] == [
            (1000, "for March"),
            (-1000, "for March"),
        ]


async def test_work_that_costs_nothing_writes_its_rows_all_the_same(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.reserve(tx, MEMBER, "JOB1", 0, NOW)
        assert await ledger.settle(tx, "JOB1", 700, NOW) == Settlement(0, 0)
        assert len(await ledger.history(tx, MEMBER, 9)) == 5


async def test_amounts_below_zero_are_refused(store: Store) -> None:
    async with store.write() as tx:
        for move in (
            ledger.grant(tx, MEMBER, -1, "key", NOW),
            ledger.reserve(tx, MEMBER, "JOB1", -1, NOW),
            ledger.settle(tx, "JOB1", -1, NOW),
        ):
            with pytest.raises(ValueError, match="-1 ms of GPU time cannot be moved"):
                await move


async def test_legs_that_do_not_sum_to_nothing_are_refused(store: Store) -> None:
    async with store.write() as tx:
        with pytest.raises(ValueError, match="do not sum to nothing"):
            await ledger._post(tx, "odd", MEMBER, Act.GRANT, {Account.AVAILABLE: 1}, NOW)


@pytest.mark.parametrize("table", ["entries", "reserves", "ends"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET job_id = 'other'", "DELETE FROM {}", "INSERT OR REPLACE INTO {} {}"])
async def test_nothing_in_the_ledger_is_ever_changed(store: Store, table: str, deed: str) -> None:
    async with store.write() as tx:
        await hold(tx)
        await ledger.settle(tx, "JOB1", 300, NOW)
    statement = text(deed.format(table, f"SELECT * FROM {table}"))
    with pytest.raises(IntegrityError, match=f"The ledger is only ever added to: {table}"):
        async with store.write() as tx:
            await tx.change(statement)


async def test_balance_cannot_go_below_zero_whatever_code_does(store: Store) -> None:
    with pytest.raises(IntegrityError, match="ck_accounts_not_negative"):
        async with store.write() as tx:
            await ledger._add(tx, MEMBER, Account.HELD, -1)
