"""One file per kind of recipe, each an ordinary blocking function from an easel to pixels."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from engine.errors import DataFault, RecipeError
from engine.paint.easel import Painter
from engine.recipe import Recipe

KINDS = ("diffusion", "upscale", "swatch")


def signed(recipe: Recipe) -> Recipe:
    """A painted recipe with what its painter brought along, beside its model."""
    if recipe.kind != "upscale":
        return recipe
    from engine.paint.painters import upscale

    return upscale.signed(recipe)


def refuse_unknown(kind: str) -> None:
    if kind not in KINDS:
        problem = f"is {kind}, which nobody here can paint."
        raise RecipeError([DataFault("kind", problem, f"Use one of {', '.join(KINDS)}.")])


def painter_of(kind: str) -> Painter:
    """Imported when first asked for: not every kind needs torch."""
    refuse_unknown(kind)
    return cast(Painter, import_module(f"engine.paint.painters.{kind}").paint)
