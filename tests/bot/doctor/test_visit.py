"""Checks run beside each other, end in time, and are told with their remedies."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from bot.doctor import Check, Finding, Mark, examine, run_doctor
from bot.doctor.finding import fault, fine, listed, warning
from bot.doctor.visit import checks, describe
from bot.frame.settings import Settings


async def test_checks_run_at_once_and_are_told_in_their_order() -> None:
    met = asyncio.Barrier(2)

    def check(name: str) -> Check:
        async def look() -> list[Finding]:
            await met.wait()  # alone, neither would ever end
            return [fine(name, "It is well.")]

        return Check(name, 10, look)

    assert [finding.about for finding in await examine([check("one"), check("two")])] == ["one", "two"]


async def test_check_that_never_ends_is_a_fault_and_keeps_nobody_waiting() -> None:
    async def look() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    (found,) = await examine([Check("slow", 0.01, look)])
    assert found.mark is Mark.FAULT
    assert found.sentence == "Looking took more than 0.01 s and was given up."


def test_findings_are_told_with_remedies_and_counted() -> None:
    found = [fine("disk", "Much is free."), warning("logins", "Few.", "Wait."), fault("token", "Refused.", "Reset it.")]
    assert describe(found).splitlines() == [
        "✓ disk         Much is free.",
        "! logins       Few.",
        "               → Wait.",
        "✗ token        Refused.",
        "               → Reset it.",
        "",
        "1 fault, 1 warning.",
    ]


def test_long_lists_are_cut_and_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_discord_is_asked_only_with_a_token() -> None:
    def kinds(**more: str) -> set[str]:
        return {check.about for check in checks(Settings.from_env(more))}

    assert kinds() ^ kinds(DISCORD_TOKEN="MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef") == {
        "sandbox",
        "reach",
        "account",
    }


STRIPE = {"ATELIER_STRIPE_SECRET": "whsec_0123456789abcdef"}


def test_every_port_that_is_set_is_looked_at() -> None:
    def kinds(**more: str) -> set[str]:
        return {check.about for check in checks(Settings.from_env(more))}

    assert kinds(GALLERY_PORT="8790") - kinds() == {"gallery"}
    assert kinds(**STRIPE) - kinds() == {"stripe"}


@pytest.mark.parametrize(("model", "code"), [("swatch", 0), ("no-such-model", 1)])
def test_whole_visit_ends_with_the_worst_that_it_found(tmp_path: Path, model: str, code: int) -> None:
    environ = {"ATELIER_DATA": str(tmp_path), "ATELIER_ENGINE_DEVICE": "none", "SANDBOX_PORT": "0"}
    out = io.StringIO()
    assert run_doctor(Settings.from_env(environ | {"ATELIER_MODEL": model}), out) == code
    assert ("✗ models" in out.getvalue()) == bool(code)
    assert list(tmp_path.iterdir()) == []
