"""Days, weeks, and the themes that they have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.community.calendar import WEEK, day_of, end_of, last_week
from bot.community.themes import THEMES, draw, touches

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 50 * 366 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
SERVERS = st.integers(1, 2**63 - 1)


@given(MOMENTS)
def test_a_week_is_over_and_the_next_is_not(now: datetime) -> None:
    week = last_week(now)
    assert week.starts_at.weekday() == 0
    assert week.ends_at <= now < week.ends_at + WEEK
    assert week.ends_at - week.starts_at == WEEK


@given(MOMENTS, MOMENTS)
def test_two_weeks_have_one_key_only_if_they_are_one(one: datetime, other: datetime) -> None:
    assert (last_week(one).key == last_week(other).key) == (last_week(one) == last_week(other))


@given(MOMENTS)
def test_a_day_ends_where_the_next_begins(now: datetime) -> None:
    assert day_of(end_of(day_of(now))) == day_of(now) + timedelta(days=1)
    assert now < end_of(day_of(now))


def test_the_year_of_a_week_is_that_of_its_thursday() -> None:
    assert last_week(datetime(2027, 1, 5, tzinfo=UTC)).key == "2026-W53"


@given(SERVERS, st.integers(0, 10_000))
def test_no_theme_comes_again_before_all_have_come(server: int, turn: int) -> None:
    first = date.fromordinal((turn + 1) * len(THEMES))
    days = [first + timedelta(days=number) for number in range(len(THEMES))]
    assert sorted(draw(server, day) for day in days) == sorted(THEMES)


@given(SERVERS, st.integers(1, 1_000_000))
def test_nor_does_one_where_a_server_begins_in_the_middle(server: int, start: int) -> None:
    days = [date.fromordinal(start + number) for number in range(len(THEMES))]
    assert sorted(draw(server, day) for day in days) == sorted(THEMES)


def test_words_touch_a_text_that_has_them_all() -> None:
    assert touches("Red HOUSE", "a house, in red")
    assert not touches("red boat", "a house, in red")
    assert not touches("  ", "anything")
    assert not touches("art", "a cart")
