"""What is offered while a prompt is typed."""

from __future__ import annotations

import pytest

from engine.language.completion import complete
from engine.language.parameters import TABLE
from engine.language.prompt import parse

NAMES = {"model": ("sdxl", "sd1.5", "flux"), "style": ("ink",)}


def texts(typed: str) -> list[str]:
    return [one.text for one in complete(typed, NAMES)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            "a house --st",
            ["a house --steps ", "a house --style ", "a house --stylize ", "a house --stop ", "a house --stealth"],
        ),
        ("a house —til", ["a house --tile"]),
        ("a house –-til", ["a house --tile"]),
        ("a house --V", ["a house --model ", "a house --video"]),
        ("a house --turbo --rel", []),
        ("a house --ar 3:2 --asp", []),
        ("a house --model sd", ["a house --model sdxl", "a house --model sd1.5"]),
        ("a --sampler dpm", ["a --sampler dpm++", "a --sampler dpm++_sde"]),
        ("a --stylize 25", ["a --stylize 25"]),
        ("a --style no", []),
        ("a red hou", []),
        ("well--st", []),
        ("", []),
    ],
)
def test_the_end_of_what_was_typed_is_completed(typed: str, offered: list[str]) -> None:
    assert texts(typed) == offered


def test_hints_say_what_a_parameter_does_and_takes() -> None:
    (only,) = complete("a --stylize", NAMES)
    assert only.hint.startswith("--stylize: How much the picture is made a work of art")
    assert only.hint.endswith("(a whole number from 0 to 1000)")


def test_every_parameter_is_offered_and_what_is_offered_can_be_read() -> None:
    for row in TABLE:
        assert f"a {row.flag}" in [text.rstrip() for text in texts(f"a --{row.spellings[0]}")]
        assert len(complete("a --")) == 25
        parse(f"a {row.example}")
