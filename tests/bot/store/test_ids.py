"""Ids of jobs sort as they were made and tell when that was."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.columns import milliseconds, moment
from bot.store.ids import ALPHABET, is_job_id, made_at, make_job_id
from tests.bot.store.rows import NOW, later

MOMENTS = st.integers(0, milliseconds(datetime(2080, 1, 1, tzinfo=UTC))).map(moment)


@given(MOMENTS, MOMENTS, st.integers(0))
def test_ids_sort_by_the_moment_they_were_made(one: datetime, other: datetime, seed: int) -> None:
    rng = random.Random(seed)
    first, second = make_job_id(one, rng), make_job_id(other, rng)
    assert is_job_id(first)
    assert made_at(first) == one
    if one != other:
        assert (first < second) == (one < other)


def test_ids_of_one_millisecond_differ_by_chance() -> None:
    rng = random.Random(7)
    assert len({make_job_id(NOW, rng) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "short", "a" * 13, "../../../etc", "0000000000é0", "000000 00000"])
def test_text_that_is_no_id_is_told_apart(text: str) -> None:
    assert not is_job_id(text)


def test_moment_that_an_id_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no room for that moment"):
        make_job_id(datetime(2100, 1, 1, tzinfo=UTC), random.Random(7))


def test_letters_of_ids_are_in_the_order_that_sqlite_compares_in() -> None:
    assert list(ALPHABET) == sorted(ALPHABET, key=lambda letter: letter.encode())
    assert make_job_id(later(0), random.Random(1)) < make_job_id(later(0.001), random.Random(1))
