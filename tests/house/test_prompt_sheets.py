"""The program that paints the page's sheets, with colour cards in a model's place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageColor

from engine.language.parameters import BY_NAME
from engine.language.prompt import parse
from engine.settings import EngineSettings
from tests.house.best_pictures import ACROSS, BEST, hang, paint_best
from tests.house.prompt_sheets import CELLS, HEAD, IMAGES, MOST_BYTES, SHEETS, SIDE, file_of, lay_out, paint_all

COLOURS = ("red", "green", "blue", "white")


def test_every_sheet_is_about_its_parameter_and_shows_what_is_neutral_too() -> None:
    for sheet in SHEETS:
        row, asked = BY_NAME[sheet.name], [parse(f"{sheet.text} {flag}") for flag in sheet.flags]
        assert all(prompt.get(row) is not None for prompt in asked) or row.neutral is False or row.name == "quality"
        assert any(
            not flag or row.neutral in (prompt.get(row),) for flag, prompt in zip(sheet.flags, asked, strict=True)
        )
        assert not sheet.caption.endswith(".")
    assert {sheet.name for sheet in SHEETS} >= {"stylize", "weird", "chaos", "stop", "tile"}


async def test_sheets_are_painted_the_same_each_time_and_stay_small(tmp_path: Path) -> None:
    wanted = [sheet for sheet in SHEETS if sheet.name in ("chaos", "tile")]
    settings = EngineSettings(device="none")
    (tmp_path / "again").mkdir()
    paths = await paint_all("swatch", tmp_path, wanted, settings)
    again = await paint_all("swatch", tmp_path / "again", wanted, settings)
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    assert paths == [file_of(sheet, tmp_path) for sheet in wanted]
    for path, sheet in zip(paths, wanted, strict=True):
        assert path.stat().st_size <= MOST_BYTES
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            assert picture.width >= SIDE * len(sheet.flags)
            assert picture.height >= SIDE * CELLS


def test_a_column_holds_the_cells_of_its_value_and_a_tile_is_laid_beside_itself() -> None:
    chaos, tile = (next(sheet for sheet in SHEETS if sheet.name == name) for name in ("chaos", "tile"))
    plain = [Image.new("RGB", (64, 64), colour) for colour in COLOURS]
    laid = lay_out(chaos, [plain] * len(chaos.flags))
    step = (laid.height - SIDE - HEAD) // (CELLS - 1)
    middles = [(at * step + SIDE // 2, HEAD + row * step + SIDE // 2) for row in range(CELLS) for at in range(CELLS)]
    shown = [ImageColor.getrgb(colour) for colour in COLOURS for _ in range(CELLS)]
    assert [laid.getpixel(middle) for middle in middles] == shown
    halves = [Image.effect_mandelbrot((96, 96), (-2, -1, 1, 1), 20).convert("RGB")] * CELLS
    beside = lay_out(tile, [halves] * len(tile.flags))
    last = beside.crop((beside.width - SIDE, beside.height - SIDE, beside.width, beside.height))
    left, right = last.crop((0, 0, SIDE // 2, SIDE)), last.crop((SIDE // 2, 0, SIDE, SIDE))
    assert ImageChops.difference(left, right).getbbox() is None
    assert last.crop((0, 0, 96, 96)).tobytes() == halves[0].tobytes()


def test_sheets_that_are_in_the_project_are_small_enough() -> None:
    painted = [path for sheet in SHEETS if (path := file_of(sheet, IMAGES)).exists()]
    if not painted:
        pytest.skip("No sheet has been painted yet: python -m tests.house.prompt_sheets, with a model's weights.")
    assert max(path.stat().st_size for path in painted) <= MOST_BYTES


async def test_best_pictures_hang_over_their_own_prompts() -> None:
    pictures = await paint_best("swatch", EngineSettings(device="none"))
    assert [text for text, _ in pictures] == [text for text, _ in BEST]
    wall = hang(pictures, ACROSS)
    assert wall.width > wall.height
    words = wall.crop((0, wall.height - 30, wall.width, wall.height)).convert("L")
    assert np.asarray(words).min() < 64, "the last row has its words"
