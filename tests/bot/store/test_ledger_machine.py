"""The ledger against a model, in any order, with crashes between any two statements; and deliberately broken ledgers,
which the same machine must find out.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Executable, text

from bot.store import jobs, ledger
from bot.store.columns import milliseconds
from bot.store.errors import CreditError
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Account, State
from tests.bot.store.rows import NOW, make_job

AMOUNTS = st.integers(0, 1000)
MEMBERS = st.sampled_from((1, 2))
Deed = Callable[[Writing], Awaitable[None]]


class CrashError(Exception):
    """Where the machine pulls the plug."""


class Fragile(Writing):
    """A transaction that ends before its `left`-th change."""

    def __init__(self, tx: Writing, left: int) -> None:
        super().__init__(tx._connection)
        self._left = left

    async def change(self, statement: Executable, values: Sequence[Mapping[str, Any]] | None = None) -> int:
        if self._left == 0:
            raise CrashError
        self._left -= 1
        return await super().change(statement, values)


class LedgerMachine(RuleBasedStateMachine):
    damage: ClassVar[Sequence[str]] = ()
    believes_answers: ClassVar[bool] = True  # or looks at the rows alone
    accepted = Bundle("accepted")

    @initialize()
    def begin(self) -> None:
        self.available, self.held, self.spent = {1: 0, 2: 0}, dict[str, tuple[int, int]](), {1: 0, 2: 0}
        self.count, self.keys = 0, set[str]()
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.store = self.run(self.stack.enter_async_context(Store.open(Path(folder), clock=lambda: milliseconds(NOW))))
        self.write(self.break_it)

    async def break_it(self, tx: Writing) -> None:
        for statement in self.damage:
            await tx.change(text(statement))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def write(self, deed: Deed, crash_before: int | None = None) -> bool:
        """Whether it was committed."""

        async def transact() -> bool:
            try:
                async with self.store.write() as tx:
                    await deed(tx if crash_before is None else Fragile(tx, crash_before))
            except CrashError:
                return False
            return True

        return bool(self.run(transact()))

    @rule(member=MEMBERS, gpu_ms=AMOUNTS, key=st.sampled_from("abcd"))
    def grant(self, member: int, gpu_ms: int, key: str) -> None:
        async def deed(tx: Writing) -> None:
            assert await ledger.grant(tx, member, gpu_ms, key, NOW) == (key not in self.keys)

        self.write(deed)
        if key not in self.keys:
            self.keys.add(key)
            self.available[member] += gpu_ms

    @rule(target=accepted, member=MEMBERS, gpu_ms=AMOUNTS, top_up=st.booleans(), crash=st.none() | st.integers(0, 9))
    def accept(self, member: int, gpu_ms: int, top_up: bool, crash: int | None) -> str:
        self.count += 1
        job_id = f"JOB{self.count}"

        async def deed(tx: Writing) -> None:
            await jobs.insert(tx, make_job(job_id, member_id=member, reserved_gpu_ms=gpu_ms))
            assert await ledger.reserve(tx, member, job_id, gpu_ms, NOW, top_up=top_up)

        committed, refused = False, None
        try:
            committed = self.write(deed, crash)
        except CreditError as error:
            refused = error
        if refused is not None and self.believes_answers:
            assert not top_up
            assert (refused.available_gpu_ms, refused.needed_gpu_ms) == (self.available[member], gpu_ms)
            assert gpu_ms > self.available[member]
        if committed:
            self.available[member] = max(0, self.available[member] - gpu_ms)
            self.held[job_id] = (member, gpu_ms)
        return job_id

    @rule(job_id=accepted, used=st.lists(AMOUNTS, min_size=1, max_size=3), crash=st.none() | st.integers(0, 6))
    def settle(self, job_id: str, used: list[int], crash: int | None) -> None:
        """Up to three times in one go, as if nothing else kept several from settling."""

        async def deed(tx: Writing) -> None:
            await jobs.finish(tx, job_id, 1, State.RENDERED, NOW, gpu_ms=used[0])
            for number, gpu_ms in enumerate(used):
                settled = await ledger.settle(tx, job_id, gpu_ms, NOW)
                is_first = job_id in self.held and number == 0
                assert (settled is not None) == is_first or not self.believes_answers, "a second end was not refused"

        if self.write(deed, crash) and job_id in self.held:
            member, held = self.held.pop(job_id)
            self.spent[member] += min(held, used[0])
            self.available[member] += max(0, held - used[0])

    @rule(job_id=accepted, state=st.sampled_from((State.FAILED, State.CANCELLED)), crash=st.none() | st.integers(0, 5))
    def refund(self, job_id: str, state: State, crash: int | None) -> None:
        async def deed(tx: Writing) -> None:
            await jobs.finish(tx, job_id, 1, state, NOW)
            expected = self.held[job_id][1] if job_id in self.held else None
            freed = await ledger.refund(tx, job_id, NOW)
            assert freed == expected or not self.believes_answers, "a second end was not refused"

        if self.write(deed, crash) and job_id in self.held:
            member, held = self.held.pop(job_id)
            self.available[member] += held

    @rule()
    def rebuild(self) -> None:
        async def deed(tx: Writing) -> None:
            assert await ledger.rebuild(tx) == 0

        self.write(deed)

    @rule()
    def audit(self) -> None:
        async def look() -> list[str]:
            async with self.store.read() as tx:
                return await ledger.audit(tx)

        faults = self.run(look())
        assert not faults, " ".join(faults)

    @invariant()
    def has_the_balances_of_the_model(self) -> None:
        if not self.believes_answers:
            return

        async def look() -> dict[int, Mapping[Account, int]]:
            async with self.store.read() as tx:
                return {member: await ledger.balances(tx, member) for member in (1, 2)}

        for member, found in self.run(look()).items():
            held = sum(gpu_ms for owner, gpu_ms in self.held.values() if owner == member)
            expected = (self.available[member], held, self.spent[member])
            assert (found[Account.AVAILABLE], found[Account.HELD], found[Account.SPENT]) == expected

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.audit()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()


CAREFUL = settings(max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
HASTY = settings(CAREFUL, max_examples=200, phases=[Phase.generate], database=None, report_multiple_bugs=False)


@pytest.mark.timeout(180)
def test_ledger_keeps_its_promises_in_any_order_and_through_crashes() -> None:
    run_state_machine_as_test(LedgerMachine, settings=CAREFUL)


UNKEYED = (  # and without the balances' checks, which would find it out before anybody looks
    "DROP TABLE accounts",
    "CREATE TABLE accounts (member_id INTEGER, account TEXT, gpu_ms INTEGER)",
    "DROP TABLE ends",
    "CREATE TABLE ends (job_id TEXT, act TEXT, created_at INTEGER)",
    "DROP TABLE entries",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, transaction_id TEXT, member_id INTEGER, account TEXT,"
    " gpu_ms INTEGER, act TEXT, job_id TEXT, note TEXT, created_at INTEGER)",
)


def test_ledger_without_its_unique_keys_is_found_out_by_its_audit() -> None:
    class Mutant(LedgerMachine):
        damage = UNKEYED
        believes_answers = False

    with pytest.raises(AssertionError, match=r"has ended \d+ times; it may once"):
        run_state_machine_as_test(Mutant, settings=HASTY)


def test_ledger_without_its_unique_keys_is_found_out_by_its_answers() -> None:
    class Mutant(LedgerMachine):
        damage = UNKEYED

    with pytest.raises(AssertionError, match="a second end was not refused"):
        run_state_machine_as_test(Mutant, settings=HASTY)
