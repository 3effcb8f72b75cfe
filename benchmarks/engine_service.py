"""How long do members wait, and is everyone served alike? Orders of mixed lengths, 80 % relaxed and 20 % fast, a
quarter of them grids: at random moments (an open loop, at shares of what a bare loop can just serve), and from members
who ask again once they are answered (a closed loop). Against a bare pipeline behind a lock, first come, first served.

Slowdown is latency over that of the same order on the bare loop with nobody else there; prompt is up to three times it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from benchmarks.crowd.figures import print_line, print_table
from benchmarks.painting.arms import Arm, Bare, open_crowd
from benchmarks.painting.demand import capacity, closed_loop, describe, measure_solo, open_loop, warm_up
from benchmarks.painting.model import made_model, make_parser, settings_for


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_service", __doc__)
    made.add_argument("--seconds", type=float, default=40.0, help="of asking, for each arm (default: %(default)s)")
    made.add_argument("--loads", type=float, nargs="*", default=[0.5, 0.8, 1.0, 1.2], help="shares of capacity")
    made.add_argument("--members", type=int, nargs="*", default=[1, 4, 16], help="of the closed loops")
    made.add_argument(
        "--solo", type=int, default=3, help="measurements of each kind alone, warm (default: %(default)s)"
    )
    made.add_argument("--repeats", type=int, default=1, help="of each pair of arms (default: %(default)s)")
    return made


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    with made_model(options) as folder:
        async with open_crowd(settings_for(folder, options)) as crowd:
            bare = Bare(folder, crowd.engine)
            arms: Mapping[str, Arm] = {"engine": crowd, "bare": bare}
            solo = await measure_solo(bare, options.solo)
            await warm_up(crowd, options.warm)
            for load in options.loads:
                served: dict[str, list[Any]] = {name: [] for name in arms}
                for turn in range(options.repeats):
                    for name, arm in arms.items():
                        served[name] += await open_loop(arm, load * capacity(solo), options.seconds, 16, turn)
                rows += [{"load": load, "arm": name, **describe(found, solo)} for name, found in served.items()]
            for members in options.members:
                served, speeds = {name: [] for name in arms}, dict.fromkeys(arms, 0.0)
                for turn in range(options.repeats):
                    for name, arm in arms.items():
                        found, speed = await closed_loop(arm, options.seconds, members, turn)
                        served[name] += found
                        speeds[name] += speed / options.repeats
                rows += [
                    {"members": members, "arm": name, "pictures/s": round(speeds[name], 2), **describe(found, solo)}
                    for name, found in served.items()
                ]
            bare.close()
    return {"capacity orders/s": round(capacity(solo), 2), "rows": rows}


def sentence(row: dict[str, Any]) -> tuple[str, str]:
    name = f"load {row['load']}" if "load" in row else f"{row['members']} members"
    parts = []
    for speed in ("fast", "relax"):
        told = row[speed]
        times = f"p50 {told['p50 s']} p99 {told['p99 s']} s, slowdown {told['slowdown p50']} and {told['slowdown p99']}"
        parts.append(f"{speed} ({told['orders']}): {times}, prompt {told['prompt']:.0%}")
    more = f"; {row['pictures/s']} pictures/s" if "pictures/s" in row else ""
    return f"{name}, {row['arm']}", "; ".join(parts) + f"; Jain {row['jain']}{more}"


def main(arguments: list[str]) -> int:
    found = asyncio.run(measure(parser().parse_args(arguments)))
    print(f"A bare loop serves {found['capacity orders/s']} orders a second.")
    print_table([sentence(row) for row in found["rows"]])
    print_line({"benchmark": "engine_service", **found})
    return 0
