"""When a month begins and ends: a table that was worked out by hand, then what must hold of any month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plans.months import add_months, calendar_month, month_at, month_of

BERLIN, YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
APIA, HOWE = ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe")
ZONES = {"": UTC, "Berlin": BERLIN, "York": YORK, "Kolkata": KOLKATA, "Apia": APIA, "Howe": HOWE}


def at(text: str) -> datetime:
    """`2027-01-31 12:00 Berlin`; without a zone, UTC."""
    day, hour, *zone = text.split()
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZONES[zone[0] if zone else ""])


LATER = [
    # An ordinary day keeps its number.
    ("2027-01-15 12:00", 0, "2027-01-15 12:00"),
    ("2027-01-15 12:00", 1, "2027-02-15 12:00"),
    ("2027-01-15 12:00", 11, "2027-12-15 12:00"),
    ("2027-01-15 12:00", 12, "2028-01-15 12:00"),
    ("2027-12-15 00:00", 1, "2028-01-15 00:00"),
    ("2027-12-31 23:59", 1, "2028-01-31 23:59"),
    ("2027-03-15 12:00", -1, "2027-02-15 12:00"),
    ("2027-01-15 12:00", -1, "2026-12-15 12:00"),
    ("2027-01-31 12:00", -2, "2026-11-30 12:00"),
    # 31 January: February has its last day, and the anchor is kept.
    ("2027-01-31 12:00", 1, "2027-02-28 12:00"),
    ("2027-01-31 12:00", 2, "2027-03-31 12:00"),
    ("2027-01-31 12:00", 3, "2027-04-30 12:00"),
    ("2027-01-31 12:00", 4, "2027-05-31 12:00"),
    ("2027-01-31 12:00", 13, "2028-02-29 12:00"),
    ("2027-01-31 12:00", 25, "2029-02-28 12:00"),
    ("2027-01-30 12:00", 1, "2027-02-28 12:00"),
    ("2027-01-29 12:00", 1, "2027-02-28 12:00"),
    ("2027-01-28 12:00", 1, "2027-02-28 12:00"),
    ("2027-10-31 12:00", 1, "2027-11-30 12:00"),
    ("2027-08-31 12:00", 6, "2028-02-29 12:00"),
    # Leap years.
    ("2028-01-31 12:00", 1, "2028-02-29 12:00"),
    ("2028-01-30 12:00", 1, "2028-02-29 12:00"),
    ("2028-01-29 12:00", 1, "2028-02-29 12:00"),
    ("2028-02-29 12:00", 1, "2028-03-29 12:00"),
    ("2028-02-29 12:00", 12, "2029-02-28 12:00"),
    ("2028-02-29 12:00", 24, "2030-02-28 12:00"),
    ("2028-02-29 12:00", 48, "2032-02-29 12:00"),
    ("2096-02-29 12:00", 48, "2100-02-28 12:00"),  # 2100 is none
    ("2096-02-29 12:00", 96, "2104-02-29 12:00"),
    ("2000-02-29 12:00", 12, "2001-02-28 12:00"),  # 2000 is one
    # Zones: the day is that of the zone, and so is the hour, whatever the clocks do.
    ("2027-01-31 23:30 York", 1, "2027-03-01 04:30"),
    ("2027-01-31 00:30 Berlin", 1, "2027-02-27 23:30"),
    ("2027-02-28 12:00 Berlin", 1, "2027-03-28 10:00"),
    ("2027-10-15 12:00 Berlin", 1, "2027-11-15 11:00"),
    ("2027-02-14 12:00 York", 1, "2027-03-14 16:00"),
    ("2027-01-31 05:00 Kolkata", 1, "2027-02-27 23:30"),
    ("2027-02-28 02:30 Berlin", 1, "2027-03-28 01:30"),  # 02:30 is left out that day: the hour after it
    ("2027-09-30 02:30 Berlin", 1, "2027-10-30 00:30"),
    ("2027-10-31 02:30 Berlin", 0, "2027-10-31 00:30"),  # twice that day: the first
    ("2027-09-03 12:00 Howe", 1, "2027-10-03 01:00"),  # whose clocks change by half an hour
    ("2011-11-30 12:00 Apia", 1, "2011-12-30 22:00"),  # a day that was left out there altogether
]

WITHIN = [
    # anchor, now, which month, from when, until when
    ("2027-01-31 12:00", "2027-01-31 12:00", 0, "2027-01-31 12:00", "2027-02-28 12:00"),
    ("2027-01-31 12:00", "2027-02-28 11:59", 0, "2027-01-31 12:00", "2027-02-28 12:00"),
    ("2027-01-31 12:00", "2027-02-28 12:00", 1, "2027-02-28 12:00", "2027-03-31 12:00"),
    ("2027-01-31 12:00", "2027-03-30 23:00", 1, "2027-02-28 12:00", "2027-03-31 12:00"),
    ("2027-01-31 12:00", "2027-03-31 12:00", 2, "2027-03-31 12:00", "2027-04-30 12:00"),
    ("2027-01-31 12:00", "2027-01-31 11:59", -1, "2026-12-31 12:00", "2027-01-31 12:00"),
    ("2028-02-29 12:00", "2029-02-28 12:00", 12, "2029-02-28 12:00", "2029-03-29 12:00"),
    ("2028-02-29 12:00", "2029-02-28 11:59", 11, "2029-01-29 12:00", "2029-02-28 12:00"),
    ("2027-01-15 12:00", "2037-01-20 12:00", 120, "2037-01-15 12:00", "2037-02-15 12:00"),
    ("2027-02-28 12:00 Berlin", "2027-03-28 09:59", 0, "2027-02-28 11:00", "2027-03-28 10:00"),
    ("2027-02-28 12:00 Berlin", "2027-03-28 10:00", 1, "2027-03-28 10:00", "2027-04-28 10:00"),
    ("2027-01-31 23:30 York", "2027-03-01 04:29", 0, "2027-02-01 04:30", "2027-03-01 04:30"),
]

PAID = [
    # from when, until when it is paid for, now, which month, from when, until when
    ("2027-01-31 12:00", "2027-02-28 12:00", "2027-02-10 12:00", 0, "2027-01-31 12:00", "2027-02-28 12:00"),
    # Sellers of 30 or 31 days: one month, and not a second one of a day or two.
    ("2027-01-31 12:00", "2027-03-02 12:00", "2027-03-01 12:00", 0, "2027-01-31 12:00", "2027-03-02 12:00"),
    ("2027-01-01 12:00", "2027-01-31 12:00", "2027-01-31 11:00", 0, "2027-01-01 12:00", "2027-01-31 12:00"),
    ("2027-02-01 12:00", "2027-03-04 12:00", "2027-03-03 12:00", 0, "2027-02-01 12:00", "2027-03-04 12:00"),
    ("2027-01-15 12:00", "2027-01-22 12:00", "2027-01-20 12:00", 0, "2027-01-15 12:00", "2027-01-22 12:00"),
    # A year, also a leap year and one of 365 days.
    ("2027-01-31 12:00", "2028-01-31 12:00", "2027-02-10 12:00", 0, "2027-01-31 12:00", "2027-02-28 12:00"),
    ("2027-01-31 12:00", "2028-01-31 12:00", "2027-02-28 12:00", 1, "2027-02-28 12:00", "2027-03-31 12:00"),
    ("2027-01-31 12:00", "2028-01-31 12:00", "2028-01-31 11:59", 11, "2027-12-31 12:00", "2028-01-31 12:00"),
    ("2028-02-29 12:00", "2029-02-28 12:00", "2029-02-10 12:00", 11, "2029-01-29 12:00", "2029-02-28 12:00"),
    ("2027-06-01 12:00", "2028-05-31 12:00", "2028-05-20 12:00", 11, "2028-05-01 12:00", "2028-05-31 12:00"),
    ("2027-06-01 12:00", "2028-06-02 12:00", "2028-06-02 11:00", 11, "2028-05-01 12:00", "2028-06-02 12:00"),
    ("2027-01-31 12:00", "2027-04-30 12:00", "2027-04-30 11:00", 2, "2027-03-31 12:00", "2027-04-30 12:00"),
    # Without an end, and before its beginning.
    ("2027-01-31 12:00", "", "2031-03-30 12:00", 49, "2031-02-28 12:00", "2031-03-31 12:00"),
    ("2027-01-31 12:00", "", "2027-01-20 12:00", 0, "2027-01-31 12:00", "2027-02-28 12:00"),
]

CALENDAR = [
    ("2027-03-31 23:59", "", "2027-03-01 00:00", "2027-04-01 00:00"),
    ("2027-04-01 00:00", "", "2027-04-01 00:00", "2027-05-01 00:00"),
    ("2027-12-31 23:59", "", "2027-12-01 00:00", "2028-01-01 00:00"),
    ("2028-02-29 12:00", "", "2028-02-01 00:00", "2028-03-01 00:00"),
    ("2027-03-31 22:30", "Berlin", "2027-03-31 22:00", "2027-04-30 22:00"),
    ("2027-03-31 21:30", "Berlin", "2027-02-28 23:00", "2027-03-31 22:00"),
    ("2027-11-01 03:30", "York", "2027-10-01 04:00", "2027-11-01 04:00"),
    ("2027-01-31 18:30", "Kolkata", "2027-01-31 18:30", "2027-02-28 18:30"),
]


def test_table_has_at_least_sixty_cases() -> None:
    assert len(LATER) + len(WITHIN) + len(PAID) + len(CALENDAR) >= 60


@pytest.mark.parametrize(("anchor", "count", "expected"), LATER)
def test_so_many_months_later_is_the_same_day_or_the_last(anchor: str, count: int, expected: str) -> None:
    assert add_months(at(anchor), count) == at(expected)


@pytest.mark.parametrize(("anchor", "now", "number", "starts", "ends"), WITHIN)
def test_month_since_an_anchor_is_found(anchor: str, now: str, number: int, starts: str, ends: str) -> None:
    month = month_at(at(anchor), at(now))
    assert (month.number, month.starts_at, month.ends_at) == (number, at(starts), at(ends))


@pytest.mark.parametrize(("begins", "until", "now", "number", "starts", "ends"), PAID)
def test_period_that_is_paid_for_has_whole_months(
    begins: str, until: str, now: str, number: int, starts: str, ends: str
) -> None:
    month = month_of(at(begins), at(until) if until else None, at(now))
    assert (month.number, month.starts_at, month.ends_at) == (number, at(starts), at(ends))


@pytest.mark.parametrize(("now", "zone", "starts", "ends"), CALENDAR)
def test_month_of_the_calendar_is_that_of_a_zone(now: str, zone: str, starts: str, ends: str) -> None:
    month = calendar_month(at(now), ZONES[zone])
    assert (month.starts_at, month.ends_at) == (at(starts), at(ends))


FIRST, LAST = (datetime(year, 1, 1) for year in (1990, 2090))  # noqa: DTZ001 - the strategy adds zones
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.sampled_from([*ZONES.values()]))


@given(MOMENTS, MOMENTS)
def test_every_moment_is_in_one_month_and_months_follow_each_other(anchor: datetime, now: datetime) -> None:
    month = month_at(anchor, now)
    assert month.starts_at <= now < month.ends_at
    assert month_at(anchor, month.ends_at).starts_at == month.ends_at
    assert month_at(anchor, month.starts_at) == month


@given(MOMENTS, st.integers(1, 1500), st.integers(0, 1500))
def test_months_of_a_period_fill_it_from_end_to_end(begins: datetime, days: int, passed: int) -> None:
    starts, ends = begins.astimezone(UTC), begins.astimezone(UTC) + timedelta(days=days)
    now = min(starts + timedelta(days=passed), ends - timedelta(milliseconds=1))
    month = month_of(starts, ends, now)
    assert starts <= month.starts_at <= now < month.ends_at <= ends
