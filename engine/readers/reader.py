"""Answers questions with a pair of encoders, on the thread that calls. Knows no job and no queue, and of files only the
folder of its encoders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from engine.errors import ReaderError
from engine.models.parts import quietly, told_as_broken
from engine.models.weights import Part
from engine.paint.image import open_picture
from engine.readers.questions import (
    Answer,
    Describe,
    EmbedPictures,
    EmbedWords,
    Question,
    Rank,
    Scored,
    Scores,
    Vectors,
    WeighWords,
)

if TYPE_CHECKING:
    from torch import Tensor

PAINTER = Path(__file__).parent.parent / "pocket" / "weights"
SHIPPED = PAINTER / "encoders"
WEIGHTS = "model.safetensors"
HEARD = Path("text_encoder") / WEIGHTS
PHRASES = Path(__file__).with_name("phrases.txt")
MOST_ITEMS = 256  # of one question


class Reader:
    """`folder` holds encoders of the CLIP kind with their tokenizer, as their makers save them. Beside those that ship,
    words are weighed by what the model that ships hears in them itself.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._listener: tuple[Any, Any, str] | None = None
        self._loaded: tuple[Any, Any, str] | None = None
        self._own: Tensor | None = None

    def answer(self, question: Question) -> Answer:
        """Blocks. Raises ReaderError, and SourceError for what is no picture."""
        alone = isinstance(question, WeighWords) and question.file is None and self._folder == SHIPPED
        self._check_there(PAINTER / HEARD if alone else self._folder / WEIGHTS)  # first: torch takes seconds to be read
        import torch

        with torch.inference_mode():
            match question:
                case EmbedWords(texts=texts):
                    return Vectors(self._name, _rows(self._words(texts)))
                case EmbedPictures(files=files):
                    return Vectors(self._name, _rows(self._pictures(files)))
                case Rank(text=text, files=files):
                    _check_text(text)
                    scores = self._pictures(files) @ self._words((text,))[0]
                    return self._ordered([text] * len(files), scores)
                case Describe(file=file, phrases=phrases, most=most):
                    return self._described(file, phrases, most)
                case WeighWords(text=text) if alone:
                    name, features = self._heard
                    return self._weighed(text, name, features)
                case WeighWords(text=text, file=file):
                    return self._weighed(text, self._name, self._words, file)
                case _:
                    assert_never(question)

    @property
    def _name(self) -> str:
        return self._encoders()[2]

    def _described(self, file: bytes, phrases: tuple[str, ...] | None, most: int) -> Scores:
        if most < 1:
            raise ReaderError(f"A description of {most} phrases says nothing; ask for 1 or more.")
        if phrases is None:
            phrases, said = own_phrases(), self._own_words()
        else:
            said = self._words(phrases)
        ordered = self._ordered(phrases, said @ self._pictures((file,))[0])
        return Scores(ordered.reader, ordered.scores[:most])

    def _own_words(self) -> Tensor:
        """Encoded once: they are the same for every picture."""
        if self._own is None:
            self._own = self._words(own_phrases())
        return self._own

    def _weighed(
        self, text: str, name: str, read: Callable[[tuple[str, ...]], Tensor], file: bytes | None = None
    ) -> Scores:
        """What the likeness loses when a word is left out; in the order of the words."""
        _check_text(text)
        words = text.split()
        without = [" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))]
        said = read((text, *without))
        likeness = said @ (said[0] if file is None else self._pictures((file,))[0])
        lost = (likeness[0] - likeness[1:]).tolist()
        pairs = enumerate(zip(words, lost, strict=True))
        return Scores(name, tuple(Scored(at, word, score) for at, (word, score) in pairs))

    def _ordered(self, texts: tuple[str, ...] | list[str], scores: Tensor) -> Scores:
        order = scores.argsort(descending=True).tolist()
        return Scores(self._name, tuple(Scored(at, texts[at], float(scores[at])) for at in order))

    def _words(self, texts: tuple[str, ...]) -> Tensor:
        _check(len(texts), "texts")
        model, tokenizer, _ = self._encoders()
        tokens = tokenizer(list(texts), padding="max_length", truncation=True, return_tensors="pt")
        features: Tensor = model.get_text_features(**_known(tokens)).pooler_output
        return _unit(features)

    def _pictures(self, files: tuple[bytes, ...]) -> Tensor:
        import numpy as np
        import torch

        _check(len(files), "pictures")
        model, _, _ = self._encoders()
        side = model.config.vision_config.image_size
        opened = [open_picture(data).resize((side, side)) for data in files]
        values = torch.from_numpy(np.stack([np.asarray(one) for one in opened])).permute(0, 3, 1, 2).float() / 127.5 - 1
        features: Tensor = model.get_image_features(pixel_values=values).pooler_output
        return _unit(features)

    @property
    def _heard(self) -> tuple[str, Callable[[tuple[str, ...]], Tensor]]:
        """The painter's own text encoder: the mean of what it hands to the UNet."""
        if self._listener is None:
            from transformers import CLIPTextModel, PreTrainedTokenizerFast

            with told_as_broken(Part("text_encoder", "", ""), "the reader"), quietly():
                model = CLIPTextModel.from_pretrained(PAINTER / "text_encoder", use_safetensors=True).float().eval()
                tokenizer = PreTrainedTokenizerFast.from_pretrained(PAINTER / "tokenizer")
            digest = hashlib.sha256((PAINTER / HEARD).read_bytes()).hexdigest()
            self._listener = model, tokenizer, f"sha256:{digest}"
        model, tokenizer, name = self._listener

        def read(texts: tuple[str, ...]) -> Tensor:
            _check(len(texts), "texts")
            tokens = tokenizer(list(texts), padding="max_length", truncation=True, return_tensors="pt")
            return _unit(model(tokens.input_ids).last_hidden_state.mean(1))

        return name, read

    def _check_there(self, weights: Path) -> None:
        if not weights.is_file():
            raise ReaderError("There are no encoders here to read pictures with; train or add them first.")
        if find_spec("torch") is None:
            raise ReaderError("PyTorch, which reads pictures, is not installed; install it, or do without.")

    def _encoders(self) -> tuple[Any, Any, str]:
        if self._loaded is None:
            from transformers import CLIPModel, PreTrainedTokenizerFast

            with told_as_broken(Part("encoders", "", ""), "the reader"), quietly():
                model = CLIPModel.from_pretrained(self._folder, use_safetensors=True).float().eval()
                tokenizer = PreTrainedTokenizerFast.from_pretrained(self._folder)
            digest = hashlib.sha256((self._folder / WEIGHTS).read_bytes()).hexdigest()
            self._loaded = model, tokenizer, f"sha256:{digest}"
        return self._loaded


def _unit(features: Tensor) -> Tensor:
    unit: Tensor = features / features.norm(dim=-1, keepdim=True).clamp_min(1e-9)
    return unit


@cache
def own_phrases() -> tuple[str, ...]:
    """What a description chooses from, unless it is told: the words that the shipped encoders know from their world."""
    return tuple(PHRASES.read_text(encoding="utf-8").splitlines())


def _check_text(text: str) -> None:
    if not text.strip():
        raise ReaderError("The text has no words to weigh or to look for; give it one or more.")


def _check(count: int, things: str) -> None:
    if not 0 < count <= MOST_ITEMS:
        raise ReaderError(f"A question takes 1 to {MOST_ITEMS} {things}, and this one has {count}; ask in parts.")


def _known(tokens: Any) -> dict[str, Any]:
    """A tokenizer may say more than an encoder wants to know."""
    return {name: tokens[name] for name in ("input_ids", "attention_mask") if name in tokens}


def _rows(features: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in features.tolist())
