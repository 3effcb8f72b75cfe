"""The table, row by row: both ends of each range, one past them, and what is written for a value."""

from __future__ import annotations

import dataclasses

import pytest

from engine.job import Job
from engine.language.kinds import BadValueError, Decimal, Takes, Whole, write_number
from engine.language.parameters import BY_SPELLING, FLAGS, SAMPLERS, TABLE, Destination, Parameter, is_near
from engine.recipe import Recipe


def test_every_row_decides_fields_that_exist() -> None:
    recipe = {field.name for field in dataclasses.fields(Recipe)}
    job = {field.name for field in dataclasses.fields(Job)}
    known = {Destination.PICTURE: recipe, Destination.JOB: job, Destination.CALLER: {"jobs", "visibility"}}
    for row in TABLE:
        assert row.decides
        assert set(row.decides) <= known[row.destination]


def test_no_spelling_stands_for_two_parameters() -> None:
    assert len(BY_SPELLING) == sum(len(row.spellings) for row in TABLE) == len(FLAGS)
    assert len({row.name for row in TABLE}) == len(TABLE)


NUMBERS = [row for row in TABLE if isinstance(row.kind, Whole | Decimal)]


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.name)
def test_numbers_are_taken_up_to_both_ends_and_not_past_them(row: Parameter[float]) -> None:
    kind = row.kind
    assert isinstance(kind, Whole | Decimal)
    for end in (kind.low, kind.high):
        assert kind.read(f"{end:g}" if isinstance(kind, Decimal) else str(end)) == end
    for past, words in ((kind.low - 1, "is too low"), (kind.high + 1, "is too high")):
        with pytest.raises(BadValueError, match=words) as caught:
            kind.read(str(past))
        assert caught.value.out_of_range


@pytest.mark.parametrize("text", ["", "x", "1e3", "٣", "1_0", "--1", "0x1", "1" * 400, "inf"])
def test_what_is_no_number_is_told_apart_from_one_out_of_range(text: str) -> None:
    for kind in (Whole(0, 9), Decimal(0, 9)):
        with pytest.raises(BadValueError) as caught:
            kind.read(text)
        assert not caught.value.out_of_range


def test_rows_of_one_choice_are_flags_that_decide_the_same() -> None:
    choices = {row.choice for row in TABLE if row.choice}
    assert choices == {"size", "speed", "visibility"}
    for choice in choices:
        rows = [row for row in TABLE if row.choice == choice]
        assert len({row.decides for row in rows}) == 1
        assert all(row.kind.takes is Takes.NOTHING for row in rows)


def test_neutral_values_are_within_range() -> None:
    for row in TABLE:
        for value in (row.default, row.neutral):
            if value not in (None, False, ()):
                assert row.kind.read(row.kind.write(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (-0.5, "-0.5"), (0.0, "0"), (1e-7, "0.0000001"), (1 / 3, "0.3333333333333333")]
)
def test_numbers_are_written_without_exponent(value: float, text: str) -> None:
    assert write_number(value) == text
    assert float(text) == value


def test_one_typing_error_is_near_and_two_are_not() -> None:
    for typed in ("seed", "sed", "sead", "steeps", "chao", "guidnce", "samplr"):
        assert is_near(typed)
    for typed in ("ar", "a", "tall", "", "s", "x" * 50, "gidnce"):
        assert not is_near(typed)


def test_there_are_the_eight_samplers_of_unets_and_those_of_flow_models() -> None:
    assert len(SAMPLERS) == 8 + 2
