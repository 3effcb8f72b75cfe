"""What a check finds: how bad it is, a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    FINE = "fine"
    WARNING = "warning"  # the bot works, but perhaps not as it is meant to
    FAULT = "fault"  # the bot does not work, or not for long


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    mark: Mark
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """`look` gives up after `seconds`, which is a fault in itself."""

    about: str
    seconds: float
    look: Callable[[], Awaitable[list[Finding]]]


def fine(about: str, sentence: str) -> Finding:
    return Finding(about, Mark.FINE, sentence)


def warning(about: str, sentence: str, remedy: str) -> Finding:
    return Finding(about, Mark.WARNING, sentence, remedy)


def fault(about: str, sentence: str, remedy: str) -> Finding:
    return Finding(about, Mark.FAULT, sentence, remedy)


def listed(names: list[str], most: int = 5) -> str:
    """The first of them, and how many more."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
