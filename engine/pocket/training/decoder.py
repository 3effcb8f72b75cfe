"""The autoencoder's last stage: its encoder stands still, so that the painter's latents stay what they are, and its
decoder learns to look crisp before a critic. It may run at any time after the first stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.pocket.training.autoencoder import AutoencoderStage, edge_loss
from engine.pocket.training.critic import make_critic, persuasion, verdict_loss
from engine.pocket.training.loop import half_precision, load_average

CRITIC_WEIGHT = 0.02


class DecoderStage(AutoencoderStage):
    name = "decoder"
    rate = 2e-4

    def __init__(
        self, device: torch.device, folder: Path, batch: int, target: int, side: int = 128, workers: int = 1
    ) -> None:
        super().__init__(device, batch, target, side, workers)
        load_average(folder, "autoencoder", "autoencoder", self.model)
        self.model.encoder.requires_grad_(False)
        self.critic = make_critic().to(device)

    def models(self) -> dict[str, nn.Module]:
        return {"autoencoder": self.model, "critic": self.critic}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.model.decoder.parameters()), list(self.critic.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        x = self.pictures(number)
        with half_precision(self.device):
            with torch.no_grad():
                z = self.model.encode(x * 2 - 1).latents
            z = z + torch.randn_like(z) * torch.rand(len(z), 1, 1, 1, device=z.device) * 0.1
            y = (self.model.decode(z).sample.float() + 1) / 2
            liking = persuasion(self.critic, y)
        pixel, edge = (y - x).abs().mean(), edge_loss(y, x)
        self._means.add(mse=(y - x).square().mean(), pixel=pixel, edge=edge, liking=liking)
        yield pixel + 0.5 * edge + CRITIC_WEIGHT * liking
        with half_precision(self.device):
            yield verdict_loss(self.critic, x, y)
