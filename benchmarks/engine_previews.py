"""What do previews cost? The same closed loop without them, with them as the engine comes (one in a second and a half a
job), and with one after every step, which nobody would want. In one process, taking turns.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from typing import Any

from benchmarks.crowd.figures import print_line, print_table
from benchmarks.painting.arms import open_crowd
from benchmarks.painting.demand import closed_loop, warm_up
from benchmarks.painting.model import made_model, make_parser, settings_for


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_previews", __doc__)
    made.add_argument("--members", type=int, default=4, help="at once (default: %(default)s)")
    made.add_argument("--seconds", type=float, default=8.0, help="of asking, each time (default: %(default)s)")
    made.add_argument("--repeats", type=int, default=5, help="of all arms (default: %(default)s)")
    return made


async def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    with made_model(options) as folder:
        usual, eager = settings_for(folder, options), settings_for(folder, options, preview_seconds=0.0)
        async with open_crowd(usual) as crowd, open_crowd(eager) as hasty:
            await warm_up(crowd, options.warm)
            await warm_up(hasty, options.warm)
            arms = {"none": (crowd, False), "as it comes": (crowd, True), "after every step": (hasty, True)}
            speeds: dict[str, list[float]] = {name: [] for name in arms}
            shown: dict[str, int] = dict.fromkeys(arms, 0)
            orders: dict[str, int] = dict.fromkeys(arms, 0)
            for turn in range(options.repeats):
                for name, (arm, previews) in arms.items():
                    before = arm.previews
                    served, speed = await closed_loop(arm, options.seconds, options.members, turn, previews=previews)
                    speeds[name].append(speed)
                    shown[name] += arm.previews - before
                    orders[name] += len(served)
    return [describe(name, speeds, shown[name] / orders[name]) for name in arms]


def describe(name: str, speeds: dict[str, list[float]], shown: float) -> dict[str, Any]:
    ratios = [one / none for one, none in zip(speeds[name], speeds["none"], strict=True)]
    return {
        "previews": name,
        "shown a job": round(shown, 2),
        "pictures/s": round(statistics.median(speeds[name]), 2),
        "ratio": round(statistics.median(ratios), 3),
        "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
    }


def main(arguments: list[str]) -> int:
    rows = asyncio.run(measure(parser().parse_args(arguments)))
    table = []
    for row in rows:
        speed = f"{row['pictures/s']} pictures/s, {row['ratio']}x ({row['range']})"
        table.append((f"previews: {row['previews']}", f"{speed}; {row['shown a job']} shown a job"))
    print_table(table)
    print_line({"benchmark": "engine_previews", "rows": rows})
    return 0
