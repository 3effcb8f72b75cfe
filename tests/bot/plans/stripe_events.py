"""Events as Stripe writes them, cut down to what is looked at. There are two ways of naming things: before and after
its interface of March 2025.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.store.payments import PaymentEvent
from tests.bot.store.rows import MEMBER, NOW

DAY = timedelta(days=1)
Json = dict[str, Any]


def event(kind: str, about: Json, at: datetime = NOW) -> PaymentEvent:
    return PaymentEvent(f"evt_{kind}_{about['id']}_{at.timestamp():.0f}", kind, about, at)


def session(what: str = "completed", **more: Any) -> PaymentEvent:
    about = {"id": "cs_1", "mode": "subscription", "subscription": "sub_1", "client_reference_id": str(MEMBER)}
    return event(f"checkout.session.{what}", {**about, "payment_status": "paid", **more})


def line(price: str, starts_at: datetime, ends_at: datetime, *, amount: int = 1000, new: bool = False) -> Json:
    named: Json = {"pricing": {"price_details": {"price": price}}} if new else {"price": {"id": price}}
    period = {"start": int(starts_at.timestamp()), "end": int(ends_at.timestamp())}
    return {**named, "amount": amount, "period": period}


def paid(invoice: str, *lines: Json, at: datetime = NOW, new: bool = False) -> PaymentEvent:
    about: Json = {"id": invoice, "lines": {"data": list(lines)}}
    if new:
        about["parent"] = {"subscription_details": {"subscription": "sub_1"}}
    else:
        about |= {"subscription": "sub_1", "payment_intent": f"pi_{invoice}", "charge": f"ch_{invoice}"}
    return event("invoice.paid", about, at)


def payment(invoice: str, at: datetime = NOW) -> PaymentEvent:
    """Which only the newer interface tells."""
    about = {"id": f"inpay_{invoice}", "invoice": invoice, "payment": {"payment_intent": f"pi_{invoice}"}}
    return event("invoice_payment.paid", about, at)


def refunded(invoice: str, at: datetime, *, in_full: bool = True) -> PaymentEvent:
    about = {"id": f"ch_{invoice}", "payment_intent": f"pi_{invoice}", "refunded": in_full}
    return event("charge.refunded", about, at)


def disputed(
    invoice: str, at: datetime, what: str = "created", status: str = "needs_response", name: str = "du_1"
) -> PaymentEvent:
    about = {"id": name, "charge": f"ch_{invoice}", "payment_intent": f"pi_{invoice}", "status": status}
    return event(f"charge.dispute.{what}", about, at)


def updated(begun: datetime, at: datetime, status: str = "active", *, new: bool = False) -> PaymentEvent:
    start = {"current_period_start": int(begun.timestamp())}
    where: Json = {"items": {"data": [start]}} if new else start
    return event("customer.subscription.updated", {"id": "sub_1", "status": status, **where}, at)


def deleted(at: datetime) -> PaymentEvent:
    return event("customer.subscription.deleted", {"id": "sub_1", "ended_at": int(at.timestamp())}, at)
