"""200 members over 20 channels type /imagine at 80 % of what the painter can do: how fast is the bot, and does it lose
anything?

Sandbox, bot (`python -m bot`, as it is shipped) and members are processes of their own; Discord's rate limits are on.
Arms: `swatch`, colour cards paced as grids on an H200; `pocket`, the model that ships, on this machine's
processor; `burst`, every member in the same second, with quick cards.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.crowd.figures import percentile, print_line, print_table
from benchmarks.crowd.painter import Painter, painter
from benchmarks.crowd.process import Child, child
from benchmarks.crowd.town import ask, settle
from benchmarks.crowd.traffic import Traffic, traffic

Json = dict[str, Any]
ARMS = ("swatch", "pocket", "burst")
CELLS = 4
MILLISECOND = 1_000_000
WORDS = "a red house in the snow"
WARM_UP, PROBE = 1, 6  # jobs
ACKNOWLEDGED_TARGET_MS, LAG_TARGET_MS = 1000.0, 100.0


@dataclass(slots=True)
class Stage:
    """The running parts."""

    log: Path
    data: Path
    sandbox: Child
    bot: Painter
    members: Child
    asked: int = 0

    async def ask(self, moments: list[float], crowd: list[int], patience_seconds: float) -> list[Json]:
        """One /imagine at each of these moments, by these members in turn; what became of them."""
        first, self.asked = self.asked, self.asked + len(moments)
        asks = [[moment, crowd[n % len(crowd)], first + n] for n, moment in enumerate(moments)]
        await self.members.tell({"asks": asks, "words": WORDS, "patience_seconds": patience_seconds})
        told: list[Json] = (await self.members.said())["asks"]
        return told


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks bot_load", description=__doc__)
    made.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS), help="(default: all)")
    made.add_argument("--members", type=int, default=200, help="(default: %(default)s)")
    made.add_argument("--channels", type=int, default=20, help="that they are spread over (default: %(default)s)")
    made.add_argument("--seconds", type=float, default=60, help="how long each arm asks (default: %(default)s)")
    made.add_argument("--load", type=float, default=0.8, help="share of the painter's capacity (default: %(default)s)")
    made.add_argument("--grid-seconds", type=float, default=2.0, help="of a paced grid of four (default: %(default)s)")
    made.add_argument("--burst-grid-seconds", type=float, default=0.2, help="in the burst (default: %(default)s)")
    made.add_argument("--patience", type=float, default=120, help="seconds for the last answers (default: %(default)s)")
    made.add_argument("--seed", type=int, default=1, help="of the moments (default: %(default)s)")
    return made


async def measure(arm: str, options: argparse.Namespace) -> Json:
    async with AsyncExitStack() as stack:
        stage = await assemble(stack, arm, options)
        shuffled = random.Random(options.seed)
        crowd = shuffled.sample(range(options.members), options.members)
        await stage.ask([0.0] * WARM_UP, crowd, options.patience)
        grid_seconds = await capacity(stage, arm, crowd, options)
        moments = schedule(arm, grid_seconds, shuffled, options)
        since, begun, cpu = stage.log.stat().st_size, time.monotonic(), cpu_seconds(stage)
        looks, warned = len(stage.bot.late_ms), len(stage.bot.warnings)
        asks = await stage.ask(moments, crowd, options.patience)
        wall_seconds = time.monotonic() - begun
        spent = {name: after - cpu[name] for name, after in cpu_seconds(stage).items()}
        memory = {"bot_mib": stage.bot.process.resident_bytes, "sandbox_mib": stage.sandbox.resident_bytes}
        await stage.bot.end()  # what it has to say of its last seconds comes with its end
        found, _ = traffic(stage.log, since)
        figures: Json = {"arm": arm, "grid_seconds": round(grid_seconds, 2), "wall_seconds": round(wall_seconds, 1)}
        figures |= judge(asks) | in_database(stage.data, stage.asked) | of_traffic(found, len(asks))
        figures |= of_bot(stage.bot.late_ms[looks:], spent, wall_seconds, len(asks))
        figures["warnings"] = dict(Counter(stage.bot.warnings[warned:]).most_common(5))
        return figures | {name: round(size / 2**20, 1) for name, size in memory.items()}


async def assemble(stack: AsyncExitStack, arm: str, options: argparse.Namespace) -> Stage:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    log, data = folder / "wire.jsonl", folder / "data"
    sandbox = await stack.enter_async_context(child("sandbox", "sandbox", "--port", "0", "--quiet", "--log", str(log)))
    url = (await sandbox.line()).removeprefix("Sandbox: ").rstrip("/")
    http = await stack.enter_async_context(aiohttp.ClientSession())
    town = await settle(http, url, options.members, options.channels)
    token = (await ask(http, "GET", f"{url}/_sim/people"))["applications"][0]["token"]
    about = settings(arm, options)
    bot = await stack.enter_async_context(painter(url, token, data, **about))
    members = await stack.enter_async_context(child("members", "benchmarks.crowd.askers"))
    await members.tell(await town.plan("imagine"))
    await members.said()
    return Stage(log, data, sandbox, bot, members)


def settings(arm: str, options: argparse.Namespace) -> dict[str, str]:
    if arm == "pocket":
        return {"ATELIER_MODEL": "pocket", "ATELIER_ENGINE_DEVICE": "cpu"}
    grid_seconds = options.burst_grid_seconds if arm == "burst" else options.grid_seconds
    return {"ATELIER_ENGINE_DEVICE": "none", "ATELIER_SWATCH_SECONDS": str(grid_seconds / CELLS)}


async def capacity(stage: Stage, arm: str, crowd: list[int], options: argparse.Namespace) -> float:
    """Seconds of a grid when there is always one more to paint: as paced, or as a few at once take."""
    if arm != "pocket":
        return float(options.burst_grid_seconds if arm == "burst" else options.grid_seconds)
    for _ in range(2):  # the first time, the engine finds out how many rows are worth it
        asks = await stage.ask([0.0] * PROBE, crowd, options.patience)
    return float(max(a["ended"] for a in asks) - min(a["begun"] for a in asks)) / 1e9 / PROBE


def schedule(arm: str, grid_seconds: float, shuffled: random.Random, options: argparse.Namespace) -> list[float]:
    """Moments as independent people have them; in the burst, everybody's within a second."""
    if arm == "burst":
        return sorted(shuffled.random() for _ in range(options.members))
    moments, moment = [], 0.0
    while (moment := moment + shuffled.expovariate(options.load / grid_seconds)) < options.seconds:
        moments.append(moment)
    return moments or [0.0]


