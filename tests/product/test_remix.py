"""Remix: where it is on, V and 🔄 let the prompt be edited first."""

from __future__ import annotations

import pytest

from engine import read_recipes
from sandbox.member import Member, Outcome
from tests.product.gate import Gate
from tests.product.house import (
    SLOW,
    House,
    Json,
    answers,
    imagine,
    labels,
    painted,
    press,
    said_aside,
    slow,
    told,
    until,
    until_ended,
    until_gone,
)
from tests.product.looking import data_of, picture_of
from tests.product.test_gallery import do_with
from tests.product.test_image_prompts import link_of
from tests.product.test_single import failed_to_enlarge

LONG = " ".join(["wonderfully"] * 480) + " painted --steps 2"


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    """With Remix on."""
    message = await painted(cleo)
    await switch(cleo, "Remix: off")
    return message


async def switch(member: Member, label: str) -> Json:
    panel = (await member.command("painting", "settings")).message
    assert panel is not None
    outcome = await member.click(panel, label)
    assert outcome.message is not None
    return outcome.message


def fields(outcome: Outcome) -> list[Json]:
    assert outcome.modal is not None, outcome
    return [label["component"] for label in outcome.modal["components"]]


async def submit(member: Member, outcome: Outcome, **values: str) -> Json:
    assert outcome.modal is not None
    submitted = await member.submit(outcome.modal, values)
    assert submitted.message is not None, submitted
    return submitted.message


