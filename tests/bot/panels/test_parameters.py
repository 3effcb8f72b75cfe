"""Parameters that menus choose: put, replaced and taken away, as text that a prompt can have behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.panels.parameters import chosen, put
from bot.panels.prompt_desk import CHAOTIC, SHAPES, STYLIZED
from bot.panels.settings import LEVELS, MODES
from engine import check_suffix

PUTS = st.sampled_from(
    [
        *(("aspect", value) for value, _ in SHAPES),
        *(("stylize", value) for value, _ in (*STYLIZED, *LEVELS)),
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
