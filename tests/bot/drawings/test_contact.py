"""Sheets of pictures, as large as they have to be, whatever shapes they are given."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.drawings.contact import CELL, PAIR, Shot, draw_pair, draw_sheet


def picture(colour: str, width: int = 64, height: int = 64) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "WEBP", lossless=True)
    return data.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_the_left_picture_is_left_and_the_right_one_right() -> None:
    sheet = opened(draw_pair(picture("red"), picture("blue", 30, 90)))
    red, blue = (sheet.getpixel((x, sheet.height // 2)) for x in (PAIR // 2, sheet.width - PAIR // 2))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > red[2]
    assert blue[2] > 200 > blue[0]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (5, 3), (12, 4)])
def test_a_sheet_has_room_for_every_picture(count: int, columns: int) -> None:
    shots = [
        Shot(picture("red", 90 - number, 40), f"{number} · 日本 and a caption longer than a cell")
        for number in range(count)
    ]
    sheet = opened(draw_sheet("The week", shots))
    assert columns * CELL < sheet.width < (columns + 1) * CELL
    assert sheet.height > -(-count // columns) * CELL


def test_a_sheet_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        draw_sheet("The week", [])
