"""Pictures side by side on one sheet: two to be compared, or a week's best with their places. On a ground of its own,
so that it reads the same in a dark Discord and in a light one.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from bot.drawings.tree import plain

GROUND, PANEL, INK, PALE = "#1b1d23", "#22252d", "#f2f3f5", "#b5bac4"
CELL, GAP, MARGIN, HEAD, CAPTION = 300, 16, 28, 92, 40
PAIR = 512
LARGE, SMALL = 38, 24  # letters: a phone shows the sheet at less than half its size
QUALITY = 90
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture's file, and what stands below it."""

    data: bytes
    caption: str


def draw_sheet(heading: str, shots: Sequence[Shot]) -> bytes:
    """As near to a square as the number allows, and never wider than four."""
    if not shots:
        raise ValueError("A contact sheet needs a picture.")
    columns = min(4, math.ceil(math.sqrt(len(shots))))
    rows = math.ceil(len(shots) / columns)
    width = 2 * MARGIN + columns * CELL + (columns - 1) * GAP
    sheet = Image.new("RGB", (width, HEAD + rows * (CELL + CAPTION + GAP) + MARGIN - GAP), GROUND)
    pen = ImageDraw.Draw(sheet)
    _write(pen, (MARGIN, 28), heading, LARGE, INK, width - 2 * MARGIN)
    for number, shot in enumerate(shots):
        row, column = divmod(number, columns)
        inset = (columns - min(columns, len(shots) - row * columns)) * (CELL + GAP) // 2  # the last row in the middle
        left, top = MARGIN + inset + column * (CELL + GAP), HEAD + row * (CELL + CAPTION + GAP)
        _paste(sheet, pen, shot.data, (left, top, left + CELL, top + CELL))
        _write(pen, (left + 4, top + CELL + 6), shot.caption, SMALL, PALE, CELL - 8)
    return _file(sheet)


def draw_pair(left: bytes, right: bytes) -> bytes:
    sheet = Image.new("RGB", (2 * PAIR + 3 * GAP, PAIR + 2 * GAP), GROUND)
    pen = ImageDraw.Draw(sheet)
    for number, data in enumerate((left, right)):
        start = GAP + number * (PAIR + GAP)
        _paste(sheet, pen, data, (start, GAP, start + PAIR, GAP + PAIR))
    return _file(sheet)


def _paste(sheet: Image.Image, pen: ImageDraw.ImageDraw, data: bytes, box: Box) -> None:
    """As large as fits, in the middle of its panel."""
    pen.rounded_rectangle(box, 12, fill=PANEL)
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    wide, high = box[2] - box[0], box[3] - box[1]
    share = min(wide / picture.width, high / picture.height)
    fitted = picture.resize(
        (max(1, round(picture.width * share)), max(1, round(picture.height * share))), Image.Resampling.LANCZOS
    )
    sheet.paste(fitted, (box[0] + (wide - fitted.width) // 2, box[1] + (high - fitted.height) // 2))


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], words: str, size: int, colour: str, most: int) -> None:
    font, shown = ImageFont.load_default(size), plain(words)
    while len(shown) > 1 and pen.textlength(shown, font) > most:
        shown = shown.removesuffix("…")[:-1].rstrip() + "…"
    pen.text(at, shown, fill=colour, font=font)


def _file(sheet: Image.Image) -> bytes:
    data = io.BytesIO()
    sheet.save(data, "JPEG", quality=QUALITY, optimize=True)
    return data.getvalue()
