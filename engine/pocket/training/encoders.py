"""The stage that learns which words belong to which picture, by telling a batch's true pairs from all others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.encoders import FEATURES, PICTURE_SIDE, make_encoders, picture_features, text_features
from engine.pocket.parts import make_autoencoder, make_tokenizer
from engine.pocket.training.facts import Facts, facts_of
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import Pixels, held_out_scenes, to_batch, to_tensor, training_seed
from engine.pocket.training.supply import Supply
from engine.pocket.world import FULL, TRAINING, WHOLE, caption, cast, render, vocabulary

GALLERY = 1000
REPAINTED = 8  # one of so many


class EncodersStage:
    name = "encoders"
    rate = 1e-3

    def __init__(
        self, device: torch.device, folder: Path, batch: int, target: int, gallery: int = GALLERY, workers: int = 1
    ) -> None:
        self.device, self.batch, self.target, self._gallery_size = device, batch, target, gallery
        torch.manual_seed(13)
        self.tokenizer = make_tokenizer(vocabulary())
        self.encoders = make_encoders(len(self.tokenizer)).to(device)
        self.facts = Facts(FEATURES).to(device)
        self.autoencoder = make_autoencoder().to(device).eval()
        load_average(folder, "autoencoder", "autoencoder", self.autoencoder)
        self._supply = Supply(partial(draw, count=batch), workers)
        self._gallery: tuple[Tensor, Tensor] | None = None
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"encoders": self.encoders, "facts": self.facts}

    def groups(self) -> list[list[nn.Parameter]]:
        return [[*self.encoders.parameters(), *self.facts.parameters()]]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        rng = random.Random(number)
        pixels, captions, facts = self._supply.take(number)
        pictures = self.disturbed(to_batch(pixels).to(self.device), rng)
        ids = self.tokens(captions)
        with half_precision(self.device):
            seen, said = picture_features(self.encoders, pictures), text_features(self.encoders, ids)
            likeness = self.encoders.logit_scale.exp().clamp(max=100) * seen.float() @ said.float().T
        truth = torch.arange(self.batch, device=self.device)
        right = (likeness.argmax(1) == truth).float().mean()
        loss = (functional.cross_entropy(likeness, truth) + functional.cross_entropy(likeness.T, truth)) / 2
        known = self.facts.loss(seen.float(), said.float(), torch.from_numpy(facts).float().to(self.device))
        self._means.add(loss=loss, right=right, known=known)
        yield loss + known

    def disturbed(self, pictures: Tensor, rng: random.Random) -> Tensor:
        """Some as the decoder paints, and all a little shifted: its own pictures are never so clean."""
        some = -(-len(pictures) // REPAINTED)
        with torch.no_grad(), half_precision(self.device):
            z = self.autoencoder.encode(pictures[:some] * 2 - 1).latents
            painted = (self.autoencoder.decode(z + torch.randn_like(z) * 0.1).sample.float() + 1) / 2
        pictures = torch.cat([painted.clamp(0, 1), pictures[some:]])
        dx, dy = rng.randint(-6, 6), rng.randint(-6, 6)
        padded = functional.pad(pictures, (6, 6, 6, 6), mode="replicate")
        return padded[:, :, 6 + dy : 6 + dy + PICTURE_SIDE, 6 + dx : 6 + dx + PICTURE_SIDE]

    def tokens(self, captions: list[str]) -> Tensor:
        ids: Tensor = self.tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
        return ids.to(self.device)

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        """How often a held-out picture is among the first ten for its own words."""
        if self._gallery is None:
            scenes = held_out_scenes(self._gallery_size, WHOLE)
            pictures = torch.stack([to_tensor(render(s, PICTURE_SIDE, PICTURE_SIDE)) for s in scenes])
            self._gallery = pictures, self.tokens([caption(s, random.Random(s.seed), FULL) for s in scenes])
        pictures, ids = self._gallery
        seen = torch.cat([picture_features(self.encoders, p.to(self.device)) for p in torch.split(pictures, 100)])
        said = torch.cat([text_features(self.encoders, t) for t in torch.split(ids, 100)])
        return {f"first_{k}": recall(said @ seen.T, k) for k in (1, 10)}


def draw(number: int, count: int) -> tuple[Pixels, list[str], npt.NDArray[np.bool_]]:
    """Pictures with a caption each, exact or as people speak, and what is true of them."""
    rng = random.Random(~number)
    scenes = [cast(training_seed(number * count + i), WHOLE) for i in range(count)]
    pictures = np.stack([np.asarray(render(s, PICTURE_SIDE, PICTURE_SIDE)) for s in scenes])
    captions = [caption(s, rng, FULL if rng.random() < 0.4 else TRAINING) for s in scenes]
    return pictures, captions, np.stack([facts_of(s) for s in scenes])


def recall(likeness: Tensor, first: int) -> float:
    """The share of rows whose own column is among the first."""
    best = likeness.topk(min(first, likeness.shape[1]), dim=1).indices
    own = torch.arange(len(likeness), device=likeness.device)[:, None]
    return (best == own).any(1).float().mean().item()
