"""A Hypothesis machine that does to the ledger whatever can happen to it, in any order, on a clock that jumps, with
crashes between any two statements; and compares it with plain books after every step.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import URL, Connection, Engine, Executable, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.plans import membership
from bot.plans.months import add_months
from bot.plans.plan import Plan, Plans, Relax
from bot.plans.rates import charge_of
from bot.store import jobs, ledger, memberships
from bot.store.columns import milliseconds
from bot.store.errors import CreditError, StoreBusyError
from bot.store.memberships import NewMembership
from bot.store.sqlite import WRITER, _prepare
from bot.store.store import Store
from bot.store.sweeping import GRACE, sweep
from bot.store.transactions import Writing
from bot.store.words import GIVEABLE, Origin, Source, State
from engine import Speed
from tests.bot.store.books import Books, Pot, Subscription
from tests.bot.store.rows import NOW, make_job

MEMBERS = (1, 2)
POOL = 7  # a server, whose pool pays for whoever asks there
AMOUNTS = st.integers(0, 1000)
CRASHES = st.none() | st.none() | st.integers(0, 8)
PERCENTS = st.sampled_from((0, 1, 30, 60, 100, 101))
RARELY = st.sampled_from((False, False, False, True))
DAYS = st.integers(1, 60)
FREE = Plan(name="free", title="Free", fast_gpu_ms=0, relax=Relax.UNLIMITED)
BASIC = Plan(name="basic", title="Basic", fast_gpu_ms=400)
PRO = Plan(name="pro", title="Pro", fast_gpu_ms=1000, rollover_gpu_ms=150)
PLANS = Plans((FREE, BASIC, PRO), FREE)
Deed = Callable[[Writing], Awaitable[None]]


SEED = int(os.environ.get("LEDGER_SEED", "0")) or random.SystemRandom().randrange(1 << 31)


def careful(examples: int) -> settings:
    """Without `explain`, which traces every line on Python 3.11, and without what earlier runs have found."""
    return settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        database=None,
        print_blob=True,
    )


class CrashError(Exception):
    """Where the machine pulls the plug."""


class Direct:
    """SQLAlchemy's connection as the store's queries use it, without a thread for each statement."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, values: Any = None) -> Any:
        return self._connection.execute(statement, values)


class Fragile(Writing):
    """A transaction that ends before its `left`-th change, if there are as many."""

    def __init__(self, connection: Connection, left: int | None = None) -> None:
        super().__init__(cast(AsyncConnection, Direct(connection)))
        self._left = left

    async def change(self, statement: Executable, values: Sequence[Mapping[str, Any]] | None = None) -> int:
        if self._left == 0:
            raise CrashError
        if self._left is not None:
            self._left -= 1
        return await super().change(statement, values)


class Bench:
    """A database for one example after the other: engines know their statements already when the next one comes."""

    def __init__(self, folder: Path, begins: str = "BEGIN IMMEDIATE") -> None:
        self._database = folder / "atelier.sqlite"
        asyncio.run(self._make(folder))
        self._empty = self._database.read_bytes()
        self.engine, self.other = self._open(begins), self._open(begins, busy_timeout=0)

    async def _make(self, folder: Path) -> None:
        async with Store.open(folder, clock=lambda: milliseconds(NOW)):
            pass

    def _open(self, begins: str, **pragmas: int) -> Engine:
        url = URL.create("sqlite", database=str(self._database))
        engine = create_engine(url, pool_size=1, connect_args={"isolation_level": None})
        _prepare(engine, {**WRITER, "synchronous": 0, **pragmas}, begins)
        return engine

    def clear(self) -> None:
        self.close()
        for left in ("-wal", "-shm"):
            Path(f"{self._database}{left}").unlink(missing_ok=True)
        self._database.write_bytes(self._empty)

    def close(self) -> None:
        self.engine.dispose()
        self.other.dispose()


