"""The checker: a small net of its own that finds things in a picture. Heat says where a thing's middle is; kind and
color are read there; place and style from the whole. It is trained on other renderings than the painter, which never
learns from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.world import COLORS, KINDS, Place, Style

SIDE = 128
GRID = 32
KIND_NAMES, COLOR_NAMES = tuple(KINDS), tuple(COLORS)
PLACES, STYLES = tuple(Place), tuple(Style)
THRESHOLD = 0.45


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    color: str
    x: float
    y: float
    sureness: float


@dataclass(frozen=True, slots=True)
class Findings:
    things: tuple[Found, ...]  # the surest first
    place: Place
    style: Style


@dataclass(frozen=True, slots=True)
class Reading:
    """The net's raw answers for a batch."""

    heat: Tensor  # batch, grid, grid
    kind: Tensor  # batch, kinds, grid, grid
    color: Tensor  # batch, colors, grid, grid
    place: Tensor
    style: Tensor


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(x + self.layers(x))


def _down(a: int, b: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.SiLU())


class Checker(nn.Module):
    def __init__(self, width: int = 40) -> None:
        super().__init__()
        self.fine = nn.Sequential(_down(3, width // 2), _down(width // 2, width), Block(width))
        self.middle = nn.Sequential(_down(width, 2 * width), Block(2 * width), Block(2 * width))
        self.coarse = nn.Sequential(_down(2 * width, 3 * width), Block(3 * width), Block(3 * width))
        self.from_coarse = nn.Conv2d(3 * width, 2 * width, 1)
        self.from_middle = nn.Conv2d(2 * width, 2 * width, 1)
        self.from_fine = nn.Conv2d(width, 2 * width, 1)
        self.mix = nn.Sequential(nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.SiLU())
        self.heads = nn.Conv2d(2 * width, 1 + len(KIND_NAMES) + len(COLOR_NAMES), 1)
        self.whole = nn.Linear(6 * width, len(PLACES) + len(STYLES))

    def features(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """From small to large surroundings, and at last all of them at each square."""
        fine = self.fine(x)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        up = self.from_middle(middle) + _doubled(self.from_coarse(coarse))
        return fine, middle, coarse, self.mix(self.from_fine(fine) + _doubled(up))

    def read(self, x: Tensor) -> Reading:
        _, _, coarse, mixed = self.features(x)
        heat, kind, color = self.heads(mixed).split([1, len(KIND_NAMES), len(COLOR_NAMES)], 1)
        seen = torch.cat([coarse.mean((2, 3)), coarse.amax((2, 3))], 1)
        place, style = self.whole(seen).split([len(PLACES), len(STYLES)], 1)
        return Reading(heat[:, 0], kind, color, place, style)

    def forward(self, pictures: Tensor) -> Reading:
        """Pictures from 0 to 1, of the checker's side."""
        return self.read(pictures * 2 - 1)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def find(checker: Checker, pictures: Tensor) -> list[Findings]:
    """What is in each picture (from 0 to 1, any size)."""
    small = functional.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        reading = checker(small)
    heat = reading.heat.sigmoid()
    peak = (heat == functional.max_pool2d(heat[:, None], 5, 1, 2)[:, 0]) & (heat > THRESHOLD)
    kind, color = (functional.avg_pool2d(t.log_softmax(1), 3, 1, 1) for t in (reading.kind, reading.color))
    findings = []
    for i in range(len(pictures)):
        things = []
        for y, x in peak[i].nonzero().tolist():
            name, shade = KIND_NAMES[int(kind[i, :, y, x].argmax())], COLOR_NAMES[int(color[i, :, y, x].argmax())]
            things.append(Found(name, shade, (x + 0.5) / GRID, (y + 0.5) / GRID, heat[i, y, x].item()))
        things.sort(key=lambda found: -found.sureness)
        place, style = PLACES[int(reading.place[i].argmax())], STYLES[int(reading.style[i].argmax())]
        findings.append(Findings(tuple(things), place, style))
    return findings


def load_checker(path: Path) -> Checker:
    from safetensors.torch import load_file

    checker = Checker()
    checker.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in load_file(path).items()})
    return checker.eval()
