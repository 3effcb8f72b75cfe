"""`/tree`: a picture's family, drawn for whoever asks, with a way to each of it; and credit where it is due."""

from __future__ import annotations

import io

from PIL import Image, ImageColor
from sqlalchemy import text

from bot.drawings.tree import ADDED, ASKED
from engine import from_json, read_recipes, recipe_hash, to_json
from sandbox.member import Member
from tests.product.house import (
    EPHEMERAL,
    House,
    Json,
    labels,
    painted,
    press,
    until,
    until_ended,
)
from tests.product.looking import data_of
from tests.product.test_remix import submit, switch

LOADING = 128
ID = 12
MENU = 3


async def tree(member: Member, job: str | None = None, channel: str = "painting") -> Json:
    told = {} if job is None else {"job": job}
    outcome = await member.command(channel, "tree", **told)
    assert outcome.message is not None, outcome
    return await until(member, outcome.message, lambda message: not message["flags"] & LOADING)


def job_of(message: Json) -> str:
    return str(message["attachments"][0]["filename"])[:ID]


def choices(message: Json) -> list[Json]:
    (menu,) = [one for row in message["components"] for one in row["components"] if one["type"] == MENU]
    return list(menu["options"])


def words(message: Json) -> list[str]:
    return [choice["label"] for choice in choices(message)]


async def go(member: Member, shown: Json, number: str) -> Json:
    (value,) = [one["value"] for one in choices(shown) if one["label"].startswith(f"{number} ·")]
    outcome = await member.select(shown, "Go to one of them", value)
    assert outcome.message is not None, outcome
    return await until(member, outcome.message, lambda message: not message["flags"] & LOADING)


async def drawing(member: Member, shown: Json) -> Image.Image:
    with Image.open(io.BytesIO(await data_of(member, shown))) as opened:
        return opened.convert("RGB")


def has(picture: Image.Image, colour: str) -> bool:
    wanted = ImageColor.getrgb(colour)
    return any(found == wanted for _, found in picture.getcolors(1 << 24) or ())


