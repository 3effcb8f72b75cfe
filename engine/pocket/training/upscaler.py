"""The stage that learns to enlarge four times. It sees small pictures as the painter leaves them (half of them once
through the autoencoder) beside large renderings, and a critic keeps it from averaging details away.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.parts import make_autoencoder
from engine.pocket.training.autoencoder import edge_loss
from engine.pocket.training.critic import make_critic, persuasion, verdict_loss
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import (
    Pixels,
    held_out_scenes,
    save_sheet,
    to_batch,
    to_image,
    to_tensor,
    training_seed,
)
from engine.pocket.training.supply import Supply
from engine.pocket.upscaler import SCALE, make_upscaler
from engine.pocket.world import WHOLE, cast, render

FULL_SIDE = 1024
USES = 8  # batches for each picture drawn: drawing one takes as long as four of them
AT_HAND = 16  # pictures that a batch is cut from, so that its patches differ
CRITIC_FROM = 0.5  # of the target: first learn what is there, then how it should look
CRITIC_WEIGHT = 0.004


def reduced(large: Tensor, rng: random.Random) -> Tensor:
    kind = rng.choice(("area", "bicubic", "bilinear"))
    if kind == "area":
        return functional.avg_pool2d(large, SCALE)
    return functional.interpolate(large, scale_factor=1 / SCALE, mode=kind, antialias=True).clamp(0, 1)


def draw(number: int) -> Pixels:
    return np.asarray(render(cast(training_seed(number), WHOLE), FULL_SIDE, FULL_SIDE))


@torch.no_grad()
def begin_linear(net: nn.Module) -> None:
    """Before training, the net enlarges bilinearly: three channels carry the colors through, and what the others add is
    weighed with nothing. From random weights it took 20,000 patches to come near.
    """
    *inner, last = (layer for layer in net.modules() if isinstance(layer, nn.Conv2d))
    for layer in inner:
        weight, bias = layer.parameters()
        weight[:3], bias[:3] = 0, 0
        for color in range(3):
            weight[color, color, 1, 1] = 1
    pixels = torch.eye(9).view(9, 1, 3, 3)  # each place of a kernel lit alone
    change = functional.interpolate(pixels, scale_factor=SCALE, mode="bilinear")
    change = change - functional.interpolate(pixels, scale_factor=SCALE, mode="nearest")
    kernel = change[:, 0, SCALE : 2 * SCALE, SCALE : 2 * SCALE].reshape(9, -1).T.reshape(-1, 3, 3)
    weight, bias = last.parameters()
    weight[:], bias[:] = 0, 0
    for color in range(3):
        weight[len(kernel) * color : len(kernel) * (color + 1), color] = kernel


def lanczos(small: Tensor) -> Tensor:
    from PIL import Image

    image = to_image(small)
    return to_tensor(image.resize((image.width * SCALE, image.height * SCALE), Image.Resampling.LANCZOS))


class UpscalerStage:
    name = "upscaler"
    rate = 5e-4

    def __init__(
        self, device: torch.device, folder: Path, batch: int, target: int, side: int = 128, workers: int = 1
    ) -> None:
        self.device, self.batch, self.target, self.side = device, batch, target, side
        torch.manual_seed(14)
        self.net = make_upscaler()
        begin_linear(self.net)
        self.net.to(device)
        self.critic = make_critic().to(device)
        self.autoencoder = make_autoencoder().to(device).eval()
        load_average(folder, "autoencoder", "autoencoder", self.autoencoder)
        self._supply = Supply(draw, workers)
        self._pairs: dict[int, tuple[Tensor, Tensor]] = {}  # small and large pictures at hand, by number
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"upscaler": self.net, "critic": self.critic}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.net.parameters()), list(self.critic.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        small, large = (t.to(self.device, memory_format=torch.channels_last) for t in self.examples(number))
        critical = samples > self.target * CRITIC_FROM
        with half_precision(self.device):
            guess = self.net(small)
            liking = persuasion(self.critic, guess) if critical else torch.zeros((), device=self.device)
        pixel, edge = (guess.float() - large).abs().mean(), edge_loss(guess.float(), large)
        self._means.add(pixel=pixel, edge=edge, mse=(guess.float() - large).square().mean())
        yield pixel + 0.5 * edge + CRITIC_WEIGHT * liking
        if critical:
            with half_precision(self.device):
                yield verdict_loss(self.critic, large, guess)

    def examples(self, number: int) -> tuple[Tensor, Tensor]:
        """Patches of the pictures at hand: in the product, too, 256 becomes 1,024."""
        newest = number // USES
        wanted = range(max(0, newest - AT_HAND + 1), newest + 1)
        self._pairs = {n: self._pairs.get(n) or self.pair(n) for n in wanted}
        rng = random.Random(number)
        side = self.side // SCALE
        small, large = [], []
        for _ in range(self.batch):
            shrunk, whole = self._pairs[rng.choice(wanted)]
            y, x = (rng.randrange(FULL_SIDE // SCALE - side + 1) for _ in range(2))
            small.append(shrunk[:, y : y + side, x : x + side])
            large.append(whole[:, y * SCALE : (y + side) * SCALE, x * SCALE : (x + side) * SCALE])
        return torch.stack(small), torch.stack(large)

    def pair(self, number: int) -> tuple[Tensor, Tensor]:
        """A picture at a quarter of its side, half of the time as the painter's decoder would leave it, and itself."""
        rng = random.Random(number)
        whole = to_batch(self._supply.take(number)[None])
        shrunk = reduced(whole, rng)
        if rng.random() < 0.5:
            with torch.no_grad(), half_precision(self.device):
                again = self.autoencoder(shrunk.to(self.device) * 2 - 1).sample
            shrunk = ((again.float().cpu() + 1) / 2).clamp(0, 1)
        return shrunk[0], whole[0]

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        gains, rows = [], []
        for scene in held_out_scenes(8, WHOLE):
            large = to_tensor(render(scene, FULL_SIDE, FULL_SIDE))
            small = functional.avg_pool2d(large, SCALE)
            ours = self.net(small[None].to(self.device))[0].float().cpu().clamp(0, 1)
            plain = lanczos(small)
            gains.append((psnr(ours, large) - psnr(plain, large)).item())
            rows.append([t[:, 384:640, 384:640] for t in (plain, ours, large)])
        save_sheet(rows, folder / "sheets" / f"upscaler-{samples:08d}.png")
        return {"gain_db": sum(gains) / len(gains), "gain_low_db": min(gains)}


def psnr(a: Tensor, b: Tensor) -> Tensor:
    return -10 * torch.log10((a - b).square().mean().clamp(min=1e-9))
