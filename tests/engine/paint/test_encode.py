"""Files with their recipe inside, and back: no value is lost, and nothing that is found in a file is trusted."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from engine.errors import RecipeError
from engine.paint import encode
from engine.recipe import Phrase, Recipe
from tests.engine.test_recipe import PLAIN

Encoder = Callable[..., bytes]
ENCODERS: list[Encoder] = [encode.encode_png, encode.encode_webp, encode.encode_jpeg]
PIXELS = np.arange(24 * 16 * 3, dtype=np.uint32).reshape(16, 24, 3).astype(np.uint8)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_file_carries_the_recipes_of_its_cells(encoder: Encoder) -> None:
    cells = tuple(replace(PLAIN, seed=seed) for seed in range(4))
    assert encode.read_recipes(encoder(PIXELS, *cells)) == cells


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_same_pixels_and_recipe_are_the_same_bytes(encoder: Encoder) -> None:
    assert encoder(PIXELS, PLAIN) == encoder(PIXELS, PLAIN)


def test_png_keeps_every_pixel() -> None:
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode.encode_png(PIXELS, PLAIN)))), PIXELS)


@given(st.text(max_size=60))
def test_any_words_come_back(text: str) -> None:
    recipe = replace(PLAIN, phrases=(Phrase(text.encode("utf-8", "replace").decode()),))
    for encoder in ENCODERS:
        assert encode.read_recipes(encoder(PIXELS, recipe)) == (recipe,)


def with_text(text: str) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt(encode.KEY, text, zip=True)
    out = io.BytesIO()
    Image.fromarray(PIXELS).save(out, "PNG", pnginfo=notes)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (encode.encode_png(PIXELS), "carries no recipe"),
        (encode.encode_jpeg(PIXELS), "carries no recipe"),
        (b"no picture", "cannot be read"),
        (with_text("{"), "damaged"),
        (with_text("{}"), "no list of recipes"),
        (with_text("[]"), "no list of recipes"),
        (with_text("[1]"), "has no version"),
        (with_text("[" * 100_000), "damaged"),
        (with_text("[" + "1," * 100 + "1]"), "no list of recipes"),
    ],
)
def test_a_file_without_a_good_recipe_is_refused_with_a_sentence(data: bytes, problem: str) -> None:
    with pytest.raises(RecipeError, match=problem):
        encode.read_recipes(data)


def test_a_note_that_inflates_without_end_is_not_followed() -> None:
    """Ten kilobytes that would become ten megabytes."""
    bomb = zlib.compress(b"[" + b" " * 10_000_000 + b"]", 9)
    body = encode.KEY.encode() + b"\0\1\0\0\0" + bomb
    chunk = len(body).to_bytes(4, "big") + b"iTXt" + body + zlib.crc32(b"iTXt" + body).to_bytes(4, "big")
    plain = encode.encode_png(PIXELS)
    with pytest.raises(RecipeError):
        encode.read_recipes(plain[:33] + chunk + plain[33:])


def test_a_recipe_of_ordinary_length_costs_little(record_property: Callable[[str, object], None]) -> None:
    recipe: Recipe = replace(PLAIN, phrases=(Phrase("a red house on green hills, watercolor"),))
    extra = len(encode.encode_png(PIXELS, recipe)) - len(encode.encode_png(PIXELS))
    record_property("bytes", extra)
    assert extra < 1000


def test_recipes_that_are_too_long_for_a_jpeg_are_refused_with_a_sentence() -> None:
    long = tuple(replace(PLAIN, seed=seed, phrases=(Phrase("x" * 6000),)) for seed in range(16))
    with pytest.raises(RecipeError, match="too long to go into a JPEG"):
        encode.encode_jpeg(PIXELS, *long)
    assert encode.read_recipes(encode.encode_webp(PIXELS, *long)) == long


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_mark_leads_back_without_telling_the_recipe(encoder: Encoder) -> None:
    data = encoder(PIXELS, mark="job 7f3a recipe 0a1b")
    assert encode.read_mark(data) == "job 7f3a recipe 0a1b"
    with pytest.raises(RecipeError, match="carries no recipe"):
        encode.read_recipes(data)
    assert encode.read_mark(encoder(PIXELS, PLAIN)) == ""


@pytest.mark.parametrize("mark", ["a\nb", "ü", "x" * 201])
def test_a_mark_is_short_and_plain(mark: str) -> None:
    with pytest.raises(ValueError, match="is no mark; use up to 200 printable ASCII"):
        encode.encode_png(PIXELS, mark=mark)


def test_a_file_carries_its_recipe_or_a_mark() -> None:
    with pytest.raises(ValueError, match="its recipes or a mark, not both"):
        encode.encode_jpeg(PIXELS, PLAIN, mark="a")
