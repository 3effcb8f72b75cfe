"""What keeps a day's votes fair: which pair is shown to whom, and how much each vote counts. Nobody judges a picture of
their own, nobody weighs more than `MOST_WEIGHT` whole votes a day, and what members do for each other counts little.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.community.elo import Judged

MOST_WEIGHT = 30.0  # of one member a day, in whole votes
FAVOUR = 0.25  # what a vote within a ring counts
MET = 2  # pairs with somebody's picture, before choosing it each time tells anything
Pair = tuple[int, int]
Makers = Mapping[int, int]  # of each picture


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a member said of two pictures; `chosen` is None if they did not want to say."""

    member: int
    pair: Pair
    chosen: int | None


def next_pair(makers: Makers, shown: Mapping[int, int], seen: Collection[Pair], voter: int, rng: random.Random) -> Pair:
    """Two pictures that this member has not compared, rather those that were `shown` to few. Raises LookupError if
    there is no such pair."""
    others = [one for one, maker in makers.items() if maker != voter]
    rng.shuffle(others)
    others.sort(key=lambda one: shown.get(one, 0))
    for place, first in enumerate(others):
        for second in others[place + 1 :]:
            if ordered(first, second) not in seen and makers[first] != makers[second]:
                return (first, second) if rng.random() < 0.5 else (second, first)
    raise LookupError("There is no pair that this member has not compared.")


def ordered(first: int, second: int) -> Pair:
    return (first, second) if first < second else (second, first)


def weigh(makers: Makers, ballots: Sequence[Ballot]) -> list[Judged]:
    """What the ballots come to, in their order. Those that say nothing, or are about one's own picture, are left out,
    as is any about a picture that does not take part any more."""
    fair = [one for one in ballots if is_fair(makers, one)]
    counts = Counter(one.member for one in fair)
    ring_of = rings(makers, fair)
    judged = []
    for one in fair:
        assert one.chosen is not None  # that is what makes it fair
        share = min(1.0, MOST_WEIGHT / counts[one.member])
        ring = ring_of.get(one.member)
        is_favour = ring is not None and ring_of.get(makers[one.chosen]) == ring
        other = one.pair[1] if one.chosen == one.pair[0] else one.pair[0]
        judged.append(Judged(one.chosen, other, share * (FAVOUR if is_favour else 1.0)))
    return judged


def is_fair(makers: Makers, ballot: Ballot) -> bool:
    if ballot.chosen not in ballot.pair or any(one not in makers for one in ballot.pair):
        return False
    return ballot.member not in (makers[ballot.pair[0]], makers[ballot.pair[1]])


def rings(makers: Makers, ballots: Sequence[Ballot]) -> dict[int, int]:
    """Members who always choose each other, in twos or in a longer circle, by the number of their ring. One always
    chooses another who chose their picture in every pair with it, and had at least `MET` of those."""
    met: Counter[Pair] = Counter()
    chose: Counter[Pair] = Counter()
    takes_part = set(makers.values())
    for one in ballots:
        if one.chosen is None or one.member not in takes_part or not is_fair(makers, one):
            continue
        for picture in one.pair:
            met[one.member, makers[picture]] += 1
        chose[one.member, makers[one.chosen]] += 1
    ahead: dict[int, set[int]] = {}
    for (member, maker), count in met.items():
        if count >= MET and chose[member, maker] == count:
            ahead.setdefault(member, set()).add(maker)
    reached = {member: _reached(ahead, member) for member in ahead}
    found: dict[int, int] = {}
    for member in sorted(reached):
        if member not in found and member in reached[member]:
            ring = {one for one in reached[member] if member in reached.get(one, ())}
            found.update(dict.fromkeys(ring, member))
    return found


def _reached(ahead: Mapping[int, Collection[int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        fresh = set(ahead.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return found
