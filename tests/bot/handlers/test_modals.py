"""The dialog with the prompt: whatever went in comes out again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons.custom_id import SECRET_BYTES, Action, Key, Press, Signer
from bot.handlers.modals import FIELD, LONGEST, LONGEST_MORE, MORE, halves, prompt_dialog, prompt_of
from bot.intake.wishes import same_words

SIGNER = Signer([Key(1, b"x" * SECRET_BYTES)])
PRESS = Press(Action.REMIX, "0123456789ab", 2, "strong")


def submitted(first: str, rest: str = "") -> dict[str, Any]:
    """As Discord sends it; a field may have lost the blanks around its text."""
    parts = [(FIELD, first), (MORE, rest)] if rest else [(FIELD, first)]
    return {
        "components": [
            {"type": 18, "component": {"type": 4, "custom_id": name, "value": text.strip()}} for name, text in parts
        ]
    }


async def test_a_dialog_is_found_by_its_signed_id_and_not_kept_in_memory() -> None:
    dialog = prompt_dialog(SIGNER, PRESS, "a red house")
    assert SIGNER.read(dialog.custom_id) == PRESS
    assert dialog.is_finished()


@pytest.mark.parametrize("length", [1, LONGEST, LONGEST + 1, 6000])
async def test_fields_keep_to_what_discord_takes(length: int) -> None:
    fields = [item["component"] for item in prompt_dialog(SIGNER, PRESS, "x" * length).to_dict()["components"]]
    assert [field["required"] for field in fields] == [True, False][: len(fields)]
    for field in fields:
        assert len(field["value"]) <= field["max_length"] <= LONGEST


@given(st.text(st.sampled_from("ab \n字"), max_size=6000))
def test_a_prompt_comes_back_in_the_same_words(text: str) -> None:
    text = text.strip()
    first, rest = halves(text)
    assert len(first) <= LONGEST
    assert len(rest) <= LONGEST_MORE
    assert same_words(prompt_of(submitted(first, rest)), text)


@pytest.mark.parametrize("text", ["字" * 6000, "word " * 1199 + "word", "a" * 3999 + " " + "b" * 2000, "a" * 4001])
def test_six_thousand_characters_come_back_as_they_were(text: str) -> None:
    assert prompt_of(submitted(*halves(text))) == text


@pytest.mark.parametrize("data", [{}, {"components": []}, {"components": [{"type": 18, "component": {"type": 4}}]}])
def test_a_dialog_without_its_field_is_an_empty_prompt(data: dict[str, Any]) -> None:
    assert prompt_of(data) == ""
