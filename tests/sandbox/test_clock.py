"""The clock that everything asks: it can be moved, and what has become due happens before the move returns."""

from __future__ import annotations

import asyncio
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rules.clock import Clock, iso


async def test_timer_rings_when_the_clock_is_moved_past_it() -> None:
    clock, rung = Clock(), []
    clock.call_in(900, lambda: rung.append("quarter of an hour"))
    clock.advance(899)
    assert rung == []
    clock.advance(2)
    assert rung == ["quarter of an hour"]
    clock.close()


async def test_timers_ring_in_the_order_in_which_they_are_due() -> None:
    clock, rung = Clock(), []
    clock.call_in(30, lambda: rung.append("late"))
    clock.call_in(10, lambda: rung.append("early"))
    clock.advance(60)
    assert rung == ["early", "late"]


async def test_cancelled_timer_does_not_ring() -> None:
    clock, rung = Clock(), []
    clock.call_in(5, lambda: rung.append("no")).cancel()
    clock.advance(60)
    assert rung == []


async def test_timer_rings_by_itself_in_real_time() -> None:
    clock, rung = Clock(), asyncio.Event()
    clock.call_in(0.001, rung.set)
    await asyncio.wait_for(rung.wait(), 5)


async def test_timer_set_by_a_timer_rings_in_the_same_move_only_when_due() -> None:
    clock, rung = Clock(), []

    def ring() -> None:
        rung.append("first")
        clock.call_in(600, lambda: rung.append("second"))

    clock.call_in(1, ring)
    clock.advance(2)
    assert rung == ["first"]
    clock.advance(601)
    assert rung == ["first", "second"]


async def test_what_a_jump_brought_is_called_before_it_returns_however_slow_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    milliseconds = itertools.count(1_000_000_000_000)  # the time passes with each look at it
    monkeypatch.setattr("sandbox.rules.clock.time.time", lambda: next(milliseconds) / 1000)
    rang: list[int] = []
    clock, begins = Clock(), Clock().now_ms()

    def again() -> None:
        rang.append(len(rang))
        clock.call_at(begins + 1000 * (len(rang) + 1), again)

    clock.call_at(begins + 1000, again)
    clock.advance(3.5)
    assert rang == [0, 1, 2]
    clock.close()


async def test_a_timer_that_raises_does_not_silence_those_behind_it() -> None:
    clock, rung = Clock(), asyncio.Event()

    def fail() -> None:
        raise RuntimeError("a bug in a timer")

    clock.call_in(1, fail)
    clock.call_in(1, rung.set)
    with pytest.raises(RuntimeError, match="a bug in a timer"):
        clock.advance(2)
    await asyncio.wait_for(rung.wait(), 5)


async def test_closed_clock_rings_no_more() -> None:
    clock, rung = Clock(), []
    clock.call_in(1, lambda: rung.append("no"))
    clock.close()
    clock.advance(60)
    assert rung == []


async def test_moving_the_clock_back_postpones_timers() -> None:
    clock, rung = Clock(), []
    clock.call_in(10, lambda: rung.append("rung"))
    clock.advance(-100)
    clock.advance(50)
    assert rung == []
    clock.advance(61)
    assert rung == ["rung"]


def test_a_fraction_of_a_second_is_not_lost_to_rounding() -> None:
    clock = Clock()
    clock.advance(1.001)
    assert clock.offset_ms == 1001


def test_moments_look_as_discords_do() -> None:
    assert iso(1_420_070_400_123) == "2015-01-01T00:00:00.123000+00:00"


@given(st.integers(0, 4_000_000_000_000))
def test_every_moment_has_microseconds_and_an_offset(ms: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", iso(ms))


@given(st.lists(st.floats(0, 100_000), max_size=30))
def test_time_never_runs_backwards_while_it_is_moved_forward(moves: list[float]) -> None:
    clock = Clock()
    last = clock.now_ms()
    for seconds in moves:
        clock.advance(seconds)
        assert clock.now_ms() >= last
        last = clock.now_ms()
