"""What the extras of a painted picture say: where to stop, whether it tiles, how strangely its words are read. Knows no
painter; what is neutral is not in the recipe at all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import DataFault, RecipeError
from engine.recipe import Recipe

STRANGEST = 3000
_ALLOWED = {
    "stop": "a whole number from 10 to 99",
    "tile": "true",
    "weird": f"a whole number from 1 to {STRANGEST}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    stop: int = 100  # per cent of the steps
    tile: bool = False
    weird: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> Touch:
        """Raises RecipeError for what no painter of pictures knows: nothing is passed over."""
        given: dict[str, Any] = dict(recipe.extras)
        faults = [
            DataFault(f"extras.{name}", f"is {value!r:.40}.", f"Use {_ALLOWED.get(name, ', '.join(_ALLOWED))}.")
            for name, value in given.items()
            if not _fits(name, value)
        ]
        if faults:
            raise RecipeError(faults)
        return cls(**given)

    @property
    def extras(self) -> tuple[tuple[str, int | float | str | bool], ...]:
        """As a recipe holds them; what changes nothing is left out."""
        neutral = asdict(Touch())
        return tuple((name, value) for name, value in sorted(asdict(self).items()) if value != neutral[name])

    def strokes(self, steps: int) -> int:
        """How many of so many steps are painted."""
        return max(1, (steps * self.stop + 50) // 100)


def _fits(name: str, value: object) -> bool:
    match name:
        case "stop":
            return type(value) is int and 10 <= value < 100
        case "tile":
            return value is True
        case "weird":
            return type(value) is int and 1 <= value <= STRANGEST
        case _:
            return False


def tiles(recipe: Recipe) -> bool:
    """Of recipes of any kind: it marks the calls of those that share a model."""
    return dict(recipe.extras).get("tile") is True
