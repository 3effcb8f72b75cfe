"""How members ask, and what is made of how long they waited."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.crowd.figures import jain
from benchmarks.painting.arms import Order
from benchmarks.painting.demand import FAST, STEPS, Served, capacity, closed_loop, describe, measure_solo, open_loop
from engine import Speed

SOLO = {(steps, cells): steps * cells / 10 for steps in STEPS for cells in (1, 4)}


class Instant:
    """An arm that paints nothing, at once."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    async def paint(self, order: Order) -> None:
        self.orders.append(order)
        await asyncio.sleep(0)


async def test_every_arm_is_given_the_same_orders() -> None:
    one, other = Instant(), Instant()
    for arm in (one, other):
        served = await open_loop(arm, rate=4000, seconds=0.1, members=16, seed=3)
        assert [each.order for each in served] == arm.orders
    assert one.orders == other.orders
    assert len(one.orders) == pytest.approx(400, abs=100)
    assert sum(order.speed is Speed.FAST for order in one.orders) == pytest.approx(FAST * len(one.orders), abs=40)


async def test_in_a_closed_loop_a_member_has_one_order_at_a_time() -> None:
    under_way: set[int] = set()

    class Jealous(Instant):
        async def paint(self, order: Order) -> None:
            assert order.member not in under_way
            under_way.add(order.member)
            await super().paint(order)
            under_way.remove(order.member)

    served, pictures = await closed_loop(Jealous(), seconds=0.05, members=4, seed=0)
    assert {each.order.member for each in served} == {0, 1, 2, 3}
    assert pictures > 0


async def test_capacity_counts_grids_as_often_as_they_come() -> None:
    assert capacity(SOLO) == pytest.approx(1 / (0.75 * 0.9 + 0.25 * 3.6))
    assert (await measure_solo(Instant(), 1)).keys() == SOLO.keys()


def test_slowdown_is_in_times_of_the_same_order_alone() -> None:
    orders = [Order(0, 10, 1), Order(1, 10, 4, Speed.RELAX), Order(1, 10, 4, Speed.RELAX)]
    found = describe([Served(order, seconds) for order, seconds in zip(orders, (2.0, 8.0, 40.0), strict=True)], SOLO)
    assert found["fast"]["slowdown p50"] == 2.0
    assert found["relax"]["slowdown p99"] == 10.0
    assert found["relax"]["prompt"] == 0.5
    assert found["jain"] == pytest.approx(jain([0.5, 0.3]), abs=0.001)


def test_evenness_is_one_for_equals_and_small_where_one_has_all() -> None:
    assert jain([3.0, 3.0, 3.0]) == pytest.approx(1.0)
    assert jain([1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)
