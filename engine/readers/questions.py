"""What can be asked of a reader, and its answers: plain values, so that whoever asks knows no model."""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EmbedWords:
    """Texts to vectors of length one, for a search by words."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbedPictures:
    """Files to vectors of length one, in the same space as words."""

    files: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """Which of these pictures shows best what the text says."""

    text: str
    files: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Describe:
    """Which of these phrases say best what a picture shows, the best first. None: those that the reader brings along,
    of things, colours, places, hours, weathers, materials and styles."""

    file: bytes
    phrases: tuple[str, ...] | None = None
    most: int = 5


@dataclass(frozen=True, slots=True)
class WeighWords:
    """How much each word of a text has to do with a picture; without one, with what the whole text means."""

    text: str
    file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Vectors:
    reader: str  # which encoders: vectors of others cannot be compared
    vectors: tuple[Vector, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """`index` points into what was asked."""

    index: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Scores:
    reader: str
    scores: tuple[Scored, ...]


Question = EmbedWords | EmbedPictures | Rank | Describe | WeighWords
Answer = Vectors | Scores
