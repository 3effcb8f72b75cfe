"""One file per kind of recipe, each an ordinary blocking function from an easel to pixels."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from engine.errors import DataFault, RecipeError
from engine.paint.easel import Painter

KINDS = ("diffusion", "upscale", "swatch")


def painter_of(kind: str) -> Painter:
    """Imported when first asked for: not every kind needs torch."""
    if kind not in KINDS:
        raise RecipeError(
            [DataFault("kind", f"is {kind}, which nobody here can paint.", f"Use one of {', '.join(KINDS)}.")]
        )
    return cast(Painter, import_module(f"engine.paint.painters.{kind}").paint)
