"""The stage of the checker, which evaluation uses and the painter never sees: on odd seeds, and disturbed, so that it
judges shapes and not this renderer's pixels.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.evaluation.checker import GRID, SIDE, Checker, find
from engine.pocket.evaluation.verdict import Skill, expectation_of, judge
from engine.pocket.training.labels import NOBODY, targets, told
from engine.pocket.training.loop import half_precision
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import Pixels, to_batch, to_tensor
from engine.pocket.training.supply import Supply
from engine.pocket.world import WHOLE, Scene, cast, render

FIRST_SEED = 1 << 40  # far from what the painter and its measures draw


class CheckerStage:
    name = "checker"
    rate = 2e-3

    def __init__(self, device: torch.device, batch: int, target: int, workers: int = 1) -> None:
        self.device, self.batch, self.target = device, batch, target
        torch.manual_seed(15)
        self.net = Checker().to(device)
        self._supply = Supply(partial(draw, count=batch), workers)
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"checker": self.net}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.net.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        scenes = lesson(number, self.batch)
        pictures = disturbed(to_batch(self._supply.take(number)), random.Random(number)).to(self.device)
        heat, kind, color = (t.to(self.device) for t in targets(scenes, GRID))
        place, style = told(scenes, self.device)
        with half_precision(self.device):
            reading = self.net(pictures)
        spots = functional.binary_cross_entropy_with_logits(reading.heat.float(), heat, weight=1 + 12 * heat)
        kinds = functional.cross_entropy(reading.kind.float(), kind, ignore_index=NOBODY)
        colors = functional.cross_entropy(reading.color.float(), color, ignore_index=NOBODY)
        whole = functional.cross_entropy(reading.place.float(), place) + functional.cross_entropy(
            reading.style.float(), style
        )
        self._means.add(spots=spots, kinds=kinds, colors=colors, whole=whole)
        yield 4 * spots + kinds + colors + 0.5 * whole

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        return measure(self.net, [cast((1 << 41) + i, WHOLE) for i in range(400)], self.device)


def lesson(number: int, count: int) -> list[Scene]:
    seeds = [FIRST_SEED + 2 * (number * count + i) + 1 for i in range(count)]
    return [cast(seed, WHOLE, held_out=seed % 6 == 1) for seed in seeds]


def draw(number: int, count: int) -> Pixels:
    return np.stack([np.asarray(render(scene, SIDE, SIDE)) for scene in lesson(number, count)])


def disturbed(pictures: Tensor, rng: random.Random) -> Tensor:
    """Blurred, noisy, shifted in tone: what painters do and renderers do not."""
    if rng.random() < 0.5:
        factor = rng.choice((0.5, 0.66))
        less = functional.interpolate(pictures, scale_factor=factor, mode="bilinear", antialias=True)
        pictures = functional.interpolate(less, pictures.shape[-2:], mode="bilinear")
    noise = torch.randn_like(pictures) * rng.choice((0.0, 0.02, 0.05))
    return ((pictures - 0.5) * rng.uniform(0.92, 1.06) + 0.5 + rng.uniform(-0.03, 0.03) + noise).clamp(0, 1)


def measure(net: Checker, scenes: Sequence[Scene], device: torch.device) -> dict[str, float]:
    """How often the checker is right about renderings, by skill."""
    right: dict[Skill, list[bool]] = {}
    for start in range(0, len(scenes), 50):
        part = scenes[start : start + 50]
        pictures = torch.stack([to_tensor(render(s, SIDE, SIDE)) for s in part]).to(device)
        for scene, findings in zip(part, find(net, pictures), strict=True):
            for skill, verdict in judge(expectation_of(scene), findings).items():
                right.setdefault(skill, []).append(verdict)
    return {str(skill): sum(v) / len(v) for skill, v in right.items()}
