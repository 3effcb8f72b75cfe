"""What an application sells: SKUs, entitlements, subscriptions, as Discord moves them through their lives.

Source of which event tells what: Discord's documentation, "Implementing App Subscriptions". An entitlement hears
nothing of renewals and cancellations; it is told when it ends.
"""

from __future__ import annotations

import re

from sandbox.rules import errors
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


def is_for_guilds(sku: Sku) -> bool:
    return bool(sku.flags & _FOR_GUILDS)


# -- entitlements -----------------------------------------------------------------------------------------------------


def buy(state: State, sku: Sku, user_id: int, guild_id: int | None = None) -> tuple[Entitlement, Subscription | None]:
    """A purchase. A subscription's entitlement has no end for as long as it is renewed."""
    if sku.type != SkuType.SUBSCRIPTION:
        return _entitle(state, sku, EntitlementType.PURCHASE, user_id, guild_id), None
    now = state.clock.now_ms()
    subscription = Subscription(
        id=state.ids.new(),
        application_id=sku.application_id,
        user_id=user_id,
        sku_ids=[sku.id],
        entitlement_ids=[],
        period_start_ms=now,
        period_end_ms=now + PERIOD_MS,
        status=SubscriptionStatus.ENDING,  # until something is granted, as the documentation has it
    )
    _keep(state, "SUBSCRIPTION_CREATE", subscription)
    entitlement = _entitle_subscriber(state, subscription, sku, guild_id)
    subscription.status = SubscriptionStatus.ACTIVE
    _keep(state, "SUBSCRIPTION_UPDATE", subscription)
    _wait_for_the_end(state, subscription)
    return entitlement, subscription


def grant_test(state: State, sku: Sku, *, user_id: int | None, guild_id: int | None) -> Entitlement:
    """A test entitlement: no dates. Of a subscription's SKU it has the type of a subscription, and none behind it: so
    client libraries tell it, and Discord documents no type for it."""
    is_subscription = sku.type == SkuType.SUBSCRIPTION
    kind = EntitlementType.APPLICATION_SUBSCRIPTION if is_subscription else EntitlementType.TEST_MODE_PURCHASE
    return _entitle(state, sku, kind, user_id, guild_id)


def is_test(entitlement: Entitlement) -> bool:
    if entitlement.type == EntitlementType.APPLICATION_SUBSCRIPTION:
        return entitlement.subscription_id is None
    return entitlement.type == EntitlementType.TEST_MODE_PURCHASE


def delete_entitlement(state: State, entitlement: Entitlement) -> None:
    entitlement.deleted = True
    state.save(entitlement)
    _tell_entitlement(state, "ENTITLEMENT_DELETE", entitlement)


def consume(state: State, entitlement: Entitlement) -> None:
    """Use it up. A second time changes nothing: a bot that crashed in between asks again."""
    if state.skus[entitlement.sku_id].type != SkuType.CONSUMABLE:
        raise errors.INVALID_SKU()
    if not entitlement.consumed:
        entitlement.consumed = True
        state.save(entitlement)
        _tell_entitlement(state, "ENTITLEMENT_UPDATE", entitlement)


def has_ended(state: State, entitlement: Entitlement) -> bool:
    return entitlement.ends_ms is not None and entitlement.ends_ms <= state.clock.now_ms()


def _entitle(
    state: State,
    sku: Sku,
    kind: EntitlementType,
    user_id: int | None,
    guild_id: int | None,
    subscription: Subscription | None = None,
) -> Entitlement:
    entitlement = Entitlement(
        id=state.ids.new(),
        application_id=sku.application_id,
        sku_id=sku.id,
        type=int(kind),
        user_id=user_id,
        guild_id=guild_id,
        starts_ms=state.clock.now_ms() if subscription is not None else None,
        subscription_id=subscription.id if subscription is not None else None,
    )
    state.save(entitlement)
    _tell_entitlement(state, "ENTITLEMENT_CREATE", entitlement)
    return entitlement


def _entitle_subscriber(state: State, subscription: Subscription, sku: Sku, guild_id: int | None) -> Entitlement:
    kind = EntitlementType.APPLICATION_SUBSCRIPTION
    entitlement = _entitle(state, sku, kind, subscription.user_id, guild_id, subscription)
    subscription.sku_ids, subscription.entitlement_ids = [sku.id], [entitlement.id]
    return entitlement


