"""Whoever presses what is not theirs, or not real, or twice: a clear sentence for them alone, or exactly one job."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import discord
import pytest

from bot.buttons.custom_id import Action, Press
from sandbox.member import Member, Outcome
from tests.product.house import (
    House,
    Json,
    answers,
    buttons,
    labels,
    painted,
    press,
    slow,
    told,
    until,
    until_ended,
)

TWENTY = 20


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    return await painted(cleo)


async def posted(house: House, member: Member, ids: Sequence[str]) -> Json:
    """A message of the bot's with buttons of these ids: another version of it may have posted that."""
    view = discord.ui.View(timeout=None)
    for number, custom_id in enumerate(ids):
        view.add_item(discord.ui.Button(label=str(number), custom_id=custom_id))
    view.stop()
    sent = await house.client.get_partial_messageable(int(await member.channel_id("painting"))).send("old", view=view)
    return next(one for one in await member.messages("painting") if one["id"] == str(sent.id))


def text_of(outcome: Outcome) -> str:
    assert outcome.is_private, outcome
    assert outcome.message is not None
    return str(outcome.message["content"])


def id_of(message: Json, label: str) -> str:
    return next(str(button["custom_id"]) for button in buttons(message) if button.get("label") == label)


async def test_everybody_may_use_the_buttons_of_a_public_picture(cleo: Member, dov: Member, grid: Json) -> None:
    for label in ("U1", "V2", "🔄"):
        result = await until_ended(dov, await press(dov, grid, label))
        assert dov.user_id in result["content"]


