"""Plans as members meet them: a bound on GPU time that is told, and that changes while the bot runs."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import ledger
from bot.store.words import Account
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, eventually, imagine, opened_house, painted

PLAN = 'default = "small"\n[plans.small]\ntitle = "Small"\nfast = "{}"\n'


def change(path: Path, fast: str) -> None:
    path.write_text(PLAN.format(fast))
    os.utime(path, (1, 1))  # a file system's clock might not tell the two apart


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    path = tmp_path / "plans.toml"
    path.write_text(PLAN.format("1 h"))
    return path


@pytest.fixture
async def bounded(tmp_path: Path, plans: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, plans) as opened:
        yield opened


async def test_month_of_a_plan_is_granted_spent_and_told(bounded: House) -> None:
    dov = await bounded.member("dov")
    await painted(dov)
    async with bounded.desk.store.read() as tx:
        found = await ledger.balances(tx, int(dov.user_id))
        assert await ledger.audit(tx) == []
    assert found[Account.SPENT] > 0
    assert found[Account.HELD] == 0
    assert found[Account.AVAILABLE] + found[Account.SPENT] == 3_600_000
    told = await dov.command("painting", "info")
    assert told.message is not None
    assert re.search(r"\*\*Small\*\*, renews <t:\d+:D>\n.+ left of 60 min\n`█+░?` \d+ %", told.message["content"])


async def test_job_that_may_cost_more_than_is_left_is_refused_until_the_plan_has_more(
    bounded: House, plans: Path
) -> None:
    change(plans, "0.001 s")
    assert bounded.desk.book.refresh()
    dov = await bounded.member("dov")
    refused = await dov.command("painting", "imagine", prompt="a red house --steps 2")
    assert refused.message is not None
    assert re.match(r"That may take .+ of GPU time, and you have .+ left\.", refused.message["content"])
    async with bounded.desk.store.read() as tx:
        assert await ledger.audit(tx) == []
        assert (await ledger.balances(tx, int(dov.user_id)))[Account.HELD] == 0


async def test_without_a_file_of_plans_there_is_no_bound(house: House, cleo: Member) -> None:
    await imagine(cleo, "a red house")
    told = await cleo.command("painting", "info")
    assert told.message is not None
    assert "no bound on GPU time" in told.message["content"]


async def test_file_that_changes_counts_without_a_restart_and_a_broken_one_changes_nothing(
    tmp_path: Path, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.plans.book.LOOK_SECONDS", 0.01)
    async with opened_house(tmp_path, plans) as opened:
        book, dov = opened.desk.book, await opened.member("dov")
        change(plans, '1 h"\n[plans.small')

        async def is_told() -> bool:
            return book.fault is not None

        async def is_changed() -> bool:
            return book.plans.default.fast_gpu_ms == 7_200_000

        await eventually(is_told)
        assert "60 min left of 60 min" in await info(dov)  # and this month stays as it was granted
        change(plans, "2 h")
        await eventually(is_changed)
        assert "left of 2 h" in await info(dov)
        async with opened.desk.store.read() as tx:
            assert (await ledger.balances(tx, int(dov.user_id)))[Account.AVAILABLE] == 3_600_000


async def test_what_has_run_out_and_what_nobody_needs_is_swept_while_the_bot_runs(
    tmp_path: Path, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sandbox(port=0) as box:
        monkeypatch.setattr("bot.running.milliseconds", box.clock.now_ms)
        monkeypatch.setattr("bot.tidying.TIDY_SECONDS", 0.02)
        async with House(box, tmp_path / "data", {"ATELIER_PLANS": str(plans)}) as opened:
            store, member = opened.desk.store, 80_351_110_224_678_912
            now = store.now()
            async with store.write() as writing:
                await ledger.grant(writing, member, 3_600_000, "test", now, expires_at=now + timedelta(days=1))
                await ledger.reserve(writing, member, "JOBofnobody0", 60_000, now)
            await opened.pass_time(timedelta(days=3).total_seconds())

            async def is_swept() -> bool:
                async with store.read() as tx:
                    found = await ledger.balances(tx, member)
                return (found[Account.HELD], found[Account.EXPIRED]) == (0, 3_600_000)

            await eventually(is_swept)
            async with store.read() as tx:
                assert await ledger.audit(tx) == []


async def info(member: Member) -> str:
    told = await member.command("painting", "info")
    assert told.message is not None
    return str(told.message["content"])
