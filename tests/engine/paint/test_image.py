"""Pictures as pixels: what is opened, how it is fitted, and grids there and back."""

from __future__ import annotations

import contextlib
import io
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.errors import SourceError
from engine.paint import image


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


STRIPES = Image.merge("RGB", [Image.linear_gradient("L").resize((12, 8)).rotate(turn) for turn in (0, 90, 180)])


@pytest.mark.parametrize("kind", image.FORMATS)
def test_every_usual_format_is_opened(kind: str) -> None:
    assert image.open_picture(saved(STRIPES, kind)).size == (12, 8)


def test_what_is_transparent_lies_on_white() -> None:
    ink = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert image.open_picture(saved(ink, "PNG")).getpixel((0, 0)) == (255, 255, 255)
    palette = Image.new("P", (4, 4), 0)
    assert image.open_picture(saved(palette, "GIF", transparency=0)).getpixel((0, 0)) == (255, 255, 255)


def test_a_photograph_that_was_turned_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert image.open_picture(saved(STRIPES, "JPEG", exif=exif)).size == (8, 12)


def test_of_a_moving_picture_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert image.open_picture(data).getpixel((1, 1)) == (255, 0, 0)


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>", b"%PDF-1.4", saved(STRIPES, "PNG")[:60]])
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"(no picture that can be read|is damaged).*send"):
        image.open_picture(data)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    for side, problem in ((9_000, "9000 x 9000 pixels is too large"), (20_000, "far too large")):
        bomb = saved(Image.new("1", (side, side)), "PNG")
        assert len(bomb) < 100_000
        with pytest.raises(SourceError, match=problem):
            image.open_picture(bomb)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_fitted_picture_has_the_asked_size(width: int, height: int, to_width: int, to_height: int) -> None:
    picture = Image.new("RGB", (width, height), "green")
    assert image.fit(picture, to_width, to_height).size == (to_width, to_height)
    assert image.letterbox(picture, to_width, to_height).size == (to_width, to_height)


def test_nothing_is_stretched() -> None:
    wide = Image.new("RGB", (40, 10), "white")
    wide.paste("black", (15, 0, 25, 10))
    square = np.asarray(image.fit(wide, 10, 10))
    assert square.mean() < 5, "the black square in the middle fills it"
    assert np.asarray(image.letterbox(wide, 40, 40, (255, 0, 0)))[0, 0].tolist() == [255, 0, 0]


def test_an_extended_picture_comes_with_a_mask_of_what_is_new() -> None:
    canvas, mask = image.extend(STRIPES, 2, 3, 4, 5)
    assert canvas.size == mask.size == (18, 16)
    assert canvas.crop((2, 3, 14, 11)).tobytes() == STRIPES.tobytes()
    assert mask.getpixel((0, 0)) == 255
    assert mask.getpixel((5, 5)) == 0


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 5))
def test_every_cell_of_a_grid_can_be_cut_out_again(count: int, width: int, height: int) -> None:
    cells = [np.full((height, width, 3), number, np.uint8) for number in range(count)]
    grid = image.make_grid(cells)
    columns, rows = image.arrange(count)
    assert columns * rows >= count
    assert columns >= rows
    for number, cell in enumerate(cells):
        assert np.array_equal(image.cut_cell(grid, number, count), cell)


def test_a_cell_that_is_not_there_yet_is_grey() -> None:
    grid = image.make_grid([None, np.zeros((2, 2, 3), np.uint8)])
    assert grid[0, 0].tolist() == [128, 128, 128]
    with pytest.raises(ValueError, match="at least one cell"):
        image.make_grid([None])
    with pytest.raises(ValueError, match="no cell 4"):
        image.cut_cell(grid, 4, 4)


def test_what_makes_no_grid_and_no_canvas_is_refused_with_a_sentence() -> None:
    small, large = np.zeros((2, 2, 3), np.uint8), np.zeros((4, 2, 3), np.uint8)
    for cells in ([small, large], [small, small.astype(float)], [small[..., 0]], [np.zeros((2, 2, 4), np.uint8)]):
        with pytest.raises(ValueError, match=r"does not fit into a grid of .*; give cells of one height and width"):
            image.make_grid(cells)
    with pytest.raises(ValueError, match="A grid of 0 cells cannot be arranged"):
        image.arrange(0)
    with pytest.raises(ValueError, match="3 x 2 pixels is no grid of 2 x 2 cells"):
        image.cut_cell(np.zeros((2, 3, 3), np.uint8), 0, 4)
    with pytest.raises(ValueError, match="none may be below zero"):
        image.extend(STRIPES, -1, 0, 0, 0)
    with pytest.raises(SourceError, match="A canvas of 9012 x 9008 pixels is too large"):
        image.extend(STRIPES, 9000, 9000, 0, 0)


def test_opening_in_many_threads_leaves_the_filters_of_warnings_as_they_were() -> None:
    data, before = saved(STRIPES, "PNG"), list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        sizes = set(pool.map(lambda _: image.open_picture(data).size, range(200)))
    assert sizes == {(12, 8)}
    assert list(warnings.filters) == before


def test_a_picture_of_sixteen_bits_of_grey_keeps_its_shades() -> None:
    ramp = Image.fromarray(np.linspace(0, 65535, 256, dtype=np.uint16).reshape(16, 16))
    assert abs(np.asarray(image.open_picture(saved(ramp, "PNG"))).mean() - 127) < 2


@given(st.integers(0, 2**32 - 1), st.sampled_from(image.FORMATS))
def test_a_damaged_file_is_opened_or_refused_and_nothing_else(seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "words"
    data = bytearray(saved(STRIPES, kind, **({"exif": exif} if kind in ("JPEG", "PNG", "WEBP", "TIFF") else {})))
    for at in generator.integers(0, len(data), 6):
        data[at] = int(generator.integers(0, 256))
    with contextlib.suppress(SourceError):
        assert image.open_picture(bytes(data)).mode == "RGB"
