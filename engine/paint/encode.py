"""Pixels to files, with the recipe inside, and back to the recipe. PNG is what is kept; WebP and JPEG travel well."""

from __future__ import annotations

import io
import json
import warnings
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

from engine.errors import DataFault, RecipeError
from engine.paint.image import DAMAGE
from engine.recipe import Recipe
from engine.recipe_json import from_json, to_json

if TYPE_CHECKING:
    import numpy as np

PNG, WEBP, JPEG = "image/png", "image/webp", "image/jpeg"
KEY = "atelier"  # the PNG chunk's key
_EXIF_DESCRIPTION = 0x010E  # ImageDescription
_LONGEST = 1 << 20  # characters of embedded text: a recipe is two thousand
_PNG_LEVEL = 1  # the fastest: members wait for it, and the disk does not


def encode_png(pixels: np.ndarray, *recipes: Recipe) -> bytes:
    """For keeping. A grid carries the recipes of its cells."""
    notes = PngImagePlugin.PngInfo()
    if recipes:
        notes.add_itxt(KEY, _written(recipes), zip=True)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=_PNG_LEVEL, pnginfo=notes)
    return out.getvalue()


def encode_webp(pixels: np.ndarray, *recipes: Recipe, quality: int = 90) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=quality, method=2, exif=_exif(recipes))
    return out.getvalue()


def encode_jpeg(pixels: np.ndarray, *recipes: Recipe, quality: int = 92) -> bytes:
    out = io.BytesIO()
    try:
        Image.fromarray(pixels).save(out, "JPEG", quality=quality, exif=_exif(recipes))
    except ValueError:  # a JPEG's notes have 64 kB
        problem = "are too long to go into a JPEG."
        raise RecipeError([DataFault("recipes", problem, "Write a PNG or a WebP file.")]) from None
    return out.getvalue()


def read_recipes(data: bytes) -> tuple[Recipe, ...]:
    """The recipes that a file carries: of one picture, or of a grid's cells. Raises RecipeError."""
    text = _find_text(data)
    if text is None:
        raise RecipeError([DataFault("picture", "carries no recipe.", "Use a file as the painter wrote it.")])
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise RecipeError([DataFault("picture", "carries a recipe that is damaged.", "Use the original.")]) from None
    if not isinstance(found, list) or not 0 < len(found) <= 64:
        raise RecipeError([DataFault("picture", "carries no list of recipes.", "Use a file as the painter wrote it.")])
    return tuple(from_json(json.dumps(one)) for one in found)


def _written(recipes: Sequence[Recipe]) -> str:
    return "[" + ",".join(to_json(recipe) for recipe in recipes) + "]"


def _exif(recipes: Sequence[Recipe]) -> bytes:
    exif = Image.Exif()
    if recipes:
        # EXIF's text is ASCII; JSON can say all in it.
        exif[_EXIF_DESCRIPTION] = KEY + ":" + json.dumps(json.loads(_written(recipes)), ensure_ascii=True)
    return exif.tobytes()


def _find_text(data: bytes) -> str | None:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=("PNG", "WEBP", "JPEG")) as picture:
            warnings.simplefilter("ignore")  # of damaged notes, which are then none
            if picture.format == "PNG":
                text = picture.info.get(KEY)  # iTXt before the pixels; Pillow bounds what it inflates
            else:
                text = picture.getexif().get(_EXIF_DESCRIPTION)
                text = text.removeprefix(KEY + ":") if isinstance(text, str) and text.startswith(KEY + ":") else None
    except (*DAMAGE, zlib.error, Image.DecompressionBombError):
        raise RecipeError([DataFault("picture", "cannot be read.", "Use a PNG, WebP or JPEG file.")]) from None
    return str(text) if isinstance(text, str) and len(text) <= _LONGEST else None
