"""From a finished picture to the wishes for its children: varied, enlarged. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import CannotDoError
from bot.intake.wishes import Wish
from bot.kinds import Kind
from bot.replies import images
from bot.store.jobs import Job
from bot.store.pictures import Picture
from engine import Catalog, EngineError, Manner, enlarge, enlarge_creatively, from_json, vary

GRID = 4  # pictures


def varied(wish: Wish, seed: int, picture: Picture, manner: Manner, catalog: Catalog) -> Wish:
    """Pictures like that one, which had this seed: by the wish's words, and with the seed that those ask for."""
    recipe = replace(wish.cells[0], seed=seed)
    try:
        made = vary(recipe, picture.sha256, manner, wish.cells[0].seed, GRID, catalog.find(recipe.model.name))
    except EngineError as error:
        raise CannotDoError(str(error)) from error
    ignored = (images.STARTS_FROM_PARENT,) if wish.uploads else ()
    notes = (*wish.notes, *ignored, *(note.message for note in made.notes))
    return replace(wish, cells=made.cells, notes=notes, picture=picture)


def enlarged(parent: Job, picture: Picture, cell: int | None, manner: Manner, catalog: Catalog) -> Wish:
    kind = Kind.UPSCALE_SUBTLE if manner is Manner.SUBTLE else Kind.UPSCALE_CREATIVE
    recipe = from_json(picture.recipe)
    try:
        if manner is Manner.SUBTLE:
            made = enlarge(recipe, picture.sha256)
        else:
            made = enlarge_creatively(recipe, picture.sha256, catalog.find(recipe.model.name))
    except EngineError as error:
        raise CannotDoError(str(error)) from error
    told = tuple(note.message for note in made.notes)
    return Wish(kind, parent.text, made.cells, told, parent, cell, picture)
