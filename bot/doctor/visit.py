"""Which checks there are, how they run beside each other, and how their findings are told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final, TextIO

from bot.doctor import machine, offers, painting, service
from bot.doctor.finding import Check, Finding, Mark, fault
from bot.frame.settings import Settings

_SIGNS: Final = {Mark.FINE: "✓", Mark.WARNING: "!", Mark.FAULT: "✗"}


def checks(settings: Settings) -> list[Check]:
    """In the order in which they are told. Discord is asked only where there is a token to ask it with."""
    local = [
        Check("packages", 10, partial(machine.check_packages, settings)),
        Check("settings", 10, partial(machine.check_settings, settings)),
        Check("disk", 10, partial(machine.check_disk, settings.data.absolute())),
        Check("database", 60, partial(machine.check_database, settings.database.absolute())),
        Check("painting", 120, partial(painting.check_painting, settings)),
        Check("plans", 30, partial(offers.check_plans, settings)),
        *_ports(settings),
    ]
    if settings.uses_sandbox:
        return local
    return [
        *local,
        Check("reach", 20, partial(service.check_reach, settings.base_url)),
        Check("account", 120, partial(service.check_account, settings)),
    ]


def _ports(settings: Settings) -> Iterable[Check]:
    """Those that this bot listens on."""
    for about, port, purpose in (
        ("gallery", settings.gallery_at, "Its window on the web is opened on"),
        ("stripe", settings.webhook_at, "Stripe is heard on"),
        (
            "sandbox",
            settings.sandbox_at if settings.uses_sandbox else None,
            "Without DISCORD_TOKEN, a Discord of its own is started on",
        ),
    ):
        if port is not None:
            yield Check(about, 10, partial(machine.check_port, about, port, purpose))


async def examine(todo: Sequence[Check]) -> list[Finding]:
    """All of them at once; what they find, in their order."""
    found = await asyncio.gather(*map(_look, todo))
    return [finding for findings in found for finding in findings]


async def _look(check: Check) -> list[Finding]:
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        problem = f"Looking took more than {check.seconds:g} s and was given up."
        return [fault(check.about, problem, "Try again when the machine and the network are less busy.")]


def run_doctor(settings: Settings, out: TextIO | None = None) -> int:
    """Prints what was found. 1 if something is broken, otherwise 0."""
    found = asyncio.run(examine(checks(settings)))
    print(describe(found), file=out or sys.stdout)
    return int(any(finding.mark is Mark.FAULT for finding in found))


def describe(findings: Sequence[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{_SIGNS[finding.mark]} {finding.about:<12} {finding.sentence}")
        if finding.remedy:
            lines.append(f"{'':14} → {finding.remedy}")
    marks = [finding.mark for finding in findings]
    faults, warnings = marks.count(Mark.FAULT), marks.count(Mark.WARNING)
    return "\n".join([*lines, "", f"{_count(faults, 'fault')}, {_count(warnings, 'warning')}."])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