def cpu_seconds(stage: Stage) -> dict[str, float]:
    return {one.name: one.cpu_seconds for one in (stage.sandbox, stage.bot.process, stage.members)}


def judge(asks: list[Json]) -> Json:
    """What the members saw."""
    answered = [one for one in asks if one["outcome"] == "answered"]
    ended = [one for one in answered if one["ended"]]
    figures: Json = {
        "jobs": len(asks),
        "missed": len(asks) - len(answered),
        "outcomes": dict(Counter(one["outcome"] for one in asks if one["outcome"] != "answered").most_common(5)),
        "lost": sum(1 for one in answered if not (one["ended"] and one["has_picture"])),
        "doubled": sum(1 for one in asks if len(set(one["answers"])) > 1),
        "answered_again": sum(len(one["answers"]) - 1 for one in ended),
        "previews_per_job": round(statistics.fmean(one["previews"] for one in asks), 2),
        "word_edits_per_job": round(statistics.fmean(one["other_edits"] for one in asks), 2),
    }
    spreads = {
        "acknowledged": [(one["acknowledged"] - one["begun"]) / MILLISECOND for one in asks],
        "answer": [(one["ended"] - one["begun"]) / MILLISECOND for one in ended],
        "schedule_late": [(one["begun"] - one["due"]) / MILLISECOND for one in asks],
    }
    for name, values in spreads.items():
        figures |= {f"{name}_p{share}_ms": round(percentile(values, share), 1) for share in (50, 99)}
        figures[f"{name}_max_ms"] = round(max(values, default=0.0), 1)
    return figures


