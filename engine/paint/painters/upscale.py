"""Recipes of kind `upscale`: a picture made larger, and, where the recipe says so, painted over lightly at a size that
its model can paint. One recipe, one picture: what was enlarged on the way is nobody's file.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from engine.errors import DataFault, RecipeError
from engine.paint.easel import Easel, Look, Painter
from engine.paint.enlarging import Enlarger, count_tiles, net_hash, plan_enlargement
from engine.pocket.upscaler import SCALE
from engine.recipe import LARGEST_SIDE, Recipe, Role, Source

if TYPE_CHECKING:
    import numpy as np

PAINTERS = ("diffusion", "swatch")  # who can paint a picture over
_START = "enlarged"
_OVER = ("painter", "repaint", "repaint_height", "repaint_width")
_ALLOWED = {
    "enlarger": " or ".join(Enlarger),
    "net": "sha256: and the hash of the net's weights",
    "painter": " or ".join(PAINTERS),
    "repaint": "a number above 0.0, up to 1.0",
    "repaint_height": "a whole number of pixels",
    "repaint_width": "a whole number of pixels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the extras of such a recipe say. `net` are the weights that enlarged it, once it was. `painter`, if there is
    one, paints it over with `repaint` as strength."""

    enlarger: Enlarger = Enlarger.NET
    net: str = ""
    painter: str = ""
    repaint: float = 0.0
    repaint_height: int = 0
    repaint_width: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> Wish:
        """Raises RecipeError for what this painter does not know."""
        given: dict[str, Any] = dict(recipe.extras)
        faults = [
            DataFault(f"extras.{name}", f"is {value!r:.40}.", f"Use {_ALLOWED.get(name, ', '.join(_ALLOWED))}.")
            for name, value in given.items()
            if name not in _ALLOWED or not _fits(name, value)
        ]
        missing = [name for name in _OVER if ("painter" in given) != (name in given)]
        if missing:
            faults.append(DataFault("extras", "say only half of a repaint.", f"Give {', '.join(_OVER)}, or none."))
        if faults:
            raise RecipeError(faults)
        return cls(**{**given, "enlarger": Enlarger(given.get("enlarger", Enlarger.NET))})

    @property
    def extras(self) -> tuple[tuple[str, int | float | str | bool], ...]:
        """As a recipe holds them; what says nothing is left out."""
        named = {**asdict(self), "enlarger": self.enlarger.value}
        return tuple((name, value) for name, value in sorted(named.items()) if value)


def _fits(name: str, value: object) -> bool:
    match name:
        case "enlarger":
            return value in list(Enlarger)
        case "net":
            return isinstance(value, str) and value.startswith("sha256:")
        case "painter":
            return value in PAINTERS
        case "repaint":
            return isinstance(value, float) and 0 < value <= 1
        case _:
            return type(value) is int and 8 <= value <= LARGEST_SIDE


def paint(easel: Easel) -> np.ndarray:
    import numpy as np

    recipe, wish = easel.recipe, Wish.of(easel.recipe)
    refuse_sources(recipe)
    picture = easel.pictures[recipe.sources[0].sha256]
    if wish.painter:
        return _paint_over(easel, wish, picture)
    plan = plan_enlargement(picture.size, recipe.width, recipe.height, wish.enlarger, easel.device)
    return np.asarray(plan.run(picture, lambda done: easel.tell(done, plan.turns)))


@dataclass(frozen=True, slots=True)
class Work:
    """What it takes: tiles of the net, and for what is painted over on the way, steps at a size."""

    tiles: int
    steps: int
    width: int
    height: int


def work_of(recipe: Recipe, size: tuple[int, int] | None = None) -> Work:
    """Of a picture of this size; unless it is known, of one as small as the net can enlarge so far."""
    wish, large = Wish.of(recipe), (recipe.width, recipe.height)
    over = (wish.repaint_width, wish.repaint_height) if wish.painter else large
    tiles = 0
    if wish.enlarger is Enlarger.NET:
        tiles = _tiles(size, over) + (_tiles(over, large) if wish.painter else 0)
    return Work(tiles, _strokes(recipe, wish) if wish.painter else 0, *over)


def _tiles(size: tuple[int, int] | None, large: tuple[int, int]) -> int:
    larger = SCALE if size is None else min(SCALE, max(large[0] / size[0], large[1] / size[1]))
    return count_tiles(*(max(1, round(side / larger)) for side in large)) if larger > 1 else 0


def _strokes(recipe: Recipe, wish: Wish) -> int:
    return recipe.forwards(max(1, math.ceil(recipe.steps * wish.repaint)))


def signed(recipe: Recipe) -> Recipe:
    """With the weights that enlarge here: others make another picture of the same recipe."""
    wish = Wish.of(recipe)
    return replace(recipe, extras=replace(wish, net=net_hash() if wish.enlarger is Enlarger.NET else "").extras)


def _paint_over(easel: Easel, wish: Wish, picture: Image.Image) -> np.ndarray:
    """Enlarged to what the model can paint, painted over, enlarged to what was asked. Both are planned before the first
    turn: what cannot be done costs nothing."""
    import numpy as np

    recipe, size = easel.recipe, (wish.repaint_width, wish.repaint_height)
    first = plan_enlargement(picture.size, *size, wish.enlarger, easel.device)
    second = plan_enlargement(size, recipe.width, recipe.height, wish.enlarger, easel.device)
    strokes = _strokes(recipe, wish)
    turns = first.turns + strokes + second.turns

    def told(done: int, steps: int, look: Look | None = None) -> None:
        easel.tell(first.turns + round(done / steps * strokes), turns, look)

    start = first.run(picture, lambda done: easel.tell(done, turns))
    over = replace(easel, recipe=brought_to(recipe, wish), pictures={_START: start}, tell=told)
    painter = cast(Painter, import_module(f"engine.paint.painters.{wish.painter}").paint)
    painted = Image.fromarray(painter(over))
    return np.asarray(second.run(painted, lambda done: easel.tell(first.turns + strokes + done, turns)))


def brought_to(recipe: Recipe, wish: Wish) -> Recipe:
    """What the other painter is asked for."""
    return replace(
        recipe,
        kind=wish.painter,
        width=wish.repaint_width,
        height=wish.repaint_height,
        sources=(Source(Role.IMAGE, _START, wish.repaint),),
        extras=(),
    )


def refuse_sources(recipe: Recipe) -> None:
    sources = recipe.sources
    if [source.role for source in sources] != [Role.IMAGE]:
        problem = "have no picture to enlarge." if not sources else "are not one picture to enlarge."
        raise RecipeError([DataFault("sources", problem, "Give one with the role image.")])
