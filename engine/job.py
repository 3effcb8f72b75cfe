"""What to paint and for whom. A job is handed in once per attempt; who hands it in stores it first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.recipe import Recipe


class Speed(StrEnum):
    """The classes of service, the first served first."""

    TURBO = "turbo"
    FAST = "fast"
    RELAX = "relax"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {speed: rank for rank, speed in enumerate(Speed)}


@dataclass(frozen=True, slots=True)
class Share:
    """What a member's plan entitles to within one class: a weight, and caps on jobs running and waiting."""

    weight: float = 1.0
    running: int = 3
    waiting: int = 10

    def __post_init__(self) -> None:
        if not (0 < self.weight < float("inf") and self.running > 0 and self.waiting > 0):
            raise ValueError(f"{self} is no share: weight, running and waiting must be above zero.")


@dataclass(frozen=True, slots=True)
class Job:
    """`attempt` fences: an event of an attempt that is no longer current is ignored by whoever stores the outcome.
    `pictures` are the bytes of the recipes' sources, by hash. `film`: one of the pictures forming comes with them."""

    id: str
    attempt: int
    member: str
    speed: Speed
    cells: tuple[Recipe, ...]
    share: Share = Share()
    previews: bool = True
    film: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.cells:
            raise ValueError(f"Job {self.id} has no recipe: there is nothing to paint.")
        if len({_needs(cell) for cell in self.cells}) > 1:
            raise ValueError(f"Job {self.id} has cells of several models, sizes or kinds; hand them in as jobs apart.")
        missing = {source.sha256 for cell in self.cells for source in cell.sources} - self.pictures.keys()
        if missing:
            raise ValueError(f"Job {self.id} lacks the picture {min(missing)[:12]}…, which its recipe starts from.")


def _needs(cell: Recipe) -> tuple[Hashable, ...]:
    """What is made ready for all cells at once."""
    controls = frozenset(source.model for source in cell.sources)
    return cell.kind, cell.model, cell.width, cell.height, cell.adapters, controls
