"""The stage that learns which words belong to which picture, by telling a batch's true pairs from all others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.encoders import FEATURES, PICTURE_SIDE, make_encoders, picture_features, text_features
from engine.pocket.parts import make_autoencoder, make_tokenizer
from engine.pocket.training.facts import Facts, facts_of, matches
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import Pixels, held_out_scenes, to_batch, to_tensor, training_seed
from engine.pocket.training.queries import ask
from engine.pocket.training.supply import Supply
from engine.pocket.world import FULL, TRAINING, WHOLE, Scene, caption, cast, render, vocabulary

GALLERY = 1000
ASKED = 300  # held-out queries
QUERIES, SENTENCES = 0.4, 0.6  # of all texts: queries; whole and exact captions up to here, then as people speak
REPAINTED = 8  # one of so many
Truths = npt.NDArray[np.bool_]


class EncodersStage:
    name = "encoders"
    rate = 2e-3

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
        self._gallery: Gallery | None = None
        self._means = Means()

    def models(self) -> dict[str, nn.Module]:
        return {"encoders": self.encoders, "facts": self.facts}

    def groups(self) -> list[list[nn.Parameter]]:
        return [[*self.encoders.parameters(), *self.facts.parameters()]]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        rng = random.Random(number)
        pixels, texts, facts = self._supply.take(number)
        pictures = self.disturbed(to_batch(pixels).to(self.device), rng)
        ids = self.tokens(texts)
        true, named = torch.from_numpy(facts).float().to(self.device)
        with half_precision(self.device):
            seen, said = picture_features(self.encoders, pictures).float(), text_features(self.encoders, ids).float()
        likeness = self.encoders.logit_scale.exp().clamp(max=100) * said @ seen.T
        belong = matches(named, true).float()
        loss = (_blamed(likeness, belong) + _blamed(likeness.T, belong.T)) / 2
        right = belong.gather(1, likeness.argmax(1, keepdim=True)).mean()
        known = self.facts.loss(seen, said, true, named)
        self._means.add(loss=loss, right=right, known=known)
        yield loss + known

    def disturbed(self, pictures: Tensor, rng: random.Random) -> Tensor:
        """Some as the decoder paints, half of all batches blurred, all a little shifted: what is painted is never so
        clean, nor so sharp."""
        some = -(-len(pictures) // REPAINTED)
        with torch.no_grad(), half_precision(self.device):
            z = self.autoencoder.encode(pictures[:some] * 2 - 1).latents
            painted = (self.autoencoder.decode(z + torch.randn_like(z) * 0.1).sample.float() + 1) / 2
        pictures = torch.cat([painted.clamp(0, 1), pictures[some:]])
        if rng.random() < 0.5:
            less = functional.interpolate(
                pictures,
                scale_factor=rng.uniform(0.3, 0.8),
                mode="bilinear",
                antialias=True,
                recompute_scale_factor=True,
            )
            pictures = functional.interpolate(less, (PICTURE_SIDE, PICTURE_SIDE), mode="bilinear")
        dx, dy = rng.randint(-6, 6), rng.randint(-6, 6)
        padded = functional.pad(pictures, (6, 6, 6, 6), mode="replicate")
        return padded[:, :, 6 + dy : 6 + dy + PICTURE_SIDE, 6 + dx : 6 + dx + PICTURE_SIDE]

    def tokens(self, captions: list[str]) -> Tensor:
        ids: Tensor = self.tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
        return ids.to(self.device)

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        """How often a held-out picture is among the first ten for its own words; and of ten, or as many as there are,
        that are found for a query, how many show what it names."""
        if self._gallery is None:
            self._gallery = draw_gallery(self._gallery_size)
        gallery = self._gallery
        pictures = torch.split(gallery.pictures, 100)
        seen = torch.cat([picture_features(self.encoders, part.to(self.device)) for part in pictures])
        said, asked = (
            torch.cat(
                [text_features(self.encoders, self.tokens(texts[at : at + 100])) for at in range(0, len(texts), 100)]
            )
            for texts in (gallery.captions, gallery.queries)
        )
        found = precision(asked @ seen.T, gallery.belong.to(self.device), 10)
        return {**{f"first_{k}": recall(said @ seen.T, k) for k in (1, 10)}, "asked_10": found}


@dataclass(frozen=True, slots=True)
class Gallery:
    pictures: Tensor
    captions: list[str]
    queries: list[str]
    belong: Tensor  # which pictures show all that a query names


def draw_gallery(count: int) -> Gallery:
    scenes = held_out_scenes(count, WHOLE)
    asked = [ask(scene, random.Random(scene.seed)) for scene in scenes[:ASKED]]
    named = torch.from_numpy(np.stack([facts for _, facts in asked])).float()
    true = torch.from_numpy(np.stack([facts_of(scene) for scene in scenes])).float()
    return Gallery(
        torch.stack([to_tensor(render(scene, PICTURE_SIDE, PICTURE_SIDE)) for scene in scenes]),
        [caption(scene, random.Random(scene.seed), FULL) for scene in scenes],
        [text for text, _ in asked],
        matches(named, true),
    )


def draw(number: int, count: int) -> tuple[Pixels, list[str], Truths]:
    """Pictures with a text each, a query, an exact caption or one as people speak; what is true of each picture, and
    what its text names."""
    rng = random.Random(~number)
    scenes = [cast(training_seed(number * count + i), WHOLE) for i in range(count)]
    pictures = np.stack([np.asarray(render(s, PICTURE_SIDE, PICTURE_SIDE)) for s in scenes])
    true = [facts_of(scene) for scene in scenes]
    said = [_text(scene, facts, rng) for scene, facts in zip(scenes, true, strict=True)]
    return pictures, [text for text, _ in said], np.stack([np.stack(true), np.stack([named for _, named in said])])


def _text(scene: Scene, true: Truths, rng: random.Random) -> tuple[str, Truths]:
    kind = rng.random()
    if kind < QUERIES:
        return ask(scene, rng)
    return caption(scene, rng, FULL if kind < SENTENCES else TRAINING), true


def _blamed(likeness: Tensor, belong: Tensor) -> Tensor:
    """For what is liked beyond its share; all that belong have the same."""
    return functional.cross_entropy(likeness, belong / belong.sum(1, keepdim=True))


def recall(likeness: Tensor, first: int) -> float:
    """The share of rows whose own column is among the first."""
    best = likeness.topk(min(first, likeness.shape[1]), dim=1).indices
    own = torch.arange(len(likeness), device=likeness.device)[:, None]
    return (best == own).any(1).float().mean().item()


def precision(likeness: Tensor, belong: Tensor, first: int) -> float:
    """The share that belongs among the first of each row, or among as many as there are."""
    best = likeness.topk(min(first, likeness.shape[1]), dim=1).indices
    there = belong.sum(1).clamp(max=best.shape[1])
    return (belong.gather(1, best).sum(1).clamp(max=there) / there).mean().item()
