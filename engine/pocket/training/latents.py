"""Latents of the world on disk: rendered and encoded once, memory-mapped, grown in whole chunks. A pool keeps no
captions: its scenes are cast again from their numbers, so that every pass hears other words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageChops
from torch import Tensor

from engine.pocket.parts import LATENT_CHANNELS, PIXELS_PER_LATENT
from engine.pocket.training.pictures import training_seed
from engine.pocket.training.supply import executor
from engine.pocket.world import Scene, Syllabus, cast, paint

CHUNK = 2048
Encode = Callable[[Tensor], Tensor]  # pictures from 0 to 1, to latents


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a pool holds: scenes of a syllabus, in one size."""

    name: str
    syllabus: Syllabus
    width: int
    height: int

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        return (LATENT_CHANNELS, self.height // PIXELS_PER_LATENT, self.width // PIXELS_PER_LATENT)

    def scene(self, index: int) -> Scene:
        return cast(training_seed(index), self.syllabus, self.width / self.height)


def draw(index: int, shelf: Shelf) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The picture, and how much of each latent's square is covered by things."""
    picture = paint(shelf.scene(index), shelf.width, shelf.height)
    cover = Image.new("L", (shelf.width, shelf.height))
    for mask in picture.masks:
        cover = ImageChops.lighter(cover, mask)
    return np.asarray(picture.image), np.asarray(cover.reduce(PIXELS_PER_LATENT))


class Pool:
    def __init__(self, folder: Path, shelf: Shelf, capacity: int, workers: int = 1) -> None:
        self.shelf = shelf
        self._workers = workers
        self._capacity = -(-capacity // CHUNK) * CHUNK
        self._folder = folder / f"{shelf.name}-{shelf.width}x{shelf.height}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._ready = self._folder / "ready.json"
        channels, height, width = shelf.latent_shape
        self._latents = self._map("latents.f16", np.float16, (self._capacity, channels, height, width))
        self._cover = self._map("cover.u8", np.uint8, (self._capacity, height, width))
        self.size = json.loads(self._ready.read_text())["size"] if self._ready.exists() else 0

    def _map(self, name: str, kind: type[np.generic], shape: tuple[int, ...]) -> np.memmap[tuple[int, ...], np.dtype]:
        path = self._folder / name
        need = int(np.prod(shape)) * np.dtype(kind).itemsize
        with path.open("ab") as file:
            if path.stat().st_size < need:
                file.truncate(need)
        return np.memmap(path, kind, "r+", shape=shape)

    def ensure(self, size: int, encode: Encode) -> int:
        """Grow to at least `size`, as far as there is room. Returns how many to use: it depends on `size` alone, though
        a run that was killed may have left more.
        """
        usable = min(-(-size // CHUNK) * CHUNK, self._capacity)
        while self.size < usable:
            pictures, covers = self._render(range(self.size, self.size + CHUNK))
            part = slice(self.size, self.size + CHUNK)
            batches = torch.split(torch.from_numpy(pictures).permute(0, 3, 1, 2), 64)
            self._latents[part] = torch.cat([encode(x.float() / 255).float().cpu() for x in batches]).numpy()
            self._cover[part] = covers
            self._latents.flush()
            self._cover.flush()
            self.size += CHUNK
            temporary = self._ready.with_suffix(".part")
            temporary.write_text(json.dumps({"size": self.size}))
            os.replace(temporary, self._ready)
        return usable

    def _render(self, indices: range) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        one = partial(draw, shelf=self.shelf)
        if self._workers > 1:
            drawn = list(executor(self._workers).map(one, indices, chunksize=32))
        else:
            drawn = [one(i) for i in indices]
        return np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn])

    def take(self, indices: Sequence[int]) -> tuple[Tensor, Tensor]:
        order = np.asarray(indices)
        latents = torch.from_numpy(np.asarray(self._latents[order], np.float32))
        return latents, torch.from_numpy(np.asarray(self._cover[order], np.float32) / 255)
