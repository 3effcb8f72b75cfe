"""Plans from Discord's own shop, through their whole life: whatever the bot hears, twice, late, shuffled or not at all,
the member has what they paid for, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.plans.membership import begin
from bot.store import ledger
from bot.store.backup import back_up
from bot.store.restore import restore
from bot.store.words import Account
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, Json, eventually, painted

PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "0 h"
relax = "unlimited"
[plans.basic]
title = "Basic"
fast = "3 h"
sku = "{basic}"
[plans.pro]
title = "Pro"
fast = "30 h"
sku = "{pro}"
[packs.ten]
title = "Ten hours"
time = "10 h"
sku = "{ten}"
"""
FOR_SALE = {"basic": ("subscription", 1000), "pro": ("subscription", 6000), "ten": ("consumable", 1500)}
HOUR, DAY = 3_600_000, 86_400
MONTH = 30 * DAY  # the sandbox's


class Market:
    """A house where things are sold, and whose bot goes by the sandbox's clock."""

    def __init__(self, house: House, skus: Mapping[str, str], cleo: Member) -> None:
        self.house, self.skus, self.cleo = house, skus, cleo

    @property
    def store(self) -> Any:
        return self.house.desk.store

    async def buy(self, what: str) -> str:
        """The id of the subscription, or of the entitlement where there is none."""
        order = {"sku_id": self.skus[what], "user_id": self.cleo.user_id}
        bought: Json = await self.house.control("purchases", order)
        return str((bought.get("subscription") or bought["entitlement"])["id"])

    async def move(self, subscription: str, act: str, **more: str) -> None:
        await self.house.control(f"subscriptions/{subscription}", {"act": act, **more})

    async def stands(self) -> tuple[str, float]:
        """The plan, and the hours that can be spent now, as whoever types `/info` has them."""
        member, now = int(self.cleo.user_id), self.store.now()
        async with self.store.write() as tx:
            plan = (await begin(tx, self.house.desk.book.plans, member, now)).plan
            assert await ledger.audit(tx) == []
            return plan.name, await ledger.available(tx, member, now) / HOUR

    async def becomes(self, plan: str, hours: float) -> None:
        async def is_so() -> bool:
            return await self.stands() == (plan, hours)

        try:
            await eventually(is_so)
        except TimeoutError:
            raise AssertionError(f"It is {await self.stands()}, not {(plan, hours)}.") from None

    async def owes(self) -> float:
        async with self.store.read() as tx:
            return (await ledger.balances(tx, int(self.cleo.user_id)))[Account.DEBT] / HOUR

    async def is_caught_up(self) -> None:
        """Once the shop has been asked for everything again."""
        shop = self.house.desk.shop
        shop.look()

        async def is_done() -> bool:
            return bool(await shop.catch_up())

        await eventually(is_done)

    async def entitlements(self) -> list[Json]:
        client = self.house.client
        found: list[Json] = await client.http.get_entitlements(client.application_id, exclude_deleted=False)
        return found


@pytest.fixture
async def market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Market]:
    path = tmp_path / "plans.toml"
    async with Sandbox(port=0) as box:
        monkeypatch.setattr("bot.running.milliseconds", box.clock.now_ms)
        house = House(box, tmp_path / "data", {"ATELIER_PLANS": str(path)})
        skus = {}
        for name, (kind, cents) in FOR_SALE.items():
            sku = await house.control("skus", {"name": name, "type": kind, "price_cents": cents})
            skus[name] = str(sku["id"])
        path.write_text(PLANS.format(**skus))
        async with house:
            yield Market(house, skus, await house.member("cleo"))


async def test_purchase_gives_the_plan_and_its_month_at_once(market: Market) -> None:
    assert await market.stands() == ("free", 0)
    await market.buy("basic")
    await market.becomes("basic", 3)
    await painted(market.cleo)
    told = await market.cleo.command("painting", "info")
    assert told.message is not None
    assert "Basic" in told.message["content"]


