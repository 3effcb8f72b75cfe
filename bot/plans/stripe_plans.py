"""What Stripe tells of payments, and what it is worth here. All that belongs together is looked at anew with each
event, so their order means nothing. Each paid invoice is a membership: a refund takes back what that invoice brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.plans.membership import take_back
from bot.plans.plan import Plan, Plans
from bot.store import buckets, ledger, memberships, payments
from bot.store.memberships import NewMembership
from bot.store.payments import PaymentEvent
from bot.store.transactions import Writing
from bot.store.words import Origin, Source

# A new period begins at once, and its invoice is paid an hour later. So long the plan stays, without new time.
LATE_PAYMENT: Final = timedelta(days=1)
# By what the objects name each other. Which of them is there depends on the version of Stripe's interface.
_TIES: Final = ("id", "subscription", "invoice", "payment_intent", "charge")
SESSION, PAID, REFUNDED = "checkout.session.completed", "invoice.paid", "charge.refunded"
PAID_LATER: Final = "checkout.session.async_payment_succeeded"  # a bank took its days
UPDATED, DELETED = "customer.subscription.updated", "customer.subscription.deleted"
DISPUTED, WITHDRAWN = "charge.dispute.created", "charge.dispute.funds_withdrawn"
DECIDED, PAYMENT = "charge.dispute.closed", "invoice_payment.paid"
REFERENCE: Final = "client_reference_id"  # whose payment it is, as the link to the checkout said
KEPT: Final = (
    *_TIES,
    *(REFERENCE, "mode", "payment_status", "metadata", "lines", "status", "current_period_start", "items"),
    *("ended_at", "refunded", "parent", "payment"),
)
"""What is stored of the objects that Stripe tells of: neither names nor addresses of those who paid."""
SESSIONS: Final = (SESSION, PAID_LATER)
KINDS: Final = (*SESSIONS, PAID, REFUNDED, UPDATED, DELETED, DISPUTED, WITHDRAWN, DECIDED, PAYMENT)
INQUIRY: Final = "warning_"  # so begins the status of a dispute for which no money was taken
WON: Final = ":won"  # ends the key of what is given back
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Bill:
    """What an invoice paid for."""

    invoice: str
    plan: Plan
    starts_at: datetime
    ends_at: datetime


async def hear(tx: Writing, plans: Plans, event: PaymentEvent, now: datetime) -> bool:
    """False if it was told before, and nothing more comes of it now. More may come of it when the file of plans has
    learnt of its price meanwhile."""
    changed = await payments.add(tx, event, names_of(event))
    told = await payments.related(tx, event.id)
    member_id = _member(told)
    if member_id is None:
        return changed  # until the session is told that says who it was
    void, lost = _void(told, even_if_won=True), _void(told)
    await _grant_packs(tx, plans, told, member_id, now, is_void=bool(void), is_lost=bool(lost))
    for bill in _bills(plans, told):
        new = NewMembership(
            member_id=member_id,
            source=Source.STRIPE,
            external_id=bill.invoice,
            plan=bill.plan.name,
            starts_at=bill.starts_at,
            ends_at=_end(bill, told),
            created_at=now,
        )
        changed |= await memberships.put(tx, new)
        if bill.invoice in void:
            await take_back(tx, new, now)
            await _give_back(tx, replace(new, external_id=bill.invoice + WON), now, is_lost=bill.invoice in lost)
    return changed


async def _give_back(tx: Writing, won: NewMembership, now: datetime, *, is_lost: bool) -> None:
    """The same period once more, after a dispute that was won: out of it is paid what was owed for the first."""
    if not is_lost:
        await memberships.put(tx, won)
    elif await memberships.find(tx, won.source, won.external_id) is not None:
        await take_back(tx, won, now)


def names_of(event: PaymentEvent) -> frozenset[str]:
    """What ties it to others: never the customer, who may have several subscriptions."""
    about = event.about
    found = [about.get(tie) for tie in _TIES]
    found.append(_dig(about, "parent", "subscription_details", "subscription"))
    found.append(_dig(about, "payment", "payment_intent"))
    return frozenset(name for name in found if isinstance(name, str))


def _member(told: Iterable[PaymentEvent]) -> int | None:
    """As far as a link to the checkout told."""
    return next((payer for event in told if (payer := payer_of(event)) is not None), None)


def payer_of(event: PaymentEvent) -> int | None:
    """Whom a session names; what else is told names nobody."""
    given = str(event.about.get(REFERENCE) or "")
    is_one = event.kind in SESSIONS and given.isascii() and given.isdigit() and 0 < int(given) < 2**63
    return int(given) if is_one else None


def unsold(plans: Plans, event: PaymentEvent) -> str | None:
    """What was paid for, if the file of plans knows nothing of it."""
    if event.kind == PAID:
        prices = [price for line in _dig(event.about, "lines", "data") or () if (price := _price(line)) is not None]
        known = {price for plan in plans for price in plan.stripe}
        return f"the price {prices[0]}" if prices and known.isdisjoint(prices) else None
    if event.kind not in SESSIONS or event.about.get("mode") != "payment":
        return None
    pack = _dig(event.about, "metadata", "pack")
    return None if any(each.name == pack for each in plans.packs) else f"the pack {pack!r}"


def _void(told: Sequence[PaymentEvent], *, even_if_won: bool = False) -> frozenset[str]:
    """Names of what was refunded in full or disputed: of the charge, and of what the charge was for."""
    won = {event.about["id"] for event in told if event.kind == DECIDED and event.about.get("status") == "won"}
    found: set[str] = set()
    for event in told:
        if _takes_money(event) and (even_if_won or event.about["id"] not in won):
            found |= names_of(event)
    while True:  # a charge names a payment, which another event says the invoice of
        more = {name for event in told if event.kind in (PAYMENT, PAID) for name in _same(event, found)} - found
        if not more:
            return frozenset(found)
        found |= more


def _takes_money(event: PaymentEvent) -> bool:
    """A bank's question takes none; if it becomes a dispute, that is told as money withdrawn."""
    if event.kind == DISPUTED:
        return not str(event.about.get("status") or "").startswith(INQUIRY)
    return event.kind == WITHDRAWN or (event.kind == REFUNDED and event.about.get("refunded") is True)


