"""How many pictures a second with many members at once, against what other bots do: one pipeline call at a time behind
a lock? And with how many forwards of the denoiser?

Both arms paint the same recipes with the same weights in one process, interleaved (ABAB…), so that their ratio holds on
a machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import time
from typing import Any

from benchmarks.crowd.figures import print_line, print_table
from benchmarks.painting.arms import Arm, Bare, Order, open_crowd
from benchmarks.painting.demand import STEPS
from benchmarks.painting.forwards import Watch, watched
from benchmarks.painting.model import made_model, make_parser, settings_for

ORDERS = 2  # of each member, one after the other


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_load", __doc__)
    made.add_argument("--repeats", type=int, default=5, help="of each pair of arms (default: %(default)s)")
    made.add_argument("--members", type=int, nargs="+", default=[1, 4, 16], help="at once (default: %(default)s)")
    return made


async def pictures_a_second(arm: Arm, members: int, cells: int, seed: int) -> float:
    seeds = itertools.count(1000 * seed)  # no two orders of one arm ask for the same

    async def member(number: int) -> None:
        for _ in range(ORDERS):
            await arm.paint(Order(number, STEPS[number % len(STEPS)], cells, seed=next(seeds)))

    began = time.perf_counter()
    await asyncio.gather(*(member(number) for number in range(members)))
    return ORDERS * members * cells / (time.perf_counter() - began)


async def compare(engine: Arm, bare: Arm, watch: Watch, members: int, cells: int, repeats: int) -> dict[str, Any]:
    found: dict[Arm, list[float]] = {engine: [], bare: []}
    forwards: dict[Arm, int] = {}
    await pictures_a_second(engine, members, cells, 0)  # the engine measures its curve; the bare loop warms up
    await pictures_a_second(bare, 1, cells, 0)
    for turn in range(repeats):
        for arm, speeds in found.items():
            watch.forwards.clear()
            speeds.append(await pictures_a_second(arm, members, cells, turn + 1))
            forwards[arm] = len(watch.forwards)
    ratios = [ours / theirs for ours, theirs in zip(found[engine], found[bare], strict=True)]
    return {
        "pictures a job": cells,
        "members": members,
        "engine": round(statistics.median(found[engine]), 2),
        "bare": round(statistics.median(found[bare]), 2),
        "ratio": round(statistics.median(ratios), 2),
        "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
        "forwards": forwards[engine],
        "bare forwards": forwards[bare],
    }


async def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    with watched() as watch, made_model(options) as folder:
        async with open_crowd(settings_for(folder, options)) as crowd:
            bare = Bare(folder, crowd.engine)
            for cells in (1, 4):
                for members in options.members:
                    rows.append(await compare(crowd, bare, watch, members, cells, options.repeats))  # noqa: PERF401
            bare.close()
    return rows


def main(arguments: list[str]) -> int:
    rows = asyncio.run(measure(parser().parse_args(arguments)))
    table = []
    for row in rows:
        name = f"{row['members']} members, {'single pictures' if row['pictures a job'] == 1 else 'grids of four'}"
        speeds = f"{row['engine']} pictures/s, bare {row['bare']}: {row['ratio']}x ({row['range']})"
        table.append((name, f"{speeds}; {row['forwards']} forwards, bare {row['bare forwards']}"))
    print_table(table)
    print_line({"benchmark": "engine_load", "load": rows})
    return 0
