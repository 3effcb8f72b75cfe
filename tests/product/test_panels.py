"""/queue, /info, /help, /show and /settings, and what a newcomer is offered."""

from __future__ import annotations

import random
import re
import time
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.store import archive, jobs, tables
from bot.store.ids import make_job_id
from bot.store.words import Audience
from sandbox.member import Member
from tests.product.house import (
    EPHEMERAL,
    House,
    Json,
    answers,
    eventually,
    labels,
    opened_house,
    painted,
    press,
    said_aside,
    slow,
    until,
    until_ended,
    until_gone,
)
from tests.product.looking import distance, picture_of
from tests.product.test_grid import GRID

MANY = 10_000
LOADING = 128


async def panel(member: Member, name: str, channel: str = "painting") -> Json:
    outcome = await member.command(channel, name)
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


async def show(member: Member, job: str, channel: str = "painting") -> Json:
    outcome = await member.command(channel, "show", job=job)
    assert outcome.message is not None
    return await until(member, outcome.message, lambda message: not message["flags"] & LOADING)


async def served(member: Member, words: str) -> str:
    """What `/queue` says once it says this."""
    seen = ""

    async def is_so() -> bool:
        nonlocal seen
        seen = str((await panel(member, "queue"))["content"])
        return words in seen

    await eventually(is_so)
    return seen


def job_id(message: Json) -> str:
    return str(message["attachments"][0]["filename"]).split(".")[0].split("-")[0]


async def test_queue_shows_place_time_and_a_cancel_button_for_each_job(cleo: Member, dov: Member) -> None:
    running = [await slow(cleo, f"boat {number}") for number in range(4)]
    shown = await panel(cleo, "queue")
    assert labels(shown) == ["Cancel 1", "Cancel 2", "Cancel 3", "Cancel 4", "Look again"]
    lines = shown["content"].split("\n")
    assert all("done in about" in line for line in lines[:4])
    assert any("being painted" in line for line in lines[:4])
    assert any("place 1" in line for line in lines[:4])
    for number in range(1, 5):
        assert "being cancelled" in (await press(cleo, shown, f"Cancel {number}"))["content"]
    for message in running:
        await until(cleo, message, lambda found: "Cancelled" in found["content"])
    assert "no job under way" in (await panel(cleo, "queue"))["content"]


async def test_queue_tells_who_is_served_in_which_share_and_names_nobody_in_private(
    house: House, cleo: Member, dov: Member
) -> None:
    await painted(dov)
    public = await slow(cleo)
    await served(dov, f"<@{cleo.user_id}> 100 %")
    await cleo.click(public, "Cancel")
    await until(cleo, public, lambda found: "Cancelled" in found["content"])
    private = await slow(cleo, channel="@Painter")
    assert cleo.user_id not in await served(dov, "somebody 100 %")
    await cleo.click(private, "Cancel")


async def test_queue_can_be_looked_at_again(cleo: Member) -> None:
    shown = await panel(cleo, "queue")
    running = await slow(cleo)
    assert "Cancel 1" in labels(await press(cleo, shown, "Look again"))
    await cleo.click(running, "Cancel")


async def test_a_waiting_job_says_its_place_and_the_expected_time_at_once(cleo: Member) -> None:
    for number in range(3):
        await slow(cleo, f"boat {number}")
    fourth = await slow(cleo, "the fourth")
    fifth = await slow(cleo, "the fifth")
    first, second = (re.search(r"Place (\d+) in the queue, about \d+", one["content"]) for one in (fourth, fifth))
    assert first is not None, fourth["content"]
    assert second is not None
    assert int(second[1]) == int(first[1]) + 1


async def test_info_says_how_a_member_stands(cleo: Member) -> None:
    await painted(cleo)
    text = (await panel(cleo, "info"))["content"]
    assert "**Painted** · 4 pictures" in text
    assert "**Under way** · 0 running, 0 waiting" in text
    assert "**Remix** · off" in text


async def test_help_explains_by_example_and_holds_the_legend_of_reactions(cleo: Member) -> None:
    text = (await panel(cleo, "help"))["content"]
    assert "--ar 3:2" in text
    assert all(emoji in text for emoji in ("1️⃣", "🇦", "🔄", "✉️", "❌", "❤️", "⭐"))
    commands = {command["name"]: command["id"] for command in await cleo.commands("painting")}
    for name in ("imagine", "queue", "show", "info", "settings"):
        assert f"</{name}:{commands[name]}>" in text


async def test_the_example_in_help_is_a_prompt_that_can_be_painted(cleo: Member) -> None:
    text = (await panel(cleo, "help"))["content"]
    examples = [line.split("`")[1] for line in text.split("\n") if line.startswith("> ")]
    assert len(examples) == 2
    for example in examples:
        await painted(cleo, example)


