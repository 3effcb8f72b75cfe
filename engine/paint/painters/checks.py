"""What a painter would refuse once its turn has come, refused at the door: a recipe against the entry of its model.
Reads data only; whether files are there and a picture can be opened, nobody knows yet.
"""

from __future__ import annotations

from engine.errors import DataFault, RecipeError
from engine.models.catalog import Entry
from engine.paint.families import STYLES, Kind, kind_of
from engine.paint.painters import refuse_unknown
from engine.paint.painters.upscale import Wish, brought_to, refuse_sources
from engine.paint.schedulers import FLOWING
from engine.paint.touches import Touch
from engine.recipe import Recipe, Role

_STARTED = frozenset(Kind) - {Kind.TEXT, Kind.CONTROL}


def check(recipe: Recipe, entry: Entry) -> None:
    """Raises RecipeError."""
    refuse_unknown(recipe.kind)
    if recipe.kind == "upscale":
        wish = Wish.of(recipe)
        refuse_sources(recipe)
        if wish.painter:
            check(brought_to(recipe, wish), entry)
        return
    _check_painter(recipe.kind, entry)
    Touch.of(recipe)
    kind = kind_of(recipe)
    if entry.kind == "diffusion":
        _check_diffusion(recipe, entry, kind)


def _check_painter(kind: str, entry: Entry) -> None:
    if kind != entry.kind:
        problem = f"is {kind}, and {entry.title} is painted by {entry.kind}."
        raise RecipeError([DataFault("kind", problem, "Use that, or another model.")])


def _check_diffusion(recipe: Recipe, entry: Entry, kind: Kind) -> None:
    style = STYLES[entry.family]
    faults = []
    if kind not in style.pipelines:
        problem = f"ask for {kind}, which {entry.title} cannot do."
        faults.append(DataFault("sources", problem, "Leave one of them out, or use another model."))
    starts = recipe.scheduler in entry.schedulers and kind in _STARTED and entry.scheduler in FLOWING
    if starts and recipe.scheduler not in FLOWING:
        problem = f"is {recipe.scheduler}, with which {entry.title} starts from nothing."
        faults.append(DataFault("scheduler", problem, f"Use one of {', '.join(FLOWING)} with a picture."))
    if recipe.scheduler not in entry.schedulers:
        problem = f"is {recipe.scheduler}, which {entry.title} cannot be painted with."
        faults.append(DataFault("scheduler", problem, f"Use one of {', '.join(entry.schedulers)}."))
    for at, source in enumerate(recipe.sources):
        if source.role is Role.CONTROL and source.model is None:
            remedy = "Name the ControlNet that reads it."
            faults.append(DataFault(f"sources[{at}].model", "is missing from a control picture.", remedy))
    for side in ("width", "height"):
        pixels = getattr(recipe, side)
        if pixels % style.multiple:
            remedy = f"Use a multiple of {style.multiple}."
            faults.append(DataFault(side, f"is {pixels}, which {entry.title} cannot paint.", remedy))
    if faults:
        raise RecipeError(faults)
