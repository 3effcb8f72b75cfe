"""Votes of a day: whoever they come from, nobody gains by their own, and nobody by more than their share."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.community.elo import START, Judged, ranked, rate
from bot.community.fairness import FAVOUR, MOST_WEIGHT, Ballot, next_pair, ordered, rings, weigh

MAKERS = {picture: 100 + picture for picture in range(1, 7)}  # pictures 1 to 6 of members 101 to 106
PICTURES = st.sampled_from(sorted(MAKERS))
MEMBERS = st.sampled_from([101, 102, 103, 104, 201, 202, 203])


@st.composite
def ballots(draw: st.DrawFn) -> list[Ballot]:
    """At most one of a member for a pair, in any order."""
    found: dict[tuple[int, tuple[int, int]], Ballot] = {}
    for _ in range(draw(st.integers(0, 60))):
        first, second = draw(st.lists(PICTURES, min_size=2, max_size=2, unique=True))
        member, chosen = draw(MEMBERS), draw(st.sampled_from([first, second, None]))
        pair = ordered(first, second)
        found[member, pair] = Ballot(member, pair, chosen)
    return list(found.values())


def always(member: int, picture: int, *others: int) -> list[Ballot]:
    return [Ballot(member, ordered(picture, other), picture) for other in others]


@given(ballots())
def test_ratings_only_move_from_picture_to_picture(cast: list[Ballot]) -> None:
    ratings = rate(MAKERS, weigh(MAKERS, cast))
    assert sum(ratings.values()) == pytest.approx(START * len(MAKERS))


@given(ballots())
def test_a_vote_on_ones_own_picture_changes_nothing(cast: list[Ballot]) -> None:
    others = [one for one in cast if one.member not in (MAKERS[one.pair[0]], MAKERS[one.pair[1]])]
    assert weigh(MAKERS, cast) == weigh(MAKERS, others)


@given(ballots())
def test_what_was_chosen_alone_never_falls(cast: list[Ballot]) -> None:
    ratings = rate(MAKERS, weigh(MAKERS, [one for one in cast if one.chosen == 1 or 1 not in one.pair]))
    assert ratings[1] >= START


@given(ballots())
def test_turning_the_votes_around_changes_no_rating(cast: list[Ballot]) -> None:
    judged = weigh(MAKERS, cast)
    assert rate(MAKERS, judged) == pytest.approx(rate(MAKERS, judged[::-1]))


@given(st.integers(1, 80))
def test_nobody_weighs_more_than_their_share(count: int) -> None:
    makers = {picture: picture + 1000 for picture in range(count + 1)}
    judged = weigh(makers, always(7, 0, *range(1, count + 1)))
    assert sum(one.weight for one in judged) == pytest.approx(min(count, MOST_WEIGHT))


def test_two_who_always_choose_each_other_count_a_quarter() -> None:
    cast = always(101, 2, 3, 4) + always(102, 1, 3, 4)
    assert rings(MAKERS, cast) == {101: 101, 102: 101}
    assert {one.weight for one in weigh(MAKERS, cast)} == {FAVOUR}


def test_a_longer_circle_is_a_ring_as_well() -> None:
    cast = always(101, 2, 4, 5) + always(102, 3, 4, 5) + always(103, 1, 4, 5)
    assert set(rings(MAKERS, cast)) == {101, 102, 103}
    assert {one.weight for one in weigh(MAKERS, cast)} == {FAVOUR}


def test_who_chooses_another_once_too_seldom_is_in_no_ring() -> None:
    cast = [*always(101, 2, 3, 4), *always(102, 1, 3, 4), Ballot(102, (1, 5), 5)]
    assert rings(MAKERS, cast) == {}
    assert {one.weight for one in weigh(MAKERS, cast)} == {1.0}


@given(ballots())
def test_rings_hold_only_those_who_take_part(cast: list[Ballot]) -> None:
    found = rings(MAKERS, [one for one in cast if one.chosen is not None])
    assert set(found) <= set(MAKERS.values())
    assert all(list(found.values()).count(ring) > 1 for ring in found.values())


@given(ballots(), MEMBERS, st.integers(0, 2**32))
def test_a_pair_is_new_to_its_voter_and_never_theirs(cast: list[Ballot], voter: int, seed: int) -> None:
    seen = {one.pair for one in cast if one.member == voter}
    shown = {picture: sum(picture in one.pair for one in cast) for picture in MAKERS}
    others = [picture for picture, maker in MAKERS.items() if maker != voter]
    left = {ordered(a, b) for a in others for b in others if a < b} - seen
    if not left:
        with pytest.raises(LookupError):
            next_pair(MAKERS, shown, seen, voter, random.Random(seed))
        return
    pair = next_pair(MAKERS, shown, seen, voter, random.Random(seed))
    assert ordered(*pair) in left
    assert voter not in (MAKERS[pair[0]], MAKERS[pair[1]])


def test_what_was_shown_least_is_shown_next() -> None:
    shown = {1: 5, 2: 0, 3: 5, 4: 1, 5: 5, 6: 5}
    assert set(next_pair(MAKERS, shown, (), 999, random.Random(1))) == {2, 4}


def test_of_equals_the_first_entered_wins() -> None:
    assert ranked(rate([3, 1, 2], []), []) == [1, 2, 3]
    votes = [Judged(2, 1), Judged(2, 3)]
    assert ranked(rate([1, 2, 3], votes), votes)[0] == 2
