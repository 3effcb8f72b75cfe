"""The eye: a small net that learned to see, in latents, what is where. The painter's guesses are held against the truth
in what it sees: errors of numbers say little about shapes. It is not the checker, and had other lessons.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.evaluation.checker import Block, Checker, Reading
from engine.pocket.parts import LATENT_CHANNELS
from engine.pocket.training.labels import NOBODY, targets, told
from engine.pocket.training.lessons import PHASES, Lessons, Phase
from engine.pocket.training.loop import half_precision
from engine.pocket.training.means import Means

MOST_UNLIKE = 9.0  # of one feature, in squared spreads: a few that differ wildly are not worth all others


class Eye(Checker):
    """Built like the checker, but for what it looks at; they share no weights and no lessons."""

    def __init__(self, width: int = 48) -> None:
        super().__init__(width)
        first = nn.Conv2d(LATENT_CHANNELS, width, 3, padding=1, bias=False)
        self.fine = nn.Sequential(first, nn.BatchNorm2d(width), nn.SiLU(), Block(width))

    def forward(self, latents: Tensor) -> Reading:
        return self.read(latents)


def make_eye() -> Eye:
    return Eye()


def unlikeness(eye: Eye, guess: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """For each picture, how far what the eye sees in the guess is from what it sees in the truth; every level of
    features counts alike, and within it each square by its weight.
    """
    with torch.no_grad():
        wanted = eye.features(truth.contiguous(memory_format=torch.channels_last))
    total = torch.zeros(len(guess), device=guess.device)
    for seen, true in zip(eye.features(guess.contiguous(memory_format=torch.channels_last)), wanted, strict=True):
        spread = true.float().std((0, 2, 3), keepdim=True) + 1e-3
        far = ((seen.float() - true.float()) / spread).square().clamp(max=MOST_UNLIKE).mean(1)
        counts = functional.adaptive_avg_pool2d(weight[:, None], (far.shape[1], far.shape[2]))[:, 0]
        total = total + (far * counts).sum((1, 2)) / counts.sum((1, 2)) / len(wanted)
    return total


class EyeStage:
    name = "eye"
    rate = 2e-3

    def __init__(
        self, device: torch.device, folder: Path, batch: int, target: int, workers: int = 1, phase: Phase = PHASES[-1]
    ) -> None:
        self.device, self.batch, self.target = device, batch, target
        torch.manual_seed(16)
        self.net = make_eye().to(device)
        squares = replace(phase, sizes=phase.sizes[:1])
        self._lessons = Lessons(device, folder, (squares,), workers)
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"eye": self.net}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.net.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        latents, _, scenes = self._lessons.take(samples, self.batch, random.Random(number))
        heat, kind, color = (t.to(self.device) for t in targets(scenes, latents.shape[-1]))
        with half_precision(self.device):
            reading = self.net(disturbed(latents))
        place, style = told(scenes, self.device)
        losses = {
            "spots": functional.binary_cross_entropy_with_logits(reading.heat.float(), heat, weight=1 + 12 * heat),
            "kinds": functional.cross_entropy(reading.kind.float(), kind, ignore_index=NOBODY),
            "colors": functional.cross_entropy(reading.color.float(), color, ignore_index=NOBODY),
            "whole": functional.cross_entropy(reading.place.float(), place)
            + functional.cross_entropy(reading.style.float(), style),
        }
        self._means.add(**losses)
        yield 4 * losses["spots"] + losses["kinds"] + losses["colors"] + 0.5 * losses["whole"]

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        """How many of the named squares it reads rightly; they are of its own lessons, slightly disturbed."""
        latents, _, scenes = self._lessons.take(samples, 256, random.Random(samples))
        _, kind, color = (t.to(self.device) for t in targets(scenes, latents.shape[-1]))
        reading = self.net(disturbed(latents))
        named = kind != NOBODY
        return {
            "kind": (reading.kind.argmax(1) == kind)[named].float().mean().item(),
            "color": (reading.color.argmax(1) == color)[named].float().mean().item(),
        }


def disturbed(latents: Tensor) -> Tensor:
    """Half of them partly noise, as a guess is that is not sure yet."""
    kept = 1 - 0.5 * torch.rand(len(latents), 1, 1, 1) * torch.randint(0, 2, (len(latents), 1, 1, 1))
    kept = kept.to(latents.device)
    return kept.sqrt() * latents + 0.7 * (1 - kept).sqrt() * torch.randn(latents.shape).to(latents.device)
