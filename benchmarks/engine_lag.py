"""Is the event loop free while the engine works? A task that wants to wake every few milliseconds notes how late it
was: while nothing happens, while a model is loaded, while members' pictures are painted, while large ones are made into
files. The parts take turns in one process, with `--busy` beside other programs. Opening the first engine imports torch;
it is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.crowd.figures import percentile, print_line, print_table
from benchmarks.painting.arms import Crowd, Order, open_crowd
from benchmarks.painting.demand import closed_loop, warm_up
from benchmarks.painting.model import made_model, make_parser, settings_for
from engine import EngineSettings, parse, translate

TICK_SECONDS = 0.002
CARD_SIDE = 1024  # pixels
BUSY = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"  # it ends with whoever began it
PARTS = ("idle", "loads", "puts away", "paints", "encodes")


def parser() -> argparse.ArgumentParser:
    made = make_parser("engine_lag", __doc__)
    made.add_argument("--repeats", type=int, default=5, help="of each part (default: %(default)s)")
    made.add_argument("--seconds", type=float, default=4.0, help="of idling and of painting (default: %(default)s)")
    made.add_argument("--members", type=int, default=16, help="who ask at once (default: %(default)s)")
    made.add_argument("--grids", type=int, default=4, help="of four large cards made into files at once")
    made.add_argument("--busy", type=int, default=0, help="programs beside it that fill a core each (default: none)")
    return made


@contextlib.asynccontextmanager
async def noted(lags: list[float]) -> AsyncIterator[None]:
    """Milliseconds that the loop was late, tick by tick."""

    async def tick() -> None:
        while True:
            due = time.perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            lags.append(max(0.0, time.perf_counter() - due) * 1000)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        ticking.cancel()


@contextlib.contextmanager
def busy(programs: int) -> Iterator[None]:
    begun = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(programs)]
    try:
        yield
    finally:
        for program in begun:
            program.kill()
            program.wait()


async def load(settings: EngineSettings, lags: dict[str, list[float]]) -> None:
    """From nothing to the first step, and away again."""
    opening = open_crowd(settings)
    async with noted(lags["loads"]):
        crowd = await opening.__aenter__()
        await crowd.paint(Order(0, 1))
    async with noted(lags["puts away"]):
        await opening.__aexit__(None, None, None)


async def encode(crowd: Crowd, grids: int) -> None:
    """Colour cards are drawn with one step each: most of the time goes into their files."""
    prompt = parse("blue hills --steps 1")
    card = translate(prompt, crowd.engine.catalog, default_model="swatch", drawn_seed=0, cells=1).cells[0]
    large = (replace(card, width=CARD_SIDE, height=CARD_SIDE),) * 4
    await asyncio.gather(*(crowd.submit_cells(large, Order(0, 1))[1] for _ in range(grids)))


async def measure(options: argparse.Namespace, folder: Path) -> tuple[dict[str, list[float]], float]:
    """How late it was in each part, and how many pictures a second were painted."""
    speeds: list[float] = []
    lags: dict[str, list[float]] = {"opening the first engine": [], **{part: [] for part in PARTS}}
    settings = settings_for(folder, options)
    async with noted(lags["opening the first engine"]):
        opening = open_crowd(settings)
        crowd = await opening.__aenter__()
    try:
        await warm_up(crowd, options.warm)
        for turn in range(options.repeats):
            async with noted(lags["idle"]):
                await asyncio.sleep(options.seconds)
            await load(settings, lags)
            async with noted(lags["paints"]):
                _, speed = await closed_loop(crowd, options.seconds, options.members, turn)
                speeds.append(speed)
            async with noted(lags["encodes"]):
                await encode(crowd, options.grids)
    finally:
        await opening.__aexit__(None, None, None)
    return lags, statistics.median(speeds)


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    with made_model(options) as folder, busy(options.busy):
        lags, speed = asyncio.run(measure(options, folder))
    found: dict[str, dict[str, Any]] = {}
    for part, late in lags.items():
        found[part] = {"ticks": len(late), **{f"p{share} ms": round(percentile(late, share), 2) for share in (50, 99)}}
        found[part]["max ms"] = round(max(late, default=0.0), 2)  # what ends before a tick was never late
    found["paints"]["pictures/s"] = round(speed, 2)
    print_table([(part, ", ".join(f"{name} {value}" for name, value in told.items())) for part, told in found.items()])
    print_line({"benchmark": "engine_lag", **found})
    return 0
