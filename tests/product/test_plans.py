"""Plans as members meet them: a bound on GPU time that is told, and that changes while the bot runs."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import ledger
from bot.store.words import Account
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, imagine, painted

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
    async with Sandbox(port=0) as box, House(box, tmp_path / "data", {"ATELIER_PLANS": str(plans)}) as opened:
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
