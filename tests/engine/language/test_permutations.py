"""Braces, against an expansion written in another way."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import FaultKind, PromptError
from engine.language.permutations import count_expansions, expand
from engine.language.prompt import parse

Tree = str | list["list[Tree]"]  # a piece of text, or the options between braces, each a row of pieces


def written(pieces: list[Tree]) -> str:
    return "".join(p if isinstance(p, str) else "{" + ",".join(map(written, p)) + "}" for p in pieces)


def meant(pieces: list[Tree]) -> list[str]:
    choices = ([p] if isinstance(p, str) else [text.strip() for option in p for text in meant(option)] for p in pieces)
    return ["".join(choice) for choice in itertools.product(*choices)]


LEAVES = st.text("ab .:-2\\;", max_size=5).map(lambda text: text.replace("\\", "\\,")).filter(lambda t: t[-1:] != "\\")
PIECES: st.SearchStrategy[list[Tree]] = st.recursive(
    st.lists(LEAVES, max_size=2),
    lambda inner: st.lists(st.one_of(LEAVES, st.lists(inner, min_size=1, max_size=3)), min_size=1, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("a red house", ("a red house",)),
        ("a {red, blue} bird", ("a red bird", "a blue bird")),
        ("{a, b} {1, 2}", ("a 1", "a 2", "b 1", "b 2")),
        ("a {red, {dark, light} blue} bird", ("a red bird", "a dark blue bird", "a light blue bird")),
        ("a --{v sdxl, ar 3:2}", ("a --v sdxl", "a --ar 3:2")),
        ("cat::{1, 2} dog", ("cat::1 dog", "cat::2 dog")),
        ("a {, big} cat", ("a  cat", "a big cat")),
        ("{red} bird", ("red bird",)),
        ("a, b", ("a, b",)),
        (r"{red\, dark, blue} bird", (r"red\, dark bird", "blue bird")),
        (r"\{a, b\}", (r"\{a, b\}",)),
        ('{"a, b", c}', ('"a, b"', "c")),
        ("https://x.y/{a, b}.png c", ("https://x.y/a.png c", "https://x.y/b.png c")),
        (
            "{https://x.y/a, https://x.y/b,<https://x.y/c>} d",
            ("https://x.y/a d", "https://x.y/b d", "<https://x.y/c> d"),
        ),
        ("{ https://x.y/a?b=1,2, c } d", ("https://x.y/a?b=1,2 d", "c d")),
    ],
)
def test_braces_stand_for_every_choice(text: str, texts: tuple[str, ...]) -> None:
    assert expand(text) == texts


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_expansion_equals_an_independent_one(pieces: list[Tree]) -> None:
    text, texts = written(pieces), meant(pieces)
    assert count_expansions(text) == len(texts)
    if len(texts) <= 200:
        assert list(expand(text, 200)) == texts


@pytest.mark.parametrize(("text", "place"), [("a {b", "{"), ("a b}", "}"), ("{a}}", "}"), ("{{a}", "{")])
def test_unmatched_brace_is_a_fault_at_its_place(text: str, place: str) -> None:
    with pytest.raises(PromptError, match=r"for a brace in the text write \\") as caught:
        expand(text)
    (fault,) = caught.value.faults
    assert fault.kind is FaultKind.BRACES
    assert text[fault.span.start : fault.span.end] == place


def test_too_many_are_counted_not_written() -> None:
    begun = time.perf_counter()
    with pytest.raises(PromptError, match="stand for 1,024 prompts; at most 40") as caught:
        expand("x {a, b}" * 10)
    assert caught.value.faults[0].kind is FaultKind.TOO_MANY
    with pytest.raises(PromptError, match="more than 1,000,000"):
        expand("{a,b}" * 1200)
    assert time.perf_counter() - begun < 1


def test_deep_nesting_is_no_trouble() -> None:
    assert expand("{" * 2900 + "a" + "}" * 2900) == ("a",)


def test_every_expansion_is_a_prompt() -> None:
    prompts = [parse(text) for text in expand(r"{cat::2 dog::-.5, a \{sign\}} --{raw, seed {1, 2}}")]
    assert [part.text for part in prompts[3].parts] == ["a {sign}"]
    assert [dict(prompt.settings) for prompt in prompts] == 2 * [{"raw": True}, {"seed": 1}, {"seed": 2}]