async def test_it_is_off_until_it_is_switched_on_and_can_be_switched_off(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    assert (await cleo.click(grid, "V1")).modal is None
    assert "Remix: on" in labels(await switch(cleo, "Remix: off"))
    assert (await cleo.click(grid, "V2")).modal is not None
    assert "Remix: off" in labels(await switch(cleo, "Remix: on"))
    assert (await cleo.click(grid, "V3")).modal is None


@pytest.mark.parametrize("label", ["V2", "🔄"])
async def test_the_dialog_holds_the_prompt(cleo: Member, grid: Json, label: str) -> None:
    (field,) = fields(await cleo.click(grid, label))
    assert field["value"] == "a red house --steps 2"


async def test_an_edited_prompt_varies_that_cell_with_the_new_words(cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "V2")
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a blue barn --steps 2"))
    assert "a blue barn" in result["content"]
    assert "of picture 2" in result["content"]
    assert result["message_reference"]["message_id"] == grid["id"]
    recipes = read_recipes(await data_of(cleo, result))
    assert all(recipe.sources and "blue" in recipe.phrases[0].text for recipe in recipes)


async def test_an_unedited_prompt_is_a_plain_variation(cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "V1")
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a red house   --steps 2 "))
    assert "a red house --steps 2" in result["content"]


async def test_new_words_for_a_reroll(cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "🔄")
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a green hill --ar 3:2 --steps 2"))
    assert "a green hill" in result["content"]
    picture = await picture_of(cleo, result)
    assert picture.width > picture.height


@pytest.mark.parametrize("label", ["Vary (Subtle)", "Vary (Strong)"])
async def test_new_words_for_a_reroll_of_variations_vary_the_same_picture(cleo: Member, grid: Json, label: str) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U3"))
    varied = await until_ended(cleo, await submit(cleo, await cleo.click(single, label), prompt="a red barn --steps 2"))
    first = await submit(cleo, await cleo.click(varied, "🔄"), prompt="a blue barn --steps 2")
    second = await until_ended(cleo, await submit(cleo, await cleo.click(varied, "🔄"), prompt="a red barn --steps 2"))
    third = await submit(cleo, await cleo.click(second, "🔄"), prompt="a green barn --steps 2")
    (before, *_) = read_recipes(await data_of(cleo, varied))
    for message, colour in ((first, "blue"), (third, "green")):
        (after, *_) = read_recipes(await data_of(cleo, await until_ended(cleo, message)))
        assert after.sources == before.sources
        assert after.phrases[0].text == f"a {colour} barn"


async def test_a_variation_that_was_cancelled_is_one_again_with_better_words(cleo: Member, grid: Json) -> None:
    stopped = await cancelled(cleo, await submit(cleo, await cleo.click(grid, "V2"), prompt=f"a bleu barn {SLOW}"))
    again = await submit(cleo, await cleo.click(stopped, "Try again"), prompt="a blue barn --steps 2")
    (recipe, *_) = read_recipes(await data_of(cleo, await until_ended(cleo, again)))
    assert recipe.sources


async def test_an_enlargement_is_tried_again_without_a_question_about_words(
    house: House, cleo: Member, grid: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    failed = await failed_to_enlarge(house, cleo, single, monkeypatch)
    assert "enlarged" in (await press(cleo, failed, "Try again"))["content"]


async def test_a_new_shape_is_painted_in_that_shape(cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "V4")
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a red house --ar 3:2 --steps 2"))
    picture = await picture_of(cleo, result)
    assert picture.width > picture.height


async def test_an_enlarged_picture_is_varied_at_the_models_own_size(cleo: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    large = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    dialog = await cleo.click(large, "Vary (Strong)")
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a blue barn --steps 2"))
    assert (await picture_of(cleo, result)).size == (512, 512)


async def test_other_words_are_another_job_while_the_first_one_runs(cleo: Member, grid: Json) -> None:
    running = await slow(cleo)
    first, second = await cleo.click(grid, "V1"), await cleo.click(grid, "V1")
    blue = await submit(cleo, first, prompt="a blue barn --steps 2")
    green = await submit(cleo, second, prompt="a green barn --steps 2")
    await cleo.click(running, "Cancel")
    assert "a blue barn" in (await until_ended(cleo, blue))["content"]
    assert "a green barn" in (await until_ended(cleo, green))["content"]


async def test_a_wrong_prompt_is_explained_and_nothing_is_painted(cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "V1")
    message = await submit(cleo, dialog, prompt="a blue barn --ar 40:1")
    assert "too wide" in message["content"]
    assert message["flags"] & 64
    assert not await answers(cleo, grid)


async def test_a_prompt_of_six_thousand_characters_comes_back_whole(cleo: Member, grid: Json) -> None:
    long = await until_ended(cleo, await imagine(cleo, LONG.removesuffix(" --steps 2")))
    dialog = await cleo.click(long, "🔄")
    first, rest = fields(dialog)
    assert len(first["value"]) <= 4000
    assert f"{first['value']} {rest['value']}" == LONG
    plain = await until_ended(cleo, await submit(cleo, dialog, prompt=first["value"], more=rest["value"]))
    whole = next(one for one in plain["attachments"] if one["filename"] == "prompt.txt")
    assert (await cleo.download(whole["url"])).decode() == LONG
    assert await data_of(cleo, plain)


async def test_dialogs_that_were_open_over_a_restart_still_work(house: House, cleo: Member, grid: Json) -> None:
    dialog = await cleo.click(grid, "V3")
    await house.restart()
    result = await until_ended(cleo, await submit(cleo, dialog, prompt="a blue barn --steps 2"))
    assert "of picture 3" in result["content"]


async def test_a_dialog_for_a_picture_that_was_deleted_meanwhile(cleo: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    dialog = await cleo.click(single, "Vary (Subtle)")
    assert "Deleted" in await told(cleo, single, "Delete")
    message = await submit(cleo, dialog, prompt="a blue barn --steps 2")
    assert "not here any more" in message["content"]


WITHDRAWN = pytest.mark.parametrize(
    ("deed", "refusal"),
    [("Only I may see it", "not here any more"), ("Keep its words private", "keeps the words")],
)


async def withdraw(maker: Member, grid: Json, deed: str) -> None:
    """By the maker of the four, who knows that it has been done."""
    await do_with(maker, deed)
    if deed == "Keep its words private":
        await until(maker, grid, lambda found: "words kept private" in found["content"])
    else:
        await until_gone(maker, grid)


@WITHDRAWN
async def test_an_edited_prompt_that_waits_for_a_word_paints_nothing_of_what_was_withdrawn_meanwhile(
    cleo: Member, dov: Member, deed: str, refusal: str
) -> None:
    grid = await painted(cleo)
    await switch(dov, "Remix: off")
    card = await submit(dov, await dov.click(grid, "V1"), prompt="a red house --quote --steps 2")
    await withdraw(cleo, grid, deed)
    assert refusal in await told(dov, card, "Paint it")
    assert not await answers(dov, grid)


@WITHDRAWN
async def test_an_edited_prompt_whose_picture_is_slow_paints_nothing_of_what_was_withdrawn_meanwhile(
    cleo: Member, dov: Member, gate: Gate, deed: str, refusal: str
) -> None:
    grid, link = await painted(cleo), await link_of(dov)
    await switch(dov, "Remix: off")
    dialog = await dov.click(grid, "V1")
    assert dialog.modal is not None
    await dov.submit(dialog.modal, {"prompt": f"{link} a barn --steps 2"})
    await withdraw(cleo, grid, deed)
    gate.open.set()
    await said_aside(dov, "painting", refusal)
    assert not [one for one in await cleo.messages("painting") if "a barn" in one["content"]]


async def test_what_its_maker_makes_of_a_picture_that_became_private_meanwhile_is_private(
    cleo: Member, dov: Member, gate: Gate
) -> None:
    grid, link = await painted(cleo), await link_of(cleo)
    await switch(cleo, "Remix: off")
    dialog = await cleo.click(grid, "V1")
    assert dialog.modal is not None
    await cleo.submit(dialog.modal, {"prompt": f"{link} a secret barn --steps 2"})
    await withdraw(cleo, grid, "Only I may see it")
    gate.open.set()
    await until_ended(cleo, await said_aside(cleo, "painting", "a secret barn"))
    assert not [one for one in await dov.messages("painting") if "secret" in one["content"]]


async def cancelled(member: Member, message: Json) -> Json:
    await member.click(message, "Cancel")
    return await until(member, message, lambda found: "Cancelled" in found["content"])


async def test_new_words_for_a_picture_whose_words_are_private_are_so_too_also_if_nothing_comes_of_them(
    cleo: Member, dov: Member, grid: Json
) -> None:
    await do_with(cleo, "Keep its words private")
    message = await submit(cleo, await cleo.click(grid, "V1"), prompt=f"a secret recipe {SLOW}")
    assert "secret" not in str(message)
    seen = await until(dov, message, lambda found: "%" in found["content"])
    assert "secret" not in str(seen)
    stopped = await cancelled(cleo, message)
    assert "secret" not in str(stopped)
    assert "keeps the words" in await aside(dov, stopped)
    assert "keeps the words" in await told(dov, stopped, "Try again")
    again = await submit(cleo, await cleo.click(stopped, "Try again"), prompt="a secret sauce --steps 2")
    assert "secret" not in str(again)
    assert "secret" not in str(await until_ended(cleo, again))


async def aside(member: Member, message: Json) -> str:
    """What *Use as Prompt* answers where it opens no dialog."""
    outcome = await member.use_on_message("Use as Prompt", message)
    assert outcome.message is not None, outcome
    return str(outcome.message["content"])


async def test_what_nothing_came_of_follows_the_picture_that_it_was_to_be_made_of(cleo: Member, grid: Json) -> None:
    message = await submit(cleo, await cleo.click(grid, "V1"), prompt=f"a secret recipe {SLOW}")
    assert "secret" in str(await cancelled(cleo, message))
    await do_with(cleo, "Keep its words private")
    await until(cleo, message, lambda found: "secret" not in str(found))
    await do_with(cleo, "Show its words again")
    await until(cleo, message, lambda found: "secret" in str(found))


async def test_private_words_stay_so_by_way_of_a_cell_on_its_own(cleo: Member, grid: Json) -> None:
    child = await submit(cleo, await cleo.click(grid, "V1"), prompt="a secret recipe --steps 2")
    child = await until_ended(cleo, child)
    await do_with(cleo, "Keep its words private")  # of these four, not of the grid that they are made of
    child = await until(cleo, child, lambda found: "secret" not in str(found))
    await switch(cleo, "Remix: on")
    single = await press(cleo, child, "U1")
    assert "secret" not in str(single)
    varied = await press(cleo, await until_ended(cleo, single), "Vary (Subtle)")
    assert "secret" not in str(varied)
    assert "secret" not in str(await until_ended(cleo, varied))
