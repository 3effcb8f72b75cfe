"""`/subscribe` as members see it: the plans side by side, their own among them, and how to get each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.plans.plan import Pack, Plans, Price
from bot.store import memberships
from bot.store.memberships import NewMembership
from bot.store.words import Source
from sandbox.member import Member
from sandbox.rules.kinds import SkuType
from sandbox.world import commerce
from tests.product.house import House, Json, buttons, labels, opened_house

WRONG_SKU = 1_234_567_890_123_456_789
PLANS = """
default = "free"
[plans.below]
title = "Below"
fast = "1 h"
[plans.free]
title = "Free"
fast = "24 min"
terms = "For trying out."
[plans.basic]
title = "Basic"
fast = "200 min"
largest = "2048x2048"
turbo_running = 1
price = "10.00 USD"
yearly_price = "96.00 USD"
link = "https://example.org/basic"
[plans.friends]
title = "Friends"
fast = "3 h"
relax = "2 h"
[plans.pro]
title = "Pro"
fast = "30 h"
relax = "unlimited"
running = 12
waiting = 20
stealth = true
price = "60.00 USD"
[plans.old]
title = "Old"
fast = "99 h"
offered = false
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    path = tmp_path / "plans.toml"
    path.write_text(PLANS)
    async with opened_house(tmp_path, path) as opened:
        yield opened


@pytest.fixture
async def cleo(shop: House) -> Member:
    return await shop.member("cleo")


async def subscribe(member: Member) -> Json:
    outcome = await member.command("painting", "subscribe")
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


async def join(house: House, member: Member, plan: str, **changes: object) -> None:
    now = house.desk.now()
    new = NewMembership(
        member_id=int(member.user_id),
        source=Source.ROLE,
        external_id=f"{member.user_id} {plan}",
        plan=plan,
        starts_at=now - timedelta(days=1),
        created_at=now,
    )
    async with house.desk.store.write() as tx:
        await memberships.put(tx, replace(new, **changes))  # type: ignore[arg-type]


def sell(house: House, sku: int) -> None:
    plans = house.desk.book.plans
    offers = tuple(replace(plan, sku=sku) if plan.name == "basic" else plan for plan in plans)
    house.desk.book.plans = Plans(offers, plans.default)


async def test_plans_stand_side_by_side_with_ones_own_marked(shop: House, cleo: Member) -> None:
    text = (await subscribe(cleo))["content"]
    head, about, rest = text.split("\n", 2)
    parts = [about, *rest.split("\n\n")]
    assert head == "## Plans"
    assert [part.splitlines()[0] for part in parts[1:-1]] == [
        "**Free** ✅ yours · for everybody",
        "**Basic** · 10 USD a month, 96 USD a year",
        "**Friends** · no price",
        "**Pro** · 60 USD a month",
    ]
    assert parts[1].endswith("-# For trying out.")
    assert parts[2].splitlines()[1:] == [
        "⚡ 3.3 h fast · no relax · 1 turbo",
        "🖼️ 3 at once, 7 more waiting · up to 2048 x 2048 · no stealth",
    ]
    assert "2 h relax" in parts[3]
    assert "unlimited relax" in parts[4]
    assert "stealth" in parts[4]
    assert "no stealth" not in parts[4]


async def test_what_can_be_bought_has_a_button_and_the_rest_says_whom_to_ask(shop: House, cleo: Member) -> None:
    message = await subscribe(cleo)
    assert [(button["label"], button["url"]) for button in buttons(message)] == [
        ("Get Basic", "https://example.org/basic")
    ]
    assert "A plan without a button comes from my operator, or with a role on a server." in message["content"]