def _same(event: PaymentEvent, names: set[str]) -> Iterator[str]:
    """The names of one payment; of its subscription there are others."""
    subscriptions = {
        event.about.get("subscription"),
        _dig(event.about, "parent", "subscription_details", "subscription"),
    }
    own = names_of(event) - subscriptions
    if own & names:
        yield from own


async def _grant_packs(
    tx: Writing,
    plans: Plans,
    told: Sequence[PaymentEvent],
    member_id: int,
    now: datetime,
    *,
    is_void: bool,
    is_lost: bool,
) -> None:
    for event in told:
        pack = next((each for each in plans.packs if each.name == _dig(event.about, "metadata", "pack")), None)
        if event.kind not in SESSIONS or event.about.get("mode") != "payment" or pack is None:
            continue
        key = f"stripe:{event.about['id']}"
        if is_void:
            await ledger.claw_back(tx, member_id, key, now)
            key += WON
        if is_lost:
            if await buckets.find(tx, key) is not None:
                await ledger.claw_back(tx, member_id, key, now)
        elif event.about.get("payment_status") in ("paid", "no_payment_required"):
            await ledger.grant(tx, member_id, pack.gpu_ms, key, now, pack.name, origin=Origin.BOUGHT)


def _bills(plans: Plans, told: Iterable[PaymentEvent]) -> Iterator[_Bill]:
    for event in told:
        lines = _dig(event.about, "lines", "data") if event.kind == PAID else None
        found = [bill for line in lines or () if (bill := _bill(plans, str(event.about["id"]), line)) is not None]
        if found:  # of a change of plans: what the member changed to; what is credited is no bill
            yield max(found, key=lambda bill: (bill.starts_at, plans.rank(bill.plan)))


def _bill(plans: Plans, invoice: str, line: Json) -> _Bill | None:
    price = _price(line)
    plan = next((plan for plan in plans if price is not None and price in plan.stripe), None)
    starts_at, ends_at = _moment(_dig(line, "period", "start")), _moment(_dig(line, "period", "end"))
    if plan is None or starts_at is None or ends_at is None or ends_at <= starts_at or line.get("amount", 0) < 0:
        return None
    return _Bill(invoice, plan, starts_at, ends_at)


def _price(line: Json) -> Any:
    return _dig(line, "price", "id") or _dig(line, "pricing", "price_details", "price")


def _end(bill: _Bill, told: Iterable[PaymentEvent]) -> datetime:
    """As it was paid for; a little later while the next payment is under way; sooner if it was ended at once."""
    ends_at = bill.ends_at
    for event in told:
        if event.kind == UPDATED and event.about.get("status") in ("active", "past_due"):
            items = _dig(event.about, "items", "data") or ()
            begun = [event.about.get("current_period_start"), *(item.get("current_period_start") for item in items)]
            if any((moment := _moment(start)) is not None and moment >= bill.ends_at for start in begun):
                ends_at = bill.ends_at + LATE_PAYMENT
    for event in told:
        ended_at = _moment(event.about.get("ended_at")) if event.kind == DELETED else None
        if ended_at is not None:
            ends_at = max(bill.starts_at, min(ends_at, ended_at))
    return ends_at


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else None


def _dig(about: Any, *keys: str) -> Any:
    for key in keys:
        about = about.get(key) if isinstance(about, Mapping) else None
    return about
