"""Everything that the engine refuses, as exceptions that carry data; who words it for members reads the data.

EngineError
 ├─ PromptError         a text that is no prompt: `faults`, each with its place
 ├─ DataError           data with `faults`, each with its place and remedy
 │   ├─ RecipeError     a recipe that cannot be painted or read
 │   └─ CatalogError    a catalogue that cannot be used
 ├─ UnknownModelError   `name` is in no catalogue; `nearest` may be meant
 ├─ DeviceError         `wanted` is no device of this machine
 ├─ ModelError          `model` cannot be loaded: `problem` and `remedy`; `again` if it may work later
 │   ├─ AdapterError    a LoRA that is not there, or not for this model
 │   ├─ DownloadError   it cannot be fetched
 │   └─ NoRoomError     memory is full of models that jobs paint with; it would fit alone
 ├─ ReaderError         a question that cannot be answered
 ├─ SourceError         a picture that was sent along cannot be used
 ├─ NotANumberError     the picture that was painted has values that are no numbers
 ├─ ClosedError         the engine takes no more work
 ├─ QueueFullError      `member` already has `waiting` jobs waiting, and `cap` are allowed
 └─ UnknownJobError     `job` is not in the queue
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from unicodedata import combining, east_asian_width

MOST_FAULTS = 50  # a text with more is no prompt with mistakes; reading stops there
_EXCERPT_WIDTH = 76
_FAULTS_SHOWN = 20
_DASHES = "-—–"


class EngineError(Exception):
    """The root: catch this to catch whatever the engine refuses."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: from `start` up to, not including, `end`."""

    start: int
    end: int


class FaultKind(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too long"
    UNKNOWN = "unknown"
    REPEATED = "repeated"
    MISPLACED = "misplaced"
    NO_VALUE = "no value"
    BAD_VALUE = "bad value"
    OUT_OF_RANGE = "out of range"
    WEIGHT = "weight"
    BRACES = "braces"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a prompt. `nearest` is looked for when asked: a hostile text may hold a thousand faults."""

    kind: FaultKind
    problem: str
    source: str
    span: Span
    parameter: str | None = None
    allowed: str | None = None
    word: str = ""
    known: tuple[str, ...] = ()

    @property
    def nearest(self) -> str | None:
        return nearest_name(self.word, self.known)

    @property
    def message(self) -> str:
        nearest = self.nearest
        return f"{self.problem} Did you mean {nearest}?" if nearest else self.problem

    def pointer(self) -> tuple[str, str]:
        """The line that is at fault, shortened around the place, and a line of carets to print under it."""
        line = "".join(" " if character.isspace() else character for character in self.source)
        start = max(0, min(self.span.start - 24, len(line) - _EXCERPT_WIDTH))
        stop = min(len(line), start + _EXCERPT_WIDTH)
        head, tail = ("…" if start else ""), ("…" if stop < len(line) else "")
        before = _columns(head + line[start : self.span.start])
        marked = max(1, _columns(line[self.span.start : min(self.span.end, stop)]))
        return head + line[start:stop] + tail, " " * before + "^" * marked

    def __str__(self) -> str:
        return "\n".join((self.message, *self.pointer()))


class PromptError(EngineError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        shown = [str(fault) for fault in self.faults[:_FAULTS_SHOWN]]
        if len(self.faults) > _FAULTS_SHOWN:
            shown.append(f"… and {len(self.faults) - _FAULTS_SHOWN} more.")
        return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class DataFault:
    """One thing wrong with a file or a record: where in it, what is wrong, and what to do."""

    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} {self.remedy}"


class DataError(EngineError):
    """All faults of one piece of data."""

    def __init__(self, faults: Sequence[DataFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RecipeError(DataError):
    pass


class CatalogError(DataError):
    pass


class UnknownModelError(EngineError):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        self.nearest = nearest_name(name, self.known)
        hint = f"Did you mean {self.nearest}?" if self.nearest else f"Known are: {', '.join(self.known)}."
        super().__init__(f"There is no model named {name}. {hint}")


class DeviceError(EngineError):
    def __init__(self, wanted: str, problem: str, remedy: str) -> None:
        self.wanted = wanted
        super().__init__(f"{problem} {remedy}")


class ModelError(EngineError):
    """`again`: the same may well succeed later, without anybody changing anything."""

    def __init__(self, model: str, problem: str, remedy: str, *, again: bool = False) -> None:
        self.model = model
        self.problem = problem
        self.remedy = remedy
        self.again = again
        super().__init__(f"{problem} {remedy}")


class AdapterError(ModelError):
    pass


class DownloadError(ModelError):
    pass


class NoRoomError(ModelError):
    pass


class ReaderError(EngineError):
    pass


class SourceError(EngineError):
    pass


class NotANumberError(EngineError):
    def __init__(self) -> None:
        super().__init__("The picture came out empty: the model computed values that are no numbers.")


class ClosedError(EngineError):
    def __init__(self) -> None:
        super().__init__("The engine is closed and takes no more work; open another one.")


class QueueFullError(EngineError):
    def __init__(self, member: str, waiting: int, cap: int) -> None:
        self.member = member
        self.waiting = waiting
        self.cap = cap
        super().__init__(f"{member} has {waiting} jobs waiting and may have {cap}; wait until one has started.")


class UnknownJobError(EngineError):
    def __init__(self, job: str) -> None:
        self.job = job
        super().__init__(f"Job {job} is not in the queue: it was never offered, or it has ended.")


def nearest_name(word: str, known: Sequence[str]) -> str | None:
    """The known name that a mistyped one most likely means. Dashes before them would make all parameters alike."""
    lowered = {name.lower().lstrip(_DASHES): name for name in known}
    found = get_close_matches(word.lower().lstrip(_DASHES)[:40], lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def _columns(text: str) -> int:
    """How wide a terminal or Discord's code block draws it: wide characters take two columns, accents none."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
