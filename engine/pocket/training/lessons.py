"""What a stage that learns on latents is shown: phases of growing difficulty, each with pools of its sizes. What comes
next depends on how many samples came before, and on nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.pocket.parts import make_autoencoder
from engine.pocket.training.latents import Pool, Shelf
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.world import FIRST, LARGER, MIDDLE, PAIRED, WHOLE, Scene, Syllabus

FRESH = 0.15  # scenes rendered for each sample taken: each is seen about seven times, in other words
FIRST_SCENES = 6_144  # rendered before a phase begins, of its first size; the others as much less as they are rarer


@dataclass(frozen=True, slots=True)
class Phase:
    until: int  # samples
    syllabus: Syllabus
    name: str
    sizes: tuple[tuple[int, int, float], ...]  # width, height, share of batches
    pool: int  # scenes kept, of the first size


SQUARE = ((128, 128, 1.0),)
SMALL = ((128, 128, 0.7), (160, 96, 0.15), (96, 160, 0.15))
LARGE = ((256, 256, 0.76), (320, 224, 0.06), (224, 320, 0.06), (352, 192, 0.06), (192, 352, 0.06))
SKETCHES = (
    Phase(180_000, FIRST, "first", SQUARE, 60_000),
    Phase(440_000, MIDDLE, "middle", SQUARE, 120_000),
    Phase(520_000, WHOLE, "whole", SMALL, 200_000),
)
PHASES = (
    Phase(200_000, LARGER, "larger", LARGE, 60_000),
    Phase(400_000, PAIRED, "paired", LARGE, 60_000),
    Phase(1_200_000, WHOLE, "large", LARGE, 200_000),
)


class Lessons:
    def __init__(self, device: torch.device, folder: Path, phases: Sequence[Phase], workers: int) -> None:
        self.device, self.phases = device, phases
        self.autoencoder = make_autoencoder().to(device, memory_format=torch.channels_last).eval()
        load_average(folder, "autoencoder", "autoencoder", self.autoencoder)
        self._folder, self._workers = folder / "latents", workers
        self._pools: dict[tuple[str, int, int], Pool] = {}

    def phase(self, samples: int) -> Phase:
        return next((p for p in self.phases if samples < p.until), self.phases[-1])

    def take(self, samples: int, count: int, rng: random.Random) -> tuple[Tensor, Tensor, list[Scene]]:
        """Latents of one size, how much of each square things cover, and the scenes themselves."""
        phase = self.phase(samples)
        width, height, share = rng.choices(phase.sizes, [s[2] for s in phase.sizes])[0]
        start = next((p.until for p in reversed(self.phases) if p.until <= samples), 0)
        pool = self._pool(phase, width, height, share / phase.sizes[0][2])
        shown = (samples - start) * share
        usable = pool.ensure(int(FIRST_SCENES * share / phase.sizes[0][2] + shown * FRESH), self._encode)
        indices = [rng.randrange(usable) for _ in range(count)]
        latents, cover = pool.take(indices)
        return latents.to(self.device), cover.to(self.device), [pool.shelf.scene(i) for i in indices]

    def _pool(self, phase: Phase, width: int, height: int, share: float) -> Pool:
        key = (phase.name, width, height)
        if key not in self._pools:
            shelf = Shelf(phase.name, phase.syllabus, width, height)
            self._pools[key] = Pool(self._folder, shelf, int(phase.pool * share), self._workers)
        return self._pools[key]

    def _encode(self, pictures: Tensor) -> Tensor:
        x = pictures.to(self.device, memory_format=torch.channels_last)
        with torch.no_grad(), half_precision(self.device):
            latents: Tensor = self.autoencoder.encode(x * 2 - 1).latents
        return latents
