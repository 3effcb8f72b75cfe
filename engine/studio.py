"""Where jobs are painted: seats each cell of a job at an easel, runs the forwards that the queue chose, and words what
went wrong. Belongs to the device thread alone. Which painter, which pipeline and which file are others' affairs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.errors import ModelError, NotANumberError, SourceError
from engine.events import Event, Failure, ModelEvicted, ModelLoading, Progress
from engine.job import Job
from engine.models.loaded import Loaded
from engine.models.shelf import Shelf
from engine.paint.conditioning import EmbeddingCache
from engine.paint.easel import Easel, Look
from engine.paint.image import open_picture
from engine.paint.painters import PAINTERS
from engine.paint.previews import Previews
from engine.paint.rendezvous import Arrival, Rendezvous
from engine.recipe import Environment, Recipe
from engine.schedule.timing import Stage
from engine.schedule.turn import Step

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a step. `counts` is false where its time says nothing of the next one's."""

    arrivals: list[Arrival]
    gpu_ms: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as the job's owner is told of it."""

    failure: Failure
    message: str
    again: bool


@dataclass(slots=True)
class Sitting:
    """A job under way: its model, and how far each cell is."""

    job: Job
    model: Loaded | None
    steps: dict[int, tuple[int, int]] = field(default_factory=dict)
    sketches: dict[int, np.ndarray] = field(default_factory=dict)
    fresh: bool = False
