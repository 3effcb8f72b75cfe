"""`/prefer`: what a member sets once stands behind all of their prompts, and is seen there."""

from __future__ import annotations

import pytest

from engine import read_recipes
from sandbox.member import Member
from tests.product.house import House, Json, imagine, labels, painted, press, until, until_ended
from tests.product.looking import data_of, picture_of

LOADING = 128


async def prefer(member: Member, what: str, channel: str = "painting", **options: str) -> str:
    """What the member alone is told."""
    outcome = await member.command(channel, f"prefer {what}", **options)
    assert outcome.is_private
    assert outcome.message is not None
    said = await until(member, outcome.message, lambda message: not message["flags"] & LOADING)
    return str(said["content"])


async def direct_messages(member: Member) -> list[Json]:
    return [one for one in await member.messages("@Painter") if one["attachments"]]


async def test_an_option_is_put_in_and_the_picture_says_what_ran(cleo: Member) -> None:
    assert "`--mine` now stands for" in await prefer(cleo, "option set", name="mine", value="--ar 3:2 --chaos 20")
    grid = await painted(cleo, "a red house --mine")
    assert "a red house --mine --steps 2" in grid["content"]
    assert "-# ↳ a red house --ar 3:2 --chaos 20 --steps 2" in grid["content"]
    picture = await picture_of(cleo, grid)
    assert picture.width > picture.height
    assert {recipe.chaos for recipe in read_recipes(await data_of(cleo, grid))} == {20}


async def test_a_prompt_that_ran_as_it_was_typed_has_no_such_line(cleo: Member) -> None:
    assert "↳" not in (await painted(cleo))["content"]


async def test_options_are_listed_and_forgotten_without_a_value(cleo: Member, dov: Member) -> None:
    assert "You have no options yet" in await prefer(cleo, "option list")
    await prefer(cleo, "option set", name="mine", value="--ar 3:2")
    await prefer(cleo, "option set", name="--Cats", value="two cats on a boat")
    listed = await prefer(cleo, "option list")
    assert listed.index("`--cats` · two cats on a boat") < listed.index("`--mine` · --ar 3:2")
    assert "You have no options yet" in await prefer(dov, "option list")
    assert "is gone" in await prefer(cleo, "option set", name="mine")
    assert "no option of that name" in await prefer(cleo, "option set", name="mine")
    assert "mine" not in await prefer(cleo, "option list")


async def test_a_member_has_twenty_options_and_may_change_each(cleo: Member) -> None:
    for number in range(20):
        await prefer(cleo, "option set", name=f"own{number}", value="--ar 3:2")
    assert "as many as I keep" in await prefer(cleo, "option set", name="another", value="--ar 3:2")
    assert "stands for" in await prefer(cleo, "option set", name="own7", value="--ar 2:3")
    assert "20 of 20" in await prefer(cleo, "option list")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("ar", "--chaos 5", "is a parameter already"), ("7up", "x", "cannot be"), ("mine", "--ar 40:1", "too wide")],
)
async def test_an_option_that_could_not_work_is_refused(cleo: Member, name: str, value: str, told: str) -> None:
    assert told in await prefer(cleo, "option set", name=name, value=value)
    assert "You have no options yet" in await prefer(cleo, "option list")


async def test_a_suffix_stands_behind_every_prompt_and_the_prompt_itself_wins(house: House, cleo: Member) -> None:
    assert "--chaos 30" in await prefer(cleo, "suffix", parameters="--ar 3:2 --chaos 30")
    await house.restart()
    grid = await painted(cleo, "a red house --ar 1:1")
    assert "-# ↳ a red house --ar 1:1 --steps 2 --chaos 30" in grid["content"]
    picture = await picture_of(cleo, grid)
    assert picture.width == picture.height
    assert "no suffix any more" in await prefer(cleo, "suffix")
    assert "↳" not in (await painted(cleo))["content"]


async def test_a_suffix_with_words_in_it_is_refused(cleo: Member) -> None:
    assert "parameters only" in await prefer(cleo, "suffix", parameters="in the rain --ar 3:2")


