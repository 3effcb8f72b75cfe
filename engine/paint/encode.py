"""Pixels to files, with the recipe inside, and back to the recipe. PNG is what is kept; WebP and JPEG travel well.
Instead of a recipe a file may carry a mark: a few words that lead back to it, and tell nobody else anything.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

from engine.errors import DataFault, RecipeError
from engine.paint.image import DAMAGE, without_warnings
from engine.recipe import Recipe
from engine.recipe_json import from_json, to_json

if TYPE_CHECKING:
    import numpy as np

PNG, WEBP, JPEG = "image/png", "image/webp", "image/jpeg"
KEY = "atelier"  # the PNG chunk's key
MARK = "atelier-mark"
LONGEST_MARK = 200
_EXIF_DESCRIPTION = 0x010E  # ImageDescription
_LONGEST = 1 << 20  # characters of embedded text: a recipe is two thousand
_PNG_LEVEL = 1  # the fastest: members wait for it, and the disk does not


def encode_png(pixels: np.ndarray, *recipes: Recipe, mark: str = "") -> bytes:
    """For keeping. A grid carries the recipes of its cells."""
    notes = PngImagePlugin.PngInfo()
    key, text = _written(recipes, mark)
    if text:
        notes.add_itxt(key, text, zip=key == KEY)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=_PNG_LEVEL, pnginfo=notes)
    return out.getvalue()


def encode_webp(pixels: np.ndarray, *recipes: Recipe, mark: str = "", quality: int = 90) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=quality, method=2, exif=_exif(recipes, mark))
    return out.getvalue()


def encode_jpeg(pixels: np.ndarray, *recipes: Recipe, mark: str = "", quality: int = 92) -> bytes:
    out, exif = io.BytesIO(), _exif(recipes, mark)
    try:
        Image.fromarray(pixels).save(out, "JPEG", quality=quality, exif=exif)
    except ValueError:  # a JPEG's notes have 64 kB
        problem = "are too long to go into a JPEG."
        raise RecipeError([DataFault("recipes", problem, "Write a PNG or a WebP file.")]) from None
    return out.getvalue()


def read_recipes(data: bytes) -> tuple[Recipe, ...]:
    """The recipes that a file carries: of one picture, or of a grid's cells. Raises RecipeError."""
    text = _find_text(data, KEY)
    if text is None:
        raise RecipeError([DataFault("picture", "carries no recipe.", "Use a file as the painter wrote it.")])
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise RecipeError([DataFault("picture", "carries a recipe that is damaged.", "Use the original.")]) from None
    if not isinstance(found, list) or not 0 < len(found) <= 64:
        raise RecipeError([DataFault("picture", "carries no list of recipes.", "Use a file as the painter wrote it.")])
    return tuple(from_json(json.dumps(one)) for one in found)


def read_mark(data: bytes) -> str:
    """The mark that a file carries; empty if it has none. Raises RecipeError for what is no picture."""
    return (_find_text(data, MARK) or "")[:LONGEST_MARK]


def _written(recipes: Sequence[Recipe], mark: str) -> tuple[str, str]:
    """What is written into a file, after its key."""
    if recipes and mark:
        raise ValueError("A file carries its recipes or a mark, not both: the mark is for files that tell no recipe.")
    if len(mark) > LONGEST_MARK or not (mark.isascii() and mark.isprintable()):
        raise ValueError(f"{mark[:40]!r} is no mark; use up to {LONGEST_MARK} printable ASCII characters.")
    if mark:
        return MARK, mark
    return KEY, "[" + ",".join(to_json(recipe) for recipe in recipes) + "]" if recipes else ""


def _exif(recipes: Sequence[Recipe], mark: str) -> bytes:
    exif = Image.Exif()
    key, text = _written(recipes, mark)
    if text:
        exif[_EXIF_DESCRIPTION] = f"{key}:{text}"  # EXIF's text is ASCII, and so is a recipe's JSON
    return exif.tobytes()


def _find_text(data: bytes, key: str) -> str | None:
    try:
        with without_warnings(), Image.open(io.BytesIO(data), formats=("PNG", "WEBP", "JPEG")) as picture:
            if picture.format == "PNG":
                text = picture.info.get(key)  # iTXt before the pixels; Pillow bounds what it inflates
            else:
                text = picture.getexif().get(_EXIF_DESCRIPTION)
                text = text.removeprefix(key + ":") if isinstance(text, str) and text.startswith(key + ":") else None
    except (*DAMAGE, zlib.error, Image.DecompressionBombError):
        raise RecipeError([DataFault("picture", "cannot be read.", "Use a PNG, WebP or JPEG file.")]) from None
    return str(text) if isinstance(text, str) and len(text) <= _LONGEST else None
