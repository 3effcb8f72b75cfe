"""What a member sees in a posted picture, as numbers."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sandbox.member import Member
from tests.product.house import Json

HALF = 2


async def data_of(member: Member, message: Json, number: int = 0) -> bytes:
    return await member.download(message["attachments"][number]["url"])


async def picture_of(member: Member, message: Json) -> Image.Image:
    with Image.open(io.BytesIO(await data_of(member, message))) as opened:
        return opened.convert("RGB")


def cell_of(grid: Image.Image, cell: int) -> Image.Image:
    """One of four, counted from 0."""
    width, height = grid.width // HALF, grid.height // HALF
    left, top = cell % HALF * width, cell // HALF * height
    return grid.crop((left, top, left + width, top + height))


def cells_of(grid: Image.Image) -> list[Image.Image]:
    return [cell_of(grid, cell) for cell in range(HALF * HALF)]


def distance(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart: the mean difference of their pixels, 0 to 255."""
    first, second = (np.asarray(picture, dtype=np.float64) for picture in (one, other))
    return float(np.abs(first - second).mean())


def mean_distance(parent: Image.Image, children: list[Image.Image]) -> float:
    return sum(distance(parent, child) for child in children) / len(children)
