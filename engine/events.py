"""All that ever leaves the engine. Events of one job come in order and carry its attempt; exactly one of `Finished`,
`Failed` and `Cancelled` is the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.recipe import Recipe


@dataclass(frozen=True, slots=True)
class JobEvent:
    job: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Queued(JobEvent):
    """`place` counts from 1; told again when it changes much."""

    place: int
    starts_in_ms: int


@dataclass(frozen=True, slots=True)
class Preparing(JobEvent):
    """Its turn has come, and what it needs is loaded if it is not there: `Started` follows, `PutBack` or its
    end. Should the program hang or die now, it is over this job.
    """


@dataclass(frozen=True, slots=True)
class PutBack(JobEvent):
    """What it needs finds no room beside what is painted: it waits again. `Queued` cannot say so, as it may be late."""


@dataclass(frozen=True, slots=True)
class Started(JobEvent):
    """All it needs is there."""

    finishes_in_ms: int


@dataclass(frozen=True, slots=True)
class Progress(JobEvent):
    """Steps of all cells together."""

    done: int
    steps: int


@dataclass(frozen=True, slots=True)
class Preview(JobEvent):
    """All cells side by side, as they would be now."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished cell. Its recipe says what painted it."""

    recipe: Recipe
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Film:
    """All cells side by side, forming; asked for with `Job.film`."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Finished(JobEvent):
    """No film although one was asked for: there was nothing to be seen on the way, as with a single step."""

    pictures: tuple[Picture, ...]
    gpu_ms: int
    film: Film | None = None


class Failure(StrEnum):
    """Why a job failed. The reader decides what to say, and whether to try again."""

    MEMORY = "memory"  # too large for this device, even alone
    MODEL = "model"  # the model could not be loaded
    NOT_A_NUMBER = "not a number"  # the picture came out empty
    REFUSED = "refused"  # what was asked cannot be painted so
    DEVICE = "device"  # the device or its driver gave up
    CLOSED = "closed"  # the engine was closed before the job ended
    BUG = "bug"  # anything else


@dataclass(frozen=True, slots=True)
class Failed(JobEvent):
    """Nothing is charged. `again` says that the same job may well succeed later."""

    failure: Failure
    message: str
    again: bool


@dataclass(frozen=True, slots=True)
class Cancelled(JobEvent):
    gpu_ms: int


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """`fraction` from 0 to 1; at 1 it is ready."""

    model: str
    fraction: float
    message: str


@dataclass(frozen=True, slots=True)
class ModelEvicted:
    model: str


@dataclass(frozen=True, slots=True)
class Hung:
    """A step has run far beyond its expected time; whoever hears this ends the process with code 75."""

    message: str
    seconds: float


Event = (
    Queued
    | Preparing
    | PutBack
    | Started
    | Progress
    | Preview
    | Finished
    | Failed
    | Cancelled
    | ModelLoading
    | ModelEvicted
    | Hung
)
