"""What Discord does to single messages: tells things twice, loses answers after it stored them, loses messages."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.member import Member
from sandbox.server import Sandbox
from sandbox.world.entities import Message
from tests.product.faults.brush import Brush
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import messages, must_hold, until_calm, waiting
from tests.product.house import PATIENCE, House, imagine, labels, painted, press, until_ended

CALLBACK, TOKEN_EDIT = "/interactions/*/*/callback", "/webhooks/*/*/messages/*"
CREATE, EDIT = "/channels/*/messages", "/channels/*/messages/*"


def about_it(box: Sandbox) -> list[Message]:
    """What everybody sees of the job."""
    shown = [message for message in messages(box) if message.only_for is None and "red house" in message.content]
    return [message for message in shown if "<@" in message.content]  # not the greeting, which tells what to type


async def test_an_interaction_that_is_told_twice_makes_one_job(house: House, cleo: Member, box: Sandbox) -> None:
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE", "times": 2})
    grid = await painted(cleo)
    await press(cleo, grid, "🔄")
    assert len(await must_hold(box, house.desk.store)) == 2


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 502}, {"status": 503}, {"drop": True}], ids=str)
async def test_an_acknowledgement_that_is_lost_after_it_was_stored_leaves_one_message(
    house: House, cleo: Member, box: Sandbox, trouble: dict[str, object]
) -> None:
    await house.control("faults", {"kind": "http", "path": CALLBACK, "stored": True, **trouble})
    await cleo.command("painting", "imagine", prompt="a red house --steps 2")
    found = await must_hold(box, house.desk.store)
    assert len(found) == 1
    assert len(about_it(box)) == 1


async def test_an_acknowledgement_that_never_arrived_is_made_up_for(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    await house.control("faults", {"kind": "http", "path": CALLBACK, "status": 400})
    typing = asyncio.ensure_future(cleo.command("painting", "imagine", prompt="a red house --steps 2"))
    await asyncio.to_thread(brush.touched.wait, 10)
    await house.pass_time(4)
    assert (await typing).status == "failed"
    shown = await cleo.wait_for("painting", lambda message: "Cancel" in labels(message), timeout_seconds=PATIENCE)
    brush.let_go()
    await until_ended(cleo, shown)
    assert len(await must_hold(box, house.desk.store)) == 1


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 503}, {"drop": True}], ids=str)
async def test_an_edit_that_is_lost_after_it_was_stored_is_made_once_more(
    house: House, cleo: Member, box: Sandbox, trouble: dict[str, object]
) -> None:
    await house.control("faults", {"kind": "http", "method": "PATCH", "path": TOKEN_EDIT, "stored": True, **trouble})
    await painted(cleo)
    assert len(await must_hold(box, house.desk.store)) == 1


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 503}, {"drop": True}], ids=str)
async def test_a_message_that_is_lost_after_it_was_stored_is_not_posted_twice(
    house: House, cleo: Member, box: Sandbox, brush: Brush, trouble: dict[str, object]
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    await house.control("faults", {"kind": "http", "method": "POST", "path": CREATE, "stored": True, **trouble})
    ada = await house.member("ada")
    await ada.delete(first)  # so that the answer has to be a new message
    brush.let_go()
    found = await must_hold(box, house.desk.store)
    assert len(found) == 1
    assert len(about_it(box)) == 1


async def test_a_placeholder_that_somebody_deleted_does_not_take_the_picture_with_it(
    house: House, cleo: Member, box: Sandbox, brush: Brush
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    ada = await house.member("ada")
    await ada.delete(first)
    brush.let_go()
    found = await must_hold(box, house.desk.store)
    (answer,) = found.values()
    assert str(answer.id) != first["id"]
    assert str(answer.channel_id) == first["channel_id"]
    shown = (await cleo.messages("painting"))[0]
    await until_ended(cleo, await press(cleo, shown, "U1"))
    await must_hold(box, house.desk.store)


async def test_an_answer_that_was_deleted_does_not_hinder_its_buttons_successors(
    house: House, cleo: Member, box: Sandbox
) -> None:
    """A refresh of a message that is gone is given up, and holds nothing up."""
    grid = await painted(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    ada = await house.member("ada")
    await ada.delete(grid)
    await press(cleo, single, "Vary (Subtle)")
    await until_calm(house.desk.store)
    assert waiting(box) == []


async def test_twenty_presses_at_once_make_one_single_picture(house: House, cleo: Member, box: Sandbox) -> None:
    grid = await painted(cleo)
    outcomes = await asyncio.gather(*(cleo.click(grid, "U3") for _ in range(20)))
    assert sum(not outcome.is_private for outcome in outcomes) == 1
    assert len(await must_hold(box, house.desk.store)) == 2


async def test_a_long_job_calls_its_member_once_and_only_after_its_answer(make_house: MakeHouse, box: Sandbox) -> None:
    house = await make_house(NOTIFY_AFTER_SECONDS="0")
    cleo = await house.member("cleo")
    await house.control("faults", {"kind": "http", "method": "POST", "path": CREATE, "status": 500, "stored": True})
    grid = await painted(cleo)
    await must_hold(box, house.desk.store)
    me = int(cleo.user_id)
    calls = [message for message in messages(box) if me in message.mention_users and not message.components]
    assert len(calls) == 1
    assert calls[0].reference is not None
    assert str(calls[0].reference["message_id"]) == grid["id"]
    answer = box.state.messages[int(grid["channel_id"])][int(grid["id"])]
    assert calls[0].created_ms >= (answer.edited_ms or 0)
