"""What does each part of the engine bring? The same closed loop of members, 80 % relaxed and 20 % fast, painted by
engines that lack one part each: without shared forwards every cell paints alone, without preemption a fast job waits
for what has begun, without a cache every job's words are encoded anew. All in one process, taking turns; a second whole
engine shows how far two that are alike differ.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.crowd.figures import print_line, print_table
from benchmarks.painting.arms import Arm, Bare, Crowd, open_crowd
from benchmarks.painting.demand import Served, closed_loop, describe, measure_solo, warm_up
from benchmarks.painting.model import made_model, make_parser, settings_for
from engine.schedule.turn import Rules

WHOLE = "the whole engine"
WITHOUT: Mapping[str, dict[str, Any]] = {
    WHOLE: {},
    "the same again": {},
    "without shared forwards": {"exact": True},
    "without preemption": {"rules": Rules(preempts=False)},
    "without a prompt cache": {"prompt_cache_mib": 0},
}


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_ablations", __doc__)
    made.add_argument("--members", type=int, default=16, help="at once (default: %(default)s)")
    made.add_argument("--seconds", type=float, default=10.0, help="of asking, each time (default: %(default)s)")
    made.add_argument(
        "--solo", type=int, default=3, help="measurements of each kind alone, warm (default: %(default)s)"
    )
    made.add_argument("--repeats", type=int, default=3, help="of all arms (default: %(default)s)")
    return made


async def open_arms(
    stack: contextlib.AsyncExitStack, folder: Path, options: argparse.Namespace
) -> Mapping[str, Crowd | Bare]:
    arms: dict[str, Crowd | Bare] = {}
    for name, lacking in WITHOUT.items():
        settings = settings_for(folder, options, **{key: lacking[key] for key in lacking if key != "exact"})
        arms[name] = await stack.enter_async_context(open_crowd(settings, exact="exact" in lacking))
        await warm_up(arms[name], options.warm)
    whole = arms[WHOLE]
    if isinstance(whole, Crowd):
        arms["a bare loop behind a lock"] = bare = Bare(folder, whole.engine)
        stack.callback(bare.close)
    return arms


async def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    with made_model(options) as folder:
        async with contextlib.AsyncExitStack() as stack:
            arms = await open_arms(stack, folder, options)
            return await compare(arms, options)


async def compare(arms: Mapping[str, Arm], options: argparse.Namespace) -> list[dict[str, Any]]:
    solo = await measure_solo(arms["a bare loop behind a lock"], options.solo)
    served: dict[str, list[Served]] = {name: [] for name in arms}
    speeds: dict[str, list[float]] = {name: [] for name in arms}
    for turn in range(options.repeats):
        order = list(arms)[turn % len(arms) :] + list(arms)[: turn % len(arms)]  # nobody always follows the same
        for name in order:
            arm = arms[name]
            found, speed = await closed_loop(arm, options.seconds, options.members, turn)
            served[name] += found
            speeds[name].append(speed)
    rows = []
    for name in arms:
        ratios = [one / whole for one, whole in zip(speeds[name], speeds[WHOLE], strict=True)]
        told = describe(served[name], solo)
        rows.append(
            {
                "arm": name,
                "pictures/s": round(statistics.median(speeds[name]), 2),
                "ratio": round(statistics.median(ratios), 2),
                "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
                **told,
            }
        )
    return rows


def main(arguments: list[str]) -> int:
    rows = asyncio.run(measure(parser().parse_args(arguments)))
    table = []
    for row in rows:
        speeds = f"{row['pictures/s']} pictures/s, {row['ratio']}x ({row['range']})"
        fast, relax = row["fast"], row["relax"]
        waits = f"fast p50 {fast['p50 s']} p99 {fast['p99 s']} s, relax p50 {relax['p50 s']} p99 {relax['p99 s']} s"
        table.append((row["arm"], f"{speeds}; {waits}; Jain {row['jain']}"))
    print_table(table)
    print_line({"benchmark": "engine_ablations", "rows": rows})
    return 0
