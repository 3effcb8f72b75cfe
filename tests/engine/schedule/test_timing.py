"""Measured curves, and what is concluded from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schedule.timing import RETRIED, TRIES, Curve, Shape, Stage, Timing
from tests.engine.schedule.studio import SQUARE, hungry, saturated


def measured(**ms: float) -> Timing:
    timing = Timing()
    for rows, value in ms.items():
        for _ in range(TRIES):
            timing.observe(SQUARE, Stage.STEP, int(rows[1:]), value)
    return timing


def test_a_saturated_device_batches_nothing() -> None:
    timing = Timing()
    for rows in (1, 2, 4, 8) * TRIES:
        timing.observe(SQUARE, Stage.STEP, rows, saturated(rows))
    assert timing.best_rows(SQUARE) == 1


def test_a_gain_within_five_per_cent_is_not_worth_a_larger_batch() -> None:
    assert measured(b1=100, b2=192, b4=380).best_rows(SQUARE) == 1
    assert measured(b1=100, b2=180, b4=350).best_rows(SQUARE) == 2


def test_batches_double_while_it_pays() -> None:
    timing = Timing()
    tried = []
    for _ in range(8):
        rows = timing.best_rows(SQUARE)
        tried.append(rows)
        timing.observe(SQUARE, Stage.STEP, rows, hungry(rows))
    assert tried == [1, 2, 4, 8, 16, 16, 16, 16]


def test_a_batch_whose_first_step_met_a_busy_moment_is_tried_again() -> None:
    timing = measured(b1=100)
    timing.observe(SQUARE, Stage.STEP, 2, 900.0)
    assert timing.best_rows(SQUARE) == 1
    for _ in range(6):
        rows = timing.rows_to_try(SQUARE)
        timing.observe(SQUARE, Stage.STEP, rows, hungry(rows))
    assert timing.best_rows(SQUARE) == 16


def test_a_batch_that_was_slow_for_long_is_tried_again_and_costs_little_meanwhile() -> None:
    timing = measured(b1=100, b2=900)
    tried = []
    for _ in range(3 * RETRIED):
        tried.append(timing.rows_to_try(SQUARE))
        timing.observe(SQUARE, Stage.STEP, tried[-1], saturated(tried[-1]))
    assert 0 < tried.count(2) <= 3 * TRIES
    for _ in range(2 * RETRIED):
        rows = timing.rows_to_try(SQUARE)
        timing.observe(SQUARE, Stage.STEP, rows, hungry(rows))
    assert timing.best_rows(SQUARE) == 16


def test_a_size_that_never_comes_together_is_not_waited_for() -> None:
    timing = measured(b1=100)
    timing.observe(SQUARE, Stage.STEP, 3, 300.0)
    for _ in range(60):
        timing.observe(SQUARE, Stage.STEP, 1, 100.0)
    assert timing.rows_to_try(SQUARE) == 1


def test_memory_limits_the_batch() -> None:
    timing = measured(b1=100, b8=120)
    timing.limit_rows(SQUARE, 4)
    assert timing.best_rows(SQUARE) <= 4
    timing.limit_rows(SQUARE, 0)
    assert timing.best_rows(SQUARE) == 1


def test_one_slow_step_is_forgotten() -> None:
    timing = Timing()
    for ms in (9000.0, 100.0, 101.0, 99.0, 100.0):
        timing.observe(SQUARE, Stage.STEP, 1, ms)
    assert timing.step_ms(SQUARE, 1) == 100.0


def test_a_device_that_slows_down_is_noticed() -> None:
    timing = measured(b1=100)
    for _ in range(9):
        timing.observe(SQUARE, Stage.STEP, 1, 150.0)
    assert timing.step_ms(SQUARE, 1) == 150.0


def test_between_and_beyond_what_was_measured_lies_a_line() -> None:
    timing = measured(b2=100, b4=140)
    assert timing.step_ms(SQUARE, 3) == pytest.approx(120)
    assert timing.step_ms(SQUARE, 8) == pytest.approx(280)
    assert timing.step_ms(SQUARE, 1) == 100


def test_another_size_is_estimated_from_the_nearest_known_one() -> None:
    timing = measured(b1=100)
    timing.observe(Shape("sdxl", 512, 512), Stage.STEP, 1, 30.0)
    assert timing.step_ms(Shape("sdxl", 1024, 2048), 1) == 200.0
    assert timing.step_ms(Shape("sdxl", 512, 256), 1) == 15.0


def test_an_unknown_model_costs_what_was_assumed() -> None:
    assert Timing(prior_ms=lambda shape: 40.0).step_ms(Shape("new", 64, 64), 2) == 80.0


def test_loads_are_remembered() -> None:
    timing = Timing()
    assert timing.load_ms("sdxl") == 10_000.0
    for ms in (3000.0, 5000.0, 4000.0):
        timing.observe_load("sdxl", ms)
    assert timing.load_ms("sdxl") == 4000.0


@given(st.dictionaries(st.integers(1, 16), st.floats(1, 10_000), min_size=1), st.integers(1, 16))
def test_a_quote_is_never_below_what_the_best_batch_costs(curve: dict[int, float], steps: int) -> None:
    timing = Timing()
    slowest = 0.0
    for rows, ms in sorted(curve.items()):
        slowest = max(slowest, ms)  # more rows never take less time
        timing.observe(SQUARE, Stage.STEP, rows, slowest)
    assert timing.cost_ms(SQUARE, steps, 1) >= timing.picture_ms(SQUARE, steps, 1, batched=True)


@given(st.dictionaries(st.integers(1, 16), st.floats(1, 10_000), min_size=1), st.integers(1, 16))
def test_best_batch_is_within_the_limit(curve: dict[int, float], most: int) -> None:
    known = Curve()
    for rows, ms in curve.items():
        known.add(rows, ms)
    assert 1 <= known.best_rows(most) <= most
