"""What is for sale and what was bought, on the wire."""

from __future__ import annotations

from typing import Any

from sandbox.rules.clock import iso
from sandbox.world.entities import Entitlement, Sku, Subscription

Json = dict[str, Any]


def _moment(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)


def sku_view(sku: Sku) -> Json:
    return {
        "id": str(sku.id),
        "type": sku.type,
        "dependent_sku_id": None,
        "application_id": str(sku.application_id),
        "access_type": 1,
        "name": sku.name,
        "slug": sku.slug,
        "flags": sku.flags,
        "features": [],
        "release_date": None,
        "premium": False,
        "show_age_gate": False,
    }


def entitlement_view(entitlement: Entitlement) -> Json:
    view: Json = {
        "id": str(entitlement.id),
        "sku_id": str(entitlement.sku_id),
        "application_id": str(entitlement.application_id),
        "user_id": str(entitlement.user_id or 0),
        "type": entitlement.type,
        "deleted": entitlement.deleted,
        "starts_at": _moment(entitlement.starts_ms),
        "ends_at": _moment(entitlement.ends_ms),
        "consumed": entitlement.consumed,
        "gift_code_flags": 0,
        "promotion_id": None,
    }
    if entitlement.guild_id is not None:
        view["guild_id"] = str(entitlement.guild_id)
        if entitlement.user_id is None:
            del view["user_id"]
    if entitlement.subscription_id is not None:
        view["subscription_id"] = str(entitlement.subscription_id)
    return view


def subscription_view(subscription: Subscription) -> Json:
    return {
        "id": str(subscription.id),
        "user_id": str(subscription.user_id),
        "sku_ids": [str(sku_id) for sku_id in subscription.sku_ids],
        "renewal_sku_ids": None
        if subscription.renewal_sku_ids is None
        else [str(sku_id) for sku_id in subscription.renewal_sku_ids],
        "entitlement_ids": [str(entitlement_id) for entitlement_id in subscription.entitlement_ids],
        "current_period_start": iso(subscription.period_start_ms),
        "current_period_end": iso(subscription.period_end_ms),
        "status": subscription.status,
        "canceled_at": _moment(subscription.canceled_ms),
    }