async def test_a_strangers_cancel_and_delete_are_refused(cleo: Member, dov: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    running = await slow(cleo)
    assert "Only the member who asked for it, or a moderator" in await told(dov, single, "Delete")
    assert "Only the member who asked for it, or a moderator" in await told(dov, running, "Cancel")
    assert labels(await cleo.refresh(running)) == ["Cancel"]
    assert (await cleo.refresh(single))["attachments"]
    await cleo.click(running, "Cancel")


async def test_a_moderator_may_cancel_and_delete(cleo: Member, ben: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    running = await slow(cleo)
    assert "Deleted" in await told(ben, single, "Delete")
    assert "being cancelled" in await told(ben, running, "Cancel")
    await until(cleo, running, lambda message: "Cancelled" in message["content"])


async def test_a_forged_id_is_refused_in_a_sentence(house: House, cleo: Member, grid: Json) -> None:
    genuine = id_of(grid, "U1")
    body, _, mac = genuine.rpartition(":")
    key = genuine.split(":")[1]
    message = await posted(
        house,
        cleo,
        [
            genuine.replace(":U:", ":de:"),
            genuine.replace(":0:", ":3:", 1),
            f"{body}:{mac[::-1]}",
            body,
            f"{body}:",
            genuine.replace(f"a1:{key}:", "a1:999:"),
            "MJ::JOB::upsample::1::00000000-0000-0000-0000-000000000000",
            "a1",
            ":::::::",
            "a1:1:U:字字字字:0::x",
        ],
    )
    for number in range(10):
        assert "not one of mine" in await told(cleo, message, str(number))
    assert not await answers(cleo, grid)


async def test_a_flip_of_any_bit_is_noticed(house: House, cleo: Member, grid: Json) -> None:
    genuine = id_of(grid, "V2").encode()
    flipped = {
        genuine[:at] + bytes([genuine[at] ^ 1 << bit]) + genuine[at + 1 :]
        for at in range(len(genuine))
        for bit in range(7)
    }
    shown = sorted({one.decode() for one in flipped if one.isascii() and one.decode().isprintable()})
    for at in range(0, len(shown), TWENTY * 5):
        message = await posted(house, cleo, shown[at : at + TWENTY])
        for number in range(len(buttons(message))):
            text = await told(cleo, message, str(number))
            assert "not one of mine" in text or "older version" in text
    assert not await answers(cleo, grid)


async def test_an_id_of_another_version_is_answered_with_the_way_out(house: House, cleo: Member, grid: Json) -> None:
    message = await posted(house, cleo, [id_of(grid, "U1").replace("a1:", "a7:"), "a0:whatever"])
    for number in range(2):
        assert "/show" in await told(cleo, message, str(number))


async def test_an_unknown_dialog_is_answered(house: House, cleo: Member, grid: Json) -> None:
    custom_id = house.desk.signer.sign(Press(Action.REMIX, extra="new"))
    message = await posted(house, cleo, [custom_id])
    assert (await cleo.click(message, "0")).is_private
    outcome = await cleo.use_on_message("Use as Prompt", grid)
    assert outcome.modal is not None
    await _rename(house, outcome, "a9:another:dialog")
    outcome.modal["custom_id"] = "a9:another:dialog"
    assert "older version" in text_of(await cleo.submit(outcome.modal, {"prompt": "a red house"}))


async def test_a_press_that_is_told_twice_is_one_job(house: House, cleo: Member, grid: Json) -> None:
    for label in ("U1", "V2", "🔄"):
        await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
        await until_ended(cleo, await press(cleo, grid, label))
    assert len(await answers(cleo, grid)) == 3


async def test_a_command_that_is_told_twice_is_one_job(house: House, cleo: Member) -> None:
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
    await painted(cleo)
    assert len([one for one in await cleo.messages("painting") if one["attachments"]]) == 1


@pytest.mark.parametrize("label", ["U1", "V1", "🔄"])
async def test_twenty_presses_at_once_are_one_job_and_nineteen_sentences(
    house: House, cleo: Member, grid: Json, label: str
) -> None:
    outcomes = await asyncio.gather(*(cleo.click(grid, label) for _ in range(TWENTY)))
    (first,) = [outcome.message for outcome in outcomes if not outcome.is_private]
    assert first is not None
    await until_ended(cleo, first)
    assert len(await answers(cleo, grid)) == 1
    for outcome in outcomes:
        if outcome.is_private:
            assert "already" in text_of(outcome)


async def test_twenty_deletes_at_once_are_one(cleo: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    outcomes = await asyncio.gather(*(cleo.click(single, "Delete") for _ in range(3)))
    texts = sorted(text_of(outcome) for outcome in outcomes if outcome.message is not None)
    assert len([text for text in texts if "Deleted" in text]) == 1


async def test_a_cell_that_two_members_want_is_posted_once_and_both_find_it(
    cleo: Member, dov: Member, grid: Json
) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    text = await told(dov, grid, "U1")
    assert "there already" in text
    assert text.endswith(f"/{single['channel_id']}/{single['id']}")
    assert len(await answers(cleo, grid)) == 1


async def test_a_private_copy_takes_no_cell_away_from_others(cleo: Member, dov: Member, grid: Json) -> None:
    await cleo.react(grid, "✉️")
    outcome = await cleo.command("@Painter", "show", job=grid["attachments"][0]["filename"].split(".")[0])
    assert outcome.message is not None
    await until_ended(cleo, await press(cleo, await until_ended(cleo, outcome.message), "U1"))
    single = await until_ended(dov, await press(dov, grid, "U1"))
    assert single["channel_id"] == grid["channel_id"]


async def test_members_vary_the_same_cell_each_for_themselves(cleo: Member, dov: Member, grid: Json) -> None:
    first, second = await asyncio.gather(press(cleo, grid, "V1"), press(dov, grid, "V1"))
    await until_ended(cleo, first)
    await until_ended(dov, second)


async def test_too_many_jobs_at_once_are_refused_with_the_number(cleo: Member) -> None:
    jobs = [await slow(cleo, f"boat {number}") for number in range(10)]
    outcome = await cleo.command("painting", "imagine", prompt="one more")
    assert "You have 10 jobs under way; your plan Open allows 10." in text_of(outcome)
    for message in jobs:
        await cleo.click(message, "Cancel")


async def test_deleting_what_still_runs_says_to_cancel_it(house: House, cleo: Member) -> None:
    running = await slow(cleo)
    job = id_of(running, "Cancel").split(":")[3]
    message = await posted(house, cleo, [house.desk.signer.sign(Press(Action.DELETE, job))])
    assert "Cancel it first" in await told(cleo, message, "0")
    await cleo.click(running, "Cancel")


async def test_a_picture_of_nobody_is_answered(house: House, cleo: Member) -> None:
    actions = [Action.SINGLE, Action.VARY, Action.REROLL, Action.CANCEL, Action.DELETE, Action.BOOKMARK, Action.RECIPE]
    ids = [house.desk.signer.sign(Press(action, "0" * 12)) for action in actions]
    message = await posted(house, cleo, ids)
    for number in range(len(ids)):
        assert "not here any more" in await told(cleo, message, str(number))


async def _rename(house: House, outcome: Outcome, custom_id: str) -> None:
    """The dialog was opened by another version of the bot."""
    interaction = house.box.state.interaction(int(outcome.id))
    assert interaction is not None
    assert interaction.modal is not None
    interaction.modal["custom_id"] = custom_id
