"""Subscriptions through their lives, and which events tell of it."""

from __future__ import annotations

import itertools
import time

import pytest

from sandbox.rules.errors import ApiError
from sandbox.rules.kinds import SkuType, SubscriptionStatus
from sandbox.world import commerce
from sandbox.world.entities import Entitlement, Sku, Subscription
from tests.sandbox.crew import Crew, Heard

DAY = 24 * 3600


def a_plan(crew: Crew, name: str, price_cents: int) -> Sku:
    return commerce.make_sku(crew.state, crew.box.application, SkuType.SUBSCRIPTION, name, price_cents=price_cents)


def subscribed(crew: Crew, sku: Sku | None = None) -> tuple[Entitlement, Subscription, Heard]:
    heard = crew.listen("bot")
    entitlement, subscription = commerce.buy(crew.state, sku or a_plan(crew, "Pro", 500), int(crew.cleo.id))
    assert subscription is not None
    return entitlement, subscription, heard


async def test_a_purchase_is_told_in_three_steps(crew: Crew) -> None:
    entitlement, subscription, heard = subscribed(crew)
    assert heard.names() == ["SUBSCRIPTION_CREATE", "ENTITLEMENT_CREATE", "SUBSCRIPTION_UPDATE"]
    assert heard.all("SUBSCRIPTION_CREATE")[0]["entitlement_ids"] == []
    told = heard.last("ENTITLEMENT_CREATE")
    assert (told["type"], told["ends_at"], told["subscription_id"]) == (8, None, str(subscription.id))
    assert heard.last("SUBSCRIPTION_UPDATE")["entitlement_ids"] == [str(entitlement.id)]
    assert heard.last("SUBSCRIPTION_UPDATE")["status"] == SubscriptionStatus.ACTIVE


async def test_it_renews_by_itself_and_no_entitlement_event_tells_of_it(crew: Crew) -> None:
    entitlement, subscription, heard = subscribed(crew)
    end_ms = subscription.period_end_ms
    heard.clear()
    crew.box.clock.advance(31 * DAY)
    assert heard.names() == ["SUBSCRIPTION_UPDATE"]
    assert subscription.period_start_ms == end_ms
    assert entitlement.ends_ms is None
    crew.box.clock.advance(65 * DAY)
    assert heard.names() == ["SUBSCRIPTION_UPDATE"] * 3


async def test_several_renewals_in_one_jump_are_all_told_however_slow_the_machine(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, heard = subscribed(crew)
    heard.clear()
    began = time.time()
    looks = itertools.count()
    monkeypatch.setattr("sandbox.rules.clock.time.time", lambda: began + next(looks) / 1000)
    crew.box.clock.advance(96 * DAY)
    assert heard.names() == ["SUBSCRIPTION_UPDATE"] * 3


async def test_cancelled_it_lasts_to_the_end_of_the_period_and_then_ends_by_itself(crew: Crew) -> None:
    entitlement, subscription, heard = subscribed(crew)
    heard.clear()
    commerce.move(crew.state, subscription, "cancel")
    assert heard.names() == ["SUBSCRIPTION_UPDATE"]
    assert heard.last("SUBSCRIPTION_UPDATE")["canceled_at"] is not None
    assert not commerce.has_ended(crew.state, entitlement)
    heard.clear()
    crew.box.clock.advance(31 * DAY)
    assert heard.names() == ["ENTITLEMENT_UPDATE", "SUBSCRIPTION_UPDATE"]
    assert heard.last("ENTITLEMENT_UPDATE")["ends_at"] is not None
    assert subscription.status == SubscriptionStatus.INACTIVE
    assert commerce.has_ended(crew.state, entitlement)


async def test_resumed_it_goes_on(crew: Crew) -> None:
    entitlement, subscription, heard = subscribed(crew)
    commerce.move(crew.state, subscription, "cancel")
    commerce.move(crew.state, subscription, "resume")
    assert (heard.last("SUBSCRIPTION_UPDATE")["status"], subscription.canceled_ms) == (0, None)
    crew.box.clock.advance(31 * DAY)
    assert subscription.status == SubscriptionStatus.ACTIVE
    assert entitlement.ends_ms is None


async def test_a_dearer_plan_takes_over_at_once_with_a_new_period(crew: Crew) -> None:
    old, subscription, heard = subscribed(crew)
    crew.box.clock.advance(10 * DAY)
    heard.clear()
    mega = a_plan(crew, "Mega", 900)
    commerce.move(crew.state, subscription, "switch", mega)
    assert heard.names() == ["ENTITLEMENT_UPDATE", "ENTITLEMENT_CREATE", "SUBSCRIPTION_UPDATE"]
    assert commerce.has_ended(crew.state, old)
    assert subscription.sku_ids == [mega.id]
    assert crew.box.clock.now_ms() - subscription.period_start_ms < DAY * 1000


async def test_a_cheaper_plan_waits_for_the_renewal(crew: Crew) -> None:
    old, subscription, heard = subscribed(crew)
    basic = a_plan(crew, "Basic", 100)
    heard.clear()
    commerce.move(crew.state, subscription, "switch", basic)
    assert heard.names() == ["SUBSCRIPTION_UPDATE"]
    assert heard.last("SUBSCRIPTION_UPDATE")["renewal_sku_ids"] == [str(basic.id)]
    heard.clear()
    crew.box.clock.advance(31 * DAY)
    assert heard.names() == ["ENTITLEMENT_UPDATE", "ENTITLEMENT_CREATE", "SUBSCRIPTION_UPDATE"]
    assert commerce.has_ended(crew.state, old)
    assert (subscription.sku_ids, subscription.renewal_sku_ids) == ([basic.id], None)


async def test_a_refund_deletes_the_entitlement_and_an_ended_subscription_stays_ended(crew: Crew) -> None:
    entitlement, subscription, heard = subscribed(crew)
    heard.clear()
    commerce.move(crew.state, subscription, "refund")
    assert heard.names() == ["ENTITLEMENT_DELETE", "SUBSCRIPTION_UPDATE"]
    assert entitlement.deleted
    with pytest.raises(ApiError, match="has ended"):
        commerce.move(crew.state, subscription, "resume")
    crew.box.clock.advance(31 * DAY)
    assert subscription.status == SubscriptionStatus.INACTIVE


async def test_a_manual_renewal_is_not_followed_by_one_for_the_same_period(crew: Crew) -> None:
    _, subscription, heard = subscribed(crew)
    commerce.move(crew.state, subscription, "renew")
    end_ms = subscription.period_end_ms
    heard.clear()
    crew.box.clock.advance(31 * DAY)
    assert heard.names() == []
    assert subscription.period_end_ms == end_ms
