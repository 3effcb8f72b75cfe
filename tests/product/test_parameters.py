"""Parameters and pictures that members bring, on a tiny model that really paints: random weights, the shipped shape."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from engine import Recipe, read_recipes
from sandbox.member import File, Member
from tests.engine.models.conftest import one_thread, tiny
from tests.product.house import House, Json, labels, opened_house, press, until_ended
from tests.product.looking import cell_of, data_of, distance, picture_of
from tests.product.test_films_and_drafts import film_in
from tests.product.test_image_prompts import photo

__all__ = ["one_thread", "tiny"]
SEED = "--seed 7 --steps 4"


@pytest.fixture
async def house(tiny: Path, tmp_path: Path) -> AsyncIterator[House]:
    catalog = tmp_path / "own.toml"
    fields = 'like = "pocket"\naliases = []\nsizes = ["32x32"]\nmultiple = 16\nlongest = 128\n'
    catalog.write_text(f'[models.mine]\ntitle = "mine"\nfolder = "{tiny}"\n{fields}')
    async with opened_house(
        tmp_path, ATELIER_CATALOGS=str(catalog), ATELIER_MODEL="mine", ATELIER_ENGINE_DEVICE="cpu"
    ) as opened:
        yield opened


async def typed(member: Member, prompt: str, **files: File) -> Json:
    outcome = await member.command("painting", "imagine", prompt=prompt, **files)
    assert outcome.message is not None
    return await until_ended(member, outcome.message)


async def recipe_in(member: Member, message: Json) -> Recipe:
    return read_recipes(await data_of(member, message))[0]


async def test_picture_that_is_brought_changes_the_painting_the_more_the_more_it_counts(cleo: Member) -> None:
    plain = await picture_of(cleo, await typed(cleo, f"a red house {SEED}"))
    strengths, pictures = [], []
    for weight in ("0", "1", "3"):
        grid = await typed(cleo, f"a red house {SEED} --iw {weight}", image=photo("white"))
        strengths.append((await recipe_in(cleo, grid)).sources[0].strength)
        pictures.append(await picture_of(cleo, grid))
    assert strengths == [1.0, 0.6, pytest.approx(0.2)]
    assert all(distance(plain, picture) > 1 for picture in pictures[1:])
    assert distance(pictures[1], pictures[2]) > 1


async def test_hd_quality_and_tile_are_painted(cleo: Member) -> None:
    plain = await typed(cleo, f"a red house {SEED}")
    large, fine = await typed(cleo, f"a red house {SEED} --hd"), await typed(cleo, f"a red house {SEED} --quality 2")
    assert (await recipe_in(cleo, fine)).steps == 8
    assert (await picture_of(cleo, large)).width == 2 * (await picture_of(cleo, plain)).width
    tiled = cell_of(await picture_of(cleo, await typed(cleo, f"a red house {SEED} --tile")), 0)
    assert distance(tiled, cell_of(await picture_of(cleo, plain), 0)) > 0
    pixels = np.asarray(tiled, dtype=float)
    across, down = np.abs(np.diff(pixels, axis=1)).mean(), np.abs(np.diff(pixels, axis=0)).mean()
    assert np.abs(pixels[:, 0] - pixels[:, -1]).mean() < 3 * across
    assert np.abs(pixels[0] - pixels[-1]).mean() < 3 * down


async def test_film_and_draft_work_as_with_colour_cards(cleo: Member) -> None:
    draft = await typed(cleo, f"a red house {SEED} --draft --video")
    assert film_in(draft) is not None
    assert "In full" in labels(draft)
    full = await until_ended(cleo, await press(cleo, draft, "In full"))
    assert film_in(full) is not None
    whole = await typed(cleo, f"a red house {SEED}")
    assert (await picture_of(cleo, full)).tobytes() == (await picture_of(cleo, whole)).tobytes()
