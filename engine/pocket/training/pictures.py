"""Pictures and captions of the world as tensors, decided by number, and sheets of tensors for the eye."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from engine.pocket.world import Scene, Syllabus, cast, paint

Pixels = NDArray[np.uint8]  # rows, columns, channels; before them, if there are several, which picture


def to_tensor(image: Image.Image) -> Tensor:
    """Channels first, from 0 to 1."""
    return torch.from_numpy(np.asarray(image, np.uint8).copy()).permute(2, 0, 1).float() / 255


def to_image(tensor: Tensor) -> Image.Image:
    array = (tensor.detach().float().cpu().clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    return Image.fromarray(array)


def to_batch(pixels: Pixels) -> Tensor:
    return torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255


def training_seed(number: int) -> int:
    """Training draws even seeds; odd ones are for measuring."""
    return 2 * number


def crops(number: int, count: int, side: int, syllabus: Syllabus) -> Pixels:
    """`count` squares: half of them whole small pictures, half cut from pictures of twice the side."""
    rng = random.Random(number)
    squares: list[Pixels] = []
    index = 0
    while len(squares) < count:
        scene = cast(training_seed(number * count + index), syllabus)
        index += 1
        if rng.random() < 0.34:
            large = np.asarray(paint(scene, side * 2, side * 2).image)
            corners = [(y, x) for y in (0, side) for x in (0, side)]
            squares += [large[y : y + side, x : x + side] for y, x in rng.sample(corners, 2)]
        else:
            squares.append(np.asarray(paint(scene, side, side).image))
    return np.stack(squares[:count])


def held_out_scenes(count: int, syllabus: Syllabus) -> list[Scene]:
    return [cast(2 * i + 1, syllabus) for i in range(count)]


def save_sheet(rows: list[list[Tensor]], path: Path, scale: int = 1) -> None:
    height, width = rows[0][0].shape[1:]
    sheet = Image.new("RGB", (width * max(len(row) for row in rows), height * len(rows)))
    for y, row in enumerate(rows):
        for x, tensor in enumerate(row):
            sheet.paste(to_image(tensor), (x * width, y * height))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.resize((sheet.width * scale, sheet.height * scale), Image.Resampling.NEAREST).save(path)
