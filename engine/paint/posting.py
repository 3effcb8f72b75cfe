"""Files as they are posted: several pictures as one grid, and the best kind of file that stays under a limit. What is
inside is the asker's choice: whole recipes, a short mark, or nothing. Any thread may do this; nothing is shared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image

from engine.errors import SourceError
from engine.paint.encode import JPEG, PNG, WEBP, encode_jpeg, encode_png, encode_webp
from engine.paint.image import MOST_PIXELS, make_grid, open_picture
from engine.recipe import Recipe
from engine.recipe_json import to_json

if TYPE_CHECKING:
    import numpy as np

EXTENSIONS = {PNG: "png", WEBP: "webp", JPEG: "jpg"}
MOST_CELLS = 64
_QUALITY = 88
_LEAST_SIDE = 16
_SMALLER = 0.92  # of the sides, at most, at each further try
_MOST_WEBP = 16383  # pixels of a side
_MOST_NOTES = 64_000  # characters in a JPEG


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Pixels to be posted: one picture, or several side by side."""

    pixels: np.ndarray = field(repr=False)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class File:
    """`extension` is without its dot."""

    data: bytes = field(repr=False)
    media_type: str
    extension: str
    width: int
    height: int


def open_sheet(picture: bytes) -> Sheet:
    """One file's pixels. Whatever else is in the file stays behind. Raises SourceError."""
    import numpy as np

    return Sheet(np.asarray(open_picture(picture)))


def compose_grid(pictures: Sequence[bytes]) -> Sheet:
    """The files of a job's cells, in their order, as one picture. Raises SourceError."""
    if not 0 < len(pictures) <= MOST_CELLS:
        raise SourceError(f"A grid has 1 to {MOST_CELLS} pictures, and this one has {len(pictures)}.")
    cells = [open_sheet(picture) for picture in pictures]
    sizes = sorted({(cell.width, cell.height) for cell in cells})
    if len(sizes) > 1:
        found = " and ".join(f"{width} x {height}" for width, height in sizes[:2])
        raise SourceError(f"Pictures of {found} pixels do not make a grid; post them one by one.")
    if sum(cell.width * cell.height for cell in cells) > MOST_PIXELS:
        raise SourceError("The grid of these pictures would be larger than 8000 x 8000; post them one by one.")
    return Sheet(make_grid([cell.pixels for cell in cells])) if len(cells) > 1 else cells[0]


def fit_file(picture: Sheet | bytes, limit_bytes: int, *, recipes: Sequence[Recipe] = (), mark: str = "") -> File:
    """The best file of at most so many bytes: PNG, WebP, JPEG, then ever smaller pictures of the kind that took least.
    Carries the recipes or the mark, and nothing that was in a file before. Raises SourceError if nothing fits."""
    sheet = picture if isinstance(picture, Sheet) else open_sheet(picture)
    file = _make(sheet, PNG, recipes, mark)
    for media_type in (WEBP, JPEG):
        if len(file.data) > limit_bytes and _holds(sheet, media_type, recipes):
            file = min(file, _make(sheet, media_type, recipes, mark), key=lambda one: len(one.data))
    scale = 1.0
    while len(file.data) > limit_bytes:
        if min(file.width, file.height) <= _LEAST_SIDE:
            raise SourceError(f"No picture fits into {limit_bytes} bytes; allow some thousand more.")
        scale *= min(_SMALLER, 0.97 * math.sqrt(max(limit_bytes, 1) / len(file.data)))
        scale = max(scale, _LEAST_SIDE / min(sheet.width, sheet.height))
        file = _make(_reduced(sheet, scale), file.media_type, recipes, mark)
    return file


def make_thumbnail(picture: Sheet | bytes, side: int = 320) -> File:
    """A small WebP without any notes; its longer side has at most so many pixels."""
    if side < 1:
        raise ValueError(f"A thumbnail with a side of {side} pixels cannot be made; ask for at least 1.")
    sheet = picture if isinstance(picture, Sheet) else open_sheet(picture)
    small = _reduced(sheet, min(1.0, side / max(sheet.width, sheet.height)))
    return File(encode_webp(small.pixels, quality=80), WEBP, EXTENSIONS[WEBP], small.width, small.height)


def _holds(sheet: Sheet, media_type: str, recipes: Sequence[Recipe]) -> bool:
    """What a kind of file has room for: WebP in pixels, JPEG in notes."""
    if media_type == WEBP:
        return max(sheet.width, sheet.height) <= _MOST_WEBP
    return sum(len(to_json(recipe)) + 1 for recipe in recipes) <= _MOST_NOTES


def _make(sheet: Sheet, media_type: str, recipes: Sequence[Recipe], mark: str) -> File:
    if media_type == PNG:
        data = encode_png(sheet.pixels, *recipes, mark=mark)
    elif media_type == WEBP:
        data = encode_webp(sheet.pixels, *recipes, mark=mark, quality=_QUALITY)
    else:
        data = encode_jpeg(sheet.pixels, *recipes, mark=mark, quality=_QUALITY)
    return File(data, media_type, EXTENSIONS[media_type], sheet.width, sheet.height)


def _reduced(sheet: Sheet, scale: float) -> Sheet:
    import numpy as np

    size = (max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale)))
    if size == (sheet.width, sheet.height):
        return sheet
    return Sheet(np.asarray(Image.fromarray(sheet.pixels).resize(size, Image.Resampling.LANCZOS)))
