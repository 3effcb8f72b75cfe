"""How long does a fast picture take while a deep backlog of relaxed grids waits? Fast orders come at random moments, in
blocks: alone, beside the backlog, alone, … Behind a lock each would wait for the whole backlog; that is measured too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from benchmarks.crowd.figures import percentile, print_line, print_table
from benchmarks.painting.arms import Bare, Crowd, Order, open_crowd
from benchmarks.painting.demand import STEPS, warm_up
from benchmarks.painting.forwards import Ran, watched
from benchmarks.painting.model import made_model, make_parser, settings_for
from engine import Speed

FACTOR = 1.3  # of solo, and one step on top: the target


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_fast", __doc__)
    made.add_argument("--blocks", type=int, default=5, help="of each arm (default: %(default)s)")
    made.add_argument("--orders", type=int, default=20, help="fast ones in a block (default: %(default)s)")
    made.add_argument("--gap", type=float, default=0.5, help="mean seconds between two (default: %(default)s)")
    made.add_argument("--backlog", type=int, default=40, help="relaxed grids that wait (default: %(default)s)")
    return made


@contextlib.asynccontextmanager
async def backlog(crowd: Crowd, grids: int) -> AsyncIterator[None]:
    """So many grids of eight members wait at every moment; what is left at the end is not wanted any more."""
    names: dict[asyncio.Future[Any], str] = {}

    def offer(number: int) -> None:
        order = Order(100 + number % 8, STEPS[number % len(STEPS)], 4, Speed.RELAX, seed=number)
        name, ended = crowd.submit(order)
        names[ended] = name

    for number in range(grids):
        offer(number)

    async def refill() -> None:
        number = grids
        while True:
            done, _ = await asyncio.wait(names, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                del names[ended]
                offer(number := number + 1)

    refilling = asyncio.create_task(refill())
    await asyncio.wait(names, return_when=asyncio.FIRST_COMPLETED)  # now the batch is full
    try:
        yield
    finally:
        refilling.cancel()
        for name in names.values():
            crowd.engine.cancel(name)
        await asyncio.gather(*names)


async def block(crowd: Crowd, options: argparse.Namespace, seed: int) -> list[float]:
    """Seconds of each fast order, from the moment at which it came."""
    dice = random.Random(seed)
    tasks, due = [], time.perf_counter()

    async def ask(order: Order, began: float) -> float:
        await crowd.paint(order)
        return time.perf_counter() - began

    for number in range(options.orders):
        due += dice.expovariate(1 / options.gap)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(Order(number % 16, 8, seed=seed + number), due)))
    return list(await asyncio.gather(*tasks))


async def behind_a_lock(bare: Bare, grids: int) -> float:
    waiting = [asyncio.create_task(bare.paint(Order(n, STEPS[n % len(STEPS)], 4, seed=n))) for n in range(grids)]
    began = time.perf_counter()
    await asyncio.sleep(0)
    await bare.paint(Order(0, 8))
    taken = time.perf_counter() - began
    await asyncio.gather(*waiting)
    return taken


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    alone: list[float] = []
    beside: list[float] = []
    with watched() as watch, made_model(options) as folder:
        async with open_crowd(settings_for(folder, options)) as crowd:
            bare = Bare(folder, crowd.engine)
            await warm_up(crowd, options.warm)
            steps: list[Ran] = []
            for turn in range(options.blocks):
                alone += await block(crowd, options, 1000 * turn)
                async with backlog(crowd, options.backlog):
                    watch.forwards.clear()
                    beside += await block(crowd, options, 1000 * turn)
                    steps += watch.forwards
            behind = await behind_a_lock(bare, options.backlog)
            bare.close()
    # What may just have begun when a fast order comes: a batch that the backlog fills by itself.
    rows = max(ran.rows for ran in steps)
    step = statistics.median(ran.ended - ran.began for ran in steps if ran.rows == rows)
    solo = percentile(alone, 99)
    target = FACTOR * solo + step
    return {
        "orders": len(beside),
        "step of the backlog s": round(step, 4),
        "rows": rows,
        "alone": {f"p{share} s": round(percentile(alone, share), 3) for share in (50, 99, 100)},
        "beside": {f"p{share} s": round(percentile(beside, share), 3) for share in (50, 99, 100)},
        "target s": round(target, 3),
        "within": percentile(beside, 99) <= target,
        "behind a lock s": round(behind, 3),
    }


def main(arguments: list[str]) -> int:
    found = asyncio.run(measure(parser().parse_args(arguments)))
    rows = [
        (f"{where}, p50, p99, worst", ", ".join(f"{value} s" for value in found[where].values()))
        for where in ("alone", "beside")
    ]
    verdict = "met" if found["within"] else "missed"
    rows.append((f"target: {FACTOR} times p99 alone, and a step", f"{found['target s']} s: {verdict}"))
    rows.append((f"a step of the backlog, {found['rows']} rows", f"{found['step of the backlog s']} s"))
    rows.append(("one behind the same backlog and a lock", f"{found['behind a lock s']} s"))
    print_table(rows)
    print_line({"benchmark": "engine_fast", **found})
    return 0
