"""What encoders are taught of queries: they are true of their scene, and of whatever else shows what they name."""

from __future__ import annotations

import random

import torch

from engine.pocket.parts import split_words
from engine.pocket.training.encoders import precision, recall
from engine.pocket.training.facts import NAMES, facts_of, matches
from engine.pocket.training.queries import ask
from engine.pocket.world import WHOLE, cast, vocabulary

SCENES = [cast(seed, WHOLE) for seed in range(300)]


def test_a_query_names_something_and_nothing_that_is_not_so() -> None:
    for scene in SCENES:
        text, named = ask(scene, random.Random(scene.seed))
        assert text
        assert named.any()
        assert not (named & ~facts_of(scene)).any(), (text, scene)


def test_a_query_speaks_the_words_of_the_world() -> None:
    known = {piece for word in vocabulary() for piece in split_words(word)} | {","}
    said = {word for scene in SCENES for word in split_words(ask(scene, random.Random(scene.seed))[0])}
    assert said <= known


def test_whatever_shows_what_is_named_belongs_to_the_words() -> None:
    size = len(NAMES)
    named, true = torch.zeros(2, size), torch.zeros(3, size)
    named[0, 1] = named[1, [1, 2]] = 1
    true[0, 1] = true[1, [1, 2, 3]] = true[2, 3] = 1
    assert matches(named, true).tolist() == [[True, True, False], [False, True, False]]


def test_precision_asks_for_no_more_than_there_is() -> None:
    likeness = torch.tensor([[0.9, 0.8, 0.1], [0.1, 0.9, 0.2]])
    belong = torch.tensor([[True, False, False], [True, False, True]])
    assert precision(likeness, belong, 1) == 0.5
    assert precision(likeness, belong, 2) == 0.75
    assert recall(likeness, 1) == 1.0
