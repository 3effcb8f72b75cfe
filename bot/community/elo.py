"""Elo ratings of a day's pictures, out of which of two was chosen. Ratings only ever move from one picture to another,
so that their sum stays; going through the votes in both directions takes away what their order would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

START = 1500.0
SPREAD = 400.0  # so much more is chosen ten times out of eleven
SWING = 32.0  # how far one whole vote between equals moves a picture, twice


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture was chosen before another; `weight` is how much that counts, from 0 to 1."""

    chosen: int
    other: int
    weight: float = 1.0


def rate(pictures: Iterable[int], votes: Sequence[Judged]) -> dict[int, float]:
    names = list(pictures)
    there, back = _pass(names, votes), _pass(names, votes[::-1])
    return {name: (there[name] + back[name]) / 2 for name in names}


def ranked(ratings: Mapping[int, float], votes: Sequence[Judged]) -> list[int]:
    """The best first: by rating, then by votes for it; of two as good, that which was entered first."""
    gained: dict[int, float] = {}
    for vote in votes:
        gained[vote.chosen] = gained.get(vote.chosen, 0.0) + vote.weight
    return sorted(ratings, key=lambda one: (-round(ratings[one], 6), -round(gained.get(one, 0.0), 6), one))


def _pass(names: Sequence[int], votes: Sequence[Judged]) -> dict[int, float]:
    ratings = dict.fromkeys(names, START)
    for vote in votes:
        expected = 1 / (1 + 10 ** ((ratings[vote.other] - ratings[vote.chosen]) / SPREAD))
        moved = SWING * vote.weight * (1 - expected)
        ratings[vote.chosen] += moved
        ratings[vote.other] -= moved
    return ratings
