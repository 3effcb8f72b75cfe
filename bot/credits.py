"""Whose pictures a picture was made of: kept inside its recipe for ever, as `discord:MEMBER JOB`. Knows a recipe's text
and a job, and asks nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.store.jobs import Job

_CREDIT: Final = re.compile(r"discord:(\d{1,20}) ([0-9A-Za-z]{1,32})")


@dataclass(frozen=True, slots=True)
class Credit:
    """A maker, and the job of theirs that somebody else went on from."""

    member: int
    job: str

    def __str__(self) -> str:
        return f"discord:{self.member} {self.job}"


def credits_of(recipe: str) -> tuple[Credit, ...]:
    """As a recipe tells them, the oldest first. What another program wrote there is left out."""
    return read(json.loads(recipe).get("credits", ()))


def read(texts: Iterable[str]) -> tuple[Credit, ...]:
    found = (_CREDIT.fullmatch(text) for text in texts)
    return tuple(Credit(int(one[1]), one[2]) for one in found if one is not None)


def credit_of(job: Job) -> int | None:
    """Who made the picture that a job goes on from, if that is somebody else. Children of it do not tell again."""
    found = credits_of(job.cells[0]) if job.cells and job.parent_id is not None else ()
    return found[-1].member if found and found[-1].job == job.parent_id else None


def with_credit(before: tuple[str, ...], inherited: tuple[str, ...], credit: Credit | None) -> tuple[str, ...]:
    """What a recipe has, what its parent had, and what is new; each once, the newest last."""
    known = tuple(dict.fromkeys((*inherited, *before)))
    if credit is None:
        return known
    return (*(text for text in known if text != str(credit)), str(credit))
