"""What a scene's squares show, as numbers: for nets that learn to see."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.pocket.evaluation.checker import COLOR_NAMES, KIND_NAMES, PLACES, STYLES
from engine.pocket.world import Scene

NOBODY = -100  # no kind and no color: such squares are not asked about
THING_WEIGHT = 4.0  # of a square of a thing of half the picture's side; ground counts 1
SMALL_WEIGHT = 16.0  # at most: a small thing counts as much in sum


def targets(scenes: Sequence[Scene], grid: int) -> tuple[Tensor, Tensor, Tensor]:
    """Heat about each thing's middle, and around it the thing's kind and color; front things over those behind."""
    axis = (torch.arange(grid) + 0.5) / grid
    heat = torch.zeros(len(scenes), grid, grid)
    kind = torch.full((len(scenes), grid, grid), NOBODY)
    color = torch.full((len(scenes), grid, grid), NOBODY)
    for i, scene in enumerate(scenes):
        for thing in reversed(scene.things):
            far = (axis[None] - thing.x) ** 2 + (axis[:, None] - thing.y) ** 2
            heat[i] = torch.maximum(heat[i], torch.exp(-far / (2 * (0.1 * thing.size + 0.008) ** 2)))
            near = far < min(max(0.26 * thing.size, 0.04), 0.09) ** 2  # or large things outweigh small ones
            kind[i][near] = KIND_NAMES.index(thing.kind)
            color[i][near] = COLOR_NAMES.index(thing.color)
    return heat, kind, color


def weights(scenes: Sequence[Scene], cover: Tensor) -> Tensor:
    """How much each square counts in learning to paint it; front things' over those behind."""
    height, width = cover.shape[1:]
    across = ((torch.arange(width) + 0.5) / width)[None]
    down = ((torch.arange(height) + 0.5) / height)[:, None]
    extra = torch.zeros(cover.shape)
    for i, scene in enumerate(scenes):
        reach_x, reach_y = 0.5 * min(1.0, 1 / scene.aspect), 0.5 * min(1.0, scene.aspect)
        for thing in reversed(scene.things):
            inside = ((across - thing.x).abs() < reach_x * thing.size) & ((down - thing.y).abs() < reach_y * thing.size)
            extra[i][inside] = min(max(THING_WEIGHT, THING_WEIGHT * (0.5 / thing.size) ** 2), SMALL_WEIGHT) - 1
    return 1 + extra.to(cover.device) * cover


def told(scenes: Sequence[Scene], device: torch.device) -> tuple[Tensor, Tensor]:
    """The numbers of their places and styles."""
    place = torch.tensor([PLACES.index(s.place) for s in scenes], device=device)
    return place, torch.tensor([STYLES.index(s.style) for s in scenes], device=device)
