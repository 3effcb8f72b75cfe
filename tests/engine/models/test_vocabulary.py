"""Words that a model knows are read from its tokenizer, and only where it reads whole words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.models.vocabulary import TOKENIZER, words_in
from engine.pocket.parts import make_tokenizer


def test_pocket_tokenizers_words_are_all_that_it_was_made_with(tmp_path: Path) -> None:
    make_tokenizer(["a", "red house", "7"]).save_pretrained(tmp_path / TOKENIZER.parent)
    assert words_in(tmp_path) == {"a", "red", "house"}


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps({"model": {"type": "BPE", "vocab": {"red": 1}}})])
def test_tokenizer_that_puts_words_together_from_pieces_tells_none(tmp_path: Path, text: str) -> None:
    (tmp_path / TOKENIZER).parent.mkdir()
    (tmp_path / TOKENIZER).write_text(text)
    assert words_in(tmp_path) == frozenset()


def test_model_without_a_tokenizer_tells_no_words(tmp_path: Path) -> None:
    assert words_in(tmp_path) == frozenset()
