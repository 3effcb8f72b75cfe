"""What a plan allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.plans.plan import SLACK, Plan, Price, Relax
from engine import Commercial, Licence, Share, Speed, load_catalog
from tests.bot.plans.rows import BASIC, FREE, OPEN

ENTRY = next(iter(load_catalog()))
FORBIDDEN = replace(ENTRY, name="forbidden", licence=Licence("CC BY-NC 4.0", "", Commercial.NO))
SOLD = replace(BASIC, price=Price(1000, "USD"))


def test_share_in_the_engine_lets_in_whatever_is_stored() -> None:
    plan = replace(BASIC, weight=2.0, running=3, waiting=10)
    assert plan.share == Share(2.0, 3, 10 + SLACK)


def test_plan_without_fast_time_works_relaxed() -> None:
    assert replace(FREE, fast_gpu_ms=0, relax=Relax.UNLIMITED).speed is Speed.RELAX
    assert FREE.speed is OPEN.speed is Speed.FAST


@pytest.mark.parametrize(
    ("plan", "may"),
    [
        (FREE, True),
        (SOLD, False),
        (replace(SOLD, price=None, yearly_price=Price(9000, "USD")), False),
        (replace(SOLD, confirmed=frozenset({"forbidden"})), True),
    ],
)
def test_model_that_forbids_commercial_use_is_not_sold_unless_confirmed(plan: Plan, may: bool) -> None:
    assert plan.may_use(FORBIDDEN) is may


def test_plan_may_name_its_models_and_its_largest_picture() -> None:
    plan = replace(FREE, models=frozenset({ENTRY.name}), pixels=1024 * 1024)
    assert plan.may_use(ENTRY)
    assert not plan.may_use(FORBIDDEN)
    assert plan.may_paint(2048, 512)
    assert not plan.may_paint(1025, 1024)
    assert OPEN.may_paint(9999, 9999)


def test_price_is_told_with_two_digits() -> None:
    assert str(Price(905, "EUR")) == "9.05 EUR"
