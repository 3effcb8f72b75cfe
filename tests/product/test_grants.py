"""Plans and GPU time by the operator's word, and gifts between members."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import ledger
from bot.store.columns import milliseconds
from bot.store.entries import history
from bot.store.words import Account, Act
from sandbox.member import Member, Outcome
from tests.product.house import House, opened_house, painted, standing_in

PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "24 min"
[plans.pro]
title = "Pro"
fast = "30 h"
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator."""
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS)
    async with opened_house(tmp_path, plans, operator="ada") as opened:
        yield opened


def sentence(outcome: Outcome) -> str:
    assert outcome.message is not None
    return str(outcome.message["content"])


async def order(who: Member, command: str, **options: str | int) -> str:
    outcome = await who.command("general", command, **options)
    assert outcome.is_private
    return sentence(outcome)


async def shown(member: Member) -> str:
    return standing_in(sentence(await member.command("painting", "info")))


async def assert_sound(house: House) -> None:
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def test_operator_gives_a_plan_for_some_months_and_takes_it_back(house: House, ada: Member, cleo: Member) -> None:
    assert await shown(cleo) == "Free: 24 min left of 24 min"
    told = await order(ada, "admin plan", member=cleo.user_id, plan="pro", months=2)
    assert told.startswith(f"<@{cleo.user_id}> has Pro until <t:")
    assert told.endswith(": 30 h a month, from today on.")
    assert await shown(cleo) == "Pro: 30 h left of 30 h, and 24 min beside it"
    await painted(cleo)
    assert await order(ada, "admin plan", member=cleo.user_id, plan="none") == (
        f"The plan that you gave <@{cleo.user_id}> has ended; now Free counts. What this month was granted stays until "
        "the month ends."
    )
    assert (await shown(cleo)).startswith("Free: ")
    assert (await order(ada, "admin plan", member=cleo.user_id, plan="none")).startswith("You have given")
    await assert_sound(house)


async def test_plan_that_is_given_twice_is_granted_one_month(house: House, ada: Member, cleo: Member) -> None:
    for _ in range(3):
        await order(ada, "admin plan", member=cleo.user_id, plan="pro")
    assert await shown(cleo) == "Pro: 30 h left of 30 h"
    await assert_sound(house)


async def test_plan_that_is_prolonged_keeps_its_months(
    house: House, ada: Member, cleo: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given on the 1st and again on the 20th, it brings time on the next 1st, and not on the 20th as well."""
    store, start = house.desk.store, house.desk.store.now()
    granted = "SELECT count(*) FROM buckets WHERE origin = 'grant' AND member_id = :member"
    for day, many in ((0, 1), (20, 1), (32, 2), (52, 2), (63, 3)):
        monkeypatch.setattr(store, "_clock", lambda day=day: milliseconds(start + timedelta(days=day)))
        if day in (0, 20):
            await order(ada, "admin plan", member=cleo.user_id, plan="pro", months=12)
        assert (await shown(cleo)).startswith("Pro: 30 h left of 30 h")
        async with store.read() as tx:
            assert await tx.value(text(granted), {"member": int(cleo.user_id)}) == many
    await assert_sound(house)


async def test_what_is_no_plan_and_no_date_is_told(house: House, ada: Member, cleo: Member) -> None:
    async def refused(**options: str | int) -> str:
        return await order(ada, "admin plan", member=cleo.user_id, **options)

    assert await refused(plan="gold") == (
        "There is no plan “gold”. The file of plans has free and pro; `none` takes a plan away."
    )
    assert (await refused(plan="pro", until="soon")).startswith("That is no date to come.")
    assert (await refused(plan="pro", until="2020-01-01")).startswith("That is no date to come.")
    assert (await refused(plan="pro", until="9999-12-31")).startswith("That is no date to come.")
    assert (await refused(plan="pro", until="2090-01-01", months=1)).startswith("A plan ends on a date or after")
    assert (await refused(plan="pro", until="2090-01-01")).startswith(f"<@{cleo.user_id}> has Pro until <t:")


async def test_operator_grants_time_and_the_ledger_says_who_and_why(house: House, ada: Member, cleo: Member) -> None:
    told = await order(ada, "admin grant", member=cleo.user_id, time="90 min", note="won the contest")
    assert told == (
        f"<@{cleo.user_id}> got 1 h 30 min of GPU time; it does not run out. They have 1 h 30 min in all now."
    )
    assert (await order(ada, "admin grant", member=cleo.user_id, time="much", note="x")).startswith("That is no amount")
    async with house.desk.store.read() as tx:
        (entry,) = await history(tx, int(cleo.user_id), 5)
    assert (entry.act, entry.gpu_ms, entry.note) == (Act.GRANT, 5_400_000, f"by {ada.user_id}: won the contest")


async def test_only_the_operator_gives_plans_and_time(house: House, cleo: Member) -> None:
    refused = await cleo.command("@Painter", "admin grant", member=cleo.user_id, time="9 h", note="x")
    assert sentence(refused) == "Only my operator may do that: whoever stands in OWNERS."


async def test_members_give_what_was_granted_to_them_and_both_are_told(
    house: House, ada: Member, cleo: Member, dov: Member
) -> None:
    await order(ada, "admin grant", member=cleo.user_id, time="2 h", note="thanks")
    said = await cleo.command("painting", "gift", member=dov.user_id, time="90 min")
    assert not said.is_private
    assert said.message is not None
    assert sentence(said) == f"🎁 <@{cleo.user_id}> gives <@{dov.user_id}> 1 h 30 min of GPU time."
    assert [one["id"] for one in said.message["mentions"]] == [dov.user_id]
    assert await shown(dov) == "Free: 24 min left of 24 min, and 1.5 h beside it"
    async with house.desk.store.read() as tx:
        assert (await ledger.balances(tx, int(cleo.user_id)))[Account.GIVEN] == 5_400_000
    await order(dov, "gift", member=cleo.user_id, time="2 h")
    await assert_sound(house)


async def test_monthly_time_of_a_plan_cannot_be_given_away(house: House, cleo: Member, dov: Member) -> None:
    await shown(cleo)  # its month is granted
    assert await order(cleo, "gift", member=dov.user_id, time="10 min") == (
        "You have nothing to give away, and that would be 10 min. A plan's own monthly time stays with its member; "
        "what was bought, granted or given to you can go on."
    )
    assert (await order(cleo, "gift", member=cleo.user_id, time="10 min")).startswith("GPU time is given to somebody")
    assert (await order(cleo, "gift", member=dov.user_id, time="lots")).startswith("That is no amount of GPU time.")