class LedgerMachine(RuleBasedStateMachine):
    damage: ClassVar[Sequence[str]] = ()
    bench: ClassVar[Bench]
    believes_answers: ClassVar[bool] = True  # or looks at the rows alone
    accepted = Bundle("accepted")

    @initialize(target=accepted)
    def open_books(self) -> Any:
        """A bucket with a hold on it, and a subscription, so that every life begins in the middle of things."""
        self.books, self.now = Books(), NOW
        self.count, self.attempts, self.speeds = 0, dict[str, int](), dict[str, Speed]()
        self.subscriptions = dict.fromkeys(MEMBERS, 0)
        self.runner = asyncio.Runner()
        self.bench.clear()
        self.engine = self.bench.engine
        self.write(self.break_it)
        self.grant(1, 1000, "a", 30)
        self.subscribe(2, PRO, 2, None)
        return self.accept(1, 60, False, None)

    async def break_it(self, tx: Writing) -> None:
        for statement in self.damage:
            await tx.change(text(statement))

    def write(self, deed: Deed, crash_before: int | None = None) -> bool:
        """Whether it was committed."""
        with self.engine.connect() as connection:
            try:
                self.runner.run(deed(Fragile(connection, crash_before)))  # type: ignore[arg-type]
            except CrashError:
                connection.rollback()
                return False
            connection.commit()
            return True

    @rule(hours=st.sampled_from((-25, -1, 1, 24 * 20, 24 * 31)))
    def jump(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(member=st.sampled_from(MEMBERS), gpu_ms=AMOUNTS, key=st.sampled_from("abc"), days=st.none() | DAYS)
    def grant(self, member: int, gpu_ms: int, key: str, days: int | None) -> None:
        ends = None if days is None else self.now + timedelta(days=days)
        is_new = key not in self.books.pots

        async def deed(tx: Writing) -> None:
            granted = await ledger.grant(tx, member, gpu_ms, key, self.now, expires_at=ends)
            assert granted == is_new or not self.believes_answers, "a second grant was not refused"

        self.write(deed)
        self.books.grant(Pot(key, member, Origin.OPERATOR, gpu_ms, self.now, ends))

    @rule(
        target=accepted,
        member=st.sampled_from(MEMBERS),
        percent=PERCENTS,
        lent=RARELY,
        pooled=RARELY,
        is_turbo=RARELY,
        crash=CRASHES,
    )
    def accept(
        self, member: int, percent: int, lent: bool, crash: int | None, pooled: bool = False, is_turbo: bool = False
    ) -> Any:
        """Of what there is, so that most are accepted, and buckets are soon empty. A pool lends nothing."""
        self.count += 1
        payer = POOL if pooled and not lent else member
        speed = Speed.TURBO if is_turbo else Speed.FAST
        job_id, there = f"JOB{self.count}", self.books.available(payer, self.now)
        gpu_ms = (there or 100) * percent // 100

        async def deed(tx: Writing) -> None:
            made = make_job(job_id, member_id=member, server_id=POOL, speed=speed, reserved_gpu_ms=gpu_ms)
            await jobs.insert(tx, made)
            assert await ledger.reserve(tx, payer, job_id, gpu_ms, self.now, top_up=lent)

        try:
            if self.write(deed, crash):
                assert lent or there >= gpu_ms or not self.believes_answers, "more was held than there was"
                self.books.reserve(payer, job_id, gpu_ms, self.now, lent=lent or gpu_ms == 0)
                self.attempts[job_id] = 1
                self.speeds[job_id] = speed
                return job_id
        except CreditError as refused:
            told = (refused.available_gpu_ms, refused.needed_gpu_ms)
            if self.believes_answers and (lent or told != (there, gpu_ms) or there >= gpu_ms):
                raise AssertionError("what is there was refused") from refused
        return multiple()

    @rule(job_id=accepted)
    def retry(self, job_id: str) -> None:
        async def deed(tx: Writing) -> None:
            attempt = await jobs.claim_again(tx, job_id, self.attempts.get(job_id, 1), "boot 2")
            assert (attempt is not None) == (job_id in self.books.held)

        if self.write(deed) and job_id in self.books.held:
            self.attempts[job_id] += 1

    @rule(
        job_id=accepted,
        used=st.lists(AMOUNTS, min_size=1, max_size=3),
        is_late=st.booleans(),
        crash=CRASHES,
    )
    def settle(self, job_id: str, used: list[int], is_late: bool, crash: int | None) -> None:
        """Perhaps by an attempt that is not the last; up to three times in one go, as if nothing else prevented it."""
        attempt = self.attempts.get(job_id, 1) - int(is_late)
        counts, speed = job_id in self.books.held and not is_late, self.speeds.get(job_id, Speed.FAST)

        async def deed(tx: Writing) -> None:
            finished = await jobs.finish(tx, job_id, attempt, State.RENDERED, self.now, gpu_ms=used[0])
            assert finished == counts, "an attempt that is over ended the job"
            if not finished:
                return
            for number, gpu_ms in enumerate(used):
                settled = await ledger.settle(tx, job_id, charge_of(speed, gpu_ms), self.now)
                assert (settled is not None) == (number == 0) or not self.believes_answers, (
                    "a second end was not refused"
                )

        if self.write(deed, crash) and counts:
            self.books.end(job_id, charge_of(speed, used[0]))

    @rule(job_id=accepted, state=st.sampled_from((State.FAILED, State.CANCELLED)), crash=CRASHES)
    def refund(self, job_id: str, state: State, crash: int | None) -> None:
        async def deed(tx: Writing) -> None:
            await jobs.finish(tx, job_id, self.attempts.get(job_id, 1), state, self.now)
            expected = sum(part for _, part in self.books.held[job_id]) if job_id in self.books.held else None
            freed = await ledger.refund(tx, job_id, self.now)
            assert freed == expected or not self.believes_answers, "a second end was not refused"

        if self.write(deed, crash) and job_id in self.books.held:
            self.books.end(job_id, 0)

    @rule(
        giver=st.sampled_from(MEMBERS),
        to_pool=RARELY,
        gpu_ms=st.integers(1, 1000),
        key=st.sampled_from("xy"),
        crash=CRASHES,
    )
    def gift(self, giver: int, to_pool: bool, gpu_ms: int, key: str, crash: int | None) -> None:
        """To another member, or into the pool; never of a month."""
        taker = POOL if to_pool else sum(MEMBERS) - giver
        is_new, there = f"gift:{key}:0" not in self.books.pots, self.books.giveable(giver, self.now)

        async def deed(tx: Writing) -> None:
            given = await ledger.gift(tx, giver, taker, gpu_ms, key, self.now, GIVEABLE)
            assert given == is_new or not self.believes_answers, "a second gift was not refused"

        try:
            if self.write(deed, crash) and is_new:
                self.books.gift(giver, taker, gpu_ms, key, self.now)
        except CreditError as refused:
            if there >= gpu_ms and self.believes_answers:
                raise AssertionError("what is there was refused") from refused

    @rule(member=st.sampled_from(MEMBERS), key=st.sampled_from("abc"), crash=CRASHES)
    def claw_back(self, member: int, key: str, crash: int | None) -> None:
        """A purchase is refunded, perhaps before it is told of."""
        owner = self.books.pots[key].member if key in self.books.pots else member

        async def deed(tx: Writing) -> None:
            await ledger.claw_back(tx, owner, key, self.now)

        if self.write(deed, crash):
            new = Pot(key, owner, Origin.BOUGHT, 0, self.now, None)
            self.books.claw_back(self.books.pots.get(key, new))

    @rule(member=st.sampled_from(MEMBERS), plan=st.sampled_from((BASIC, PRO)), months=st.integers(1, 2), crash=CRASHES)
    def subscribe(self, member: int, plan: Plan, months: int, crash: int | None) -> None:
        """Begun, renewed, upgraded or downgraded, as it may come."""
        name, starts, ends = self.subscription(member), self.now, add_months(self.now, months)
        new = NewMembership(
            member_id=member,
            source=Source.DISCORD,
            external_id=name,
            plan=plan.name,
            starts_at=starts,
            ends_at=ends,
            created_at=self.now,
        )

        async def deed(tx: Writing) -> None:
            await memberships.put(tx, new)
            await membership.begin(tx, PLANS, member, self.now)

        if self.write(deed, crash):
            known = self.books.subscriptions.get(name)
            if known is None or known.starts <= starts:
                self.books.subscriptions[name] = Subscription(plan.name, starts, months)
            self.begin(member)

    @rule(member=st.sampled_from(MEMBERS), crash=CRASHES)
    def visit(self, member: int, crash: int | None) -> None:
        async def deed(tx: Writing) -> None:
            await membership.begin(tx, PLANS, member, self.now)

        if self.write(deed, crash):
            self.begin(member)

    @rule(member=st.sampled_from(MEMBERS))
    def come_again(self, member: int) -> None:
        """In the next month, which the last one has left something over for."""
        self.jump(24 * 31)
        self.visit(member, None)

    @rule(member=st.sampled_from(MEMBERS), crash=CRASHES)
    def charge_back(self, member: int, crash: int | None) -> None:
        """The money for a subscription goes back; the next one is another."""
        name = self.subscription(member)
        void = NewMembership(
            member_id=member,
            source=Source.DISCORD,
            external_id=name,
            plan=BASIC.name,
            starts_at=self.now,
            created_at=self.now,
        )

        async def deed(tx: Writing) -> None:
            await membership.take_back(tx, void, self.now)

        if self.write(deed, crash):
            known = self.books.subscriptions.pop(name, None)
            for key, pot in self.books.pots.items():
                if key.startswith(f"discord:{name}:") and known is not None and pot.starts >= known.starts:
                    self.books.claw_back_all(pot)
            self.subscriptions[member] += 1

    @rule(crash=CRASHES)
    def sweep(self, crash: int | None) -> None:
        async def deed(tx: Writing) -> None:
            assert (await sweep(tx, self.now)).freed == ()

        if self.write(deed, crash):
            for pot in self.books.pots.values():
                if pot.is_over(self.now - GRACE):
                    self.books.expire(pot)

    @rule(member=st.sampled_from(MEMBERS))
    def meet(self, member: int) -> None:
        """A second writer, as another process would be one, wants to begin while the first has only read as yet."""

        async def look(tx: Writing) -> None:
            await ledger.available(tx, member, self.now)

        async def give(tx: Writing, key: str) -> None:
            await ledger.grant(tx, member, 10, key, self.now)

        self.count += 1
        mine, theirs = f"mine {self.count}", f"theirs {self.count}"
        with self.engine.connect() as first, self.bench.other.connect() as other:
            self.runner.run(look(Fragile(first)))
            try:
                self.runner.run(give(Fragile(other), theirs))
                other.commit()
                is_in = True
            except StoreBusyError:
                is_in = False  # as it should be: it waits, in earnest, for longer
            try:
                self.runner.run(give(Fragile(first), mine))
            except StoreBusyError:
                raise AssertionError("what had begun to write was not let finish") from None
            first.commit()
        for key in (theirs, mine)[not is_in :]:
            self.books.grant(Pot(key, member, Origin.OPERATOR, 10, self.now, None))

    @rule()
    def audit(self) -> None:
        async def look(tx: Writing) -> list[str]:
            return await ledger.audit(tx) or ["Balances were wrong."] * await ledger.rebuild(tx)

        with self.engine.connect() as connection:
            faults = self.runner.run(look(Fragile(connection)))
        assert not faults, " ".join(faults)

    @invariant()
    def says_what_the_books_say(self) -> None:
        if not self.believes_answers:
            return
        query = "SELECT key, account, accounts.gpu_ms FROM accounts JOIN buckets ON buckets.id = accounts.bucket_id"
        with self.engine.connect() as connection:
            found = {(key, account): gpu_ms for key, account, gpu_ms in connection.execute(text(query)) if gpu_ms}
        expected = {
            (pot.key, account.value): gpu_ms
            for pot in self.books.pots.values()
            for account, gpu_ms in pot.amounts.items()
            if gpu_ms
        }
        assert found == expected, "the books say otherwise"

    def subscription(self, member: int) -> str:
        return f"{member}-{self.subscriptions[member]}"

    def begin(self, member: int) -> None:
        name = self.subscription(member)
        known = self.books.subscriptions.get(name)
        if known is None or not known.starts <= self.now < known.ends:
            return
        starts, ends = known.month(self.now)
        plan = PLANS.find(known.plan)
        assert plan is not None
        assert plan.fast_gpu_ms is not None
        key = f"discord:{name}:{starts.isoformat(timespec='seconds')}"
        month = Pot(key, member, Origin.DISCORD, plan.fast_gpu_ms, starts, ends)
        self.books.begin(month, plan.rollover_gpu_ms, self.now)

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.audit()
        finally:
            self.runner.close()
