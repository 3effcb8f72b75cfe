"""Shorter prompts out of weighed words, and words that are not known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.language.shortening import shorten, strange_words

WEIGHED = [("a", 0.0), ("very", 0.01), ("red", 0.2), ("house,", 0.4), ("in", 0.0), ("the", 0.0), ("snow", 0.3)]


def test_the_weightiest_words_stay_in_their_order() -> None:
    assert shorten(WEIGHED) == (
        "a very red house, in snow",
        "very red house, snow",
        "red house, snow",
        "house, snow",
        "house",
    )


def test_a_single_word_cannot_be_shortened() -> None:
    assert shorten([("house", 1.0)]) == ()
    assert shorten([]) == ()


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=4), st.floats(-1, 1)), max_size=30))
def test_every_offer_is_shorter_and_no_two_are_the_same(words: list[tuple[str, float]]) -> None:
    offers = shorten(words)
    assert len(set(offers)) == len(offers) <= 5
    assert [len(offer.split()) for offer in offers] == sorted((len(offer.split()) for offer in offers), reverse=True)
    assert all(len(offer) < len(" ".join(word for word, _ in words)) for offer in offers)


def test_words_that_are_not_known_are_told_once_with_near_ones() -> None:
    known = ["house", "Castle", "red", "a", "of", "watercolor"]
    found = dict(strange_words("A red hous of glass, a Hous in watercolour 8k", known))
    assert found == {"hous": ("house",), "glass": (), "in": (), "watercolour": ("watercolor",), "k": ()}


def test_little_words_are_not_strange() -> None:
    assert [word for word, _ in strange_words("Please, there is a zeppelin and it is yours to see", {"a"})] == [
        "zeppelin",
        "yours",
        "see",
    ]
