"""What an application sells: SKUs, entitlements, subscriptions, as Discord moves them through their lives."""

from __future__ import annotations

import re

from sandbox.rules.kinds import EntitlementType, SkuType, SubscriptionStatus
from sandbox.world.entities import Application, Entitlement, Sku, Subscription
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import entitlement_view, subscription_view

_AVAILABLE, _FOR_GUILDS, _FOR_USERS = 1 << 2, 1 << 7, 1 << 8
PERIOD_MS = 30 * 24 * 3600 * 1000  # a month, for a clock that tests move by days
ACTS = ("cancel", "resume", "renew", "expire", "refund", "switch")


def make_sku(
    state: State, application: Application, kind: SkuType, name: str, *, for_guilds: bool = False, price_cents: int = 0
) -> Sku:
    sku = Sku(
        id=state.ids.new(),
        application_id=application.id,
        type=int(kind),
        name=name,
        slug=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        flags=_AVAILABLE | ((_FOR_GUILDS if for_guilds else _FOR_USERS) if kind == SkuType.SUBSCRIPTION else 0),
        price_cents=price_cents,
    )
    state.save(sku)
    return sku


def buy(state: State, sku: Sku, user_id: int, guild_id: int | None = None) -> tuple[Entitlement, Subscription | None]:
    """A purchase. A subscription's entitlement has no end while it is active (discord.md, C, Premium apps)."""
    kind = EntitlementType.APPLICATION_SUBSCRIPTION if sku.type == SkuType.SUBSCRIPTION else EntitlementType.PURCHASE
    entitlement = _entitle(state, sku, kind, user_id, guild_id)
    if sku.type != SkuType.SUBSCRIPTION:
        return entitlement, None
    now = state.clock.now_ms()
    entitlement.starts_ms = now
    subscription = Subscription(
        id=state.ids.new(),
        application_id=sku.application_id,
        user_id=user_id,
        sku_ids=[sku.id],
        entitlement_ids=[entitlement.id],
        period_start_ms=now,
        period_end_ms=now + PERIOD_MS,
    )
    entitlement.subscription_id = subscription.id
    state.save(entitlement)
    state.save(subscription)
    _tell_entitlement(state, "ENTITLEMENT_CREATE", entitlement)
    _tell_subscription(state, "SUBSCRIPTION_CREATE", subscription)
    return entitlement, subscription


def _entitle(state: State, sku: Sku, kind: EntitlementType, user_id: int | None, guild_id: int | None) -> Entitlement:
    entitlement = Entitlement(
        id=state.ids.new(),
        application_id=sku.application_id,
        sku_id=sku.id,
        type=int(kind),
        user_id=user_id,
        guild_id=guild_id,
    )
    state.save(entitlement)
    if kind != EntitlementType.APPLICATION_SUBSCRIPTION:
        _tell_entitlement(state, "ENTITLEMENT_CREATE", entitlement)
    return entitlement


def grant_test(state: State, sku: Sku, *, user_id: int | None, guild_id: int | None) -> Entitlement:
    """A test entitlement: no dates."""
    return _entitle(state, sku, EntitlementType.TEST_MODE_PURCHASE, user_id, guild_id)


def delete_entitlement(state: State, entitlement: Entitlement) -> None:
    entitlement.deleted = True
    state.save(entitlement)
    _tell_entitlement(state, "ENTITLEMENT_DELETE", entitlement)


def consume(state: State, entitlement: Entitlement) -> None:
    entitlement.consumed = True
    state.save(entitlement)
    _tell_entitlement(state, "ENTITLEMENT_UPDATE", entitlement)


def move(state: State, subscription: Subscription, act: str, new_sku: Sku | None = None) -> None:
    """One step of a subscription's life. A renewal changes no entitlement: only SUBSCRIPTION_UPDATE is sent."""
    now = state.clock.now_ms()
    match act:
        case "cancel":
            subscription.status, subscription.canceled_ms = SubscriptionStatus.ENDING, now
            _end_entitlements(state, subscription, subscription.period_end_ms)
        case "resume":
            subscription.status, subscription.canceled_ms = SubscriptionStatus.ACTIVE, None
            _end_entitlements(state, subscription, None)
        case "renew":
            subscription.status = SubscriptionStatus.ACTIVE
            subscription.period_start_ms = subscription.period_end_ms
            subscription.period_end_ms += PERIOD_MS
            _apply_switch(state, subscription)
        case "expire":
            subscription.status = SubscriptionStatus.INACTIVE
            _end_entitlements(state, subscription, min(now, subscription.period_end_ms))
        case "refund":
            subscription.status = SubscriptionStatus.INACTIVE
            for entitlement_id in subscription.entitlement_ids:
                delete_entitlement(state, state.entitlements[entitlement_id])
        case "switch" if new_sku is not None:
            subscription.renewal_sku_ids = [new_sku.id]
            _apply_switch(state, subscription)
        case _:
            pass
    state.save(subscription)
    _tell_subscription(state, "SUBSCRIPTION_UPDATE", subscription)


def _apply_switch(state: State, subscription: Subscription) -> None:
    """The plan chosen for renewal takes the place of the old one: its entitlement ends, another begins."""
    if not subscription.renewal_sku_ids:
        return
    old = state.entitlements[subscription.entitlement_ids[-1]]
    _end_entitlements(state, subscription, state.clock.now_ms())
    sku = state.skus[subscription.renewal_sku_ids[0]]
    new = _entitle(state, sku, EntitlementType.APPLICATION_SUBSCRIPTION, old.user_id, old.guild_id)
    new.starts_ms, new.subscription_id = state.clock.now_ms(), subscription.id
    state.save(new)
    subscription.sku_ids, subscription.renewal_sku_ids = [sku.id], None
    subscription.entitlement_ids = [new.id]
    _tell_entitlement(state, "ENTITLEMENT_CREATE", new)


def _end_entitlements(state: State, subscription: Subscription, ends_ms: int | None) -> None:
    for entitlement_id in subscription.entitlement_ids:
        entitlement = state.entitlements[entitlement_id]
        entitlement.ends_ms = ends_ms
        state.save(entitlement)
        _tell_entitlement(state, "ENTITLEMENT_UPDATE", entitlement)


def _tell_entitlement(state: State, name: str, entitlement: Entitlement) -> None:
    state.hub.emit(
        Event(name, entitlement_view(entitlement), application_id=entitlement.application_id, bots_only=True)
    )


def _tell_subscription(state: State, name: str, subscription: Subscription) -> None:
    state.hub.emit(
        Event(name, subscription_view(subscription), application_id=subscription.application_id, bots_only=True)
    )
