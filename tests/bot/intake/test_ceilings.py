"""What a server allows at most: read, written, and held to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CeilingError, WrongCeilingError
from bot.intake.ceilings import Ceilings, read_ceilings
from engine import Speed, load_catalog, parse, translate

BOUND = st.none() | st.integers(1, 9999).map(float)
CEILINGS = st.builds(Ceilings, BOUND, BOUND, BOUND, st.booleans())


@given(CEILINGS)
def test_what_is_written_reads_back_as_the_same(ceilings: Ceilings) -> None:
    assert read_ceilings(str(ceilings)) == ceilings


@given(CEILINGS, CEILINGS)
def test_of_two_the_lower_counts_whichever_comes_first(one: Ceilings, other: Ceilings) -> None:
    both = one.under(other)
    assert both == other.under(one)
    assert both.under(one) == both


@pytest.mark.parametrize("text", ["much", "size", "steps -1", "quality 0", "turbo", "size 1024 steps 3"])
def test_a_piece_that_says_nothing_is_named(text: str) -> None:
    with pytest.raises(WrongCeilingError) as caught:
        read_ceilings(f"steps 10, {text}")
    assert caught.value.words == text


def test_words_may_be_written_in_several_ways() -> None:
    assert read_ceilings("Size: 1024;\nSTEPS=40, quality 1.5 ,no turbo,") == Ceilings(1024, 40, 1.5, False)


@pytest.mark.parametrize(
    ("ceilings", "what"),
    [("size 303", "size"), ("steps 19", "steps"), ("size 304, steps 20", "")],
)
def test_a_recipe_is_held_to_each_ceiling(ceilings: str, what: str) -> None:
    prompt = parse("a house --ar 3:2 --steps 20")
    cells = translate(prompt, load_catalog(), default_model="pocket", drawn_seed=1).cells
    if not what:
        read_ceilings(ceilings).hold(cells)
        return
    with pytest.raises(CeilingError) as caught:
        read_ceilings(ceilings).hold(cells)
    assert caught.value.what == what


def test_only_turbo_is_held_to_by_speed() -> None:
    ceilings = read_ceilings("no turbo")
    for speed in (None, Speed.FAST, Speed.RELAX):
        ceilings.hold_speed(speed)
    with pytest.raises(CeilingError):
        ceilings.hold_speed(Speed.TURBO)


def test_quality_is_held_to_by_the_words() -> None:
    ceilings = read_ceilings("quality 1")
    ceilings.hold_words(parse("a house"))
    with pytest.raises(CeilingError):
        ceilings.hold_words(parse("a house --q 2"))
