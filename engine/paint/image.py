"""Pictures as pixels: opened safely, fitted to a size, put side by side, cut apart. Pillow and numpy, no torch."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from engine.errors import SourceError

if TYPE_CHECKING:
    import numpy as np

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MOST_PIXELS = 64_000_000  # a picture of 8000 x 8000; opened it takes 192 MB
# What Pillow's readers raise on damaged files, besides its own kinds.
_WRONG = (ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
DAMAGE = (OSError, EOFError, struct.error, *_WRONG)
_PAPER = (255, 255, 255)
_FILTER = Image.Resampling.LANCZOS
_FILTERS = Lock()
_LYING = (5, 6, 7, 8)  # EXIF's orientations that turn a picture by a quarter


@contextmanager
def without_warnings() -> Iterator[None]:
    """For Pillow's words on members' files. Python keeps one list of filters for all threads: two that change it at
    once would leave it changed."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def open_picture(data: bytes, formats: tuple[str, ...] = FORMATS, most_pixels: int = MOST_PIXELS) -> Image.Image:
    """A member's file as an upright picture in RGB: the first frame, on white where it is transparent."""
    side = math.isqrt(most_pixels)
    try:
        with without_warnings():  # its own limit is larger than ours
            picture = Image.open(io.BytesIO(data), formats=formats)
            if picture.width * picture.height > most_pixels:
                size = f"{picture.width} x {picture.height}"
                raise SourceError(f"The picture of {size} pixels is too large; send one of at most {side} x {side}.")
            picture.load()
            return _on_paper(ImageOps.exif_transpose(picture))
    except SourceError:
        raise
    except Image.DecompressionBombError:
        raise SourceError(f"The picture is far too large; send one of at most {side} x {side}.") from None
    except UnidentifiedImageError:
        kinds = ", ".join(formats[:-1])
        raise SourceError(f"The file is no picture that can be read; send one of {kinds} or {formats[-1]}.") from None
    except DAMAGE as error:
        raise SourceError(f"The picture is damaged ({error}); save it anew and send it again.") from None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height as it would be opened, read off its first bytes; None if they do not tell. Waits for nobody who
    opens a picture meanwhile, so it may be asked on an event loop."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        lies = picture.getexif().get(ExifTags.Base.Orientation, 1) in _LYING
    except (Warning, Image.DecompressionBombError, UnidentifiedImageError, *DAMAGE):
        return None
    return (picture.height, picture.width) if lies else picture.size


def _on_paper(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ink = picture.convert("RGBA")
        paper = Image.new("RGBA", ink.size, (*_PAPER, 255))
        return Image.alpha_composite(paper, ink).convert("RGB")
    if picture.mode.startswith("I"):  # 16 bits of grey, which converting would cut off and not scale
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGB")


def fit(picture: Image.Image, width: int, height: int) -> Image.Image:
    """As large as this, nothing stretched: what juts out on two sides is cut off evenly."""
    if picture.size == (width, height):
        return picture
    return ImageOps.fit(picture, (width, height), _FILTER)


def letterbox(picture: Image.Image, width: int, height: int, colour: tuple[int, int, int] = _PAPER) -> Image.Image:
    """Whole within this size, with margins on two sides."""
    return ImageOps.pad(picture, (width, height), _FILTER, color=colour)


def extend(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> tuple[Image.Image, Image.Image]:
    """A larger canvas with the picture on it, and a mask that is white where nothing is painted yet."""
    if min(left, top, right, bottom) < 0:
        raise ValueError(
            f"Margins of {left}, {top}, {right} and {bottom} pixels cut a picture; none may be below zero."
        )
    size = (picture.width + left + right, picture.height + top + bottom)
    if size[0] * size[1] > MOST_PIXELS:
        problem = f"A canvas of {size[0]} x {size[1]} pixels is too large"
        raise SourceError(f"{problem}; extend the picture by less, to at most 8000 x 8000.")
    canvas, mask = Image.new("RGB", size, _PAPER), Image.new("L", size, 255)
    canvas.paste(picture, (left, top))
    mask.paste(0, (left, top, left + picture.width, top + picture.height))
    return canvas, mask


def arrange(count: int) -> tuple[int, int]:
    """Columns and rows of a grid: as square as can be, wider rather than higher."""
    if count < 1:
        raise ValueError(f"A grid of {count} cells cannot be arranged; give it at least one.")
    columns = next(number for number in range(1, count + 1) if number * number >= count)
    return columns, -(-count // columns)


def make_grid(cells: Sequence[np.ndarray | None]) -> np.ndarray:
    """Cells of one size side by side, row by row; a cell that is not there yet is grey."""
    import numpy as np

    there = [cell for cell in cells if cell is not None]
    if not there:
        raise ValueError("A grid needs at least one cell that is there.")
    strange = next((cell for cell in there if cell.shape != there[0].shape or cell.dtype != np.uint8), None)
    if strange is not None or there[0].ndim != 3 or there[0].shape[2] != 3:
        wrong = there[0] if strange is None else strange
        raise ValueError(
            f"A cell of {wrong.shape} {wrong.dtype} does not fit into a grid of {there[0].shape}; "
            "give cells of one height and width, with three colours of 8 bits."
        )
    height, width = there[0].shape[:2]
    columns, rows = arrange(len(cells))
    grid = np.full((rows * height, columns * width, 3), 128, np.uint8)
    for number, cell in enumerate(cells):
        if cell is not None:
            top, left = number // columns * height, number % columns * width
            grid[top : top + height, left : left + width] = cell
    return grid


def cut_cell(grid: np.ndarray, number: int, count: int) -> np.ndarray:
    """One cell of a grid, counted from 0."""
    if not 0 <= number < count:
        raise ValueError(f"A grid of {count} has no cell {number}; count from 0.")
    columns, rows = arrange(count)
    if grid.shape[0] % rows or grid.shape[1] % columns:
        problem = f"A picture of {grid.shape[1]} x {grid.shape[0]} pixels is no grid of {columns} x {rows} cells"
        raise ValueError(f"{problem}; give the grid as it was made.")
    height, width = grid.shape[0] // rows, grid.shape[1] // columns
    top, left = number // columns * height, number % columns * width
    return grid[top : top + height, left : left + width]
