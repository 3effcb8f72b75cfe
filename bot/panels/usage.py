"""How the GPU was used, for the operator: sums as text, days as a plot, all as a CSV file. No prompts."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import date, datetime, timedelta

from bot.desk import Desk
from bot.drawings.usage import COLOURS, Series, draw_usage
from bot.messages.cards import Card, Document
from bot.plans.plan import Plan, Plans
from bot.plans.standing import Standing, choose
from bot.replies import usage as words
from bot.store import memberships, usage
from bot.store.memberships import Membership
from bot.store.usage import Used
from bot.store.words import Source

MOST_DAYS = 365
NAMED = 10
_DAY = timedelta(days=1)
_YEAR_LIKE = timedelta(days=180)


async def usage_card(desk: Desk, days: int) -> Card:
    now = desk.now()
    async with desk.store.read() as tx:
        first = await usage.first_end(tx)
        since = max(now - days * _DAY, first or now)  # before that there was nothing to be idle
        until = now + timedelta(milliseconds=1)
        used = await usage.of_period(tx, since, until)
        busy_ms = await usage.busy_ms(tx, since, until)
        active = await memberships.active(tx, now)
    if not used:
        return Card(words.NO_USE)
    idle = max(0.0, 1 - busy_ms / max(1, (until - since) / timedelta(milliseconds=1)))
    return await asyncio.to_thread(_card, used, since, now, idle, income(desk.book.plans, active, now))


def _card(
    used: Sequence[Used], since: datetime, now: datetime, idle: float, earned: tuple[Mapping[str, int], int]
) -> Card:
    total_ms = sum(one.gpu_ms for one in used)
    failed = sum(one.failed for one in used)
    by_model, by_member, jobs_of = Counter[str](), Counter[int](), Counter[int]()
    for one in used:
        by_model[one.model or words.NO_MODEL] += one.gpu_ms
        by_member[one.member_id] += one.gpu_ms
        jobs_of[one.member_id] += one.jobs
    first, last = since.date(), now.date()
    top = [(member, ms, jobs_of[member]) for member, ms in by_member.most_common(NAMED)]
    text = "\n".join(
        [
            words.head(first, last, total_ms, jobs_of.total(), failed, idle),
            words.income(*earned),
            words.models(_few(by_model, NAMED), total_ms),
            words.members(top, len(by_member) - len(top)),
            words.UTC_DAYS,
        ]
    )
    plot = draw_usage(
        words.plot_title(total_ms), words.plot_subtitle(first, last, idle), *_series(used, first, last, by_model)
    )
    name = f"gpu-{first}-{last}"
    return Card(
        text,
        files=(
            Document(f"{name}.png", plot, words.plot_words(total_ms, now - since)),
            Document(f"{name}.csv", to_csv(used)),
        ),
    )


def _series(
    used: Iterable[Used], first: date, last: date, by_model: Counter[str]
) -> tuple[Sequence[date], Sequence[Series]]:
    """A bar for each day, those on which nothing was painted among them."""
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    names = [name for name, _ in _few(by_model, len(COLOURS))]
    took = {name: [0] * len(days) for name in names}
    for one in used:
        name = one.model or words.NO_MODEL
        took[name if name in took else words.OTHERS][(one.day - first).days] += one.gpu_ms
    return days, [Series(name, tuple(amounts)) for name, amounts in took.items()]


def _few(by_model: Counter[str], most: int) -> list[tuple[str, int]]:
    """The largest; what does not fit, as one."""
    found = by_model.most_common()
    if len(found) <= most:
        return found
    return [*found[: most - 1], (words.OTHERS, sum(ms for _, ms in found[most - 1 :]))]


def to_csv(used: Iterable[Used]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(field.name for field in fields(Used))
    writer.writerows(astuple(one) for one in used)
    return out.getvalue().encode()


def income(plans: Plans, active: Iterable[Membership], now: datetime) -> tuple[Mapping[str, int], int]:
    """A month's, by the prices of the plans that members have now, in hundredths by currency; and of how many members.
    An estimate: what a shop keeps for itself is not known here, and what the operator gave away brings nothing.
    """
    of_member: dict[int, list[Membership]] = {}
    for one in active:
        of_member.setdefault(one.member_id, []).append(one)
    sums, payers = Counter[str](), 0
    for member, theirs in of_member.items():
        standing = choose(plans, member, theirs, now)
        hundredths = _monthly(standing)
        if hundredths is not None:
            sums[_currency(standing.plan)] += hundredths
            payers += 1
    return sums, payers


def _monthly(standing: Standing) -> int | None:
    plan, membership = standing.plan, standing.membership
    if membership is None or membership.source is Source.GRANT or not plan.is_paid:
        return None
    ends = membership.ends_at
    is_yearly = plan.price is None or (ends is not None and ends - membership.starts_at > _YEAR_LIKE)
    if is_yearly and plan.yearly_price is not None:
        return round(plan.yearly_price.hundredths / 12)
    assert plan.price is not None  # or it would be yearly
    return plan.price.hundredths


def _currency(plan: Plan) -> str:
    price = plan.price or plan.yearly_price
    assert price is not None  # it is a paid one
    return price.currency
