"""Parameters that menus choose: put, replaced and taken away, as text that a prompt can have behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.panels.parameters import chosen, put
from bot.panels.prompt_desk import CHAOTIC, SHAPES
from bot.panels.settings import MODES
from bot.panels.styling import LEVELS, restyled
from engine import check_suffix

PUTS = st.sampled_from(
    [
        *(("aspect", value) for value, _ in SHAPES),
        *(("stylize", value) for value, _ in LEVELS),
        *(("chaos", value) for value, _ in CHAOTIC),
        *((mode, "on") for mode, _ in MODES),
        *((name, "") for name in ("aspect", "chaos", "relax", "model")),
        ("model", "sdxl"),
        ("model", "my model"),
    ]
)


@given(st.lists(PUTS, max_size=12))
def test_whatever_is_chosen_can_stand_behind_a_prompt(puts: list[tuple[str, str]]) -> None:
    text = ""
    for name, value in puts:
        text = put(text, name, value)
        check_suffix(text)
        assert (chosen(text, name) is not None) == bool(value)


def test_a_new_value_takes_the_place_of_the_one_before() -> None:
    assert put(put("", "stylize", "50"), "stylize", "250") == "--stylize 250"


@pytest.mark.parametrize(("first", "second"), [("fast", "relax"), ("relax", "turbo")])
def test_of_one_choice_the_last_one_stays(first: str, second: str) -> None:
    assert put(put("--chaos 20", first, "on"), second, "on") == f"--chaos 20 --{second}"


STYLES = ["style:raw", "style:ink", "style:7"]
CHOICES = st.lists(st.sampled_from([*(value for value, _ in LEVELS), *STYLES]), max_size=4, unique=True)


@given(st.lists(CHOICES, max_size=5))
def test_a_level_and_a_style_are_chosen_side_by_side(choices: list[list[str]]) -> None:
    text = ""
    for values in choices:
        before = text
        text = restyled(text, values)
        check_suffix(text)
        for name, of_kind in (
            ("stylize", [value for value in values if value not in STYLES]),
            ("style", [value.removeprefix("style:") for value in values if value in STYLES]),
        ):
            new = [value for value in of_kind if value != chosen(before, name)]
            assert chosen(text, name) == next(iter(new or of_kind), None)


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ("", ["usual", "250"], "--stylize 250"),
        ("--stylize 250", ["usual", "250"], ""),
        ("--stylize 250", [], ""),
        ("--stylize 30 --chaos 5", ["30", "style:raw"], "--chaos 5 --style raw --stylize 30"),
    ],
)
def test_as_usual_is_chosen_or_given_up(before: str, values: list[str], after: str) -> None:
    assert restyled(before, values) == after
