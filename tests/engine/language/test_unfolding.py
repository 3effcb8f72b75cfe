"""One text, several jobs: braces, repetitions, and where there would be too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FaultKind, PromptError
from engine.language.parameters import REPEAT, SEED
from engine.language.permutations import expand
from engine.language.prompt import parse
from engine.language.unfolding import turn_seed, unfold


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
