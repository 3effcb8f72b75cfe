"""One text, several jobs: braces, repetitions, and where there would be too many."""

from __future__ import annotations

import contextlib
import gc
import itertools
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Fault, FaultKind, PromptError
from engine.language.parameters import REPEAT, SEED
from engine.language.permutations import MOST_EXPANSIONS, expand
from engine.language.prompt import Part, Prompt, parse, render
from engine.language.unfolding import turn_seed, unfold
from tests.engine.language.test_prompt import TEXTS


def test_a_plain_text_is_one_prompt() -> None:
    assert unfold("a red house --ar 3:2") == (parse("a red house --ar 3:2"),)


def test_braces_and_repetitions_multiply_in_order() -> None:
    found = unfold("a {red, blue} bird --repeat 2 --ar {3:2, 2:3}")
    assert [(prompt.parts[0].text, str(dict(prompt.settings)["aspect"])) for prompt in found] == [
        (f"a {colour} bird", ratio) for colour in ("red", "blue") for ratio in ("3:2", "2:3") for _ in range(2)
    ]
    assert all(prompt.get(REPEAT) is None for prompt in found)


def test_a_repetition_may_stand_in_braces_too() -> None:
    assert len(unfold("a --repeat {2, 3}")) == 5


def test_repetitions_with_a_seed_have_seeds_of_their_own_by_a_stated_rule() -> None:
    seeds = [prompt.get(SEED) for prompt in unfold("a --seed 7 --r 3")]
    assert seeds == [7, 2405843310, turn_seed(7, 2)]
    assert len(set(seeds)) == 3
    assert [prompt.get(SEED) for prompt in unfold("a --r 3")] == [None] * 3


def test_faults_are_told_in_the_order_of_their_places() -> None:
    with pytest.raises(PromptError) as caught:
        unfold("a fox --ar 40:1 --bogus 3 --s abc")
    places = [fault.span.start for fault in caught.value.faults]
    assert places == sorted(places)
    assert len(places) == 3


@given(st.integers(1, 40), st.integers(1, 5))
def test_no_more_are_written_out_than_are_allowed(times: int, choices: int) -> None:
    text = "a {" + ", ".join("x" * (n + 1) for n in range(choices)) + f"}} --repeat {times}"
    if times * choices <= 12:
        assert len(unfold(text, most=12)) == times * choices
    else:
        with pytest.raises(PromptError) as caught:
            unfold(text, most=12)
        assert caught.value.faults[0].kind is FaultKind.TOO_MANY


def test_too_many_repetitions_are_told_at_their_place() -> None:
    with pytest.raises(PromptError) as caught:
        unfold("a red house --repeat 20", most=10)
    (fault,) = caught.value.faults
    assert fault.source[fault.span.start : fault.span.end] == "--repeat 20"
    assert fault.message == "That makes 20 jobs; at most 10 are taken at once, so repeat it less often."


def test_a_fault_that_all_share_is_told_once() -> None:
    with pytest.raises(PromptError) as caught:
        unfold("a {red, blue, green} bird --sedd 4 --ar {99:1, 3:2}")
    assert {fault.problem for fault in caught.value.faults} == {
        "--ar 99:1 is too wide; use a ratio between 1:14 and 14:1.",
        "There is no parameter --sedd.",
    }
    assert len(caught.value.faults) == 2


def test_what_is_expanded_is_what_is_parsed() -> None:
    text = r"{a, b {c, d}} with\, comma --chaos {0, 50}"
    assert unfold(text) == tuple(parse(one) for one in expand(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_text_is_unfolded_or_refused_with_places(text: str) -> None:
    prompts: tuple[Prompt, ...] = ()
    faults: tuple[Fault, ...] = ()
    try:
        prompts = unfold(text)
    except PromptError as refusal:
        faults = refusal.faults
    assert bool(prompts) is not bool(faults)
    assert len(prompts) <= MOST_EXPANSIONS
    assert all(parse(render(prompt)) == prompt for prompt in prompts)
    assert all(0 <= one.span.start <= one.span.end <= max(1, len(one.source)) for one in faults)


CHOICES = st.lists(st.integers(0, 100), min_size=1, max_size=3)


@given(st.lists(st.sampled_from(["red", "dark blue", "7"]), min_size=1, max_size=3), CHOICES, CHOICES)
def test_braces_in_text_and_parameters_are_the_product_of_what_they_hold(
    words: list[str], chaos: list[int], seeds: list[int]
) -> None:
    text = "a {%s} bird::{2, 1} sky --chaos {%s} --seed {%s}" % tuple(  # noqa: UP031  # braces are what it is about
        ", ".join(map(str, values)) for values in (words, chaos, seeds)
    )
    assert unfold(text, most=54, prompts_most=54) == tuple(
        Prompt(parts=(Part(f"a {word} bird", weight), Part("sky")), settings=(("seed", seed), ("chaos", far)))
        for word, weight, far, seed in itertools.product(words, (2.0, 1.0), chaos, seeds)
    )


@pytest.mark.parametrize("piece", ["{a}", "{", "}", "{a,b}", r"\{", "{,", '{"a, b"} '])
def test_time_of_braces_grows_linearly(piece: str) -> None:
    """Four times the text takes four times as long; sixteen times would be its square."""
    texts = [(piece * 24_000)[:size] for size in (6_000, 24_000)]
    best = [math.inf, math.inf]
    gc.disable()
    try:
        for at in (0, 1) * 7:
            begun = time.thread_time()  # what others on this machine take does not count
            with contextlib.suppress(PromptError):
                expand(texts[at])
            best[at] = min(best[at], time.thread_time() - begun)
    finally:
        gc.enable()
    assert best[1] <= 8 * best[0] + 0.0005


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 40), st.integers(1, 6), st.integers(1, 6))
def test_braces_repetitions_and_jobs_are_each_bounded(
    choices: int, times: int, most: int, prompts_most: int, repeats_most: int
) -> None:
    text = f"a {{{', '.join('abcdef'[:choices])}}} --repeat {times}"
    is_within = choices <= prompts_most and times <= repeats_most and choices * times <= most
    if is_within:
        found = unfold(text, most=most, prompts_most=prompts_most, repeats_most=repeats_most)
        assert len(found) == choices * times
    else:
        with pytest.raises(PromptError) as caught:
            unfold(text, most=most, prompts_most=prompts_most, repeats_most=repeats_most)
        assert [fault.kind for fault in caught.value.faults] == [FaultKind.TOO_MANY]
