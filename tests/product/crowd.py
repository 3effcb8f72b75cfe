"""Many members who ask at once, and what each of them got of the GPU: for the promises about fair shares."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.asking import Asker
from bot.store import jobs, memberships
from bot.store.jobs import Job
from bot.store.memberships import NewMembership
from bot.store.words import Source, State
from sandbox.member import Member
from tests.product.faults.brush import Brush
from tests.product.house import House, eventually

PAINTED = (State.RENDERED, State.DONE)
AT_ONCE = 8  # requests: more would only wait for each other
PATIENCE_SECONDS = 300.0
WORDS = "a red house --steps 2"


class Crowd:
    """While the gate is shut nothing is painted, so that everybody has asked before the first is served."""

    def __init__(self, house: House, brush: Brush) -> None:
        self.house, self._brush = house, brush
        self._room = asyncio.Semaphore(AT_ONCE)
        self.opened_at: datetime

    async def join(self, name: str, plan: str) -> Member:
        """Somebody new, with a plan by the operator's word."""
        guild = str(self.house.client.guilds[0].id)
        await self.house.control("people", {"username": name, "guild_ids": [guild]})
        member = await self.house.member(name)
        await self._enrol(member, plan)
        return member

    async def shut(self, keeper: Member) -> None:
        """By a picture that is not done: relaxed, so that nobody is owed anything for the time that it takes, and of
        another size, so that its time says nothing of the others'."""
        self._brush.hold()
        await self.ask(keeper, 1, "a gate --ar 2:1 --steps 1 --relax")
        await eventually(self._is_touched)

    async def ask(self, member: Member, count: int, words: str = WORDS) -> None:
        async def one() -> None:
            async with self._room:
                outcome = await member.command("painting", "imagine", prompt=words)
            assert outcome.message is not None
            assert "⏳" in outcome.message["content"], outcome.message["content"]

        await asyncio.gather(*(one() for _ in range(count)))

    async def open(self, keeper: Member) -> None:
        """What kept it shut is not wanted any more."""
        await self.house.desk.intake.hand_over_all()
        async with self.house.desk.store.read() as tx:
            (gate,) = await jobs.open_of(tx, owner(keeper))
        await self.house.desk.intake.cancel(Asker(owner(keeper), gate.channel_id, gate.server_id), gate.id)
        self.opened_at = self.house.desk.now()
        self._brush.let_go()

    async def served(self, *members: Member) -> list[Job]:
        """Their jobs, once all have ended, in the order of their ends since the gate was opened."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                news = asyncio.ensure_future(members[0].wait_for_event("MESSAGE_UPDATE"))
                async with self.house.desk.store.read() as tx:
                    waiting = [await jobs.count_open(tx, owner(member)) for member in members]
                if not any(waiting):
                    news.cancel()
                    return await self._painted(members)
                await news

    async def _painted(self, members: Iterable[Member]) -> list[Job]:
        async with self.house.desk.store.read() as tx:
            found = [job for member in members for job in await jobs.of_member(tx, owner(member), 1000)]
        done = [job for job in found if job.state in PAINTED and ended(job) >= self.opened_at]
        return sorted(done, key=ended)

    async def _is_touched(self) -> bool:
        return self._brush.touched.is_set()

    async def _enrol(self, member: Member, plan: str) -> None:
        now = self.house.desk.now()
        new = NewMembership(
            member_id=owner(member),
            source=Source.GRANT,
            external_id=member.user_id,
            plan=plan,
            starts_at=now,
            created_at=now,
        )
        async with self.house.desk.store.write() as tx:
            await memberships.put(tx, new)


def used_gpu_ms(painted: Iterable[Job]) -> Counter[int]:
    """Of the GPU, by member."""
    found: Counter[int] = Counter()
    for job in painted:
        found[job.member_id] += job.gpu_ms
    return found


def owner(member: Member) -> int:
    return int(member.user_id)


def ended(job: Job) -> datetime:
    assert job.ended_at is not None
    return job.ended_at
