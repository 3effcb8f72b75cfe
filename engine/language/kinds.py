"""What a parameter takes: how each kind of value is read, written so that reading gives it back, and described.
Knows no parameter.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal as Exact
from enum import Enum
from typing import Protocol, TypeVar

from engine.language.tokens import Sort, escape_text, literal, scan, split_list, squeeze

T = TypeVar("T")
_WHOLE = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,30})?|\.\d{1,30})\Z", re.ASCII)
_RATIO = re.compile(r"(\d{1,9})[:x×/](\d{1,9})\Z", re.ASCII)


class BadValueError(ValueError):
    """A value that its parameter does not take; `out_of_range` if only its size is wrong."""

    def __init__(self, what: str, *, out_of_range: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.out_of_range = out_of_range


@dataclass(frozen=True, slots=True)
class Ratio:
    """Width to height, in lowest terms."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"


Value = bool | int | float | str | Ratio | tuple[str, ...]


class Takes(Enum):
    NOTHING = "nothing"
    ONE = "one"
    REST = "rest"  # everything up to the next parameter


class Kind(Protocol[T]):
    """What a parameter takes: how to read it, how to write it so that reading gives it back, and what is allowed."""

    @property
    def takes(self) -> Takes: ...
    @property
    def allowed(self) -> str: ...
    def read(self, text: str) -> T: ...
    def write(self, value: T) -> str: ...


@dataclass(frozen=True, slots=True)
class Flag:
    takes: Takes = Takes.NOTHING
    allowed: str = "no value"

    def read(self, text: str) -> bool:
        return True

    def write(self, value: bool) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Whole:
    low: int
    high: int
    takes: Takes = Takes.ONE

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def read(self, text: str) -> int:
        if not _WHOLE.match(text):
            raise BadValueError("is not a whole number")
        value = int(text)
        if not self.low <= value <= self.high:
            raise BadValueError("is too high" if value > self.high else "is too low", out_of_range=True)
        return value

    def write(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Decimal:
    low: float
    high: float
    takes: Takes = Takes.ONE

    @property
    def allowed(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"

    def read(self, text: str) -> float:
        if not _DECIMAL.match(text):
            raise BadValueError("is not a number")
        value = float(text)
        if not self.low <= value <= self.high:
            raise BadValueError("is too high" if value > self.high else "is too low", out_of_range=True)
        return value + 0.0  # a minus zero would be written as -0

    def write(self, value: float) -> str:
        return write_number(value)


@dataclass(frozen=True, slots=True)
class Aspect:
    """Any ratio up to `widest` to 1, either way up."""

    widest: int
    takes: Takes = Takes.ONE

    @property
    def allowed(self) -> str:
        return f"a ratio between 1:{self.widest} and {self.widest}:1"

    def read(self, text: str) -> Ratio:
        found = _RATIO.match(text)
        if found is None:
            raise BadValueError("is not a ratio of two whole numbers such as 3:2")
        width, height = int(found[1]), int(found[2])
        if not width or not height:
            raise BadValueError("has a side of zero", out_of_range=True)
        if width > height * self.widest or height > width * self.widest:
            raise BadValueError("is too wide" if width > height else "is too tall", out_of_range=True)
        divisor = math.gcd(width, height)
        return Ratio(width // divisor, height // divisor)

    def write(self, value: Ratio) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[str, ...]
    takes: Takes = Takes.ONE

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(self.options)

    def read(self, text: str) -> str:
        lowered = text.lower()
        if lowered not in self.options:
            raise BadValueError("is not known")
        return lowered

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Name:
    """A name out of a list that is not known here: the catalogue's models, the operator's adapters."""

    of: str
    takes: Takes = Takes.ONE

    @property
    def allowed(self) -> str:
        return f"the name of {self.of}"

    def read(self, text: str) -> str:
        name = squeeze(text).strip('"“”').strip().lower()
        if not name or "\\" in name:
            raise BadValueError("is not a name")
        return name

    def write(self, value: str) -> str:
        return f'"{value}"' if re.search(r"[^\w.+-]|^-|\.$", value) else value


@dataclass(frozen=True, slots=True)
class Words:
    """A list with commas between; `\\,` is a comma that belongs to an item."""

    takes: Takes = Takes.REST
    allowed: str = "a list with commas between, such as: text, frames"

    def read(self, text: str) -> tuple[str, ...]:
        if "::" in text and any(scan(text, Sort.WEIGHT)):
            raise BadValueError("has a ::weight, which belongs in the text")
        return tuple(item for raw in split_list(text) if (item := literal(raw)))

    def write(self, value: tuple[str, ...]) -> str:
        return ", ".join(escape_text(item, commas=True) for item in value)


def write_number(value: float) -> str:
    """The shortest decimal that reads back as the same number, without an exponent."""
    return str(int(value)) if value == int(value) else format(Exact(repr(value)), "f")
