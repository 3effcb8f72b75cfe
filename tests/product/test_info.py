"""`/info` as members see it: their plan, what is left of it, what they used it for, what is under way."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.plans.months import calendar_month
from bot.plans.plan import Plan, Plans
from bot.store import ledger
from bot.store.words import Origin, Source
from sandbox.member import Member
from tests.product.house import House, Json, imagine, labels, painted, press, slow, until_ended
from tests.product.test_subscribe import join

HOUR_MS = 3_600_000
FREE = Plan(name="free", title="Free", fast_gpu_ms=HOUR_MS)
BASIC = Plan(name="basic", title="Basic", fast_gpu_ms=4 * HOUR_MS)


@pytest.fixture(autouse=True)
def plans(house: House) -> None:
    house.desk.book.plans = Plans((FREE, BASIC), FREE)


async def info(member: Member) -> Json:
    outcome = await member.command("painting", "info")
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


async def told(member: Member) -> str:
    return str((await info(member))["content"])


async def test_month_that_is_untouched_is_a_full_bar_and_says_when_it_renews(house: House, cleo: Member) -> None:
    text = await told(cleo)
    ends = calendar_month(house.desk.now(), house.desk.book.plans.zone).ends_at
    assert f"**Plan** · **Free**, renews <t:{int(ends.timestamp())}:D>" in text
    assert f"60 min left of 60 min\n`{'█' * 16}` 100 %" in text
    assert "**This month** · nothing yet" in text


async def test_bar_shrinks_with_what_was_used(house: House, cleo: Member) -> None:
    await told(cleo)
    async with house.desk.store.write() as tx:
        await ledger.reserve(tx, int(cleo.user_id), "0123456789ab", HOUR_MS, house.desk.now())
        await ledger.settle(tx, "0123456789ab", HOUR_MS * 3 // 4, house.desk.now())
    assert f"15 min left of 60 min\n`{'█' * 4}{'░' * 12}` 25 %" in await told(cleo)


async def test_paid_period_says_until_when_and_time_that_runs_out_soon_is_told(house: House, cleo: Member) -> None:
    now = house.desk.now()
    ends = now + timedelta(days=29)
    await join(house, cleo, "basic", source=Source.DISCORD, ends_at=ends)
    soon, later = now + timedelta(days=3), now + timedelta(days=30)
    async with house.desk.store.write() as tx:
        for key, expires in (("a", soon), ("b", later)):
            about = {"origin": Origin.GIFT, "expires_at": expires}
            await ledger.grant(tx, int(cleo.user_id), HOUR_MS // 2, key, now, **about)  # type: ignore[arg-type]
    text = await told(cleo)
    assert f"**Basic**, paid until <t:{int(ends.timestamp())}:D>" in text
    assert "4 h left of 4 h" in text
    assert ", and 60 min beside it" in text
    assert re.findall(r"⏳ .*", text) == [
        f"⏳ 30 min of a gift to be used up: it runs out <t:{int(soon.timestamp())}:R>."
    ]


async def test_what_was_painted_is_told_by_kind_and_mode_and_counted(house: House, cleo: Member, dov: Member) -> None:
    grid = await painted(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    await until_ended(cleo, await press(cleo, grid, "V2"))
    await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    await painted(dov)
    text = await told(cleo)
    assert "**Painted** · 9 pictures" in text
    used = text.partition("**This month** · ")[2].partition("\n**Under way**")[0].splitlines()
    assert re.fullmatch(r"\d+ s fast", used[0])
    told_of = {line.partition(",")[0] for line in used[1:]}
    assert told_of == {"- imagine: 1 job", "- variations: 1 job", "- upscales: 1 job"}


async def test_jobs_running_and_waiting_are_counted(house: House, cleo: Member) -> None:
    large = replace(FREE, fast_gpu_ms=1000 * HOUR_MS)
    house.desk.book.plans = Plans((large,), large)
    running = await slow(cleo)
    await slow(cleo)
    text = await told(cleo)
    found = re.search(r"\*\*Under way\*\* · (\d) running, (\d) waiting, of 10 at most", text)
    assert found is not None, text
    assert int(found[1]) + int(found[2]) == 2
    await cleo.click(running, "Cancel")


async def test_button_compares_plans_where_there_are_some(house: House, cleo: Member) -> None:
    message = await info(cleo)
    assert labels(message) == ["Compare plans"]
    assert (await press(cleo, message, "Compare plans"))["content"].startswith("## Plans")
    house.desk.book.plans = Plans((FREE,), FREE)
    assert labels(await info(cleo)) == []


async def test_picture_is_counted_only_when_it_is_there(house: House, cleo: Member) -> None:
    message = await imagine(cleo, "a red house")
    await until_ended(cleo, message)
    assert "**Painted** · 4 pictures" in await told(cleo)
