"""Banks of noise and of cells, made once and reused at random places: the grain of paper, brush and glass."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Floats = NDArray[np.float32]
_SIDE = 768


@lru_cache(maxsize=32)
def _sheets(cells_x: int, cells_y: int) -> tuple[Floats, ...]:
    rng = np.random.default_rng(cells_x * 1000 + cells_y)
    sheets = []
    for _ in range(6):
        small = Image.fromarray((rng.random((cells_y, cells_x)) * 255).astype(np.uint8))
        large = np.asarray(small.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC), np.float32)
        sheets.append(large / np.float32(255) - np.float32(0.5))
    return tuple(sheets)


def noise(rng: random.Random, height: int, width: int, cells_x: float, cells_y: float = 0.0) -> Floats:
    """Smooth noise from -0.5 to 0.5 with about `cells` bumps across the shorter side."""
    unit = min(height, width)
    scale = _SIDE / min(_SIDE, unit)
    sheet = _sheets(round(cells_x * scale), round((cells_y or cells_x) * scale))[rng.randrange(6)]
    if rng.random() < 0.5:
        sheet = sheet[::-1]
    if rng.random() < 0.5:
        sheet = sheet[:, ::-1]
    if height > _SIDE or width > _SIDE:
        sheet = np.tile(
            np.concatenate([np.concatenate([sheet, sheet[::-1]]), np.concatenate([sheet, sheet[::-1]])[:, ::-1]], 1),
            (2, 2),
        )
    y, x = rng.randrange(sheet.shape[0] - height + 1), rng.randrange(sheet.shape[1] - width + 1)
    return sheet[y : y + height, x : x + width]


def displaced(a: Floats, dy: Floats, dx: Floats) -> Floats:
    """The picture with each pixel fetched from a little beside."""
    height, width = a.shape[:2]
    y = np.clip(np.rint(dy + np.arange(height, dtype=np.float32)[:, None]), 0, height - 1).astype(np.intp)
    x = np.clip(np.rint(dx + np.arange(width, dtype=np.float32)[None]), 0, width - 1).astype(np.intp)
    picked: Floats = a.reshape(height * width, -1)[y * width + x]
    return picked


@lru_cache(maxsize=64)
def triangles(height: int, width: int, cells: int, variant: int) -> tuple[NDArray[np.intp], int]:
    """A map of each pixel to its triangle in a jittered net, and how many triangles there are."""
    rng = random.Random(variant)
    step = min(height, width) / cells
    rows, columns = int(height / step) + 3, int(width / step) + 3
    at = [
        [
            ((x - 0.7 + rng.uniform(-0.34, 0.34)) * step, (y - 0.7 + rng.uniform(-0.34, 0.34)) * step)
            for x in range(columns)
        ]
        for y in range(rows)
    ]
    labels = Image.new("I", (width, height))
    draw = ImageDraw.Draw(labels)
    count = 0
    for y in range(rows - 1):
        for x in range(columns - 1):
            a, b, c, d = at[y][x], at[y][x + 1], at[y + 1][x + 1], at[y + 1][x]
            for corners in ((a, b, c), (a, c, d)) if (x + y) % 2 else ((a, b, d), (b, c, d)):
                draw.polygon(corners, fill=count)
                count += 1
    return np.asarray(labels, np.intp).ravel(), count


@lru_cache(maxsize=64)
def panes(height: int, width: int, cells: int, variant: int) -> tuple[NDArray[np.intp], int, NDArray[np.bool_]]:
    """A map of each pixel to the nearest of scattered points, how many there are, and the seams between."""
    rng = np.random.default_rng(variant)
    step = min(height, width) / cells
    rows, columns = int(height / step) + 1, int(width / step) + 1
    grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), -1).reshape(-1, 2)
    points = (grid + rng.uniform(0.05, 0.95, grid.shape)) * step
    y, x = np.mgrid[0:height, 0:width]
    far = (y[..., None] - points[:, 0]) ** 2 + (x[..., None] - points[:, 1]) ** 2
    labels = far.argmin(-1)
    seam = np.zeros((height, width), bool)
    seam[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    seam[1:] |= labels[1:] != labels[:-1]
    return labels.ravel(), len(points), seam


def averaged(a: Floats, labels: NDArray[np.intp], count: int) -> Floats:
    """Each cell's mean colour, by cell."""
    weight = np.maximum(np.bincount(labels, minlength=count), 1)
    flat = a.reshape(-1, 3)
    means = [np.bincount(labels, flat[:, i], count) / weight for i in range(3)]
    return np.stack(means, 1).astype(np.float32)
