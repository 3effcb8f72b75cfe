"""Which part of a family is shown, and where: whatever its shape, nothing overlaps and nothing goes uncounted."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.drawings.folding import MOST_COLUMNS, MOST_ROWS, MOST_SHOWN, fold, nearest, tidy

Family = dict[str, str | None]


@st.composite
def families(draw: st.DrawFn, most: int = 120) -> Family:
    """Any: each comes from one before it, or from nothing known."""
    count = draw(st.integers(1, most))
    reach = draw(st.integers(1, most))  # a small one makes it deep, a large one wide
    family: Family = {}
    for number in range(count):
        above = draw(st.none() if number == 0 else st.integers(max(-1, number - reach), number - 1))
        family[f"n{number}"] = None if above is None or above < 0 else f"n{above}"
    return family


def chain(count: int) -> Family:
    return {f"n{number}": f"n{number - 1}" if number else None for number in range(count)}


def fan(count: int) -> Family:
    return {f"n{number}": "n0" if number else None for number in range(count)}


@given(families(), st.data())
def test_what_was_asked_for_is_shown_and_the_rest_is_counted(family: Family, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(sorted(family)))
    folded = fold(family, start)
    assert start in folded.shown
    assert len(folded.shown) <= MOST_SHOWN
    assert len(folded.shown) + sum(folded.below.values()) + folded.elsewhere == len(family)
    assert set(folded.below) <= set(folded.shown)


@given(families(), st.data())
def test_nothing_overlaps_and_the_drawing_stays_within_its_bounds(family: Family, data: st.DataObject) -> None:
    folded = fold(family, data.draw(st.sampled_from(sorted(family))))
    shown = {one: family[one] for one in folded.shown}
    places = tidy(shown)
    assert set(places) == set(shown)
    assert all(0 <= column <= MOST_COLUMNS - 1 and 0 <= row < MOST_ROWS for column, row in places.values())
    for row in range(MOST_ROWS):
        columns = sorted(column for column, at in places.values() if at == row)
        assert all(b - a > 1 - 1e-6 for a, b in pairwise(columns))
    for one, above in shown.items():
        if above in shown and above is not None:
            assert places[one][1] == places[above][1] + 1


@given(families(), st.data())
def test_whoever_is_nearer_comes_first(family: Family, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(sorted(family)))
    order = nearest(family, start)
    assert sorted(order) == sorted(family)
    assert order[0] == start
    seen = {start}
    for one in order[1:]:
        others = {family[one], *(child for child, above in family.items() if above == one)}
        assert others & seen or family[one] is None
        seen.add(one)


def test_a_long_line_shows_what_is_around_the_one_that_was_asked_for() -> None:
    folded = fold(chain(400), "n200")
    numbers = sorted(int(one[1:]) for one in folded.shown)
    assert len(numbers) == MOST_ROWS
    assert numbers[0] < 200 < numbers[-1]
    assert folded.below == {f"n{numbers[-1]}": 399 - numbers[-1]}
    assert folded.elsewhere == numbers[0]


def test_of_many_children_the_youngest_are_shown() -> None:
    folded = fold(fan(101), "n0")
    assert folded.shown == ("n0", *(f"n{number}" for number in range(101 - MOST_COLUMNS, 101)))
    assert folded.below == {"n0": 100 - MOST_COLUMNS}


def test_of_many_siblings_the_one_that_was_asked_for_is_among_them() -> None:
    assert "n3" in fold(fan(101), "n3").shown


def test_a_parent_stands_above_the_middle_of_its_children() -> None:
    places = tidy(fan(4))
    assert places == {"n0": (1.0, 0), "n1": (0.0, 1), "n2": (1.0, 1), "n3": (2.0, 1)}


def test_branches_stand_as_close_as_they_can() -> None:
    family: Family = {"a": None, "b": "a", "c": "a", "d": "b", "e": "b"}
    places = tidy(family)
    assert (places["d"][0], places["e"][0]) == (0.0, 1.0)
    assert places["c"][0] - places["b"][0] == 1.0
