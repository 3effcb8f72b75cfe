"""How soon is the device free after a job was cancelled? In steps that still begin, and in milliseconds: of a grid
alone, and of a grid that shares its forwards with a neighbour who goes on. And is anything decoded that nobody wants?
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from typing import Any

from benchmarks.crowd.figures import percentile, print_line, print_table
from benchmarks.painting.arms import Crowd, Order, open_crowd
from benchmarks.painting.demand import warm_up
from benchmarks.painting.forwards import Watch, watched
from benchmarks.painting.model import made_model, make_parser, settings_for
from engine import Cancelled

STEPS = 40
LONGEST = 150  # of the neighbour, who must outlast it
ROWS = 2  # of one picture: with its words and without
CELLS = 4


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_cancel", __doc__)
    made.add_argument("--repeats", type=int, default=30, help="of each (default: %(default)s)")
    return made


def painted_with(watch: Watch, neighbours: int) -> bool:
    """Whether a forward had more rows than those of the others."""
    return any(ran.rows > neighbours for ran in watch.forwards)


async def cancel_once(crowd: Crowd, watch: Watch, dice: random.Random, neighbours: int) -> dict[str, float]:
    """`neighbours` are the rows of others, who go on: a forward with more of them has some of its own."""
    watch.forwards.clear()
    watch.decodes.clear()
    name, ended = crowd.submit(Order(0, STEPS, CELLS, seed=dice.randrange(1 << 20)))
    while not (ended.done() or painted_with(watch, neighbours)):  # noqa: ASYNC110  # noted by another thread
        await asyncio.sleep(0.002)
    usual = statistics.median(ran.ended - ran.began for ran in watch.forwards)
    await asyncio.sleep(dice.uniform(0, 5 * usual))
    began = time.perf_counter()
    crowd.engine.cancel(name)
    said = time.perf_counter()
    if not isinstance(await ended, Cancelled):
        raise RuntimeError("The job ended before it was cancelled; let it take more steps.")
    told = time.perf_counter()
    await asyncio.sleep(2 * usual)
    with_it = [ran for ran in watch.forwards if ran.rows > neighbours and ran.ended > began]
    return {
        "steps": sum(ran.began > said for ran in with_it),
        "ms": 1000 * (max((ran.ended for ran in with_it), default=began) - began),
        "told ms": 1000 * (told - began),
        "step ms": 1000 * usual,
        "decodes": sum(ran.rows for ran in watch.decodes),
    }


def describe(found: list[dict[str, float]]) -> dict[str, Any]:
    ms, told = [one["ms"] for one in found], [one["told ms"] for one in found]
    return {
        "cancelled": len(found),
        "steps begun, most": round(max(one["steps"] for one in found)),
        "free ms p50": round(percentile(ms, 50), 1),
        "free ms worst": round(max(ms), 1),
        "told ms p50": round(percentile(told, 50), 1),
        "told ms worst": round(max(told), 1),
        "step ms": round(statistics.median(one["step ms"] for one in found), 1),
        "decodes": round(sum(one["decodes"] for one in found)),
    }


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    dice = random.Random(0)
    alone, beside = [], []
    with watched() as watch, made_model(options) as folder:
        async with open_crowd(settings_for(folder, options)) as crowd:
            await warm_up(crowd, options.warm)
            for turn in range(options.repeats):
                alone.append(await cancel_once(crowd, watch, dice, 0))
                name, ended = crowd.submit(Order(1, LONGEST, seed=turn))
                beside.append(await cancel_once(crowd, watch, dice, ROWS))
                crowd.engine.cancel(name)
                await ended
    return {"alone": describe(alone), "beside a neighbour": describe(beside)}


def main(arguments: list[str]) -> int:
    found = asyncio.run(measure(parser().parse_args(arguments)))
    rows = []
    for where, told in found.items():
        free = f"free after {told['free ms p50']} ms, at worst {told['free ms worst']} (a step: {told['step ms']} ms)"
        steps = f"{told['steps begun, most']} steps begun after it at most, {told['decodes']} pictures decoded"
        rows.append((f"a grid {where}", f"{free}; {steps}"))
    print_table(rows)
    print_line({"benchmark": "engine_cancel", **found})
    return 0