# -- subscriptions ----------------------------------------------------------------------------------------------------


def move(state: State, subscription: Subscription, act: str, new_sku: Sku | None = None) -> None:
    """One step of a subscription's life, told in the events that Discord sends for it."""
    if subscription.status == SubscriptionStatus.INACTIVE and act != "refund":
        raise errors.ApiError(400, 0, "This subscription has ended; buy another.")
    match act:
        case "cancel":
            subscription.status, subscription.canceled_ms = SubscriptionStatus.ENDING, state.clock.now_ms()
        case "resume":
            subscription.status, subscription.canceled_ms = SubscriptionStatus.ACTIVE, None
        case "renew":
            _renew(state, subscription)
        case "expire":
            _end_entitlements(state, subscription)
            subscription.status = SubscriptionStatus.INACTIVE
        case "refund":
            for entitlement_id in subscription.entitlement_ids:
                if not state.entitlements[entitlement_id].deleted:
                    delete_entitlement(state, state.entitlements[entitlement_id])
            subscription.status = SubscriptionStatus.INACTIVE
        case "switch" if new_sku is not None:
            _switch(state, subscription, new_sku)
        case _:
            raise errors.ApiError(400, 0, f"A subscription knows no act {act!r}.")
    _keep(state, "SUBSCRIPTION_UPDATE", subscription)


def _renew(state: State, subscription: Subscription) -> None:
    """Another period; a plan that was chosen for renewal takes the old one's place."""
    subscription.status, subscription.canceled_ms = SubscriptionStatus.ACTIVE, None
    subscription.period_start_ms = subscription.period_end_ms
    subscription.period_end_ms += PERIOD_MS
    if subscription.renewal_sku_ids:
        _replace(state, subscription, state.skus[subscription.renewal_sku_ids[0]])
        subscription.renewal_sku_ids = None


def _switch(state: State, subscription: Subscription, sku: Sku) -> None:
    """Up, or to the same price: at once, with a new period. Down: when the period that is paid for has passed."""
    if sku.price_cents < max(state.skus[sku_id].price_cents for sku_id in subscription.sku_ids):
        subscription.renewal_sku_ids = [sku.id]
        return
    subscription.renewal_sku_ids = None
    subscription.period_start_ms = state.clock.now_ms()
    subscription.period_end_ms = subscription.period_start_ms + PERIOD_MS
    _replace(state, subscription, sku)


def _replace(state: State, subscription: Subscription, sku: Sku) -> None:
    guild_id = state.entitlements[subscription.entitlement_ids[-1]].guild_id
    _end_entitlements(state, subscription)
    _entitle_subscriber(state, subscription, sku, guild_id)


def _end_entitlements(state: State, subscription: Subscription) -> None:
    for entitlement_id in subscription.entitlement_ids:
        entitlement = state.entitlements[entitlement_id]
        if entitlement.ends_ms is None and not entitlement.deleted:
            entitlement.ends_ms = state.clock.now_ms()
            state.save(entitlement)
            _tell_entitlement(state, "ENTITLEMENT_UPDATE", entitlement)


def rearm(state: State) -> None:
    """After a restart: wait again for the end of each paid period."""
    for subscription in list(state.subscriptions.values()):
        if subscription.status != SubscriptionStatus.INACTIVE:
            _wait_for_the_end(state, subscription)


def _wait_for_the_end(state: State, subscription: Subscription) -> None:
    state.clock.call_at(subscription.period_end_ms, lambda: _reach_the_end(state, subscription))


def _reach_the_end(state: State, subscription: Subscription) -> None:
    """The period is over: it renews by itself, or, when it was cancelled, it ends."""
    if subscription.status == SubscriptionStatus.INACTIVE:
        return
    if subscription.period_end_ms <= state.clock.now_ms():
        move(state, subscription, "expire" if subscription.status == SubscriptionStatus.ENDING else "renew")
    if subscription.status != SubscriptionStatus.INACTIVE:
        _wait_for_the_end(state, subscription)


def _keep(state: State, name: str, subscription: Subscription) -> None:
    state.save(subscription)
    data = subscription_view(subscription)
    state.hub.emit(Event(name, data, application_id=subscription.application_id, bots_only=True))


def _tell_entitlement(state: State, name: str, entitlement: Entitlement) -> None:
    data = entitlement_view(entitlement)
    state.hub.emit(Event(name, data, application_id=entitlement.application_id, bots_only=True))
