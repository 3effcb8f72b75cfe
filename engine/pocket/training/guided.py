"""Guidance taught to the painter itself, so that the default needs one forward a step and not two. For an empty caption
it stays what it was: true guidance and negative words go on working, from there.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.pocket.training.lessons import PHASES
from engine.pocket.training.loop import half_precision, load_average, newest
from engine.pocket.training.painter import PainterStage, noise_levels

STRENGTH = 3.0


class GuidedStage(PainterStage):
    name = "guided"
    rate = 1e-4

    def __init__(self, device: torch.device, folder: Path, batch: int, target: int, workers: int = 1) -> None:
        super().__init__(device, folder, batch, workers, PHASES[-1:])
        self.target = target
        taught = newest(folder, "painter", "practice")
        load_average(folder, taught, "unet", self.unet)
        load_average(folder, taught, "text_encoder", self.text)
        self.text.requires_grad_(False)
        self.teacher = copy.deepcopy(self.unet).requires_grad_(False).eval()

    def models(self) -> dict[str, nn.Module]:
        return {"unet": self.unet}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.unet.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        rng = random.Random(~number)
        latents, weight, captions = self.examples(samples, rng)
        tokens, silence = self.tokens(captions, rng), self.tokens([""] * len(captions), rng)
        steps = noise_levels(len(latents)).to(self.device)
        alpha = self._alphas[steps].view(-1, 1, 1, 1)
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * torch.randn(latents.shape).to(self.device)
        with half_precision(self.device):
            with torch.no_grad():
                words, nothing = self.text(tokens).last_hidden_state, self.text(silence).last_hidden_state
                told, untold = (self.teacher(noisy, steps, w).sample.float() for w in (words, nothing))
                target = untold + STRENGTH * (told - untold)
            guess = self.unet(noisy, steps, words).sample
        error = (guess.float() - target).square().mean(1)
        self.note(error, weight - 1)
        yield error.mean()
