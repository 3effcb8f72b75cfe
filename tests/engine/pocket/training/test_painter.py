"""What the painter hears and what counts for it."""

import random

import pytest
import torch

from engine.pocket.parts import make_tokenizer
from engine.pocket.training.labels import SMALL_WEIGHT, THING_WEIGHT, weights
from engine.pocket.training.painter import interrupted
from engine.pocket.world import WHOLE, cast, vocabulary


def test_some_captions_are_interrupted_by_words_that_nobody_knows() -> None:
    tokenizer = make_tokenizer(vocabulary())
    plain = "a red house on green hills, watercolor"
    heard = [interrupted(plain, random.Random(n)) for n in range(2000)]
    other = [text for text in heard if text != plain]
    assert 0.1 < len(other) / len(heard) < 0.2
    for text in other:
        ids = tokenizer(text).input_ids
        assert 1 <= ids.count(tokenizer.unk_token_id) <= 3
        assert [i for i in ids if i != tokenizer.unk_token_id] == tokenizer(plain).input_ids
    assert interrupted("", random.Random(0)) == ""
    assert sum(tokenizer(text).input_ids[1] == tokenizer.unk_token_id for text in other) > len(other) / 3


def test_a_small_thing_counts_as_much_as_a_large_one_and_ground_counts_once() -> None:
    for scene in (cast(n, WHOLE, aspect=1.6) for n in range(200)):
        cover = torch.zeros(1, 32, 51)
        assert (weights([scene], cover) == 1).all()
        for thing in scene.things:
            y, x = int(thing.y * 32), int(thing.x * 51)
            cover[0, y, x] = 1
            weight = weights([scene], cover)[0, y, x].item()
            assert THING_WEIGHT <= weight <= SMALL_WEIGHT
            if len(scene.things) == 1:
                assert weight == pytest.approx(max(THING_WEIGHT, min(1 / thing.size**2, SMALL_WEIGHT)))
