"""Sentences about the prompt language: nothing that was typed may format them, and they fit into a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import MESSAGE_LIMIT, language

WORDS = st.lists(st.tuples(st.text(min_size=1, max_size=30), st.floats(-1, 1)), max_size=400)


def test_heavy_words_are_bold_and_those_that_hardly_count_struck_through() -> None:
    words = (("a", 0.0), ("red", 0.2), ("house", 0.4), ("please", -0.1))
    shown = language.weighed(words, ("red house",)).split("\n")
    assert shown == ["**What was heard**", "~~a~~ **red** **house** ~~please~~", "1. red house"]


def test_words_of_which_none_counts_are_not_divided_by_nothing() -> None:
    assert "~~a~~" in language.weighed((("a", 0.0),), ())
    assert language.NOTHING_SHORTER in language.weighed((), ())


@given(WORDS, st.lists(st.text(max_size=6000), max_size=5))
def test_weighed_words_fit_into_a_message(words: list[tuple[str, float]], shorter: list[str]) -> None:
    assert len(language.weighed(words, shorter)) <= MESSAGE_LIMIT


@pytest.mark.parametrize("end", ["", "*" * 200])
def test_shorter_prompts_are_all_shown_however_many_words_were_weighed(end: str) -> None:
    words = [(f"word{number}", number % 3 / 2) for number in range(900)]
    shorter = [f"{number} a red house{end}" for number in range(5)]
    _, heard, *lines = language.weighed(words, shorter).split("\n")
    assert [line.partition(" a red")[0] for line in lines] == ["1. 0", "2. 1", "3. 2", "4. 3", "5. 4"]
    assert heard.startswith("~~word0~~ **word1** **word2** ")
    assert heard.endswith(" …")
    assert heard.count("**") % 2 == 0


@pytest.mark.parametrize("mark", ["*", "`", "字", "@everyone "])
def test_options_and_what_ran_fit_into_a_message_and_format_nothing(mark: str) -> None:
    options = {f"own{number}": mark * 300 for number in range(20)}
    assert len(language.options_listed(options, mark * 900, 20)) <= MESSAGE_LIMIT
    assert language.ran_as("**bold**") == "-# ↳ \\*\\*bold\\*\\*"
    assert len(language.ran_as(mark * 6000)) <= 2 * language.RAN_SHOWN + 10


def test_a_strange_word_is_told_with_near_ones_if_there_are_any() -> None:
    told = language.strange("Pocket", {"hause": ("house", "horse"), "zeppelin": ()})
    assert told == "Pocket never learned “hause” (it knows house, horse), “zeppelin”; other words may come closer."
