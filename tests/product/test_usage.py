"""`/admin usage`: the operator learns what the GPU was used for, and nobody else does."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from bot.plans.plan import Plan, Plans, Price
from bot.store.words import Source
from sandbox.member import Member
from tests.product.house import House, Json, opened_house, painted, press, until, until_ended
from tests.product.test_subscribe import join

FREE = Plan(name="free", title="Free", fast_gpu_ms=3_600_000)
PRO = Plan(name="pro", title="Pro", fast_gpu_ms=9_000_000, price=Price(6000, "USD"), yearly_price=Price(57600, "USD"))
SHIFTED = text("UPDATE jobs SET started_at = started_at - :shift, ended_at = ended_at - :shift")
SECRET = "a canary in a mine"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator."""
    async with opened_house(tmp_path, operator="ada") as opened:
        opened.desk.book.plans = Plans((FREE, PRO), FREE)
        yield opened


async def usage(who: Member, **options: int) -> Json:
    outcome = await who.command("general", "admin usage", **options)
    assert outcome.is_private
    assert outcome.message is not None
    return await until(who, outcome.message, lambda message: bool(message["content"]))


async def test_operator_learns_who_used_the_gpu_for_what_and_nobodys_words(
    house: House, ada: Member, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo, SECRET)
    await until_ended(cleo, await press(cleo, grid, "V1"))
    await until_ended(cleo, await press(cleo, grid, "U1"))
    await painted(dov, SECRET)
    told = await usage(ada)
    said = told["content"]
    assert re.search(r"\*\*\d+ s\*\* of GPU time in 3 jobs\n", said)
    assert re.search(rf"\d\. <@{cleo.user_id}> · \d+ s · 2 jobs", said)
    assert re.search(rf"\d\. <@{dov.user_id}> · \d+ s · 1 job", said)
    assert re.search(r"```\nswatch +\d+ s +100 %\n```", said)
    assert re.search(r"The GPU had nothing to paint for \*\*\d", said)
    plot, table = [await ada.download(one["url"]) for one in told["attachments"]]
    with Image.open(io.BytesIO(plot)) as opened:
        assert opened.format == "PNG"
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert {(row["member_id"], row["kind"], row["model"], row["jobs"]) for row in rows} == {
        (cleo.user_id, "imagine", "swatch", "1"),
        (cleo.user_id, "vary_strong", "swatch", "1"),
        (dov.user_id, "imagine", "swatch", "1"),
    }
    assert "canary" not in f"{told}{table.decode()}"
    assert b"canary" not in plot


async def test_income_is_what_the_active_plans_cost(house: House, ada: Member, cleo: Member, dov: Member) -> None:
    await painted(cleo)
    assert "no plan with a price is active" in (await usage(ada))["content"]
    now = house.desk.now()
    await join(house, cleo, "pro", source=Source.DISCORD, ends_at=now + timedelta(days=29))
    await join(house, dov, "pro", source=Source.STRIPE, ends_at=now + timedelta(days=364))
    await join(house, ada, "pro", source=Source.GRANT)
    assert (
        "about 108.00 USD a month, by the prices of the plans that 2 members have now" in (await usage(ada))["content"]
    )


async def test_only_so_many_days_count(house: House, ada: Member, cleo: Member) -> None:
    await painted(cleo)
    async with house.desk.store.write() as tx:
        shift = 5 * 86_400_000
        await tx.change(SHIFTED, [{"shift": shift}])
    assert (await usage(ada, days=3))["content"] == "Nothing was painted in that time."
    assert "in 1 job\n" in (await usage(ada, days=7))["content"]


async def test_members_and_moderators_are_not_told(house: House, cleo: Member) -> None:
    ben = await house.member("ben")
    for who in (ben, cleo):
        refused = await who.command("@Painter", "admin usage")
        assert refused.message is not None
        assert refused.message["content"] == "Only my operator may do that: whoever stands in OWNERS."
