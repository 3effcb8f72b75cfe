"""What is posted: the best file that fits, its name, its alt text, and what is inside, for everybody and in private."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from engine import RecipeError, read_mark, read_recipes
from sandbox.member import Member
from tests.product.house import House, Json, imagine, is_final, painted, press, said_aside, until_ended
from tests.product.looking import data_of, picture_of

WORDS = " ".join(["a very long tale of a red house"] * 60)
REFUSALS = 6  # until what may be sent is smaller than a grid of colour cards
EDITS = {"kind": "http", "method": "PATCH", "path": "/webhooks/**", "status": 413}


async def in_private(member: Member, prompt: str = "a secret garden") -> Json:
    await painted(member)
    return await painted(member, prompt, "@Painter")


async def test_a_grid_is_a_png_composed_of_its_cells_with_their_recipes_inside(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    data = await data_of(cleo, grid)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.format == "PNG"
    assert len(read_recipes(data)) == 4


async def test_the_alt_text_is_the_prompt(house: House, cleo: Member) -> None:
    grid = await painted(cleo, "a red house, --no rain")
    assert grid["attachments"][0]["description"] == "a red house, --no rain --steps 2"


async def test_a_files_name_tells_job_and_recipe_and_no_words(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    assert re.fullmatch(r"[0-9A-Za-z]{12}\.png", grid["attachments"][0]["filename"])
    assert re.fullmatch(r"[0-9A-Za-z]{12}-1-[0-9a-f]{8}\.png", single["attachments"][0]["filename"])


async def test_a_private_grid_is_posted_without_words_in_files_names_or_alt_texts(house: House, cleo: Member) -> None:
    grid = await in_private(cleo)
    data = await data_of(cleo, grid)
    assert b"secret" not in data
    with pytest.raises(RecipeError):
        read_recipes(data)
    job, *hashes = read_mark(data).split()
    assert grid["attachments"][0]["filename"] == f"{job}.png"
    assert len(hashes) == 4
    assert not grid["attachments"][0].get("description")


async def test_a_private_single_picture_keeps_its_secret_too(house: House, cleo: Member) -> None:
    grid = await in_private(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U3"))
    data = await data_of(cleo, single)
    assert b"secret" not in data
    assert read_mark(data)
    assert not single["attachments"][0].get("description")


async def test_a_makers_own_download_has_the_recipe_of_a_private_picture(house: House, cleo: Member) -> None:
    grid = await in_private(cleo)
    await cleo.react(grid, "✉️")
    letter = await said_aside(cleo, "@Painter", "seed")
    for number in range(4):
        (recipe,) = read_recipes(await data_of(cleo, letter, number))
        assert "secret" in recipe.phrases[0].text


async def test_a_long_prompt_is_attached_whole_and_the_message_stays_within_its_limit(
    house: House, cleo: Member
) -> None:
    grid = await painted(cleo, WORDS)
    assert len(grid["content"]) <= 2000
    _, words = grid["attachments"]
    assert words["filename"] == "prompt.txt"
    assert (await cleo.download(words["url"])).decode() == f"{WORDS} --steps 2"
    assert len(grid["attachments"][0]["description"]) == 1024


async def test_a_long_private_prompt_is_in_the_makers_own_download_only(house: House, cleo: Member) -> None:
    grid = await in_private(cleo, WORDS)
    assert len(grid["attachments"]) == 1
    await cleo.react(grid, "✉️")
    letter = await said_aside(cleo, "@Painter", "seed")
    assert [one["filename"] for one in letter["attachments"]][-1] == "prompt.txt"


@pytest.mark.parametrize(
    "prompt",
    [
        "*" * 2500,
        "_~`|>[]<\\" * 300,
        "a" + "://b" * 700,
        "@everyone " * 300,
        "字" * 3000,
        "👩‍🎨" * 900,
        "``` **bold** " * 200,
    ],
    ids=["stars", "marks", "links", "mentions", "chinese", "emoji", "fences"],
)
async def test_whatever_is_typed_fits_into_the_message_at_every_moment(house: House, cleo: Member, prompt: str) -> None:
    grid = await painted(cleo, prompt)
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    for message in (grid, single):
        assert len(message["content"]) <= 2000
        assert not message["mention_everyone"]
    recipe = await cleo.click(single, "Recipe")
    assert recipe.message is not None
    assert len(recipe.message["content"]) <= 2000
    await cleo.react(grid, "✉️")
    assert len((await said_aside(cleo, "@Painter", "seed"))["content"]) <= 2000


async def test_a_prompt_shows_as_it_was_typed_and_formats_nothing(house: House, cleo: Member) -> None:
    grid = await painted(cleo, "a *red* <@1> house `code` 👩‍🎨")
    assert r"a \*red\* \<@1\> house \`code\` 👩‍🎨 --steps 2" in grid["content"]


async def test_what_is_too_large_after_all_is_sent_as_a_smaller_file(house: House, cleo: Member) -> None:
    await painted(cleo)  # so that no edit about progress comes before the answer: those keep two seconds apart
    await house.control("faults", EDITS | {"times": REFUSALS})
    grid = await painted(cleo)
    assert (await picture_of(cleo, grid)).size == (512, 512)
    assert not grid["attachments"][0]["filename"].endswith(".png")
    assert len(read_recipes(await data_of(cleo, grid))) == 4


async def test_the_original_stays_whatever_was_posted(house: House, cleo: Member) -> None:
    await painted(cleo)  # so that no edit about progress comes before the answer: those keep two seconds apart
    await house.control("faults", EDITS | {"times": REFUSALS})
    grid = await painted(cleo)
    await cleo.react(grid, "✉️")
    letter = await said_aside(cleo, "@Painter", "seed")
    with Image.open(io.BytesIO(await data_of(cleo, letter))) as original:
        assert original.format == "PNG"


async def test_what_show_brings_is_made_smaller_too_where_it_does_not_fit(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    job = grid["attachments"][0]["filename"].split(".")[0]
    await house.control("faults", EDITS | {"method": "POST", "times": REFUSALS})
    outcome = await cleo.command("painting", "show", job=job)
    assert outcome.message is not None
    shown = await cleo.wait_for("painting", lambda message: is_final(message) and message["id"] != grid["id"])
    assert not shown["attachments"][0]["filename"].endswith(".png")


async def test_the_envelopes_recipes_are_json_of_all_cells(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    await cleo.react(grid, "✉️")
    letter = await said_aside(cleo, "@Painter", "seed")
    recipes = json.loads(await data_of(cleo, letter, 4))
    assert [recipe["seed"] for recipe in recipes] == [one.seed for one in read_recipes(await data_of(cleo, grid))]


async def test_notes_of_what_the_model_does_otherwise_are_shown_and_not_repeated_by_children(
    house: House, cleo: Member
) -> None:
    grid = await painted(cleo, "a red house --guidance 7")
    notes = [line for line in grid["content"].split("\n") if line.startswith("-# ")]
    assert notes
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    larger = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    varied = await until_ended(cleo, await press(cleo, larger, "Vary (Subtle)"))
    assert "Upscale" in larger["content"]
    assert "Upscale" not in varied["content"]


async def test_a_wrong_prompt_is_answered_with_every_fault_and_its_place(house: House, cleo: Member) -> None:
    outcome = await cleo.command("painting", "imagine", prompt="a house --ar 40:1 --stepz 3 --seed x")
    assert outcome.is_private
    assert outcome.message is not None
    text = outcome.message["content"]
    assert text.count("^") > 3
    assert "--ar 40:1" in text
    assert "--steps" in text
    assert "seed" in text


async def test_an_empty_prompt_is_answered(house: House, cleo: Member) -> None:
    outcome = await cleo.command("painting", "imagine", prompt="   ")
    assert outcome.is_private
    assert outcome.message is not None
    assert outcome.message["content"]


async def test_a_fault_with_no_place_in_the_prompt_has_no_empty_box(cleo: Member) -> None:
    outcome = await cleo.command("painting", "imagine", prompt="   ")
    assert outcome.message is not None
    assert "```" not in outcome.message["content"]


async def test_an_unfinished_message_is_answered_in_a_second_even_with_a_long_prompt(
    house: House, cleo: Member
) -> None:
    first = await imagine(cleo, WORDS)
    assert len(first["content"]) <= 2000
    await until_ended(cleo, first)
