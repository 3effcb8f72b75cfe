"""From a finished picture to the wishes for its children: varied, enlarged. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from bot.errors import CannotDoError
from bot.intake.wishes import Wish
from bot.kinds import Kind
from bot.replies import images
from bot.store.jobs import Job
from bot.store.pictures import Picture
from engine import Catalog, EngineError, Manner, Recipe, Role, enlarge, enlarge_creatively, from_json, vary

GRID = 4  # pictures
VARIED: Final[Mapping[Kind, Manner]] = {Kind.VARY_SUBTLE: Manner.SUBTLE, Kind.VARY_STRONG: Manner.STRONG}


def varied(wish: Wish, seed: int, picture: Picture, manner: Manner, catalog: Catalog) -> Wish:
    """Pictures like that one, which had this seed: by the wish's words, and with the seed that those ask for."""
    return replace(_like_it(wish, seed, picture.sha256, manner, catalog), picture=picture)


def varied_again(wish: Wish, parent: Job, manner: Manner | None, catalog: Catalog) -> Wish:
    """By the wish's words, pictures like the one that its parent's are like; without a manner those are like none."""
    before = from_json(parent.cells[0])
    if manner is None:
        return wish
    return _like_it(wish, before.seed, _first_picture(before), manner, catalog)


def starts_from_picture(job: Job, brought: Collection[str]) -> bool:
    """From a finished one, and none that its member brought."""
    return not Kind(job.kind).enlarges and _first_picture(from_json(job.cells[0])) not in ("", *brought)


def _first_picture(recipe: Recipe) -> str:
    return next((source.sha256 for source in recipe.sources if source.role is Role.IMAGE), "")


def _like_it(wish: Wish, seed: int, sha256: str, manner: Manner, catalog: Catalog) -> Wish:
    recipe = replace(wish.cells[0], seed=seed)
    try:
        made = vary(recipe, sha256, manner, wish.cells[0].seed, GRID, catalog.find(recipe.model.name))
    except EngineError as error:
        raise CannotDoError(str(error)) from error
    ignored = (images.STARTS_FROM_PARENT,) if wish.uploads else ()
    notes = (*wish.notes, *ignored, *(note.message for note in made.notes))
    return replace(wish, cells=made.cells, notes=notes)


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
