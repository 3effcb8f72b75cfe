"""The ledger against plain books, in any order; and deliberately broken ledgers, which the same machine must find out.

LEDGER_SEED repeats a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Update

from bot.store import buckets, jobs, ledger
from bot.store.buckets import Bucket, NewBucket, Part
from bot.store.tables import BALANCE
from bot.store.transactions import Reading, Writing
from bot.store.words import Act, State
from tests.bot.store.ledger_machine import SEED, Bench, LedgerMachine, careful

OTHERWISE = r"the books say otherwise|(Bucket|Member) \d|Job JOB\d"  # whichever sees it first
HASTY = settings(careful(1500), phases=[Phase.generate], report_multiple_bugs=False)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def found_out(machine: type[LedgerMachine], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        run_state_machine_as_test(seed(2)(machine), settings=HASTY)  # no search: it is known to be there


UNKEYED = (  # and without the balances' checks, which would find it out before anybody looks
    "DROP TABLE accounts",
    "CREATE TABLE accounts (bucket_id INTEGER, account TEXT, member_id INTEGER, gpu_ms INTEGER,"
    " PRIMARY KEY (bucket_id, account))",
    "DROP TABLE ends",
    "CREATE TABLE ends (job_id TEXT, act TEXT, created_at INTEGER)",
    "DROP TABLE entries",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, transaction_id TEXT, bucket_id INTEGER, member_id INTEGER,"
    " from_account TEXT, to_account TEXT, gpu_ms INTEGER, act TEXT, job_id TEXT, note TEXT, created_at INTEGER)",
    BALANCE,
)


@pytest.mark.timeout(300)
def test_ledger_keeps_its_promises_in_any_order_and_through_crashes(bench: Bench) -> None:
    class Sound(LedgerMachine):
        pass

    Sound.bench = bench
    print(f"LEDGER_SEED={SEED}")  # noqa: T201 - shown if it fails
    run_state_machine_as_test(seed(SEED)(Sound), settings=careful(500))


def test_ledger_without_its_unique_keys_is_found_out_by_its_audit(bench: Bench) -> None:
    class Mutant(LedgerMachine):
        damage = UNKEYED
        believes_answers = False

    Mutant.bench = bench
    found_out(Mutant, r"has ended \d+ times; it may once")


def test_ledger_without_its_unique_keys_is_found_out_by_its_answers(bench: Bench) -> None:
    class Mutant(LedgerMachine):
        damage = UNKEYED

    Mutant.bench = bench
    found_out(Mutant, "a second end was not refused")


def test_grants_without_a_key_are_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    insert, numbers = buckets.insert, count()

    async def insert_anyway(tx: Writing, new: NewBucket) -> Bucket | None:
        return await insert(tx, replace(new, key=f"{new.key} {next(numbers)}"))

    class Mutant(LedgerMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(buckets, "insert", insert_anyway)
    found_out(Mutant, OTHERWISE)


def test_jobs_without_the_fence_of_attempts_are_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_any_attempt(job_id: str, attempt: int, states: Sequence[State]) -> Update:
        return jobs._among(job_id, states)

    class Mutant(LedgerMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(jobs, "_of_attempt", of_any_attempt)
    found_out(Mutant, "an attempt that is over ended the job")


@pytest.mark.parametrize(
    ("begins", "sentence"),
    [("BEGIN", "what had begun to write was not let finish"), ("SELECT 1", OTHERWISE)],
    ids=("late", "never"),
)
def test_transactions_that_do_not_begin_by_writing_are_found_out(tmp_path: Path, begins: str, sentence: str) -> None:
    class Mutant(LedgerMachine):
        bench = Bench(tmp_path, begins)

    try:
        found_out(Mutant, sentence)
    finally:
        Mutant.bench.close()


def test_spending_in_another_order_is_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    take = buckets.take

    def take_the_last_first(parts: Sequence[Part], gpu_ms: int) -> tuple[Part, ...] | None:
        return take(parts[::-1], gpu_ms)

    class Mutant(LedgerMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(buckets, "take", take_the_last_first)
    found_out(Mutant, OTHERWISE)


def test_refund_that_leaves_what_rolled_over_is_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find_none(tx: Reading, bucket: Bucket) -> Bucket | None:
        return None

    class Mutant(LedgerMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(ledger, "rollover_of", find_none)
    found_out(Mutant, OTHERWISE)


def test_expiry_that_forgets_what_it_closed_is_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forget(tx: Reading, bucket_ids: Sequence[int]) -> frozenset[tuple[int, Act]]:
        return frozenset()

    class Mutant(LedgerMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(buckets, "endings", forget)
    found_out(Mutant, OTHERWISE)
