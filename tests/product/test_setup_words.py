"""`/setup words`: what those who manage a server put behind every prompt there, and what they allow at most."""

from __future__ import annotations

import pytest

from engine import read_recipes
from sandbox.member import Member
from tests.product.house import House, imagine, painted, press, until_ended
from tests.product.looking import data_of
from tests.product.test_setup import menus_of


async def set_words(
    member: Member, where: str, defaults: str = "", ceilings: str = "", channel: str = "painting"
) -> str:
    dialog = await member.command(channel, "setup", words=where)
    assert dialog.modal is not None, dialog
    submitted = await member.submit(dialog.modal, {"defaults": defaults, "ceilings": ceilings})
    assert submitted.message is not None
    return str(submitted.message["content"])


async def refused(member: Member, prompt: str, channel: str = "painting") -> str:
    outcome = await member.command(channel, "imagine", prompt=prompt)
    assert outcome.is_private, outcome
    assert outcome.message is not None
    return str(outcome.message["content"])


async def test_a_channels_parameters_stand_behind_prompts_there_and_only_there(
    house: House, ada: Member, cleo: Member
) -> None:
    assert "--chaos 40" in await set_words(ada, "here", "--chaos 40 --weird 100")
    await house.restart()
    assert "-# ↳ a red house --steps 2 --chaos 40 --weird 100" in (await painted(cleo))["content"]
    assert "↳" not in (await painted(cleo, channel="more-painting"))["content"]


async def test_the_prompt_wins_then_the_member_then_the_channel_then_the_server(ada: Member, cleo: Member) -> None:
    await set_words(ada, "server", "--chaos 1 --weird 1 --stop 91 --stylize 1")
    await set_words(ada, "here", "--chaos 2 --weird 2 --stop 92")
    await cleo.command("painting", "prefer suffix", parameters="--chaos 3 --weird 3")
    grid = await painted(cleo, "a red house --chaos 4")
    assert "-# ↳ a red house --chaos 4 --steps 2 --weird 3 --stop 92 --stylize 1" in grid["content"]
    (recipe, *_) = read_recipes(await data_of(cleo, grid))
    assert (recipe.chaos, dict(recipe.extras)["weird"]) == (4, 3)


@pytest.mark.parametrize(
    ("ceilings", "prompt", "told"),
    [
        ("steps 10", "a boat --steps 20", "In this channel steps 10 is the most, and that would be 20."),
        ("size 256", "a boat --hd", "256 pixels a side is the most, and that would be 512."),
        ("quality 1", "a boat --quality 2", "quality 1 is the most, and that would be 2."),
        ("no turbo", "a boat --turbo", "There is no turbo in this channel"),
    ],
)
async def test_a_ceiling_that_is_passed_is_named(
    ada: Member, cleo: Member, ceilings: str, prompt: str, told: str
) -> None:
    await set_words(ada, "server", ceilings=ceilings)
    assert told in await refused(cleo, prompt)
    await painted(cleo)


async def test_a_picture_from_elsewhere_is_not_painted_anew_above_the_ceiling(ada: Member, cleo: Member) -> None:
    grid = await painted(cleo, "a red house --hd")
    await set_words(ada, "here", ceilings="size 256")
    assert "256 pixels a side" in (await press(cleo, grid, "🔄"))["content"]
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    assert single["attachments"]


async def test_turbo_by_settings_gives_way_where_there_is_none_and_says_so(ada: Member, cleo: Member) -> None:
    await set_words(ada, "here", ceilings="no turbo")
    panel = (await cleo.command("painting", "settings")).message
    assert panel is not None
    await cleo.select(panel, "Mode", "turbo")
    grid = await painted(cleo)
    assert "this channel has none" in grid["content"]
    assert "fast, " in grid["content"]


async def test_what_was_set_is_shown_and_taken_back(ada: Member, cleo: Member) -> None:
    await set_words(ada, "here", "--chaos 40", "steps 10, no turbo")
    shown = (await menus_of(ada))["content"]
    assert (
        f"In <#{await ada.channel_id('painting')}>: parameters **--chaos 40**, at most **steps 10, no turbo**" in shown
    )
    dialog = await ada.command("painting", "setup", words="here")
    assert dialog.modal is not None
    fields = [label["component"] for label in dialog.modal["components"]]
    assert [field["value"] for field in fields] == ["--chaos 40", "steps 10, no turbo"]
    assert "no parameters, no ceilings" in await set_words(ada, "here")
    assert "↳" not in (await until_ended(cleo, await imagine(cleo, "a red house")))["content"]


@pytest.mark.parametrize(
    ("defaults", "ceilings", "told"),
    [("a house", "", "parameters only"), ("--ar 40:1", "", "too wide"), ("", "much", "I know no ceiling")],
)
async def test_words_that_could_not_work_are_refused(ada: Member, defaults: str, ceilings: str, told: str) -> None:
    assert told in await set_words(ada, "here", defaults, ceilings)


async def test_a_ceiling_holds_for_several_jobs_before_they_are_offered_and_when_they_are_confirmed(
    ada: Member, cleo: Member
) -> None:
    card = (await cleo.command("painting", "imagine", prompt="a {red, blue} bird --steps 9")).message
    assert card is not None
    await set_words(ada, "here", ceilings="steps 5")
    assert "In this channel steps 5 is the most" in (await press(cleo, card, "Paint all 2"))["content"]
    refused = (await cleo.command("painting", "imagine", prompt="a {red, blue} hen --steps 9")).message
    assert refused is not None
    assert "In this channel steps 5 is the most" in refused["content"]
    assert refused["components"] == []
    await set_words(ada, "here", ceilings="")
    assert "2 jobs are on their way" in (await press(cleo, card, "Paint all 2"))["content"]