async def grown(cleo: Member) -> tuple[Json, Json, Json]:
    """A grid, its second picture, and that one enlarged."""
    grid = await painted(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    large = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    return grid, single, large


async def test_a_family_is_drawn_for_whoever_asks_alone_with_the_nearest_first(cleo: Member) -> None:
    _, single, _ = await grown(cleo)
    shown = await tree(cleo, job_of(single))
    assert shown["flags"] & EPHEMERAL
    assert [label.partition(" · a red")[0] for label in words(shown)] == ["2 · picture 2", "3 · enlarged", "1"]
    picture = await drawing(cleo, shown)
    assert has(picture, ASKED)
    assert "a red house" in shown["attachments"][0]["description"]


async def test_without_a_job_it_is_ones_newest(cleo: Member) -> None:
    await painted(cleo, "a blue boat")
    _, _, large = await grown(cleo)
    assert choices(await tree(cleo))[0]["value"] == job_of(large)


async def test_whoever_has_no_picture_is_told_how_to_get_one(cleo: Member) -> None:
    assert "no pictures yet" in (await tree(cleo))["content"]


async def test_the_list_leads_to_each_of_it_with_buttons_that_work_also_after_a_restart(
    house: House, cleo: Member
) -> None:
    grid, single, _ = await grown(cleo)
    shown = await tree(cleo, job_of(single))
    await house.restart()
    again = await go(cleo, shown, "1")
    assert job_of(again) == job_of(grid)
    assert again["flags"] & EPHEMERAL
    assert "U1" in labels(again)


async def test_the_words_that_changed_stand_on_the_edge(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    assert not has(await drawing(cleo, await tree(cleo, job_of(grid))), ADDED)
    await switch(cleo, "Remix: off")
    dialog = await cleo.click(grid, "V3")
    child = await until_ended(cleo, await submit(cleo, dialog, prompt="a blue barn --steps 2"))
    shown = await tree(cleo, job_of(child))
    assert has(await drawing(cleo, shown), ADDED)
    assert words(shown)[0] == "2 · strong remix of 3 · a blue barn --steps 2"


async def test_a_large_family_has_pages(cleo: Member) -> None:
    grid = await painted(cleo)
    for _ in range(26):
        await until_ended(cleo, await press(cleo, grid, "🔄"))
    shown = await tree(cleo, job_of(grid))
    assert len(choices(shown)) == 25
    outcome = await cleo.click(shown, "Further ones")
    assert outcome.message is not None
    assert len(choices(outcome.message)) == 2
    assert outcome.message["attachments"]
    assert labels(outcome.message) == ["Nearer ones"]


async def test_what_others_keep_to_themselves_is_in_nobody_elses_tree(house: House, cleo: Member, dov: Member) -> None:
    grid = await painted(cleo)
    await until_ended(dov, await press(dov, grid, "V1"))
    secret = await until_ended(cleo, await press(cleo, grid, "V2"))
    async with house.desk.store.write() as tx:
        await tx.change(text(f"UPDATE archive SET audience = 'private' WHERE job_id = '{job_of(secret)}'"))
    assert len(words(await tree(cleo, job_of(grid)))) == 3
    assert len(words(await tree(dov, job_of(grid)))) == 2
    assert "not here any more" in (await tree(dov, job_of(secret)))["content"]


async def test_of_a_grid_of_which_one_picture_may_be_seen_only_that_one_is_shown(
    house: House, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    async with house.desk.store.write() as tx:
        await tx.change(text(f"UPDATE archive SET audience = 'private' WHERE job_id = '{job_of(grid)}' AND cell <> 2"))
    found = await go(dov, await tree(dov, job_of(grid)), "1")
    (file,) = found["attachments"]
    assert (file["width"], file["height"]) == (256, 256)
    assert "a red house" in found["content"]
    assert labels(found) == []
    own = await go(cleo, await tree(cleo, job_of(grid)), "1")
    assert own["attachments"][0]["width"] == 512


async def test_a_step_that_was_deleted_leaves_no_hole(cleo: Member) -> None:
    _, single, large = await grown(cleo)
    shown = await tree(cleo, job_of(large))
    await cleo.click(single, "Delete")
    assert len(words(await tree(cleo, job_of(large)))) == 2
    assert "not here any more" in (await go(cleo, shown, "2"))["content"]


async def test_whoever_goes_on_from_anothers_picture_names_its_maker_once_and_in_the_recipe_for_ever(
    cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    assert "after a picture by" not in grid["content"]
    child = await until_ended(dov, await press(dov, grid, "V1"))
    assert f"after a picture by <@{cleo.user_id}>" in child["content"]
    grandchild = await until_ended(dov, await press(dov, child, "🔄"))
    assert "after a picture by" not in grandchild["content"]
    (recipe, *_) = read_recipes(await data_of(dov, grandchild))
    assert recipe.credits == (f"discord:{cleo.user_id} {job_of(grid)}",)
    single = await until_ended(dov, await press(dov, grandchild, "U1"))
    told = await dov.click(single, "Recipe")
    assert told.message is not None
    assert f"Made from a picture by <@{cleo.user_id}>" in told.message["content"]
    assert recipe_hash(recipe) == recipe_hash(recipe.asked())
    assert from_json(to_json(recipe)) == recipe


async def test_going_on_from_ones_own_picture_credits_nobody(cleo: Member) -> None:
    child = await until_ended(cleo, await press(cleo, await painted(cleo), "V1"))
    assert "after a picture by" not in child["content"]
    assert read_recipes(await data_of(cleo, child))[0].credits == ()


async def test_a_cell_that_somebody_else_took_out_is_still_its_makers(cleo: Member, dov: Member) -> None:
    grid = await painted(cleo)
    single = await until_ended(dov, await press(dov, grid, "U1"))
    assert "after a picture by" not in single["content"]
    own = await until_ended(cleo, await press(cleo, single, "Vary (Strong)"))
    assert "after a picture by" not in own["content"]
    other = await until_ended(dov, await press(dov, single, "Vary (Subtle)"))
    assert f"after a picture by <@{cleo.user_id}>" in other["content"]
