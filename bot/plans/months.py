"""Months of a plan: from an anchor to the same day of the next month, or that month's last. Pure.

Days are those of the anchor's own time zone, and its hour stays the same there; every answer is in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

AVERAGE: Final = timedelta(days=365.2425 / 12)


@dataclass(frozen=True, slots=True)
class Month:
    """Which one it is, counted from none, and from when on until when it is."""

    number: int
    starts_at: datetime
    ends_at: datetime


def add_months(anchor: datetime, count: int) -> datetime:
    """The same day and hour so many months later. The anchor is kept: of 31 January, February has its last day, and
    March the 31st again.
    """
    months = anchor.year * 12 + anchor.month - 1 + count
    year, month = months // 12, months % 12 + 1
    day = min(anchor.day, monthrange(year, month)[1])
    # An hour that a clock change leaves out is the one after it; of one that comes twice it is the first.
    return anchor.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)


def month_at(anchor: datetime, now: datetime) -> Month:
    """The month since the anchor in which now is."""
    here = now.astimezone(anchor.tzinfo)
    number = (here.year - anchor.year) * 12 + here.month - anchor.month
    while add_months(anchor, number) > now:
        number -= 1
    while add_months(anchor, number + 1) <= now:
        number += 1
    return Month(number, add_months(anchor, number), add_months(anchor, number + 1))


def month_of(starts_at: datetime, ends_at: datetime | None, now: datetime) -> Month:
    """The month of a period that was paid for, in which now is. A period is as many whole months as it is nearest to,
    and its last month lasts until it ends: whoever sells by months of 30 or 31 days grants each once.
    """
    month = month_at(starts_at, max(now, starts_at))
    if ends_at is None:
        return month
    last = max(1, round((ends_at - starts_at) / AVERAGE)) - 1
    number = min(month.number, last)
    end = ends_at if number == last else add_months(starts_at, number + 1)
    return Month(number, add_months(starts_at, number), end.astimezone(UTC))


def calendar_month(now: datetime, zone: tzinfo) -> Month:
    """From the first of the month to the first of the next, where the clocks show that zone's time."""
    here = now.astimezone(zone)
    first = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Month(0, first.astimezone(UTC), add_months(first, 1))