async def test_link_to_stripe_says_who_pays(shop: House, cleo: Member) -> None:
    plans = shop.desk.book.plans
    link = "https://buy.stripe.com/1AbC?prefilled_promo_code=A%26B"
    pack = Pack(name="ten", title="Ten hours", gpu_ms=36_000_000, link="https://buy.stripe.com/2")
    sold = [replace(plan, stripe=("price_1",), link=link) if plan.name == "pro" else plan for plan in plans]
    shop.desk.book.plans = Plans(tuple(sold), plans.default, packs=(pack,))
    assert [(button["label"], button["url"]) for button in buttons(await subscribe(cleo))] == [
        ("Get Basic", "https://example.org/basic"),
        ("Get Pro", f"{link}&client_reference_id={cleo.user_id}"),
        ("Get Ten hours", f"https://buy.stripe.com/2?client_reference_id={cleo.user_id}"),
    ]


async def test_packs_are_sold_with_their_time_and_price_also_where_there_is_but_one_plan(
    shop: House, cleo: Member
) -> None:
    plans = shop.desk.book.plans
    pack = Pack(
        name="ten", title="Refill", gpu_ms=36_000_000, price=Price(1500, "USD"), link="https://buy.stripe.com/2"
    )
    nobodys = Pack(name="five", title="Of no shop", gpu_ms=18_000_000)
    shop.desk.book.plans = Plans((plans.default,), plans.default, packs=(pack, nobodys))
    message = await subscribe(cleo)
    assert labels(message) == ["Get Refill"]
    assert "**Refill** · 10 h of GPU time that does not run out · 15 USD" in message["content"]
    assert "Of no shop" not in message["content"]
    info = (await cleo.command("painting", "info")).message
    assert info is not None
    assert labels(info) == ["Compare plans"]


async def test_whoever_has_the_last_plan_that_is_shown_reads_nothing_of_everybody(shop: House, cleo: Member) -> None:
    plans = shop.desk.book.plans
    free, pro = replace(plans.default, offered=False), next(plan for plan in plans if plan.name == "pro")
    shop.desk.book.plans = Plans((free, pro), free)
    await join(shop, cleo, "pro")
    assert (await subscribe(cleo))["content"].startswith("## Plans\n")


async def test_plan_of_discords_own_shop_has_discords_own_button(shop: House, cleo: Member) -> None:
    sku = commerce.make_sku(shop.box.state, shop.box.application, SkuType.SUBSCRIPTION, "Basic")
    sell(shop, sku.id)
    (button,) = buttons(await subscribe(cleo))
    assert (button["style"], button["sku_id"]) == (6, str(sku.id))
    assert "label" not in button


async def test_number_that_discords_shop_does_not_know_costs_the_buttons_and_not_the_plans(
    shop: House, cleo: Member
) -> None:
    sell(shop, WRONG_SKU)
    message = await subscribe(cleo)
    assert message["content"].startswith("## Plans")
    assert buttons(message) == []


async def test_plan_that_one_has_needs_no_button_and_is_shown_even_if_it_is_offered_no_more(
    shop: House, cleo: Member
) -> None:
    await join(shop, cleo, "basic")
    message = await subscribe(cleo)
    assert "**Basic** ✅ yours · 10 USD a month" in message["content"]
    assert labels(message) == []
    await join(shop, cleo, "old")
    assert "**Old** ✅ yours · no price" in (await subscribe(cleo))["content"]


async def test_forty_plans_are_cut_to_what_a_message_holds(shop: House, cleo: Member) -> None:
    plans = shop.desk.book.plans
    many = [replace(plans.default, name=f"plan-{number}", title=f"Plan {number}") for number in range(40)]
    shop.desk.book.plans = Plans((plans.default, *many), plans.default)
    message = await subscribe(cleo)
    assert len(message["content"]) <= 2000
    assert "more plans." in message["content"]
    assert "For trying out" not in message["content"]


async def test_where_everybody_has_the_same_plan_it_says_so_in_a_sentence(house: House, dov: Member) -> None:
    message = await subscribe(dov)
    assert message["content"] == "There is nothing to buy here: everybody has the plan Open, no bound on GPU time."
    assert labels(message) == []


async def test_subscribe_is_offered_in_direct_messages_too(shop: House, cleo: Member) -> None:
    assert "subscribe" in {command["name"] for command in await cleo.commands("@Painter")}
