"""Answers questions with a pair of encoders, or with the ears of the model that ships, on the thread that calls. Knows
no job and no queue, and of files only their folders.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from engine.errors import ReaderError
from engine.models.parts import quietly, told_as_broken
from engine.models.weights import Part
from engine.paint.image import open_picture
from engine.pocket.encoders import joined
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
HEARD = "text_encoder"
PHRASES = Path(__file__).with_name("phrases.txt")
MOST_ITEMS = 256  # of one question


class Reader:
    """`folder` holds a pair of encoders, such as a CLIP, with their tokenizer, as their makers save them. Beside those
    that ship, or where there are none (None), words are weighed by what the model that ships hears in them itself.
    """

    def __init__(self, folder: Path | None = SHIPPED) -> None:
        self._folder = folder
        self._own: Tensor | None = None

    def answer(self, question: Question) -> Answer:
        """Blocks. Raises ReaderError, and SourceError for what is no picture."""
        by_ear = isinstance(question, WeighWords) and question.file is None and self._folder in (SHIPPED, None)
        _check_there(PAINTER / HEARD if by_ear else self._folder)  # first: torch takes seconds to be read
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
                case WeighWords(text=text, file=file):
                    return self._weighed(text, file, by_ear)
                case _:
                    assert_never(question)

    @property
    def _name(self) -> str:
        return self._encoders[2]

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

    def _weighed(self, text: str, file: bytes | None, by_ear: bool) -> Scores:
        """What the likeness loses when a word is left out; in the order of the words. Nothing for those behind the last
        that the encoder reads: a prompt may have three thousand."""
        import torch

        _check_text(text)
        words = text.split()
        _, tokenizer, name = self._listener if by_ear else self._encoders
        read = _count_read(tokenizer, words)
        texts = (text, *(" ".join(words[:at] + words[at + 1 :]) for at in range(read)))
        say = self._heard if by_ear else self._words
        said = torch.cat([say(texts[at : at + MOST_ITEMS]) for at in range(0, len(texts), MOST_ITEMS)])
        likeness = said @ (said[0] if file is None else self._pictures((file,))[0])
        lost = [*(likeness[0] - likeness[1:]).tolist(), *[0.0] * (len(words) - read)]
        pairs = enumerate(zip(words, lost, strict=True))
        return Scores(name, tuple(Scored(at, word, score) for at, (word, score) in pairs))

    def _ordered(self, texts: tuple[str, ...] | list[str], scores: Tensor) -> Scores:
        order = scores.argsort(descending=True).tolist()
        return Scores(self._name, tuple(Scored(at, texts[at], float(scores[at])) for at in order))

    def _words(self, texts: tuple[str, ...]) -> Tensor:
        model, tokenizer, _ = self._encoders
        features: Tensor = model.get_text_features(**_tokens(tokenizer, texts)).pooler_output
        return _unit(features)

    def _heard(self, texts: tuple[str, ...]) -> Tensor:
        """The mean of what the painter's own text encoder hands to the UNet, which is told of no mask."""
        model, tokenizer, _ = self._listener
        return _unit(model(_tokens(tokenizer, texts)["input_ids"]).last_hidden_state.mean(1))

    def _pictures(self, files: tuple[bytes, ...]) -> Tensor:
        import numpy as np
        import torch

        _check(len(files), "pictures")
        model, _, _ = self._encoders
        side = model.config.vision_config.image_size
        opened = [open_picture(data).resize((side, side)) for data in files]
        means, spreads = self._evened
        values = (torch.from_numpy(np.stack([np.asarray(one) for one in opened])).float() / 255 - means) / spreads
        features: Tensor = model.get_image_features(pixel_values=values.permute(0, 3, 1, 2)).pooler_output
        return _unit(features)

    @cached_property
    def _evened(self) -> tuple[Tensor, Tensor]:
        """What is taken from each colour, and by what the rest is divided: as their makers say, or to −1 to 1."""
        import torch

        assert self._folder is not None  # `answer` has looked
        file = self._folder / "preprocessor_config.json"
        said = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        means, spreads = (torch.tensor(said.get(name, [0.5] * 3)) for name in ("image_mean", "image_std"))
        return means, spreads

    @cached_property
    def _encoders(self) -> tuple[Any, Any, str]:
        from transformers import AutoModel

        assert self._folder is not None  # `answer` has looked
        pair, tokenizer, name = _load(AutoModel, "encoders", self._folder, self._folder)
        return joined(pair), tokenizer, name

    @cached_property
    def _listener(self) -> tuple[Any, Any, str]:
        from transformers import CLIPTextModel

        return _load(CLIPTextModel, HEARD, PAINTER / HEARD, PAINTER / "tokenizer")


def _check_there(folder: Path | None) -> None:
    if folder is None or not (folder / WEIGHTS).is_file():
        raise ReaderError("There are no encoders here to read pictures with; train or add them first.")
    if find_spec("torch") is None:
        raise ReaderError("PyTorch, which reads pictures, is not installed; install it, or do without.")


def _load(kind: Any, part: str, folder: Path, tokenizer_folder: Path) -> tuple[Any, Any, str]:
    """A model, its tokenizer, and the name by which its answers are known."""
    from transformers import PreTrainedTokenizerFast

    with told_as_broken(Part(part, "", ""), "the reader"), quietly():
        model = kind.from_pretrained(folder, use_safetensors=True).float().eval()
        tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_folder)
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return model, tokenizer, f"sha256:{digest}"


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


def _count_read(tokenizer: Any, words: Sequence[str]) -> int:
    """How many words of a text fill all that its encoder takes in; what comes behind them changes nothing."""
    whole = _tokens(tokenizer, (" ".join(words),))["input_ids"].tolist()

    def is_full(count: int) -> bool:
        return bool(_tokens(tokenizer, (" ".join(words[:count]),))["input_ids"].tolist() == whole)

    return bisect_left(range(len(words)), True, key=is_full)


def _tokens(tokenizer: Any, texts: tuple[str, ...]) -> dict[str, Any]:
    """Without what a tokenizer says beyond what an encoder wants to know."""
    _check(len(texts), "texts")
    tokens = tokenizer(list(texts), padding="max_length", truncation=True, return_tensors="pt")
    return {name: tokens[name] for name in ("input_ids", "attention_mask") if name in tokens}


def _rows(features: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in features.tolist())
