"""What is posted: the grid is its cells, the file is the best that fits, and it tells no more than it may."""

from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import RecipeError, SourceError
from engine.paint import posting
from engine.paint.encode import encode_png, read_mark, read_recipes
from engine.paint.image import cut_cell
from engine.recipe import Phrase
from tests.engine.test_recipe import PLAIN

NOISE = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
CELLS = [np.roll(NOISE, turn, axis=1) for turn in (0, 50, 100, 150)]
FILES = [encode_png(cell, PLAIN) for cell in CELLS]
KINDS = {"PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp"), "JPEG": ("image/jpeg", "jpg")}


def opened(file: posting.File) -> Image.Image:
    picture = Image.open(io.BytesIO(file.data))
    assert KINDS[str(picture.format)] == (file.media_type, file.extension)
    assert picture.size == (file.width, file.height)
    return picture


def test_a_grid_is_its_cells_pixel_by_pixel() -> None:
    sheet = posting.compose_grid(FILES)
    assert (sheet.width, sheet.height) == (600, 400)
    assert all(np.array_equal(cut_cell(sheet.pixels, at, 4), cell) for at, cell in enumerate(CELLS))
    assert np.array_equal(posting.compose_grid(FILES[:1]).pixels, CELLS[0])


def test_what_makes_no_grid_is_refused_with_a_sentence() -> None:
    with pytest.raises(SourceError, match="1 to 64 pictures, and this one has 0"):
        posting.compose_grid([])
    with pytest.raises(SourceError, match="300 x 200 and 300 x 210 pixels do not make a grid"):
        posting.compose_grid([FILES[0], encode_png(np.zeros((210, 300, 3), np.uint8))])
    with pytest.raises(SourceError, match="no picture that can be read"):
        posting.compose_grid([b"nothing"])
    large = encode_png(np.zeros((4100, 4100, 3), np.uint8))
    with pytest.raises(SourceError, match="larger than 8000 x 8000"):
        posting.compose_grid([large] * 4)


def test_the_less_room_there_is_the_plainer_the_file() -> None:
    sheet, seen = posting.compose_grid(FILES), []
    for limit in (2_000_000, 330_000, 60_000, 5_000):
        file = posting.fit_file(sheet, limit)
        assert len(file.data) <= limit
        opened(file).load()
        seen.append((file.media_type, file.width < 600))
    assert seen == [("image/png", False), ("image/webp", False), ("image/webp", True), ("image/webp", True)]


@settings(deadline=None)  # a large picture takes longer where others compute too
@given(st.integers(3_000, 800_000), st.booleans())
def test_whatever_the_limit_it_is_kept_and_not_wasted(limit: int, marked: bool) -> None:
    file = posting.fit_file(FILES[0], limit, mark="job 7" if marked else "")
    assert len(file.data) <= limit
    assert read_mark(file.data) == ("job 7" if marked else "")
    if file.media_type == "image/jpeg":
        assert len(file.data) > limit * 0.6 or file.width == 300
    assert abs(file.width / file.height - 1.5) < 0.1


def test_nothing_that_was_in_the_file_is_posted_unless_it_is_asked_for() -> None:
    for limit in (2_000_000, 100_000, 30_000):
        bare = posting.fit_file(FILES[0], limit)
        marked = posting.fit_file(FILES[0], limit, mark="job 7f3a recipe 0a1b")
        whole = posting.fit_file(FILES[0], limit, recipes=(PLAIN,))
        for file in (bare, marked, posting.make_thumbnail(FILES[0])):
            with pytest.raises(RecipeError, match="carries no recipe"):
                read_recipes(file.data)
        assert read_mark(marked.data) == "job 7f3a recipe 0a1b"
        assert read_recipes(whole.data) == (PLAIN,)


def test_recipes_that_are_too_long_for_a_jpeg_are_posted_all_the_same() -> None:
    recipes = [replace(PLAIN, phrases=(Phrase("x" * 30_000),), seed=seed) for seed in range(4)]
    file = posting.fit_file(FILES[0], 140_000, recipes=recipes)
    assert file.media_type == "image/webp"
    assert len(file.data) <= 140_000
    assert len(read_recipes(file.data)) == 4


def test_what_fits_nowhere_is_told() -> None:
    with pytest.raises(SourceError, match="No picture fits into 100 bytes; allow some thousand more"):
        posting.fit_file(FILES[0], 100)
    with pytest.raises(SourceError, match="No picture fits into 0 bytes"):
        posting.fit_file(FILES[0], 0)


def test_a_picture_that_is_too_wide_for_webp_is_posted_as_another_kind() -> None:
    wide = np.random.default_rng(1).integers(0, 256, (24, 16_400, 3), np.uint8)
    assert posting.fit_file(encode_png(wide), 600_000).media_type == "image/jpeg"


def test_a_thumbnail_is_small_and_has_the_shape_of_its_picture() -> None:
    file = posting.make_thumbnail(posting.compose_grid(FILES), 120)
    assert opened(file).size == (120, 80)
    assert posting.make_thumbnail(FILES[0], 4000).width == 300
    with pytest.raises(ValueError, match="ask for at least 1"):
        posting.make_thumbnail(FILES[0], 0)


def test_many_threads_make_what_one_makes() -> None:
    def make(limit: int) -> bytes:
        return posting.fit_file(posting.compose_grid(FILES), limit, mark="job 7").data

    limits = [2_000_000, 300_000, 40_000] * 4
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(make, limits)) == [make(limit) for limit in limits[:3]] * 4


def test_files_are_posted_without_torch() -> None:
    program = """
import io, sys
from PIL import Image
import engine
out = io.BytesIO()
Image.new("RGB", (40, 30), "teal").save(out, "PNG")
file = engine.fit_file(engine.compose_grid([out.getvalue()] * 4), 100_000, mark="job 1")
print(file.extension, engine.make_thumbnail(file.data, 20).width, "torch" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["png", "20", "False"]
