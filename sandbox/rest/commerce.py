"""What an application sells: its SKUs, who is entitled to them, who is subscribed."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from sandbox.rest.call import BOTS, Call, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.guilds import check_entitlement
from sandbox.rules.ids import parse
from sandbox.rules.kinds import EntitlementOwner
from sandbox.world import commerce
from sandbox.world.entities import Entitlement, Sku
from sandbox.world.views import entitlement_view, sku_view, subscription_view

ROUTES = Routes()
Json = dict[str, Any]

_ENTITLEMENTS = "/applications/{application_id}/entitlements"
_SUBSCRIPTIONS = "/skus/{sku_id}/subscriptions"


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


N = TypeVar("N", bound=_Numbered)


def _page(call: Call, found: list[N], default: int) -> list[N]:
    """Oldest first, as these lists are, unlike messages: discord.py pages through them by that."""
    limit = call.number("limit", default, *limits.PAGE)
    before, after = call.snowflake("before"), call.snowflake("after")
    found = sorted(found, key=lambda one: one.id)
    if before is not None:
        return [one for one in found if one.id < before][-limit:]
    return [one for one in found if after is None or one.id > after][:limit]


@ROUTES.on("GET", "/applications/{application_id}/skus", who=BOTS)
async def list_skus(call: Call) -> Any:
    application = call.own_application()
    return [sku_view(sku) for sku in call.state.skus.values() if sku.application_id == application.id]


# -- entitlements -----------------------------------------------------------------------------------------------------


@ROUTES.on("GET", _ENTITLEMENTS, who=BOTS)
async def list_entitlements(call: Call) -> Any:
    application = call.own_application()
    user_id, guild_id, sku_ids = call.snowflake("user_id"), call.snowflake("guild_id"), _sku_ids(call)
    only_active = _flag(call, "only_active", False)
    without_ended = _flag(call, "exclude_ended", False) or only_active
    without_deleted = _flag(call, "exclude_deleted", True) or only_active
    found = [
        one
        for one in call.state.entitlements.values()
        if one.application_id == application.id
        and user_id in (None, one.user_id)
        and guild_id in (None, one.guild_id)
        and (not sku_ids or one.sku_id in sku_ids)
        and not (without_deleted and one.deleted)
        and not (without_ended and commerce.has_ended(call.state, one))
    ]
    return [entitlement_view(one) for one in _page(call, found, 100)]


def _sku_ids(call: Call) -> set[int]:
    """Comma-separated, or said several times."""
    given = [text for entry in call.query_lists.get("sku_ids", []) for text in entry.split(",") if text]
    faults = errors.Faults()
    for index, text in enumerate(given):
        if parse(text) is None:
            faults.add(("sku_ids", index), "NUMBER_TYPE_COERCE", f'Value "{text[:100]}" is not snowflake.')
    faults.raise_if_any()
    return {int(text) for text in given}


def _flag(call: Call, name: str, default: bool) -> bool:
    return call.flag(name) if name in call.query else default


def _entitlement(call: Call) -> Entitlement:
    application = call.own_application()
    entitlement = call.state.entitlements.get(call.id("entitlement_id"))
    if entitlement is None or entitlement.application_id != application.id:
        raise errors.UNKNOWN_ENTITLEMENT()
    return entitlement


def _standing_entitlement(call: Call) -> Entitlement:
    entitlement = _entitlement(call)
    if entitlement.deleted:
        raise errors.UNKNOWN_ENTITLEMENT()
    return entitlement


@ROUTES.on("GET", _ENTITLEMENTS + "/{entitlement_id}", who=BOTS)
async def get_entitlement(call: Call) -> Any:
    return entitlement_view(_entitlement(call))


@ROUTES.on("POST", _ENTITLEMENTS, who=BOTS)
async def create_test_entitlement(call: Call) -> Any:
    application = call.own_application()
    check_entitlement(call.form)
    sku = _own_sku(call, application.id, parse(call.form["sku_id"]) or 0)
    owner_id = parse(call.form["owner_id"]) or 0
    if call.form["owner_type"] == EntitlementOwner.GUILD:
        guild = call.state.guild(owner_id)
        return entitlement_view(commerce.grant_test(call.state, sku, user_id=None, guild_id=guild.id))
    user = call.state.user(owner_id)
    return entitlement_view(commerce.grant_test(call.state, sku, user_id=user.id, guild_id=None))


@ROUTES.on("DELETE", _ENTITLEMENTS + "/{entitlement_id}", who=BOTS, status=204)
async def delete_test_entitlement(call: Call) -> None:
    """Of test entitlements only: what somebody paid for is not an application's to take."""
    entitlement = _standing_entitlement(call)
    if not commerce.is_test(entitlement):
        raise errors.UNKNOWN_ENTITLEMENT()  # unpublished which refusal this is
    commerce.delete_entitlement(call.state, entitlement)


@ROUTES.on("POST", _ENTITLEMENTS + "/{entitlement_id}/consume", who=BOTS, status=204)
async def consume(call: Call) -> None:
    commerce.consume(call.state, _standing_entitlement(call))


# -- subscriptions ----------------------------------------------------------------------------------------------------


def _own_sku(call: Call, application_id: int | None, sku_id: int) -> Sku:
    sku = call.state.skus.get(sku_id)
    if sku is None or sku.application_id != application_id:
        raise errors.UNKNOWN_SKU()
    return sku


@ROUTES.on("GET", _SUBSCRIPTIONS, who=BOTS)
async def list_subscriptions(call: Call) -> Any:
    sku = _own_sku(call, call.actor.application_id, call.id("sku_id"))
    user_id = call.snowflake("user_id")
    if user_id is None:
        faults = errors.Faults()
        faults.add(("user_id",), "BASE_TYPE_REQUIRED", "This field is required")
        faults.raise_if_any()
    found = [one for one in call.state.subscriptions.values() if sku.id in one.sku_ids and one.user_id == user_id]
    return [subscription_view(one) for one in _page(call, found, 50)]


@ROUTES.on("GET", _SUBSCRIPTIONS + "/{subscription_id}", who=BOTS)
async def get_subscription(call: Call) -> Any:
    sku = _own_sku(call, call.actor.application_id, call.id("sku_id"))
    subscription = call.state.subscriptions.get(call.id("subscription_id"))
    if subscription is None or sku.id not in subscription.sku_ids:
        raise errors.UNKNOWN_SUBSCRIPTION()
    return subscription_view(subscription)
