"""What a painter is given: a recipe, the pictures it starts from, a model, and someone to tell how far it is.
A painter is an ordinary blocking function from an easel to pixels. It knows no job, no queue and no other painter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from engine.models.loaded import Loaded

Look = Callable[[], Any]  # the latents as they would be now, one picture, (channels, height, width), on the device


class Tell(Protocol):
    def __call__(self, done: int, steps: int, look: Look | None = None) -> None:
        """A step is done. `look` is called at most now, and only if somebody wants to see."""


def tell_nobody(done: int, steps: int, look: Look | None = None) -> None:
    """For painting without an engine around it."""


@dataclass(frozen=True, slots=True)
class Easel:
    """`pictures` are the recipe's sources, by hash, opened and upright. `device` is where a painter without a model of
    the catalogue computes. A swatch takes at least `swatch_seconds`."""

    recipe: Recipe
    model: Loaded | None = None
    pictures: Mapping[str, Image] = field(default_factory=dict)
    tell: Tell = tell_nobody
    device: str = "cpu"
    swatch_seconds: float = 0.0


Painter = Callable[[Easel], "np.ndarray"]  # height x width x 3, 8 bits
