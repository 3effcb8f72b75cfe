"""What the queue knows of a job: whose it is, how urgent, how large. Not what it shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.job import Job, Share, Speed
from engine.models.catalog import Entry
from engine.recipe import Recipe
from engine.schedule.timing import Shape


def _percent(cell: Recipe) -> int:
    """How much of it is painted; a painter that stops early says so in its extras."""
    return int(dict(cell.extras).get("stop", 100))


@dataclass(frozen=True, slots=True)
class Ticket:
    """`rows` of a batch one picture takes; `alone`: shares no forward, so that it is exact. `tiles` of enlarging come
    beside its steps; `loads`: it is painted with a model that must be in memory."""

    job: str
    member: str
    speed: Speed
    share: Share
    shape: Shape
    steps: int
    rows: int = 1
    cells: int = 1
    alone: bool = False
    tiles: int = 0
    loads: bool = True

    def is_ready(self, resident: Collection[str]) -> bool:
        """Whether it can be begun without loading anything."""
        return not self.loads or self.shape.model in resident

    @classmethod
    def of(cls, job: Job, entry: Entry) -> Ticket:
        """All cells of a job are of one size and model; the first speaks for them."""
        first = job.cells[0]
        adapters = tuple(f"{adapter.sha256}:{adapter.strength!r}" for adapter in first.adapters)
        return cls(
            job=job.id,
            member=job.member,
            speed=job.speed,
            share=job.share,
            shape=Shape(first.model.name, first.width, first.height, adapters),
            steps=max(-(-cell.forwards(cell.steps) * _percent(cell) // 100) for cell in job.cells),
            rows=entry.rows(first.guidance, len(first.phrases)),
            cells=len(job.cells),
            alone=any(cell.exact for cell in job.cells),
        )
