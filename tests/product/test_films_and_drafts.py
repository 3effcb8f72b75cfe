"""`--video`, `--draft`, and what else of a prompt has to reach the painter."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from bot.messages import sending
from bot.messages.cards import Card, Kept
from bot.store import archive, films, pictures
from bot.store.films import Film
from engine import Recipe, read_recipes
from sandbox.member import Member
from tests.product.house import (
    QUICK,
    House,
    Json,
    labels,
    painted,
    press,
    said_aside,
    told,
    until_ended,
    until_gone,
)
from tests.product.looking import data_of, picture_of
from tests.product.test_files import EDITS, REFUSALS


def film_in(message: Json) -> Json | None:
    return next((file for file in message["attachments"] if file["filename"].endswith("-film.webp")), None)


async def recipes_in(member: Member, message: Json) -> tuple[Recipe, ...]:
    return tuple(read_recipes(await data_of(member, message)))


async def stored(house: House, message: Json) -> Film | None:
    async with house.desk.store.read() as tx:
        return await films.find(tx, message["attachments"][0]["filename"].partition(".")[0])


async def typed(member: Member, prompt: str) -> Json:
    """Without the few steps that other tests ask for."""
    outcome = await member.command("painting", "imagine", prompt=prompt)
    assert outcome.message is not None
    return await until_ended(member, outcome.message)


async def test_video_brings_a_film_of_the_pictures_forming_beside_the_grid(house: House, cleo: Member) -> None:
    grid = await painted(cleo, "a red house --video")
    file = film_in(grid)
    assert file is not None
    with Image.open(io.BytesIO(await cleo.download(file["url"]))) as film:
        assert (film.format, film.n_frames) == ("WEBP", 2)  # type: ignore[attr-defined]
        assert film.info["loop"] == 0
    assert len(await recipes_in(cleo, grid)) == 4
    assert "V4" in labels(grid)
    assert film_in(await painted(cleo)) is None


async def test_nothing_to_be_seen_on_the_way_is_told(house: House, cleo: Member) -> None:
    grid = await typed(cleo, "a red house --video --steps 1")
    assert film_in(grid) is None
    assert "no film" in grid["content"]


async def test_film_is_free(cleo: Member) -> None:
    """A quote is for recipes, and those are the same."""
    plain, filmed = await painted(cleo, "a red house --seed 7"), await painted(cleo, "a red house --seed 7 --video")
    assert await recipes_in(cleo, plain) == await recipes_in(cleo, filmed)


async def test_reroll_and_variations_of_a_filmed_grid_are_filmed_and_its_single_pictures_are_not(cleo: Member) -> None:
    grid = await painted(cleo, "a red house --video")
    assert film_in(await until_ended(cleo, await press(cleo, grid, "🔄"))) is not None
    assert film_in(await until_ended(cleo, await press(cleo, grid, "V1"))) is not None
    assert film_in(await until_ended(cleo, await press(cleo, grid, "U1"))) is None


async def test_film_is_in_the_envelope(cleo: Member) -> None:
    grid = await painted(cleo, "a red house --video")
    await cleo.react(grid, "✉️")
    assert film_in(await said_aside(cleo, "@Painter", "seed")) is not None


async def test_film_goes_with_its_job_once_that_cannot_be_had_back(house: House, cleo: Member) -> None:
    grid = await painted(cleo, "a red house --video")
    film = await stored(house, grid)
    assert film is not None
    await cleo.react(grid, "❌")
    await until_gone(cleo, grid)
    assert await stored(house, grid) is not None
    store = house.desk.store
    async with store.write() as tx:
        assert await archive.purge(tx, store.now() + timedelta(seconds=1), 10) == 4
    assert await stored(house, grid) is None
    async with store.read() as tx:
        named = await pictures.named_files(tx)
    assert film.sha256 not in named


async def test_private_film_tells_no_words(house: House, cleo: Member) -> None:
    await painted(cleo)
    grid = await painted(cleo, "a secret garden --video", "@Painter")
    file = film_in(grid)
    assert file is not None
    assert not file.get("description")
    assert "secret" not in file["filename"]
    assert b"secret" not in await cleo.download(file["url"])


async def test_film_that_does_not_fit_is_left_out_and_that_is_told(house: House, cleo: Member) -> None:
    await painted(cleo)  # so that no edit about progress comes before the answer: those keep two seconds apart
    plain = await painted(cleo, "a red house --video")
    file = film_in(plain)
    assert file is not None
    card = Card("x", files=(Kept(await _hash(house, plain), "film.webp"),))
    parts = await house.desk.sender.parts(card, file["size"] + sending.HEADROOM - 1)
    assert parts["files"] == []
    assert "left out" in parts["content"]
    parts = await house.desk.sender.parts(card, file["size"] + sending.HEADROOM)
    assert [one.filename for one in parts["files"]] == ["film.webp"]
    assert parts["content"] == "x"


async def test_picture_comes_although_its_film_makes_the_message_too_large(house: House, cleo: Member) -> None:
    await painted(cleo)
    await house.control("faults", EDITS | {"times": REFUSALS})
    grid = await painted(cleo, "a red house --video")
    assert (await picture_of(cleo, grid)).size == (512, 512)


async def _hash(house: House, message: Json) -> str:
    film = await stored(house, message)
    assert film is not None
    return film.sha256


async def test_film_comes_after_a_restart(house: House, cleo: Member) -> None:
    outcome = await cleo.command("painting", "imagine", prompt="a red house --video --model slow --steps 60")
    assert outcome.message is not None
    await house.restart()
    assert film_in(await until_ended(cleo, outcome.message)) is not None


async def test_draft_takes_half_the_steps_at_half_the_price(house: House, cleo: Member) -> None:
    full, draft = await typed(cleo, "a barn --seed 7"), await typed(cleo, "a barn --seed 7 --draft")
    whole, half = await recipes_in(cleo, full), await recipes_in(cleo, draft)
    assert [recipe.steps for recipe in half] == [recipe.steps // 2 for recipe in whole]
    costs = [(await house.desk.engine.quote(recipes)).gpu_ms for recipes in (half, whole)]
    assert costs[0] / costs[1] == pytest.approx(0.5, abs=0.15)  # steps alone; what a file takes is the same
    assert "In full" in labels(draft)
    assert "In full" not in labels(full)


async def test_in_full_paints_the_same_seeds_as_if_it_had_been_no_draft(house: House, cleo: Member) -> None:
    draft = await typed(cleo, "a barn --draft --ar 3:2")
    await house.restart()
    full = await until_ended(cleo, await press(cleo, draft, "In full"))
    seed = (await recipes_in(cleo, draft))[0].seed
    plain = await typed(cleo, f"a barn --ar 3:2 --seed {seed}")
    assert [recipe.asked() for recipe in await recipes_in(cleo, full)] == [
        recipe.asked() for recipe in await recipes_in(cleo, plain)
    ]
    assert "a barn --ar 3:2" in full["content"]
    assert "--draft" not in full["content"]
    assert "in full" in full["content"]
    assert full["message_reference"]["message_id"] == draft["id"]
    assert "In full" not in labels(full)


async def test_draft_stays_one_in_its_children_until_it_is_painted_in_full(cleo: Member) -> None:
    draft = await typed(cleo, "a barn --draft")
    again = await until_ended(cleo, await press(cleo, draft, "🔄"))
    varied = await until_ended(cleo, await press(cleo, draft, "V2"))
    for child in (again, varied):
        full = await until_ended(cleo, await press(cleo, child, "In full"))
        before, after = await recipes_in(cleo, child), await recipes_in(cleo, full)
        assert [recipe.seed for recipe in after] == [recipe.seed for recipe in before]
        assert [recipe.sources for recipe in after] == [recipe.sources for recipe in before]
        assert after[0].steps == 2 * before[0].steps


async def test_draft_of_one_step_has_nothing_more_to_offer(cleo: Member) -> None:
    assert "In full" not in labels(await typed(cleo, "a barn --draft --steps 1"))


async def test_in_full_pressed_twice_paints_once(cleo: Member) -> None:
    draft = await typed(cleo, "a barn --draft --model slow --steps 150")
    await press(cleo, draft, "In full")
    assert "already" in await told(cleo, draft, "In full")


async def test_quality_hd_and_tile_reach_the_painter(cleo: Member) -> None:
    plain, more = await typed(cleo, "a barn"), await typed(cleo, "a barn --quality 2")
    assert (await recipes_in(cleo, more))[0].steps == 2 * (await recipes_in(cleo, plain))[0].steps
    large = await painted(cleo, "a barn --hd")
    (first, *_) = await recipes_in(cleo, large)
    assert (first.width, first.height) == (512, 512)
    tiled = await painted(cleo, f"leaves --tile {QUICK}".removesuffix(QUICK))
    assert ("tile", True) in (await recipes_in(cleo, tiled))[0].extras
    single = await until_ended(cleo, await press(cleo, tiled, "U1"))
    pixels = np.asarray(await picture_of(cleo, single), dtype=float)
    across = np.abs(np.diff(pixels, axis=1)).mean()
    assert np.abs(pixels[:, 0] - pixels[:, -1]).mean() < 3 * across
