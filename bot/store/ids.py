"""Ids of jobs: twelve letters and digits, time first, so that they sort as they were made; then chance."""

from __future__ import annotations

import random
import string
from datetime import datetime
from typing import Final

from bot.store.columns import milliseconds, moment

ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in the order of their bytes
LENGTH: Final = 12
_TIME_LENGTH: Final = 7  # 62**7 milliseconds end in 2081
_CHANCES: Final = len(ALPHABET) ** (LENGTH - _TIME_LENGTH)


def make_job_id(now: datetime, rng: random.Random) -> str:
    return _digits(milliseconds(now), _TIME_LENGTH) + _digits(rng.randrange(_CHANCES), LENGTH - _TIME_LENGTH)


def is_job_id(text: str) -> bool:
    return len(text) == LENGTH and all(letter in ALPHABET for letter in text)


def made_at(job_id: str) -> datetime:
    """When the id was made."""
    value = 0
    for letter in job_id[:_TIME_LENGTH]:
        value = value * len(ALPHABET) + ALPHABET.index(letter)
    return moment(value)


def _digits(value: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        value, digit = divmod(value, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    if value:
        raise ValueError(f"A job id has no room for that moment: {value} is left over.")
    return digits
