"""The audit finds each fault that it promises to find: every promise is broken once, on purpose."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.store import jobs, ledger
from bot.store.audit import _PROMISES, audit, rebuild
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import State
from tests.bot.store.rows import MEMBER, NOW, make_job

UNKEYED_ENDS = "DROP TABLE ends; CREATE TABLE ends AS SELECT 'JOB2' AS job_id, 'settle' AS act, 0 AS created_at"
UNKEYED_RESERVES = (
    "DROP TABLE ends; CREATE TABLE ends (job_id, act); DROP TABLE reserves; CREATE TABLE reserves AS "
    "SELECT 'JOB1' AS job_id, 1 AS member_id, 250 AS gpu_ms UNION ALL SELECT 'JOB1', 1, 250"
)
FREE = "".join(f"DROP TRIGGER {name}; " for name in ("entries_no_update", "entries_fence", "buckets_no_update"))
OF_JOB1 = "job_id = 'JOB1' AND act = 'reserve'"
ENTRY = (
    "INSERT INTO entries (transaction_id, bucket_id, member_id, from_account, to_account, gpu_ms, act, job_id, note,"
    " created_at) VALUES ({}, '', 0)"
)

# What is done to sound books, and the fault that must be told of it; more may be.
BREAKS = {
    "UPDATE accounts SET gpu_ms = 305 WHERE account = 'spent' AND bucket_id = 1": (
        "The accounts of bucket 1 sum to 5 ms, not to nothing."
    ),
    "PRAGMA ignore_check_constraints = 1; UPDATE accounts SET gpu_ms = -1 WHERE account = 'held' AND bucket_id = 1": (
        f"Bucket 1 of member {MEMBER} has -1 ms held, which cannot be less than none."
    ),
    "PRAGMA ignore_check_constraints = 1; UPDATE accounts SET gpu_ms = 1 WHERE account = 'granted' AND bucket_id = 1": (
        f"Bucket 1 of member {MEMBER} has 1 ms granted, which cannot be more than none."
    ),
    "UPDATE accounts SET gpu_ms = 7 WHERE account = 'spent' AND bucket_id = 1": (
        "The balance of bucket 1 says 7 ms spent, and the entries add up to 300 ms."
    ),
    "DROP TRIGGER reserves_no_update; UPDATE reserves SET gpu_ms = 501 WHERE job_id = 'JOB1'": (
        f"Member {MEMBER} has 500 ms held, and the open reservations are 501 ms."
    ),
    UNKEYED_RESERVES: "Job JOB1 has 2 reservations; it may have one.",
    f"{UNKEYED_ENDS} UNION ALL SELECT 'JOB2', 'refund', 0": "Job JOB2 has ended 2 times; it may once.",
    "PRAGMA defer_foreign_keys = 1; INSERT INTO ends VALUES ('JOB9', 'refund', 0)": (
        "Job JOB9 was ended by refund, and nothing was ever reserved for it."
    ),
    "INSERT INTO ends VALUES ('JOB1', 'refund', 0)": "Job JOB1 has entries of 0 ends, and its end is told 1 times.",
    f"{FREE}UPDATE entries SET gpu_ms = 400 WHERE {OF_JOB1}": "Job JOB1 reserved 500 ms, and its entries say 400 ms.",
    f"{FREE}UPDATE entries SET gpu_ms = 100 WHERE job_id = 'JOB2' AND to_account = 'available'": (
        "Job JOB2 held 500 ms of bucket 1, and its end freed or spent 400 ms of it."
    ),
    f"{FREE}UPDATE entries SET member_id = 2, bucket_id = 2 WHERE {OF_JOB1}": (
        f"Job JOB1 of member {MEMBER} is paid out of bucket 2, which is member 2's."
    ),
    "UPDATE jobs SET member_id = 3, server_id = 4 WHERE id = 'JOB1'": (
        f"Job JOB1 is member 3's, and {MEMBER} pays for it, which is neither they nor their server."
    ),
    f"{FREE}UPDATE buckets SET expires_at = created_at + 1; UPDATE entries SET created_at = created_at + 9": (
        "Job JOB1 took of bucket 1 before it began or after it had ended."
    ),
    f"{FREE}UPDATE entries SET gpu_ms = 501 WHERE to_account = 'spent'": (
        "Job JOB2 was charged 501 ms, and 500 ms were reserved."
    ),
    "UPDATE jobs SET gpu_ms = 299 WHERE id = 'JOB2'": "Job JOB2 (fast) was charged 300 ms, and 299 ms were measured.",
    "UPDATE jobs SET state = 'failed' WHERE id = 'JOB2'": "Job JOB2 was charged although it is failed.",
    "UPDATE jobs SET state = 'done' WHERE id = 'JOB1'": "Job JOB1 is done, and its credit is still held.",
    "UPDATE jobs SET state = 'running' WHERE id = 'JOB2'": "Job JOB2 is running, and no credit is held for it.",
    "UPDATE jobs SET id = 'JOB7', root_id = 'JOB7' WHERE id = 'JOB1'": "Credit is held for JOB1, which is no job.",
    f"{FREE}UPDATE buckets SET gpu_ms = 4000 WHERE id = 1": "Bucket 1 is of 4000 ms, and 3000 ms were put into it.",
    "INSERT INTO closures VALUES (1, 'expire', 0)": "Bucket 1 was closed, and 2100 ms are still available in it.",
    "INSERT INTO closures VALUES (1, 'claw-back', 0)": (
        "Bucket 1 was taken back, 400 ms of it were used, and 0 ms of that became a debt."
    ),
    ENTRY.format(f"'gift:g', 1, {MEMBER}, 'granted', 'available', 9, 'gift', NULL"): (
        "Transaction gift:g took 100 ms out of buckets, and put 109 ms into others."
    ),
    f"{FREE}INSERT INTO memberships VALUES (1, {MEMBER}, 'role', 'x', 'pro', 0, NULL, NULL, 0); "
    "UPDATE buckets SET membership_id = 1": "Membership 1 was granted the time of one month 3 times.",
}


async def keep_books(tx: Writing) -> None:
    """Three jobs: one waits, one was settled, one was refunded; one that cost nothing ever; a gift, and one on an open
    plan that is settled."""
    await ledger.grant(tx, MEMBER, 3000, "start", NOW)
    await ledger.gift(tx, MEMBER, 2, 100, "g", NOW)
    for number in (1, 2, 3):
        job_id = f"JOB{number}"
        await jobs.insert(tx, make_job(job_id, reserved_gpu_ms=500))
        await ledger.reserve(tx, MEMBER, job_id, 500, NOW)
    await jobs.insert(tx, make_job("JOB4", reserved_gpu_ms=500))
    await ledger.reserve(tx, MEMBER, "JOB4", 500, NOW, top_up=True)
    await jobs.finish(tx, "JOB4", 1, State.RENDERED, NOW, gpu_ms=0)
    await ledger.settle(tx, "JOB4", 0, NOW)
    await jobs.finish(tx, "JOB2", 1, State.RENDERED, NOW, gpu_ms=300)
    await ledger.settle(tx, "JOB2", 300, NOW)
    await jobs.finish(tx, "JOB3", 1, State.CANCELLED, NOW)
    await ledger.refund(tx, "JOB3", NOW)
    await jobs.insert(tx, make_job("FREE", state=State.RENDERED))


class NeverKeptError(Exception):
    pass


async def test_sound_books_have_no_fault(store: Store) -> None:
    async with store.write() as tx:
        assert await audit(tx) == []
        await keep_books(tx)
        assert await audit(tx) == []
        assert await rebuild(tx) == 0


@pytest.mark.parametrize(("damage", "fault"), BREAKS.items(), ids=BREAKS.values())
async def test_each_fault_is_told_in_a_sentence(store: Store, damage: str, fault: str) -> None:
    async def break_and_look() -> list[str]:
        async with store.write() as tx:
            await keep_books(tx)
            for statement in damage.split("; "):
                await tx.change(text(statement))
            faults = await audit(tx)
            raise NeverKeptError(*faults)

    with pytest.raises(NeverKeptError) as caught:
        await break_and_look()
    assert fault in caught.value.args


def test_every_promise_of_the_audit_is_broken_in_a_test() -> None:
    beginnings = {sentence.partition("{")[0] + sentence.rpartition("}")[2] for sentence in _PROMISES}
    assert len(beginnings) == len(_PROMISES) == len(BREAKS)


async def test_balances_are_built_anew_from_the_entries(store: Store) -> None:
    async with store.write() as tx:
        await keep_books(tx)
        before = await ledger.balances(tx, MEMBER)
        await tx.change(text("UPDATE accounts SET gpu_ms = 7 WHERE account = 'spent' AND bucket_id = 1"))
        await tx.change(text("DELETE FROM accounts WHERE account = 'available' AND bucket_id = 1"))
        assert await rebuild(tx) == 2
        assert await ledger.balances(tx, MEMBER) == before
        assert await audit(tx) == []