async def test_every_renewal_brings_one_month_and_a_cancelled_plan_ends_with_its_period(market: Market) -> None:
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    for _ in range(3):
        await market.house.pass_time(MONTH)
        await market.becomes("basic", 3)
    await market.move(subscription, "cancel")
    await market.is_caught_up()
    assert await market.stands() == ("basic", 3)
    await market.house.pass_time(MONTH)
    await market.becomes("free", 0)


async def test_cancelled_and_resumed_plan_goes_on_and_is_granted_nothing_twice(market: Market) -> None:
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    for act in ("cancel", "resume", "cancel", "resume"):
        await market.move(subscription, act)
        await market.is_caught_up()
        assert await market.stands() == ("basic", 3)
    await market.house.pass_time(MONTH)
    await market.becomes("basic", 3)


async def test_upgrade_counts_at_once_and_downgrade_from_the_next_period_on(market: Market) -> None:
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    await market.house.pass_time(10 * DAY)
    await market.move(subscription, "switch", sku_id=market.skus["pro"])
    await market.becomes("pro", 30)
    await market.house.pass_time(10 * DAY)
    await market.move(subscription, "switch", sku_id=market.skus["basic"])
    await market.is_caught_up()
    assert await market.stands() == ("pro", 30)
    await market.house.pass_time(20 * DAY)
    await market.becomes("basic", 3)


async def test_refund_ends_the_plan_and_what_was_used_is_owed(market: Market) -> None:
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    await use_an_hour(market)
    await market.move(subscription, "refund")
    await market.becomes("free", 0)
    assert await market.owes() == -1
    await market.buy("basic")
    await market.becomes("basic", 2)  # the debt was paid first
    assert await market.owes() == 0


async def test_refund_of_a_renewal_takes_back_that_month_alone(market: Market) -> None:
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    await use_an_hour(market)
    await market.house.pass_time(MONTH)
    await market.becomes("basic", 3)
    await market.move(subscription, "refund")
    await market.becomes("free", 0)
    assert await market.owes() == 0


@pytest.mark.parametrize("was_used", [False, True])
async def test_what_happens_while_the_bot_is_away_is_made_up_for_at_its_start(market: Market, was_used: bool) -> None:
    first = await market.buy("basic")
    await market.becomes("basic", 3)
    if was_used:
        await use_an_hour(market)
    await market.house.close()
    await market.house.pass_time(MONTH)  # renewed
    await market.move(first, "switch", sku_id=market.skus["pro"])
    await market.house.open()
    await market.becomes("pro", 30)
    await market.house.close()
    await market.house.pass_time(MONTH)  # renewed again, and then the money went back
    await market.move(first, "refund")
    await market.house.open()
    await market.becomes("free", 0)
    assert await market.owes() == 0


async def test_purchase_and_refund_that_were_both_missed_leave_nothing(market: Market) -> None:
    await market.house.close()
    subscription = await market.buy("pro")
    await market.move(subscription, "refund")
    await market.house.pass_time(6)
    await market.house.open()
    await market.is_caught_up()
    assert await market.stands() == ("free", 0)
    assert await market.owes() == 0


async def test_events_that_come_twice_and_in_the_wrong_order_change_nothing(market: Market) -> None:
    delays = {"SUBSCRIPTION_CREATE": 0.3, "ENTITLEMENT_CREATE": 0.2, "SUBSCRIPTION_UPDATE": 0.1}
    faults: list[Json] = [{"kind": "duplicate", "event": event, "times": 9} for event in ("ENTITLEMENT_UPDATE",)]
    faults += [{"kind": "event_delay", "event": event, "seconds": seconds} for event, seconds in delays.items()]
    await market.house.control("faults", faults)  # type: ignore[arg-type]
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    await market.move(subscription, "switch", sku_id=market.skus["pro"])
    await market.becomes("pro", 30)
    await market.house.pass_time(MONTH)
    await market.becomes("pro", 30)
    await market.move(subscription, "refund")
    await market.becomes("free", 0)
    await market.is_caught_up()
    assert await market.stands() == ("free", 0)