def in_database(data: Path, asked: int) -> Json:
    """Every command is one job, and every job has come to its end."""
    with closing(sqlite3.connect(f"file:{data / 'atelier.sqlite'}?mode=ro", uri=True)) as database:
        states = dict(database.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())
    return {"stored": states, "stored_as_asked": states == {"done": asked}}


def of_traffic(found: Traffic, jobs: int) -> Json:
    routes = {route: round(count / jobs, 2) for route, count in found.routes.most_common()}
    return {
        "calls_per_job": round(found.routes.total() / jobs, 2),
        "routes_per_job": routes,
        "limited_429": found.limited,
        "failed_calls": found.failed,
    }


def of_bot(late: list[float], spent: dict[str, float], wall_seconds: float, jobs: int) -> Json:
    return {
        "cpu_cores": {name: round(seconds / wall_seconds, 3) for name, seconds in spent.items()},
        "bot_cpu_ms_per_job": round(spent["bot"] * 1000 / jobs, 1),
        "lag_p50_ms": round(percentile(late, 50), 1),
        "lag_p99_ms": round(percentile(late, 99), 1),
        "lag_max_ms": round(max(late, default=0.0), 1),
    }


def show(figures: Json) -> None:
    def spread(name: str) -> str:
        p50, p99, most = (figures[f"{name}_{part}_ms"] for part in ("p50", "p99", "max"))
        return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {most:.0f} ms"

    def target(name: str, most: float) -> str:
        return f" (target: p99 under {most:.0f} ms, {'met' if figures[name] < most else 'NOT met'})"

    rows = [
        ("arm", f"{figures['arm']}: {figures['jobs']} jobs, {figures['grid_seconds']} s a grid"),
        ("not acknowledged", f"{figures['missed']} {figures['outcomes'] or ''} (target: 0)"),
        ("jobs lost, doubled", f"{figures['lost']}, {figures['doubled']} (target: 0); stored: {figures['stored']}"),
        ("acknowledged", spread("acknowledged") + target("acknowledged_p99_ms", ACKNOWLEDGED_TARGET_MS)),
        ("answered", spread("answer")),
        ("members behind their schedule", spread("schedule_late")),
        (
            "edits of a job before its end",
            f"{figures['previews_per_job']} previews, {figures['word_edits_per_job']} more",
        ),
        ("REST calls of a job", f"{figures['calls_per_job']}; {figures['limited_429']} times 429 in all"),
        *((f"  {route}", str(calls)) for route, calls in figures["routes_per_job"].items()),
        ("the bot's event loop is late by", spread("lag") + target("lag_p99_ms", LAG_TARGET_MS)),
        ("the bot's processor", f"{figures['bot_cpu_ms_per_job']} ms a job, painting included"),
        ("memory", f"bot {figures['bot_mib']} MiB, sandbox {figures['sandbox_mib']} MiB"),
        *((f"processor, {name}", f"{cores:.2f} cores") for name, cores in figures["cpu_cores"].items()),
        *((f"warned {count} times", text) for text, count in figures["warnings"].items()),
    ]
    print_table(rows)


def is_flawless(figures: Json) -> bool:
    """Nothing missed, lost or done twice. How fast it was is for the reader to judge: machines differ."""
    counted = ("missed", "lost", "doubled", "limited_429", "failed_calls")
    return bool(figures["stored_as_asked"]) and not any(figures[name] for name in counted)


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    arms = []
    for arm in options.arms:
        arms.append(asyncio.run(measure(arm, options)))
        show(arms[-1])
    print_line({"benchmark": "bot_load", "members": options.members, "channels": options.channels, "arms": arms})
    return 0 if all(map(is_flawless, arms)) else 1
