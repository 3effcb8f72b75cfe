"""What a server allows at most, in one channel or in all: size, steps, quality, turbo. Kept as the words in which it
was set, such as `size 1024, steps 40, quality 2, no turbo`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import CeilingError, WrongCeilingError
from engine import BY_NAME, Parameter, Prompt, Recipe, Speed

QUALITY: Parameter[float] = BY_NAME["quality"]
NO_TURBO = "no turbo"
_ITEM = re.compile(r"(size|steps|quality)\s*[:=]?\s*(\d{1,5}(?:\.\d{1,3})?)\Z")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """`size` is a picture's longer side in pixels. None: without bound."""

    size: float | None = None
    steps: float | None = None
    quality: float | None = None
    turbo: bool = True

    def __str__(self) -> str:
        bounds = (("size", self.size), ("steps", self.steps), ("quality", self.quality))
        said = [f"{name} {most:g}" for name, most in bounds if most is not None]
        return ", ".join([*said, *([] if self.turbo else [NO_TURBO])])

    def under(self, other: Ceilings) -> Ceilings:
        """Both at once: the lower of each."""
        return Ceilings(
            _lower(self.size, other.size),
            _lower(self.steps, other.steps),
            _lower(self.quality, other.quality),
            self.turbo and other.turbo,
        )

    def hold_words(self, prompt: Prompt) -> None:
        """Raises CeilingError for what only the words tell."""
        _hold("quality", self.quality, prompt.get(QUALITY) or 1.0)

    def hold(self, cells: Sequence[Recipe]) -> None:
        """Raises CeilingError for what would be painted."""
        for recipe in cells:
            _hold("size", self.size, max(recipe.width, recipe.height))
            _hold("steps", self.steps, recipe.steps)

    def hold_speed(self, speed: Speed | None) -> None:
        if speed is Speed.TURBO and not self.turbo:
            raise CeilingError("turbo", 0, 1)


def read_ceilings(text: str) -> Ceilings:
    """Raises WrongCeilingError, which names the piece that says nothing."""
    found: dict[str, float] = {}
    turbo = True
    for piece in filter(None, (piece.strip().lower() for piece in re.split(r"[,;\n]", text))):
        item = _ITEM.match(piece)
        if piece in (NO_TURBO, "no --turbo"):
            turbo = False
        elif item is not None and float(item[2]) > 0:
            found[item[1]] = float(item[2])
        else:
            raise WrongCeilingError(piece)
    return Ceilings(found.get("size"), found.get("steps"), found.get("quality"), turbo)


def _lower(one: float | None, other: float | None) -> float | None:
    return min((bound for bound in (one, other) if bound is not None), default=None)


def _hold(what: str, most: float | None, asked: float) -> None:
    if most is not None and asked > most:
        raise CeilingError(what, most, asked)
