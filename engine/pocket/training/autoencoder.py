"""The first stage: pictures to latents of an eighth of their side, and back. Edges weigh extra; latents are kept near
unit variance, survive noise, and shrink as pictures shrink, so that a small model can learn to paint them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.parts import make_autoencoder
from engine.pocket.training.loop import half_precision
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import crops, held_out_scenes, save_sheet, to_batch, to_tensor
from engine.pocket.training.supply import Supply
from engine.pocket.world import WHOLE, render


def edge_loss(a: Tensor, b: Tensor) -> Tensor:
    """Differences between neighbours, across and down, at two scales."""
    total = a.new_zeros(())
    for scale in (1, 2):
        p, q = (functional.avg_pool2d(t, scale) if scale > 1 else t for t in (a, b))
        total = total + ((p.diff(dim=3) - q.diff(dim=3)).abs().mean() + (p.diff(dim=2) - q.diff(dim=2)).abs().mean())
    return total


class AutoencoderStage:
    name = "autoencoder"
    rate = 5e-4

    def __init__(self, device: torch.device, batch: int, target: int, side: int = 128, workers: int = 1) -> None:
        self.device, self.batch, self.target = device, batch, target
        self._supply = Supply(partial(crops, count=batch, side=side, syllabus=WHOLE), workers)
        torch.manual_seed(11)
        self.model = make_autoencoder().to(device, memory_format=torch.channels_last)
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"autoencoder": self.model}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.model.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        x = self.pictures(number)
        with half_precision(self.device):
            z = self.model.encode(x * 2 - 1).latents
            third = self.batch // 4
            whole = z[third:] + torch.randn_like(z[third:]) * torch.rand(len(z) - third, 1, 1, 1, device=z.device) * 0.2
            y = self.model.decode(whole).sample
            small = self.model.decode(functional.avg_pool2d(z[:third], 2)).sample
        y, small, z = (y.float() + 1) / 2, (small.float() + 1) / 2, z.float()
        target, shrunk = x[third:], functional.avg_pool2d(x[:third], 2)
        pixel = (y - target).abs().mean() + 0.25 * (small - shrunk).abs().mean()
        edge = edge_loss(y, target) + 0.25 * edge_loss(small, shrunk)
        shape = z.mean((0, 2, 3)).square().mean() + (z.var((0, 2, 3)) - 1).square().mean()
        self._means.add(mse=(y - target).square().mean(), pixel=pixel, edge=edge, std=z.std())
        yield pixel + 0.5 * edge + 2 * (y - target).square().mean() + 0.02 * shape

    def pictures(self, number: int) -> Tensor:
        return to_batch(self._supply.take(number)).to(self.device, memory_format=torch.channels_last)

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        x = torch.stack([to_tensor(render(s, 256, 256)) for s in held_out_scenes(48, WHOLE)]).to(self.device)
        y = torch.cat([(self.model(part * 2 - 1).sample + 1) / 2 for part in torch.split(x, 8)]).clamp(0, 1)
        psnr = -10 * torch.log10((x - y).square().mean((1, 2, 3)))
        rows = [[t for pair in zip(x[i : i + 4], y[i : i + 4], strict=True) for t in pair] for i in range(0, 16, 4)]
        save_sheet(rows, folder / "sheets" / f"autoencoder-{samples:08d}.png")
        return {"psnr": psnr.mean().item(), "psnr_low": psnr.min().item()}
