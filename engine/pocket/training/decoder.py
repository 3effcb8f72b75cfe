"""The autoencoder's last stage: its encoder stands still, so that the painter's latents stay what they are, and its
decoder learns to look crisp before a critic. Half of what it decodes the painter has guessed from the truth under
noise: what comes from a painter is softer than what comes from an encoder, and grain and dots are to come back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.pocket.parts import (
    PAINTER_NOISE,
    PIXELS_PER_LATENT,
    make_scheduler,
    make_text_encoder,
    make_tokenizer,
    make_unet,
)
from engine.pocket.training.autoencoder import AutoencoderStage, edge_loss
from engine.pocket.training.critic import make_critic, persuasion, verdict_loss
from engine.pocket.training.loop import half_precision, load_average, newest
from engine.pocket.training.pictures import Pixels, to_batch, training_seed
from engine.pocket.training.supply import Supply
from engine.pocket.world import TRAINING, WHOLE, Scene, caption, cast, render, vocabulary

CRITIC_WEIGHT = 0.05
FAINTEST, STRONGEST = 20, 400  # noise levels of a thousand: what a painter's last steps are unsure about


class DecoderStage(AutoencoderStage):
    name = "decoder"
    rate = 2e-4

    def __init__(
        self, device: torch.device, folder: Path, batch: int, target: int, side: int = 128, workers: int = 1
    ) -> None:
        super().__init__(device, batch // 2, target, side, workers)  # the other half is guessed
        self.batch = batch
        load_average(folder, "autoencoder", "autoencoder", self.model)
        self.model.encoder.requires_grad_(False)
        self.critic = make_critic().to(device)
        self._side = side
        self._painted = Supply(partial(draw, count=batch // 4, side=2 * side), workers)
        self._tokenizer = make_tokenizer(vocabulary())
        self._text = make_text_encoder(len(self._tokenizer)).to(device).eval().requires_grad_(False)
        self._unet = make_unet().to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
        taught = newest(folder, "painter", "practice")
        load_average(folder, taught, "text_encoder", self._text)
        load_average(folder, taught, "unet", self._unet)
        self._alphas = make_scheduler(PAINTER_NOISE).alphas_cumprod.to(device)

    def models(self) -> dict[str, nn.Module]:
        return {"autoencoder": self.model, "critic": self.critic}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.model.decoder.parameters()), list(self.critic.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        with torch.no_grad(), half_precision(self.device):
            x, z = (torch.cat(halves) for halves in zip(self.encoded(number), self.guessed(number), strict=True))
        with half_precision(self.device):
            y = (self.model.decode(z).sample.float() + 1) / 2
            liking = persuasion(self.critic, y)
        pixel, edge = (y - x).abs().mean(), edge_loss(y, x)
        self._means.add(mse=(y - x).square().mean(), pixel=pixel, edge=edge, liking=liking)
        yield pixel + 0.5 * edge + CRITIC_WEIGHT * liking
        with half_precision(self.device):
            yield verdict_loss(self.critic, x, y)

    def encoded(self, number: int) -> tuple[Tensor, Tensor]:
        """Squares and their true latents, a little disturbed."""
        x = self.pictures(number)
        z = self.model.encode(x * 2 - 1).latents
        return x, z + torch.randn_like(z) * torch.rand(len(z), 1, 1, 1, device=z.device) * 0.1

    def guessed(self, number: int) -> tuple[Tensor, Tensor]:
        """Squares cut from larger pictures, and as the painter guesses them under a little noise."""
        rng = random.Random(number)
        x = to_batch(self._painted.take(number)).to(self.device, memory_format=torch.channels_last)
        z = self.model.encode(x * 2 - 1).latents.float()
        steps = torch.randint(FAINTEST, STRONGEST, (len(z),)).to(self.device)
        alpha = self._alphas[steps].view(-1, 1, 1, 1)
        noisy = alpha.sqrt() * z + (1 - alpha).sqrt() * torch.randn(z.shape).to(self.device)
        captions = [caption(scene, rng, TRAINING) for scene in scenes_of(number, len(z))]
        ids = self._tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
        words = self._text(ids.to(self.device)).last_hidden_state
        guess = alpha.sqrt() * noisy - (1 - alpha).sqrt() * self._unet(noisy, steps, words).sample.float()
        side, cells = self._side, self._side // PIXELS_PER_LATENT
        squares, latents = [], []
        for i in range(len(x)):
            for top, left in rng.sample([(0, 0), (0, 1), (1, 0), (1, 1)], 2):
                squares.append(x[i, :, top * side :, left * side :][:, :side, :side])
                latents.append(guess[i, :, top * cells :, left * cells :][:, :cells, :cells])
        return torch.stack(squares), torch.stack(latents)


def scenes_of(number: int, count: int) -> list[Scene]:
    return [cast(training_seed(number * count + i), WHOLE) for i in range(count)]


def draw(number: int, count: int, side: int) -> Pixels:
    return np.stack([np.asarray(render(scene, side, side)) for scene in scenes_of(number, count)])
