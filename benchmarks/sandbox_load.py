"""200 members over 20 channels, each one command a second for 60 s, one discord.py bot: what is lost, how fast is it?

Sandbox, bot, members and (with --listeners) open pages are processes of their own on one machine; the moments that are
compared are of the machine's one monotonic clock. Rate limits are switched off in the sandbox (`/_sim/ratelimits`), so
that it is measured and not the waiting that it orders.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.crowd.figures import percentile, print_line, print_table
from benchmarks.crowd.process import Child, child
from benchmarks.crowd.town import settle

Json = dict[str, Any]
MILLISECOND = 1_000_000
TARGET_MS = 50.0


@dataclass(slots=True)
class Crowd:
    """The running parts."""

    http: aiohttp.ClientSession
    url: str
    sandbox: Child
    bot: Child
    members: Child
    listeners: Child | None = None


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks sandbox_load", description=__doc__)
    made.add_argument("--members", type=int, default=200, help="who each use a command a second (default: %(default)s)")
    made.add_argument("--channels", type=int, default=20, help="that they are spread over (default: %(default)s)")
    made.add_argument("--seconds", type=int, default=60, help="how long (default: %(default)s)")
    made.add_argument("--listeners", type=int, default=0, help="members with an open gateway socket (default: none)")
    made.add_argument(
        "--defer", action="store_true", help="the bot defers and then edits, instead of answering at once"
    )
    made.add_argument("--state", type=Path, help="let the sandbox keep its state in this file (default: in memory)")
    made.add_argument(
        "--seed", type=int, default=1, help="of the moments at which members begin (default: %(default)s)"
    )
    return made


async def measure(options: argparse.Namespace) -> Json:
    async with AsyncExitStack() as stack:
        crowd = await assemble(stack, options)
        plan = await populate(crowd, options)
        tokens = [member["token"] for member in plan["members"]][: options.listeners]
        if options.listeners:
            crowd.listeners = await stack.enter_async_context(child("listeners", "benchmarks.crowd.listeners"))
            await crowd.listeners.tell({"url": crowd.url, "tokens": tokens})
            await crowd.listeners.said()
        parts = [one for one in (crowd.sandbox, crowd.bot, crowd.members, crowd.listeners) if one is not None]
        cpu_before = {one.name: one.cpu_seconds for one in parts}
        started = time.monotonic()
        await crowd.members.tell(plan)
        commands = (await crowd.members.said())["commands"]
        wall_seconds = time.monotonic() - started
        cpu = {one.name: round((one.cpu_seconds - cpu_before[one.name]) / wall_seconds, 3) for one in parts}
        await crowd.bot.tell({"report": True})
        arrivals = (await crowd.bot.said())["arrivals"]
        figures = {"members": options.members, "channels": options.channels, "seconds": options.seconds}
        figures |= {"listeners": options.listeners, "defers": options.defer, "stored": options.state is not None}
        figures |= judge(commands, arrivals) | {"cpu_cores": cpu}
        figures["sandbox_mib"] = round(crowd.sandbox.resident_bytes / 2**20, 1)
        if crowd.listeners is not None:
            await crowd.listeners.tell({"report": True})
            figures |= judge_listeners(await crowd.listeners.said(), commands)
        return figures


async def assemble(stack: AsyncExitStack, options: argparse.Namespace) -> Crowd:
    arguments = ["--port", "0", "--quiet", *(["--state", str(options.state)] if options.state else [])]
    sandbox = await stack.enter_async_context(child("sandbox", "sandbox", *arguments))
    url = (await sandbox.line()).removeprefix("Sandbox: ").rstrip("/")
    http = await stack.enter_async_context(aiohttp.ClientSession())
    async with http.get(f"{url}/_sim/people") as response:
        token = (await response.json())["applications"][0]["token"]
    async with http.post(f"{url}/_sim/ratelimits", json={"enabled": False}) as response:
        response.raise_for_status()
    bot_env = {"LOAD_URL": url, "LOAD_TOKEN": token, "LOAD_DEFERS": str(int(options.defer))}
    bot = await stack.enter_async_context(child("bot", "benchmarks.crowd.bot", **bot_env))
    await bot.said()
    members = await stack.enter_async_context(child("members", "benchmarks.crowd.members"))
    return Crowd(http, url, sandbox, bot, members)


async def populate(crowd: Crowd, options: argparse.Namespace) -> Json:
    """Make the channels and the members, and the plan that the members follow."""
    town = await settle(crowd.http, crowd.url, options.members, options.channels)
    return {"seconds": options.seconds, "seed": options.seed} | await town.plan("load")


def judge(commands: list[list[Any]], arrivals: list[list[int]]) -> Json:
    """Hold what the members sent against what the bot received."""
    arrived: dict[int, int] = {}
    seen = Counter(number for number, _ in arrivals)
    for number, moment in arrivals:
        arrived.setdefault(number, moment)
    delivery = [(arrived[n] - begun) / MILLISECOND for n, _, begun, _, _ in commands if n in arrived]
    answers = [(ended - begun) / MILLISECOND for _, _, begun, ended, outcome in commands if outcome == "answered"]
    late = [(begun - due) / MILLISECOND for _, due, begun, _, _ in commands]
    span_seconds = (max(row[3] for row in commands) - min(row[2] for row in commands)) / 1e9
    figures: Json = {
        "commands": len(commands),
        "lost": sum(1 for row in commands if row[0] not in arrived),
        "doubled": sum(1 for row in commands if seen[row[0]] > 1),
        "unanswered": dict(Counter(row[4] for row in commands if row[4] != "answered").most_common(5)),
        # A command and the bot's callback; deferring adds the edit.
        "commands_per_second": round(len(answers) / span_seconds, 1),
    }
    for name, values in (("delivery", delivery), ("answer", answers), ("schedule_late", late)):
        figures |= {f"{name}_p{share}_ms": round(percentile(values, share), 2) for share in (50, 99)}
        figures[f"{name}_max_ms"] = round(max(values, default=0.0), 2)
    return figures


def judge_listeners(report: Json, commands: list[list[Any]]) -> Json:
    """Every listener sees every room, so each must have heard each answer once, in an unbroken sequence."""
    numbers = {str(row[0]) for row in commands if row[4] == "answered"}
    heard: list[dict[str, int]] = report["heard"]
    return {
        "listener_lost": sum(len(numbers - one.keys()) for one in heard),
        "listener_doubled": sum(count > 1 for one in heard for count in one.values()),
        "listener_gaps": sum(report["gaps"]),
    }


def show(figures: Json) -> None:
    def spread(name: str) -> str:
        p50, p99, most = (figures[f"{name}_{part}_ms"] for part in ("p50", "p99", "max"))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.1f} ms"

    requests = 3 if figures["defers"] else 2
    rows = [
        ("load", f"{figures['members']} members, {figures['channels']} channels, {figures['seconds']} s"),
        ("open pages", str(figures["listeners"])),
        ("commands", f"{figures['commands']}: {figures['lost']} lost, {figures['doubled']} doubled"),
        ("not answered", str(figures["unanswered"] or "none")),
        ("delivery (POST begins, bot receives)", spread("delivery") + f" (target: p99 under {TARGET_MS:.0f} ms)"),
        ("answer (POST begins, answer is back)", spread("answer")),
        ("members behind their schedule", spread("schedule_late")),
        ("commands a second", f"{figures['commands_per_second']}, {requests} requests each"),
        ("sandbox's memory", f"{figures['sandbox_mib']} MiB"),
        *((f"processor, {name}", f"{cores:.2f} cores") for name, cores in figures["cpu_cores"].items()),
    ]
    if figures["listeners"]:
        lost, doubled, gaps = (figures[f"listener_{what}"] for what in ("lost", "doubled", "gaps"))
        rows.append(("heard by open pages", f"{lost} lost, {doubled} doubled, {gaps} gaps in the sequence"))
    print_table(rows)


def is_flawless(figures: Json) -> bool:
    """Nothing lost and nothing twice. How fast it was is for the reader to judge: machines differ."""
    counted = ("lost", "doubled", "listener_lost", "listener_doubled", "listener_gaps")
    return not figures["unanswered"] and not any(figures.get(name, 0) for name in counted)


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    figures = asyncio.run(measure(options))
    show(figures)
    print_line({"benchmark": "sandbox_load"} | figures)
    return 0 if is_flawless(figures) else 1
