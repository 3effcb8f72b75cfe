"""Options and suffixes: put in before anything is parsed, and refused where they could not work."""

from __future__ import annotations

import pytest

from engine.errors import PromptError
from engine.language.preferences import add_suffix, check_option, check_suffix, expand_options
from engine.language.prompt import parse
from engine.language.unfolding import unfold

OPTIONS = {"mine": "--ar 7:4 --stylize 250", "light": "at golden hour", "loop": "--mine"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a house --mine", "a house --ar 7:4 --stylize 250"),
        ("a house --MINE --seed 4", "a house --ar 7:4 --stylize 250 --seed 4"),
        ("a house —mine", "a house --ar 7:4 --stylize 250"),
        ("a house --light --ar 3:2", "a house at golden hour --ar 3:2"),
        ("a house --loop", "a house --mine"),
        ('a sign "--mine" --raw', 'a sign "--mine" --raw'),
        ("a house --other", "a house --other"),
    ],
)
def test_options_become_what_they_stand_for(typed: str, meant: str) -> None:
    assert expand_options(typed, OPTIONS) == meant


def test_a_parameter_of_ours_cannot_be_redefined() -> None:
    assert expand_options("a --ar 3:2", {"ar": "--tile"}) == "a --ar 3:2"
    for name, told in (
        ("ar", "is a parameter already"),
        ("s", "already"),
        ("My Own", "small letters"),
        ("", "letters"),
    ):
        with pytest.raises(PromptError, match=told):
            check_option(name, "--tile")


def test_an_option_holds_what_a_prompt_could() -> None:
    check_option("mine", "--ar 3:2 --tile")
    check_option("mine", "in the rain, {red, blue}")
    with pytest.raises(PromptError, match="too wide"):
        check_option("mine", "--ar 99:1")


@pytest.mark.parametrize(
    ("text", "suffix", "whole"),
    [
        ("a house", "--ar 3:2 --stylize 250", "a house --ar 3:2 --stylize 250"),
        ("a house --aspect 1:1", "--ar 3:2 --stylize 250", "a house --aspect 1:1 --stylize 250"),
        ("a house --turbo", "--relax --tile", "a house --turbo --tile"),
        ("a {b --chaos 5, c}", "--chaos 9", "a {b --chaos 5, c}"),
        ("a house --no people", "--no text, frames --raw", "a house --no people --raw"),
        ("a house", "", "a house"),
        ("a house --{ar 1:1, ar 16:9}", "--ar 3:2 --raw", "a house --{ar 1:1, ar 16:9} --raw"),
        ("a house", "--ar {1:1, 3:2} --raw", "a house --ar {1:1, 3:2} --raw"),
        ("a {house", "--ar 3:2", "a {house --ar 3:2"),
    ],
)
def test_a_suffix_adds_what_the_text_does_not_say(text: str, suffix: str, whole: str) -> None:
    assert add_suffix(text, suffix) == whole


def test_what_a_choice_in_braces_says_wins_over_the_suffix_and_options_work_there() -> None:
    text = expand_options("a boat {--mine, --c 3}", {"mine": "--ar 3:2"})
    assert text == "a boat {--ar 3:2, --c 3}"
    whole = add_suffix(text, "--ar 7:4 --chaos 20 --weird 5")
    assert whole == "a boat {--ar 3:2, --c 3} --weird 5"
    assert len(unfold(whole)) == 2


def test_a_suffix_is_parameters_only() -> None:
    check_suffix("--ar 3:2 --no text")
    check_suffix("")
    for wrong in ("orange::-1", "in the rain", "https://x.y/a.png", "blue --ar 3:2"):
        with pytest.raises(PromptError):
            check_suffix(wrong)


@pytest.mark.parametrize("suffix", ["{--fast, --relax}", "--{chaos 5, chaos 50}"])
def test_a_suffix_has_no_names_in_braces_since_they_could_not_be_told_apart(suffix: str) -> None:
    with pytest.raises(PromptError, match="no names"):
        check_suffix(suffix)


def test_text_with_everything_put_in_parses() -> None:
    text = add_suffix(expand_options("a house --mine", OPTIONS), "--stylize 900 --relax")
    assert [name for name, _ in parse(text).settings] == ["aspect", "stylize", "relax"]
