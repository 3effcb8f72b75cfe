"""What an offer keeps becomes the same wish again; and one text never becomes more jobs than a plan takes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking import Asker
from bot.errors import OverPlanError
from bot.intake.orders import Order, asker_of, order_of, price, row_of, row_of_asker
from bot.intake.wishes import Wish
from bot.intake.wording import unfolded
from bot.kinds import Kind
from bot.plans.plan import Plan
from bot.store.offers import Offer
from bot.store.words import Privacy
from engine import Quote, Speed, load_catalog, parse, translate
from tests.bot.store.rows import NOW, make_job, make_picture

CELLS = translate(parse("a red house"), load_catalog(), default_model="swatch", drawn_seed=7).cells
WISH = Wish(Kind.IMAGINE, "a red house", CELLS, ("a note",), speed=Speed.TURBO, privacy=Privacy.STEALTH)
CHILD = replace(WISH, kind=Kind.VARY_STRONG, parent=make_job(), cell=2, picture=make_picture(cell=2), speed=None)
PLAN = Plan(name="small", title="Small", fast_gpu_ms=1)


@pytest.mark.parametrize("wish", [WISH, CHILD, replace(WISH, privacy=None)])
def test_an_order_survives_as_json(wish: Wish) -> None:
    order = Order(wish, Quote(1234, 0, 0))
    row = json.loads(json.dumps(row_of(order)))
    assert order_of(row, wish.parent, wish.picture) == order
    assert row["parent"] == (None if wish.parent is None else "JOB1")


def test_an_asker_survives_without_what_is_over_by_then() -> None:
    asker = Asker(5, 1, 7, 99, "token", roles=frozenset([3, 2]), reaches=False, lacks=("a right",), message=8)
    row = json.loads(json.dumps(row_of_asker(asker)))
    day = NOW + timedelta(days=1)
    offer = Offer(id="a", member_id=5, occasion="", orders=(), asker=row, gpu_ms=0, created_at=NOW, expires_at=day)
    assert replace(asker_of(offer), lacks=()) == replace(asker, interaction=None, token=None, lacks=())
    assert tuple(asker_of(offer).lacks) == asker.lacks


def test_relaxed_orders_have_no_price() -> None:
    orders = [Order(WISH, Quote(1000, 0, 0)), Order(replace(WISH, speed=Speed.RELAX), Quote(500, 0, 0))]
    assert price(orders[1:], PLAN) == 0
    assert price(orders, PLAN) == price(orders[:1], PLAN) > 0


@given(
    st.lists(st.integers(1, 4), max_size=3),
    st.integers(1, 6),
    st.integers(1, 20),
    st.integers(1, 6),
    st.integers(1, 20),
)
def test_one_text_never_becomes_more_jobs_than_a_plan_takes(
    braces: list[int], times: int, permutations: int, repeats: int, waiting: int
) -> None:
    plan = replace(PLAN, permutations=permutations, repeats=repeats, waiting=waiting)
    text = f"a {' '.join('{' + ', '.join('abcd'[:count]) + '}' for count in braces)} b --repeat {times}"
    prompts = 1
    for count in braces:
        prompts *= count
    if prompts <= permutations and times <= repeats and prompts * times <= min(waiting, 40):
        assert len(unfolded(text, plan)) == prompts * times
    else:
        with pytest.raises(OverPlanError) as caught:
            unfolded(text, plan)
        assert caught.value.plan == "Small"
