"""How members ask. In an open loop orders come when they come, however long the queue: their latency counts from then.
In a closed loop each member asks again as soon as they were answered.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.crowd.figures import jain, percentile
from benchmarks.painting.arms import Arm, Order
from engine import Speed

STEPS = (6, 8, 10, 12)  # members ask for other numbers of steps
GRIDS = 0.25  # of all orders; the others are single pictures
FAST = 0.2  # of all orders
WARMING = 1 << 30  # seeds beyond those that are measured
PATIENCE = 3.0  # times as long as alone: what a member still calls prompt
Solo = Mapping[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Served:
    order: Order
    seconds: float


def draw_order(dice: random.Random, member: int) -> Order:
    """A fifth in the fast class, the rest relaxed."""
    speed = Speed.FAST if dice.random() < FAST else Speed.RELAX
    cells = 4 if dice.random() < GRIDS else 1
    return Order(member, dice.choice(STEPS), cells, speed, seed=dice.randrange(1 << 20))


async def measure_solo(arm: Arm, repeats: int) -> Solo:
    """Seconds of each kind of order with nobody else there. The first of each kind warms up, if more are wanted."""
    times: dict[tuple[int, int], list[float]] = defaultdict(list)
    for _ in range(repeats + 1):
        for kind in ((steps, cells) for steps in STEPS for cells in (1, 4)):
            times[kind].append(await _timed(arm, Order(0, *kind)))
    return {kind: statistics.median(found[1:] or found) for kind, found in times.items()}


def capacity(solo: Solo) -> float:
    """Orders a second that a loop without the engine can just serve."""
    mean = sum(
        (GRIDS * solo[steps, 4] + (1 - GRIDS) * solo[steps, 1]) / len(STEPS) for steps in STEPS
    )  # fmt: skip
    return 1 / mean


async def warm_up(arm: Arm, members: int) -> None:
    """Until batches of every size have been measured: the engine doubles them while that pays."""
    for cells in (1, 4):
        for turn in range(2):
            orders = (Order(n, STEPS[n % len(STEPS)], cells, seed=WARMING + n + members * turn) for n in range(members))
            await asyncio.gather(*(arm.paint(order) for order in orders))


async def open_loop(arm: Arm, rate: float, seconds: float, members: int, seed: int) -> list[Served]:
    """Poisson arrivals; the same for every arm that is given the same seed."""
    dice, due, tasks = random.Random(seed), 0.0, []
    began = time.perf_counter()
    while (due := due + dice.expovariate(rate)) < seconds:
        order = draw_order(dice, dice.randrange(members))
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        tasks.append(asyncio.create_task(_serve(arm, order, began + due)))
    return list(await asyncio.gather(*tasks))


async def closed_loop(
    arm: Arm, seconds: float, members: int, seed: int, *, previews: bool = False
) -> tuple[list[Served], float]:
    """What was served, and pictures a second until the last was done."""
    began = time.perf_counter()
    served: list[Served] = []

    async def member(number: int) -> None:
        dice = random.Random(seed * 1000 + number)
        while time.perf_counter() < began + seconds:
            drawn = draw_order(dice, number)
            order = Order(number, drawn.steps, drawn.cells, drawn.speed, drawn.seed, previews=previews)
            served.append(await _serve(arm, order, time.perf_counter()))

    await asyncio.gather(*(member(number) for number in range(members)))
    pictures = sum(one.order.cells for one in served)
    return served, pictures / (time.perf_counter() - began)


def describe(served: Sequence[Served], solo: Solo) -> dict[str, Any]:
    """Latency by class in seconds and in times of solo; and whether all members were served alike."""
    slowdowns: dict[Speed, list[float]] = {speed: [] for speed in (Speed.FAST, Speed.RELAX)}
    by_member: dict[int, list[float]] = defaultdict(list)
    for one in served:
        slowdown = one.seconds / solo[one.order.kind]
        slowdowns[one.order.speed].append(slowdown)
        by_member[one.order.member].append(1 / slowdown)
    found: dict[str, Any] = {}
    for speed, slower in slowdowns.items():
        seconds = [one.seconds for one in served if one.order.speed is speed]
        found[speed.value] = {
            "orders": len(seconds),
            **{f"p{share} s": round(percentile(seconds, share), 3) for share in (50, 95, 99)},
            **{f"slowdown p{share}": round(percentile(slower, share), 2) for share in (50, 99)},
            "prompt": round(sum(one <= PATIENCE for one in slower) / max(1, len(slower)), 3),
        }
    found["jain"] = round(jain([statistics.mean(speeds) for speeds in by_member.values()]), 3)
    return found


async def _serve(arm: Arm, order: Order, due: float) -> Served:
    await arm.paint(order)
    return Served(order, time.perf_counter() - due)


async def _timed(arm: Arm, order: Order) -> float:
    return (await _serve(arm, order, time.perf_counter())).seconds
