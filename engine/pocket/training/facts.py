"""What is true of a scene, as many small yes-or-noes: they teach a pair of encoders far sooner than the question alone
which words belong to which picture.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.world import COLORS, KINDS, Place, Relation, Scene, Style, Time, Weather

MOST_THINGS = 6
NAMES: tuple[str, ...] = (
    *(f"at {place}" for place in Place),
    *(f"as {style}" for style in Style),
    *(f"by {time}" for time in Time),
    *(f"in {weather}" for weather in Weather),
    *(f"is {relation}" for relation in Relation),
    *(f"{count} of them" for count in range(MOST_THINGS + 1)),
    *(f"before {color}" for color in COLORS),
    *KINDS,
    *COLORS,
    *(f"{color} {kind}" for color in COLORS for kind in KINDS),
)
NUMBER_OF = {name: i for i, name in enumerate(NAMES)}
SELDOM = -4.0  # of a hundred answers one is yes
WEIGHT = 0.1  # of one answer, beside the one question of the whole batch


class Facts(nn.Module):
    """Reads them from the features of a picture, and from those of its words."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.of_picture, self.of_words = nn.Linear(features, len(NAMES)), nn.Linear(features, len(NAMES))
        for answers in (self.of_picture, self.of_words):
            nn.init.constant_(answers.bias, SELDOM)

    def loss(self, pictures: Tensor, words: Tensor, true: Tensor, named: Tensor) -> Tensor:
        """Features have the length 1, whose few steps would be too small to answer from."""
        seen, said = self.of_picture(pictures * pictures.shape[-1]), self.of_words(words * words.shape[-1])
        wrong = functional.binary_cross_entropy_with_logits(
            torch.stack((seen, said)), torch.stack((true, named)), reduction="sum"
        )
        return WEIGHT * wrong / (2 * len(true))


def matches(named: Tensor, true: Tensor) -> Tensor:
    """Of which pictures (columns) all is true that each text (row) names."""
    return named @ (1 - true).T == 0


def facts_of(scene: Scene) -> npt.NDArray[np.bool_]:
    true = np.zeros(len(NAMES), dtype=bool)
    true[[NUMBER_OF[name] for name in _names(scene)]] = True
    return true


def _names(scene: Scene) -> Iterator[str]:
    yield from (f"at {scene.place}", f"as {scene.style}", f"by {scene.time}", f"in {scene.weather}")
    yield from (f"is {scene.relation}", f"{min(scene.count, MOST_THINGS)} of them", f"before {scene.backdrop}")
    for thing in scene.things:
        yield from (thing.kind, thing.color, f"{thing.color} {thing.kind}")