async def test_what_ran_goes_on_to_children_and_is_what_others_edit(cleo: Member, dov: Member) -> None:
    await prefer(cleo, "option set", name="mine", value="--chaos 20")
    grid = await painted(cleo, "a red house --mine")
    again = await until_ended(cleo, await press(cleo, grid, "🔄"))
    assert "↳ a red house --chaos 20" in again["content"]
    assert "Remix is on" in await prefer(dov, "remix")
    dialog = await dov.click(grid, "V1")
    assert dialog.modal is not None
    text = dialog.modal["components"][0]["component"]["value"]
    assert text == "a red house --chaos 20 --steps 2"
    submitted = await dov.submit(dialog.modal, {"prompt": text})
    assert submitted.message is not None
    assert "variations of picture 1" in (await until_ended(dov, submitted.message))["content"]


async def test_the_recipe_says_every_value_and_what_was_translated(cleo: Member) -> None:
    await prefer(cleo, "suffix", parameters="--chaos 20")
    grid = await painted(cleo, "cat::2 dog --no rain, fog --weird 50 --guidance 4")
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    text = (await press(cleo, single, "Recipe"))["content"]
    for value in ("swatch", "2 steps", "cat (1.33)", "dog (0.667)", "chaos 20", "weird 50", "↳ cat::2 dog"):
        assert value in text, value
    assert "rain, fog::-0.5: Swatch has no negative prompt" in text
    assert "--guidance 4 has no effect" in text


async def test_variability_says_how_far_v_on_a_grid_varies(cleo: Member) -> None:
    grid = await painted(cleo)
    assert "strong variations" in (await press(cleo, grid, "V1"))["content"]
    assert "varies subtly" in await prefer(cleo, "variability")
    assert "subtle variations" in (await press(cleo, grid, "V2"))["content"]
    await cleo.react(grid, "🇨")
    await cleo.wait_for("painting", lambda one: "subtle variations of picture 3" in one["content"])
    assert "varies strongly" in await prefer(cleo, "variability", strength="strong")


async def test_auto_dm_sends_what_is_finished_as_the_envelope_does(cleo: Member) -> None:
    assert "Auto DM is on" in await prefer(cleo, "auto_dm")
    await painted(cleo)
    sent = await cleo.wait_for("@Painter", lambda one: bool(one["attachments"]))
    assert len([one for one in sent["attachments"] if one["filename"].endswith(".png")]) == 4
    assert "Auto DM is off" in await prefer(cleo, "auto_dm")
    await painted(cleo, "a blue house")
    assert len(await direct_messages(cleo)) == 1


async def test_a_switch_that_is_told_twice_is_turned_once(house: House, cleo: Member) -> None:
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
    assert "Remix is on" in await prefer(cleo, "remix")
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
    assert "Remix is off" in await prefer(cleo, "remix")


async def test_auto_dm_sends_nothing_twice_into_a_direct_message(cleo: Member) -> None:
    await prefer(cleo, "auto_dm")
    await painted(cleo, "a red house", "@Painter")
    await painted(cleo)
    await cleo.wait_for("@Painter", lambda one: len(one["attachments"]) > 1)
    assert len(await direct_messages(cleo)) == 2


async def test_a_word_that_the_model_never_learned_is_told_once_with_near_ones(house: House, cleo: Member) -> None:
    folder = house.folder.parent / "slow" / "tokenizer"
    folder.mkdir()
    vocabulary = '{"model": {"type": "WordLevel", "vocab": {"<|pad|>": 0, "a": 1, "red": 2, "house": 3, "boat": 4}}}'
    (folder / "tokenizer.json").write_text(vocabulary)
    first = await painted(cleo, "a red hause --model slow")
    assert "Slow cards never learned “hause” (it knows house)" in first["content"]
    assert "never learned" not in (await painted(cleo, "a red hause --model slow"))["content"]
    other = await painted(cleo, "a zeppelin, a red hause --model slow")
    assert "never learned “zeppelin”; other words" in other["content"]


async def test_settings_and_options_hold_in_direct_messages_as_well(cleo: Member) -> None:
    await painted(cleo)
    await prefer(cleo, "suffix", "@Painter", parameters="--chaos 30")
    first = await imagine(cleo, "a red house", "@Painter")
    assert "--chaos 30" in (await until_ended(cleo, first))["content"]
    assert labels(first) == ["Cancel"]
