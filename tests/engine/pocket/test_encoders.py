"""The pair of encoders before it has learned anything: what it takes into account at all."""

from __future__ import annotations

import pytest
import torch

from engine.pocket.encoders import FEATURES, make_encoders, picture_features, text_features
from engine.pocket.parts import make_tokenizer

WORDS = ["a", "red", "house", "by", "night", "boat"]


def said(*texts: str) -> torch.Tensor:
    torch.manual_seed(3)
    tokenizer = make_tokenizer(WORDS)
    encoders = make_encoders(len(tokenizer)).eval()
    ids = tokenizer(list(texts), padding="max_length", truncation=True, return_tensors="pt").input_ids
    features: torch.Tensor = text_features(encoders, ids)
    return features


@pytest.mark.parametrize(
    "other", ["the red house by night", "a boat house by night", "a red boat by night", "a red house by boat"]
)
def test_every_word_counts_wherever_it_stands(other: str) -> None:
    first, second = said("a red house by night", other)
    assert not torch.allclose(first, second, atol=1e-4)


def test_what_fills_up_short_texts_does_not_count() -> None:
    torch.manual_seed(3)
    tokenizer = make_tokenizer(WORDS)
    encoders = make_encoders(len(tokenizer)).eval()
    short, long = (
        text_features(encoders, tokenizer("a boat", padding=padding, return_tensors="pt").input_ids)
        for padding in ("do_not_pad", "max_length")
    )
    assert torch.allclose(short, long, atol=1e-5)


def test_pictures_of_any_size_become_unit_features() -> None:
    encoders = make_encoders(9).eval()
    features = picture_features(encoders, torch.rand(2, 3, 96, 200))
    assert features.shape == (2, FEATURES)
    assert torch.allclose(features.norm(dim=1), torch.ones(2), atol=1e-5)
