"""What waits for one confirmation: several jobs of one text, what is dear, what was only asked the price of."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.asking import Asker
from bot.errors import OfferGoneError
from bot.store import jobs, ledger, tables
from bot.store.jobs import Job
from bot.store.words import Account
from engine import turn_seed
from sandbox.member import Member
from tests.product.house import (
    QUICK,
    SLOW,
    House,
    Json,
    buttons,
    imagine,
    is_final,
    labels,
    opened_house,
    painted,
    press,
    said_aside,
    slow,
    until,
    until_ended,
)
from tests.product.test_image_prompts import imagine_from, photo
from tests.product.test_servers import SEND_MESSAGES, deny

PLAN = """default = "small"
[plans.small]
title = "Small"
fast = "{fast}"
waiting = {waiting}
relax = "{relax}"
permutations = 4
repeats = 4
turbo_running = {turbo}
"""
_CHANGES = itertools.count(1)
BIRDS = "{red, blue} bird " + QUICK


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    path = tmp_path / "plans.toml"
    write_plan(path)
    return path


def write_plan(path: Path, fast: str = "1 h", waiting: int = 10, relax: str = "none", turbo: int = 0) -> None:
    path.write_text(PLAN.format(fast=fast, waiting=waiting, relax=relax, turbo=turbo))
    os.utime(path, (1, next(_CHANGES)))  # a file system's clock might not tell the two apart


def allow_turbo(path: Path) -> None:
    path.write_text(path.read_text().replace("turbo_running = 0", "turbo_running = 1"))


@pytest.fixture
async def bounded(tmp_path: Path, plans: Path) -> AsyncIterator[House]:
    """Where GPU time has a bound."""
    async with opened_house(tmp_path, plans) as opened:
        yield opened


@pytest.fixture
async def eda(bounded: House) -> Member:
    """A member there."""
    return await bounded.member("dov")


async def ask(member: Member, prompt: str = BIRDS, channel: str = "painting") -> Json:
    """The card that answers it, which only this member sees."""
    outcome = await member.command(channel, "imagine", prompt=prompt)
    assert outcome.is_private, outcome
    assert outcome.message is not None
    return outcome.message


async def stored(house: House, member: Member) -> tuple[Job, ...]:
    """Their jobs, the oldest first."""
    async with house.desk.store.read() as tx:
        return (await jobs.of_member(tx, int(member.user_id), 100))[::-1]


async def confirm(member: Member, card: Json, button: str) -> Json:
    outcome = await member.click(card, button)
    assert outcome.message is not None, outcome
    return outcome.message


async def refused_anew(house: House, member: Member, card: Json, *, is_taken: bool) -> None:
    """A press on a button that is gone from the message, as a slow client or a script might send it."""
    press = house.desk.signer.read(buttons(card)[0]["custom_id"])
    with pytest.raises(OfferGoneError) as caught:
        await house.desk.intake.offering.take(Asker(int(member.user_id), 1), press.job)
    assert caught.value.is_taken is is_taken


async def test_braces_are_answered_by_a_card_before_anything_is_painted(house: House, cleo: Member) -> None:
    card = await ask(cleo)
    assert "2 jobs" in card["content"]
    assert "red bird" in card["content"]
    assert "blue bird" in card["content"]
    assert re.search(r"at most .+ of GPU time", card["content"])
    assert card["content"].count("U is free") == 1
    assert labels(card) == ["Paint all 2", "Leave it"]
    assert await stored(house, cleo) == ()


async def test_confirmed_after_a_restart_every_job_has_a_message_of_its_own(house: House, cleo: Member) -> None:
    card = await ask(cleo)
    await house.restart()
    await confirm(cleo, card, "Paint all 2")
    for colour in ("red", "blue"):
        message = await said_aside(cleo, "painting", f"{colour} bird --steps 2** ·")
        await until_ended(cleo, message)
    assert len(await stored(house, cleo)) == 2
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def give(house: House, member: Member, gpu_ms: int) -> None:
    async with house.desk.store.write() as tx:
        await ledger.grant(tx, int(member.user_id), gpu_ms, f"test {gpu_ms}", house.desk.now())


async def seeds(house: House, member: Member) -> list[int]:
    return [int(json.loads(job.cells[0])["seed"]) for job in await stored(house, member)]


async def test_twenty_presses_make_one_set_of_jobs(house: House, cleo: Member) -> None:
    card = await ask(cleo)
    outcomes = await asyncio.gather(*(cleo.click(card, "Paint all 2") for _ in range(20)))
    assert len(outcomes) == 20
    told = [one.message["content"] for one in outcomes if one.message is not None]
    assert sum("on their way" in text for text in told) >= 1
    assert len(await stored(house, cleo)) == 2
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def test_a_press_that_is_told_twice_and_one_after_the_end_make_nothing_more(house: House, cleo: Member) -> None:
    card = await ask(cleo)
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE", "times": 1})
    await confirm(cleo, card, "Paint all 2")
    for job in await stored(house, cleo):
        await until_ended(cleo, await said_aside(cleo, "painting", f"**{job.text}** ·"))
    await house.restart()
    await refused_anew(house, cleo, card, is_taken=True)
    assert len(await stored(house, cleo)) == 2


async def test_an_offer_that_is_left_or_is_past_its_day_paints_nothing(house: House, cleo: Member) -> None:
    card = await ask(cleo)
    assert "Nothing was painted" in (await confirm(cleo, card, "Leave it"))["content"]
    await refused_anew(house, cleo, card, is_taken=False)
    late = await ask(cleo)
    async with house.desk.store.write() as tx:
        now = house.desk.now()
        await tx.change(update(tables.offers).values(created_at=now - timedelta(days=1), expires_at=now))
    assert "That offer is over" in (await confirm(cleo, late, "Paint all 2"))["content"]
    assert await stored(house, cleo) == ()


async def test_repeat_with_a_seed_gives_each_job_the_seed_that_the_rule_says(house: House, cleo: Member) -> None:
    card = await ask(cleo, f"a boat --repeat 3 --seed 7 {QUICK}")
    await confirm(cleo, card, "Paint all 3")
    assert await seeds(house, cleo) == [7, turn_seed(7, 1), turn_seed(7, 2)]


async def test_quote_tells_the_price_and_paints_nothing_until_it_is_pressed(bounded: House, eda: Member) -> None:
    card = await ask(eda, f"a boat --quote {QUICK}")
    assert re.search(r"at most .+ of GPU time. Place 1 in the queue: .+ done in about", card["content"])
    assert re.search(r"You have 60 min left", card["content"])
    assert await stored(bounded, eda) == ()
    await confirm(eda, card, "Paint it")
    await until_ended(eda, await said_aside(eda, "painting", "a boat --steps 2** ·"))
    (job,) = await stored(bounded, eda)
    assert "quote" not in job.text


async def test_mode_that_is_taken_after_the_card_changes_nothing_of_its_price(
    bounded: House, plans: Path, eda: Member
) -> None:
    allow_turbo(plans)
    bounded.desk.book.refresh()
    card = await ask(eda, "a red bird --quote " + QUICK)
    await eda.command("painting", "turbo")
    await confirm(eda, card, "Paint it")
    (job,) = await stored(bounded, eda)
    assert (job.speed, job.reserved_gpu_ms) == ("fast", job.quoted_gpu_ms)


async def test_more_turbo_jobs_than_there_are_places_are_refused_before_the_card(
    bounded: House, plans: Path, eda: Member
) -> None:
    allow_turbo(plans)
    bounded.desk.book.refresh()
    told = await ask(eda, "{red, blue} bird --turbo " + QUICK)
    assert told["content"] == (
        "That makes 2 turbo jobs, and your plan paints 1 at a time. `--fast` in the prompt paints them all."
    )
    quoted = await ask(eda, "a red bird --quote --turbo " + QUICK)
    (cost,) = re.findall(r"at most (\d+) s", quoted["content"])
    (single,) = re.findall(r"at most (\d+) s", (await ask(eda, "a red bird --quote " + QUICK))["content"])
    assert int(cost) > int(single)


async def test_what_is_dear_waits_for_a_word_and_what_is_not_does_not(bounded: House, eda: Member) -> None:
    card = await ask(eda, f"a boat {SLOW}")
    assert "That is a large one" in card["content"]
    assert await stored(bounded, eda) == ()
    assert "At most" in (await imagine(eda, "a house"))["content"]
    await confirm(eda, card, "Paint it")
    assert len(await stored(bounded, eda)) == 2


async def test_members_say_from_which_price_on_they_are_asked(house: House, cleo: Member) -> None:
    async def prefer(**above: str) -> str:
        outcome = await cleo.command("painting", "prefer confirm", **above)
        assert outcome.is_private
        assert outcome.message is not None
        return str(outcome.message["content"])

    assert "more than 1 s of GPU time" in await prefer(above="1 s")
    await house.restart()
    card = await ask(cleo, f"a boat {SLOW}")
    assert "That is a large one" in card["content"]
    assert await stored(house, cleo) == ()
    shown = await cleo.command("painting", "settings")
    assert shown.message is not None
    assert "more than 1 s of GPU time" in shown.message["content"]
    assert "no amount of GPU time" in await prefer(above="much")
    assert "a tenth of your month" in await prefer()
    await imagine(cleo, "a boat")
    assert len(await stored(house, cleo)) == 1


async def test_without_a_bound_a_placeholder_tells_no_price(house: House, cleo: Member) -> None:
    assert "GPU time" not in (await imagine(cleo, "a house"))["content"]


async def test_lack_of_credit_leaves_the_offer_open_and_stores_nothing(
    bounded: House, plans: Path, eda: Member
) -> None:
    write_plan(plans, fast="8 s")
    bounded.desk.book.refresh()
    card = await ask(eda)
    assert "You have 8 s left, which is not enough" in card["content"]
    assert re.match(r"That may take .+, and you have 8 s left", (await confirm(eda, card, "Paint all 2"))["content"])
    assert await stored(bounded, eda) == ()
    await give(bounded, eda, 60_000)
    assert "on their way" in (await confirm(eda, card, "Paint all 2"))["content"]
    assert len(await stored(bounded, eda)) == 2


async def test_jobs_that_do_not_fit_beside_those_under_way_wait_in_their_offer(
    bounded: House, plans: Path, eda: Member
) -> None:
    write_plan(plans, fast="unlimited", waiting=3)
    bounded.desk.book.refresh()
    first, _ = await slow(eda), await slow(eda)
    card = await ask(eda)
    assert (
        "2 jobs under way and may have 3, so these 2 do not fit" in (await confirm(eda, card, "Paint all 2"))["content"]
    )
    await eda.click(first, "Cancel")
    await until(eda, first, lambda message: "Cancelled" in message["content"])
    assert "on their way" in (await confirm(eda, card, "Paint all 2"))["content"]
    assert len(await stored(bounded, eda)) == 4


@pytest.mark.parametrize("prompt", ["{a, b, c, d, e} bird", "a bird --repeat 5", "{a, b, c, d} bird --repeat 3"])
async def test_more_than_the_plan_takes_is_refused_with_its_numbers(bounded: House, eda: Member, prompt: str) -> None:
    told = await ask(eda, prompt)
    assert "Your plan, Small, takes 4 prompts of one text, `--repeat 4`, and 10 jobs under way" in told["content"]
    assert labels(told) == []


@pytest.mark.parametrize("prompt", ["a boat", "a boat --repeat 2"])
async def test_out_of_fast_time_one_button_paints_it_relaxed(
    bounded: House, plans: Path, eda: Member, prompt: str
) -> None:
    write_plan(plans, fast="5 s", relax="unlimited")
    bounded.desk.book.refresh()
    told = await ask(eda, f"{prompt} {QUICK}")
    if "repeat" in prompt:  # the card offers the way out, and so does the refusal of its other button
        assert labels(told) == ["Paint all 2", "Paint it relaxed", "Leave it"]
        told = await confirm(eda, told, "Paint all 2")
    assert labels(told) == ["Paint it relaxed"]
    await confirm(eda, told, "Paint it relaxed")
    await until_ended(eda, await said_aside(eda, "painting", "a boat --steps 2** ·"))
    assert {job.speed for job in await stored(bounded, eda)} == {"relax"}
    async with bounded.desk.store.read() as tx:
        assert (await ledger.balances(tx, int(eda.user_id)))[Account.SPENT] == 0
        assert await ledger.audit(tx) == []


async def test_without_relax_in_the_plan_a_refusal_has_no_button(bounded: House, plans: Path, eda: Member) -> None:
    write_plan(plans, fast="5 s")
    bounded.desk.book.refresh()
    assert labels(await ask(eda, f"a boat {QUICK}")) == []


async def test_low_balance_is_told_once(bounded: House, eda: Member) -> None:
    await painted(eda)
    async with bounded.desk.store.write() as tx:
        left = await ledger.available(tx, int(eda.user_id), bounded.desk.now())
        await ledger.gift(tx, int(eda.user_id), 1, left - 300_000, "away", bounded.desk.now())
    await painted(eda)
    await said_aside(eda, "painting", "Less than a tenth of this month's GPU time is left")
    await painted(eda)
    seen = [one["content"] for one in await eda.messages("painting")]
    assert sum("Less than a tenth" in text for text in seen) == 1


async def test_where_only_tokens_reach_every_job_has_its_message_and_too_many_are_refused(
    house: House, cleo: Member
) -> None:
    await deny(house, "painting", SEND_MESSAGES)
    assert "Discord lets me answer with 5" in (await ask(cleo, f"a bird --repeat 6 {QUICK}"))["content"]
    card = await ask(cleo)
    await confirm(cleo, card, "Paint all 2")
    for colour in ("red", "blue"):
        await until_ended(cleo, await said_aside(cleo, "painting", f"{colour} bird --steps 2** ·"))


async def test_braces_with_one_choice_are_one_job_without_a_card(house: House, cleo: Member) -> None:
    await imagine(cleo, "a {red} bird")
    (job,) = await stored(house, cleo)
    assert job.text == "a red bird --steps 2"


async def test_several_jobs_in_stealth_are_answered_where_they_were_asked_for_to_their_member_alone(
    house: House, cleo: Member
) -> None:
    ben = await house.member("ben")
    await confirm(cleo, await ask(cleo, f"{BIRDS} --stealth"), "Paint all 2")
    for colour in ("red", "blue"):
        message = await said_aside(cleo, "painting", f"{colour} bird --steps 2 --stealth** ·")
        assert (await until_ended(cleo, message))["attachments"]
    assert not [one for one in await ben.messages("painting") if "bird" in one["content"]]


async def test_what_is_asked_for_several_times_is_listed_once(house: House, cleo: Member) -> None:
    card = await ask(cleo, f"a boat --repeat 3 {QUICK}")
    assert "- **a boat --steps 2** (3 times)\n" in card["content"]


async def test_every_picture_that_an_offer_names_outlives_the_sweep(house: House, cleo: Member) -> None:
    card = (await imagine_from(cleo, "a barn --quote", image=photo(), image2=photo("blue"))).message
    assert card is not None
    assert await house.desk.store.sweep(timedelta(0)) == 0
    await cleo.click(card, "Paint it")
    grid = await cleo.wait_for("painting", is_final)
    recipe = (await cleo.click(await until_ended(cleo, await press(cleo, grid, "U1")), "Recipe")).message
    assert recipe is not None
    names = [file["filename"] for file in recipe["attachments"]]
    assert "source-1.png" in names
    assert "source-2.png" in names
