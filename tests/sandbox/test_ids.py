"""Snowflakes: they never repeat and never run backwards, and wrong ones are told from right ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rules.clock import Clock
from sandbox.rules.ids import EPOCH_MS, LARGEST, Snowflakes, moment_ms, parse


@given(st.lists(st.floats(-1_000_000, 1_000_000), max_size=50))
def test_ids_grow_however_the_clock_is_moved(moves: list[float]) -> None:
    clock = Clock()
    ids = Snowflakes(clock)
    made = [ids.new()]
    for seconds in moves:
        clock.advance(seconds)
        made.append(ids.new())
    assert made == sorted(set(made))


def test_an_id_tells_when_it_was_made() -> None:
    clock = Clock()
    clock.advance(3600)
    before = clock.now_ms()
    assert before <= moment_ms(Snowflakes(clock).new()) <= clock.now_ms()


def test_ids_go_on_after_the_last_one_of_a_state_file() -> None:
    last = Snowflakes(Clock()).new() + (10_000 << 22)  # a file whose clock was ahead
    assert Snowflakes(Clock(), last).new() == last + 1


def test_discords_own_example_is_read_as_documented() -> None:
    assert moment_ms(175928847299117063) == 1462015105796
    assert moment_ms(0) == EPOCH_MS


@given(st.integers(0, LARGEST))
def test_ids_are_read_from_text_and_numbers(number: int) -> None:
    assert parse(str(number)) == number
    assert parse(number) == number


WRONG: list[object] = [None, True, "", "x", "-1", -1, 1.5, "1.0", " 1", "٣", LARGEST + 1, "9" * 19, "1" * 5000, [], {}]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_id_is_none(wrong: object) -> None:
    assert parse(wrong) is None
