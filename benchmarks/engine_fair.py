"""What does one member who floods the queue cost nine who do not? All are in one class and of one plan. The nine ask
for single pictures: at their leisure, and again as soon as they are answered; with and without the flood, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from typing import Any

from benchmarks.crowd.figures import jain, percentile, print_line, print_table
from benchmarks.painting.arms import Arm, Bare, Crowd, Order, open_crowd
from benchmarks.painting.demand import STEPS, warm_up
from benchmarks.painting.model import made_model, make_parser, settings_for
from engine import Share

NORMAL = 9
MOST = 1.5  # times as long as without the flood: the target
PLAN = Share(waiting=1000)  # runs three at once, as everyone's plan does
FLOODER = 99


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_fair", __doc__)
    made.add_argument("--repeats", type=int, default=3, help="of each pair (default: %(default)s)")
    made.add_argument("--seconds", type=float, default=10.0, help="of asking (default: %(default)s)")
    made.add_argument("--flood", type=int, default=300, help="jobs at once (default: %(default)s)")
    made.add_argument("--leisure", type=float, default=3.0, help="mean seconds between two (default: %(default)s)")
    made.add_argument("--lock-flood", type=int, default=40, help="jobs before the lock (default: %(default)s)")
    return made


async def ask(arm: Arm, member: int, seconds: float, leisure: float, seed: int) -> list[float]:
    """Latencies of one member's orders."""
    dice, ends = random.Random(seed * 100 + member), time.perf_counter() + seconds
    found: list[float] = []
    while True:
        if leisure:
            await asyncio.sleep(dice.expovariate(1 / leisure))
        began = time.perf_counter()
        if began > ends and found:
            return found
        await arm.paint(Order(member, dice.choice(STEPS), seed=dice.randrange(1 << 20), share=PLAN))
        found.append(time.perf_counter() - began)


async def all_ask(arm: Arm, options: argparse.Namespace, leisure: float, seed: int) -> list[list[float]]:
    return list(await asyncio.gather(*(ask(arm, n, options.seconds, leisure, seed) for n in range(NORMAL))))


async def beside_a_flood(crowd: Crowd, options: argparse.Namespace, leisure: float, seed: int) -> list[list[float]]:
    orders = (Order(FLOODER, STEPS[n % len(STEPS)], seed=n, share=PLAN) for n in range(options.flood))
    flood = [crowd.submit(order) for order in orders]
    await asyncio.wait([ended for _, ended in flood], return_when=asyncio.FIRST_COMPLETED)
    found = await all_ask(crowd, options, leisure, seed)
    for name, _ in flood:
        crowd.engine.cancel(name)
    await asyncio.gather(*(ended for _, ended in flood))
    return found


async def behind_a_lock(bare: Bare, flood: int) -> float:
    """The median of one order each, behind a flood that came first."""
    waiting = [asyncio.create_task(bare.paint(Order(FLOODER, STEPS[n % len(STEPS)], seed=n))) for n in range(flood)]
    await asyncio.sleep(0)

    async def one(member: int) -> float:
        began = time.perf_counter()
        await bare.paint(Order(member, STEPS[member % len(STEPS)]))
        return time.perf_counter() - began

    taken = await asyncio.gather(*(one(member) for member in range(NORMAL)))
    await asyncio.gather(*waiting)
    return statistics.median(taken)


async def compare(crowd: Crowd, options: argparse.Namespace, leisure: float) -> dict[str, Any]:
    without: list[float] = []
    beside: list[float] = []
    ratios, even = [], []
    for turn in range(options.repeats):
        quiet = [one for found in await all_ask(crowd, options, leisure, turn) for one in found]
        members = await beside_a_flood(crowd, options, leisure, turn)
        flooded = [one for found in members for one in found]
        without, beside = without + quiet, beside + flooded
        ratios.append(statistics.median(flooded) / statistics.median(quiet))
        even.append(jain([statistics.mean(found) for found in members]))
    return {
        "orders": len(beside),
        "without p50 s": round(statistics.median(without), 3),
        "beside p50 s": round(statistics.median(beside), 3),
        "without p99 s": round(percentile(without, 99), 3),
        "beside p99 s": round(percentile(beside, 99), 3),
        "ratio": round(statistics.median(ratios), 2),
        "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
        "jain": round(statistics.median(even), 3),
        "within": statistics.median(ratios) <= MOST,
    }


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    with made_model(options) as folder:
        async with open_crowd(settings_for(folder, options)) as crowd:
            bare = Bare(folder, crowd.engine)
            await warm_up(crowd, options.warm)
            found: dict[str, Any] = {
                "at leisure": await compare(crowd, options, options.leisure),
                "at once": await compare(crowd, options, 0.0),
                "behind a lock": round(await behind_a_lock(bare, options.lock_flood), 3),
            }
            bare.close()
    return found


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    found = asyncio.run(measure(options))
    rows = []
    for how in ("at leisure", "at once"):
        told = found[how]
        verdict = "met" if told["within"] else "missed"
        times = f"p50 {told['without p50 s']} s without the flood, {told['beside p50 s']} s beside it"
        rows.append((f"nine members, {how}", f"{times}: {told['ratio']}x ({told['range']}), {MOST}x is {verdict}"))
    rows.append((f"behind a lock and a flood of {options.lock_flood}, p50", f"{found['behind a lock']} s"))
    print_table(rows)
    print_line({"benchmark": "engine_fair", **found})
    return 0
