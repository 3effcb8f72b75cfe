"""What the queue is told of a job: how many steps of which size, how many tiles of enlarging, and whether a model must
be loaded for it. Knows what painters do with a recipe; paints nothing.
"""

from __future__ import annotations

from dataclasses import replace

from engine.job import Job
from engine.models.catalog import Entry
from engine.paint.image import size_of
from engine.paint.painters.upscale import work_of
from engine.recipe import Recipe
from engine.schedule.ticket import Ticket
from engine.schedule.timing import TILES


def ticket_of(job: Job, entry: Entry) -> Ticket:
    """All cells of a job are of one size and model; the first speaks for them."""
    plain, first = Ticket.of(job, entry), job.cells[0]
    ticket = replace(plain, loads=needs_model(first))
    if first.kind != "upscale":
        return ticket
    work = work_of(first, size_of(job.pictures[first.sources[0].sha256]))
    if not work.steps:
        shape = replace(ticket.shape, model=TILES.model, adapters=())
        return replace(ticket, shape=shape, steps=0, rows=1, tiles=work.tiles)
    shape = replace(ticket.shape, width=work.width, height=work.height)
    return replace(ticket, shape=shape, steps=work.steps, tiles=work.tiles)


def needs_model(recipe: Recipe) -> bool:
    """Whether a recipe is painted with a model of the catalogue."""
    return "diffusion" in (recipe.kind, dict(recipe.extras).get("painter"))