async def test_what_no_event_tells_is_found_by_the_hourly_look(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.shop.EVERY_SECONDS", 0.05)
    told = [f"{what}_{act}" for what in ("ENTITLEMENT", "SUBSCRIPTION") for act in ("CREATE", "UPDATE", "DELETE")]
    never: list[Json] = [{"kind": "event_delay", "event": event, "seconds": 3000} for event in told]
    await market.house.control("faults", never)  # type: ignore[arg-type]
    await market.is_caught_up()  # which ends the hour that was being waited for
    subscription = await market.buy("basic")
    await market.becomes("basic", 3)
    await market.house.pass_time(MONTH)
    await market.becomes("basic", 3)
    await market.move(subscription, "refund")
    await market.becomes("free", 0)


async def test_shop_that_does_not_answer_is_asked_again(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    await market.is_caught_up()
    fault = {"kind": "http", "method": "GET", "path": "/applications/*/entitlements", "status": 403, "times": None}
    await market.house.control("faults", fault)
    await market.buy("basic")

    async def is_told() -> bool:
        return await market.stands() == ("free", 0) and "Discord's shop did not answer" in caplog.text

    await eventually(is_told)
    market.house.box.faults.clear()
    assert await market.house.desk.shop.catch_up()  # as it does a minute later
    await market.becomes("basic", 3)


async def test_pack_is_granted_once_and_consumed_so_that_another_can_be_bought(market: Market) -> None:
    await market.buy("ten")
    await market.becomes("free", 10)
    await market.buy("ten")
    await market.becomes("free", 20)
    await market.is_caught_up()
    await market.house.restart()
    await market.is_caught_up()
    assert await market.stands() == ("free", 20)
    assert [one["consumed"] for one in await market.entitlements()] == [True, True]


async def test_pack_that_could_not_be_consumed_is_consumed_later_and_granted_once(market: Market) -> None:
    fault = {"kind": "http", "method": "POST", "path": "/applications/*/entitlements/*/consume", "status": 403}
    await market.house.control("faults", fault)
    await market.buy("ten")
    await market.becomes("free", 10)
    await market.is_caught_up()
    await market.is_caught_up()
    assert [one["consumed"] for one in await market.entitlements()] == [True]
    assert await market.stands() == ("free", 10)


async def test_pack_that_was_bought_since_the_backup_is_not_lost_by_its_restore(market: Market, tmp_path: Path) -> None:
    house = market.house
    await market.buy("ten")
    await market.becomes("free", 10)
    await asyncio.to_thread(back_up, house.folder, tmp_path / "backup.tar")
    await market.buy("ten")
    await market.becomes("free", 20)
    await market.is_caught_up()
    await house.close()
    await asyncio.to_thread(restore, tmp_path / "backup.tar", house.folder, overwrite=True)
    await house.open()
    await market.becomes("free", 20)
    await market.is_caught_up()
    assert await market.stands() == ("free", 20)


async def test_packs_of_another_ledger_are_not_granted_once_more(market: Market, tmp_path: Path) -> None:
    await market.buy("ten")
    await market.becomes("free", 10)
    await market.is_caught_up()
    await market.house.restart(ATELIER_DATA=str(tmp_path / "new"))
    await market.is_caught_up()
    assert await market.stands() == ("free", 0)


async def test_trial_lasts_until_it_is_taken_away(market: Market) -> None:
    client = market.house.client
    made = await client.http.create_entitlement(client.application_id, market.skus["pro"], market.cleo.user_id, 2)
    await market.becomes("pro", 30)
    await client.http.delete_entitlement(client.application_id, made["id"])
    await market.becomes("free", 0)


async def use_an_hour(market: Market) -> None:
    member, now = int(market.cleo.user_id), market.store.now()
    async with market.store.write() as tx:
        job = f"used {now.timestamp()}"
        await ledger.reserve(tx, member, job, HOUR, now)
        await ledger.settle(tx, job, HOUR, now)
