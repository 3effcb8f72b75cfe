"""The engine's side of the correctness gate: recipes as cases, and how far two pictures are apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import torch

from engine.models.catalog import Family
from engine.paint.easel import Easel
from engine.paint.painters import diffusion
from engine.recipe import ModelPin, Phrase, Recipe, Role, Source
from tests.engine import tiny
from tests.engine.paint import stock

CLOSE = 1e-4  # of the picture's own range, in 32 bits
PICTURES = {"picture": stock.PICTURE, "mask": stock.MASK.convert("RGB"), "control": stock.CONTROL}
GUIDED = {Family.SD: 4.0, Family.SDXL: 4.0, Family.SD3: 4.0, Family.QWEN_IMAGE: 3.0, Family.FLUX: 3.5}


@dataclass(frozen=True, slots=True)
class Case:
    family: Family
    task: str
    sampler: str
    seed: int = 5
    steps: int = 3
    guidance: float | None = None
    text: str = stock.TEXT
    strength: float = 0.6
    scale: float = 0.8

    def __str__(self) -> str:
        return f"{self.family} {self.task} {self.sampler}"

    @property
    def guiding(self) -> float:
        if self.guidance is not None:
            return self.guidance
        return GUIDED.get(self.family, 1.0 if self.family is Family.FLUX2 else 0.0)

    def recipe(self) -> Recipe:
        model = tiny.build(self.family)
        sources = {
            "text": (),
            "image": (Source(Role.IMAGE, "picture", self.strength),),
            "inpaint": (Source(Role.IMAGE, "picture", self.strength), Source(Role.MASK, "mask")),
            "control": (Source(Role.CONTROL, "control", self.scale, ModelPin("control", "control", "tiny")),),
        }[self.task]
        return Recipe(
            model=model.pin, phrases=(Phrase(self.text),), negative=stock.NEGATIVE, width=tiny.SIDE, height=tiny.SIDE,
            seed=self.seed, steps=self.steps, guidance=self.guiding, scheduler=self.sampler, sources=sources,
        )  # fmt: skip

    def stock(self) -> torch.Tensor:
        return stock.paint(
            self.family, self.task, self.sampler, seed=self.seed, steps=self.steps, guidance=self.guiding,
            text=self.text, strength=self.strength, scale=self.scale,
        )  # fmt: skip

    def painted(self) -> torch.Tensor:
        """As the engine paints it, before it is rounded to 8 bits."""
        easel = Easel(self.recipe(), tiny.build(self.family), PICTURES)
        image: torch.Tensor = diffusion.paint_raw(easel)[0]
        return image


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """The largest difference, as a part of the range."""
    return float((one - other).abs().max() / other.abs().max().clamp_min(1e-6))


def seeds(*parts: Any) -> int:
    """A number that is the same in every run, and another for every case."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], "big")