async def test_a_newcomer_is_offered_help_with_the_first_job_and_only_then(cleo: Member) -> None:
    await painted(cleo)
    hint = await said_aside(cleo, "painting", "Your first picture")
    assert hint["flags"] & EPHEMERAL
    assert "</help:" in hint["content"]
    assert "Painting by words" in (await press(cleo, hint, "How it works"))["content"]
    await painted(cleo, "another one")
    assert len([one for one in await cleo.messages("painting") if "Your first picture" in one["content"]]) == 1


async def test_whoever_begins_with_the_picture_of_another_is_offered_words_of_their_own(
    cleo: Member, dov: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.HINTS_APART", timedelta(0))  # else of two newcomers at once one is offered something
    await press(dov, await painted(cleo), "U1")
    hint = await said_aside(dov, "painting", "words of your own")
    assert hint["flags"] & EPHEMERAL
    assert "</imagine:" in hint["content"]
    assert "</help:" in hint["content"]


async def test_show_brings_a_picture_back_with_live_buttons(cleo: Member) -> None:
    grid = await painted(cleo)
    shown = await show(cleo, job_id(grid), "more-painting")
    assert labels(shown) == GRID
    assert distance(await picture_of(cleo, shown), await picture_of(cleo, grid)) == 0
    single = await until_ended(cleo, await press(cleo, shown, "U1"))
    assert single["message_reference"]["message_id"] == shown["id"]
    for message in (grid, shown):
        await until(cleo, message, lambda found: found["components"][0]["components"][0]["style"] == 1)


async def test_what_show_brought_goes_with_the_picture_when_that_is_deleted(cleo: Member) -> None:
    single = await until_ended(cleo, await press(cleo, await painted(cleo), "U1"))
    shown = await show(cleo, job_id(single), "more-painting")
    await cleo.click(shown, "Delete")
    await until_gone(cleo, shown)
    await until_gone(cleo, single)
    assert "not here any more" in (await show(cleo, job_id(single)))["content"]


async def test_show_does_not_read_out_in_a_channel_what_was_asked_for_in_private(cleo: Member, dov: Member) -> None:
    await painted(cleo)
    grid = await painted(cleo, "a secret garden", "@Painter")
    shown = await show(cleo, job_id(grid))
    assert shown["flags"] & EPHEMERAL
    single = await until_ended(cleo, await press(cleo, shown, "U2"))
    assert single["flags"] & EPHEMERAL
    assert not [one for one in await dov.messages("painting") if "secret" in one["content"]]
    await cleo.click(single, "Delete")
    await until_gone(cleo, single)


async def test_show_tells_how_a_running_job_stands(cleo: Member) -> None:
    running = await slow(cleo)
    (choice,) = await cleo.autocomplete("painting", "show", "job", job="slow boat")
    shown = await show(cleo, choice["value"])
    assert "a slow boat" in shown["content"]
    assert labels(shown) == ["Cancel"]
    await cleo.click(shown, "Cancel")
    await until(cleo, running, lambda found: "Cancelled" in found["content"])
    assert labels(await show(cleo, choice["value"])) == ["Try again"]


async def test_show_brings_nobody_the_jobs_of_others(cleo: Member, dov: Member) -> None:
    grid = await painted(cleo)
    for wanted in (job_id(grid), "nonsense", "x" * 100):
        assert "not here any more" in (await show(dov, wanted))["content"]
    assert await dov.autocomplete("painting", "show", "job", job="red") == []


async def test_show_brings_a_bookmark_back_to_its_keeper_alone(cleo: Member, dov: Member) -> None:
    single = await until_ended(cleo, await press(cleo, await painted(cleo), "U1"))
    await dov.click(single, "❤️")
    await eventually(lambda: _offers(dov, 1))
    (choice,) = await dov.autocomplete("painting", "show", "job", job="red")
    assert choice == {"name": "❤️ a red house --steps 2 · picture 1", "value": job_id(single)}
    shown = await show(dov, choice["value"], "more-painting")
    assert shown["flags"] & EPHEMERAL
    assert distance(await picture_of(dov, shown), await picture_of(cleo, single)) == 0
    assert (await until_ended(dov, await press(dov, shown, "Vary (Subtle)")))["flags"] & EPHEMERAL
    far = await show(dov, choice["value"], "@Painter")
    assert (len(far["attachments"]), labels(far)) == (1, [])
    await dov.click(single, "❤️")
    await eventually(lambda: _offers(dov, 1))  # his own variations
    assert "not here any more" in (await show(dov, choice["value"]))["content"]


async def test_a_bookmark_of_what_was_deleted_or_is_private_brings_nothing(
    house: House, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    await dov.react(grid, "❤️")
    await eventually(lambda: _offers(dov, 1))
    async with house.desk.store.write() as tx:
        job = await jobs.find(tx, job_id(grid))
        assert job is not None
        await archive.change_audience(tx, [one.id for one in await archive.of_job(tx, job)], Audience.PRIVATE)
    assert "not here any more" in (await show(dov, job_id(grid)))["content"]
    assert await _offers(dov, 0)


async def _offers(member: Member, count: int) -> bool:
    """Whether `/show` offers so many red things."""
    return len(await member.autocomplete("painting", "show", "job", job="red")) == count


async def test_jobs_of_the_same_words_are_told_apart_in_the_list(cleo: Member) -> None:
    grid = await painted(cleo)
    await press(cleo, grid, "U2")
    await until_ended(cleo, await press(cleo, grid, "V2"))
    names = [choice["name"] for choice in await cleo.autocomplete("painting", "show", "job", job="red")]
    words = "a red house --steps 2"
    assert sorted(names) == [words, f"{words} · picture 2", f"{words} · strong variations of picture 2"]


async def test_autocomplete_finds_one_job_among_ten_thousand_in_time(house: House, cleo: Member) -> None:
    grid = await painted(cleo, "a needle")
    async with house.desk.store.write() as tx:
        found = await jobs.find(tx, job_id(grid))
        assert found is not None
        chance = random.Random(1)
        times = [found.created_at + timedelta(seconds=number) for number in range(MANY)]
        hay = replace(found, interaction_id=None, text="hay")
        rows = [asdict(replace(hay, id=make_job_id(at, chance), created_at=at)) for at in times]
        await tx.change(insert(tables.jobs), rows)
    began = time.monotonic()
    (choice,) = await cleo.autocomplete("painting", "show", "job", job="needle")
    assert time.monotonic() - began < 3
    assert choice["value"] == found.id
    assert len(await cleo.autocomplete("painting", "show", "job", job="hay")) == 25


async def test_settings_are_switches_that_say_how_they_stand(cleo: Member) -> None:
    shown = await panel(cleo, "settings")
    assert labels(shown)[:2] == ["Remix: off", "Mention me: on"]
    changed = await press(cleo, shown, "Mention me: on")
    assert labels(changed)[:2] == ["Remix: off", "Mention me: off"]
    assert labels(await panel(cleo, "settings"))[:2] == ["Remix: off", "Mention me: off"]
    assert "Mention when a long job is done** · off" in (await panel(cleo, "info"))["content"]


async def test_a_switch_that_is_told_twice_is_switched_once(house: House, cleo: Member) -> None:
    shown = await panel(cleo, "settings")
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
    await press(cleo, shown, "Remix: off")
    assert "Remix: on" in labels(await panel(cleo, "settings"))


async def test_a_cancelled_job_can_be_tried_again(cleo: Member) -> None:
    message = await slow(cleo)
    await cleo.click(message, "Cancel")
    stopped = await until(cleo, message, lambda found: "Cancelled" in found["content"])
    assert not stopped["attachments"]
    again = await press(cleo, stopped, "Try again")
    assert again["message_reference"]["message_id"] == stopped["id"]
    await cleo.click(again, "Cancel")


async def test_the_time_that_is_left_falls_while_a_job_is_painted(tmp_path: Path) -> None:
    async with opened_house(tmp_path, ATELIER_SWATCH_SECONDS="2.5") as house:
        await _falls(await house.member("cleo"))


async def _falls(cleo: Member) -> None:
    seen: list[int] = []
    outcome = await cleo.command("painting", "imagine", prompt="a boat --steps 20")
    assert outcome.message is not None

    def falls(found: Json) -> bool:
        told = re.search(r"[1-9]\d %, about (\d+) s to go", found["content"])
        seen.extend([int(told[1])] if told is not None else [])
        return bool(seen) and seen[-1] < seen[0]

    await until(cleo, outcome.message, falls)


async def test_progress_is_shown_live_with_percent_and_a_preview(cleo: Member) -> None:
    message = await slow(cleo)
    shown = await until(cleo, message, lambda found: "%" in found["content"] and bool(found["attachments"]))
    assert shown["attachments"][0]["filename"] == "preview.jpg"
    assert labels(shown) == ["Cancel"]
    await cleo.click(shown, "Cancel")
    await until(cleo, message, lambda found: "Cancelled" in found["content"])
    assert len(await answers(cleo, message)) == 0
