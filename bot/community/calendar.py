"""Days and weeks as the community counts them: in UTC, a day from midnight, a week from Monday (ISO 8601)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """`key` names it for ever: `2026-W47`."""

    key: str
    starts_at: datetime
    ends_at: datetime


def day_of(now: datetime) -> date:
    return now.astimezone(UTC).date()


def end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), UTC)


def last_week(now: datetime) -> Week:
    """The newest that is over."""
    today = day_of(now)
    monday = today - timedelta(days=today.weekday())
    starts_at = datetime.combine(monday, time(), UTC) - WEEK
    year, number, _ = starts_at.isocalendar()
    return Week(f"{year}-W{number:02}", starts_at, starts_at + WEEK)
