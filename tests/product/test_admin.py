"""`/admin`: what the operator can do from inside Discord, and who cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.store import jobs, ledger
from bot.store.words import Account
from engine import Quote
from sandbox.member import Member, Outcome
from tests.product.gate import Gate
from tests.product.house import House, opened_house, painted, press, said_aside, slow, until_ended
from tests.product.test_image_prompts import imagine_from, photo


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator; Ben moderates the server."""
    async with opened_house(tmp_path, operator="ada") as opened:
        yield opened


def sentence(outcome: Outcome) -> str:
    """What one member alone was told."""
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def order(who: Member, word: str, channel: str = "general", **options: str) -> str:
    return sentence(await who.command(channel, f"admin {word}", **options))


async def ask(member: Member, prompt: str = "a boat --steps 2") -> Outcome:
    return await member.command("painting", "imagine", prompt=prompt)


async def test_pause_takes_no_new_work_lets_the_old_end_and_outlives_a_restart(
    house: House, ada: Member, cleo: Member
) -> None:
    grid = await painted(cleo)
    under_way = await slow(cleo)
    assert await order(ada, "pause", reason="new fans") == "I take no new work. The job under way will still end."
    assert sentence(await ask(cleo)).startswith("Painting is paused (new fans).")
    assert sentence(await cleo.click(grid, "V1")).startswith("Painting is paused (new fans).")
    await cleo.click(under_way, "Cancel")
    await cleo.wait_for("painting", lambda message: "Cancelled" in message["content"])
    await house.restart()
    assert sentence(await ask(cleo)).startswith("Painting is paused (new fans).")
    assert await order(ada, "resume") == "I take new work again."
    await painted(cleo)
    await house.restart()
    await painted(cleo)


async def test_drain_ends_with_the_restart_that_it_is_for(house: House, ada: Member, cleo: Member) -> None:
    assert await order(ada, "drain") == "I take no new work. Nothing is under way."
    assert sentence(await ask(cleo)).startswith("I am about to be started again")
    await house.restart()
    await painted(cleo)


async def test_blocked_member_is_refused_with_the_reason_everywhere_until_unblocked(
    house: House, ada: Member, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    assert "can ask for nothing any more" in await order(ada, "block", member=cleo.user_id, reason="spam")
    told = sentence(await ask(cleo))
    assert told == "My operator has blocked you from painting. The reason: “spam”. Please talk to them."
    assert sentence(await cleo.click(grid, "U1")) == told
    assert sentence(await cleo.command("@Painter", "imagine", prompt="a boat")) == told
    await painted(dov)
    await house.restart()
    assert sentence(await ask(cleo)) == told
    await order(ada, "unblock", member=cleo.user_id)
    await until_ended(cleo, await press(cleo, grid, "U1"))


async def test_whoever_is_blocked_loses_what_they_had_under_way_and_pays_nothing_for_it(
    house: House, ada: Member, cleo: Member
) -> None:
    message = await slow(cleo)
    told = await order(ada, "block", member=cleo.user_id)
    assert told.endswith("What they had under way is cancelled, and costs nothing.")
    await cleo.wait_for("painting", lambda one: one["id"] == message["id"] and "Cancelled" in one["content"])
    async with house.desk.store.read() as tx:
        balances = await ledger.balances(tx, int(cleo.user_id))
        assert (balances[Account.HELD], balances[Account.SPENT]) == (0, 0)


async def has_asked(house: House, member: Member) -> bool:
    """For anything that was taken."""
    async with house.desk.store.read() as tx:
        return bool(await jobs.of_member(tx, int(member.user_id), 1))


async def test_whoever_is_blocked_while_their_picture_is_fetched_is_painted_nothing(
    house: House, ada: Member, cleo: Member, gate: Gate
) -> None:
    await imagine_from(cleo, "a barn", image=photo())
    await order(ada, "block", member=cleo.user_id)
    gate.open.set()
    await said_aside(cleo, "painting", "has blocked you from painting")
    assert not await has_asked(house, cleo)


async def test_nothing_is_taken_after_a_pause_although_its_picture_was_being_fetched(
    house: House, ada: Member, cleo: Member, gate: Gate
) -> None:
    await imagine_from(cleo, "a barn", image=photo())
    assert await order(ada, "pause") == "I take no new work. Nothing is under way."
    gate.open.set()
    await said_aside(cleo, "painting", "Painting is paused")
    assert not await has_asked(house, cleo)


async def test_whoever_is_blocked_just_before_their_job_is_stored_is_painted_nothing(
    house: House, ada: Member, cleo: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = house.desk.engine.quote

    async def blocked_first(*about: Any, **more: Any) -> Quote:
        await order(ada, "block", member=cleo.user_id)
        return await quote(*about, **more)

    monkeypatch.setattr(house.desk.engine, "quote", blocked_first)
    assert sentence(await ask(cleo)).startswith("My operator has blocked you from painting.")
    assert not await has_asked(house, cleo)


async def test_queue_shows_everyones_jobs_and_who_they_are_for(
    house: House, ada: Member, cleo: Member, dov: Member
) -> None:
    assert await order(ada, "queue") == "Nobody is waiting."
    for member in (cleo, dov):
        for _ in range(4):
            await slow(member)
    shown = await order(ada, "queue")
    assert f"<@{cleo.user_id}> · fast" in shown
    assert f"<@{dov.user_id}> · fast" in shown
    assert "now <@" in shown


async def test_operator_can_do_it_in_direct_messages_and_nobody_else_anywhere(
    house: House, ada: Member, ben: Member, cleo: Member
) -> None:
    assert await order(ada, "queue", channel="@Painter") == "Nobody is waiting."
    for member in (ben, cleo):
        with pytest.raises(KeyError, match="not offered"):
            await member.command("general", "admin pause")
        refused = await order(member, "pause", channel="@Painter")
        assert refused == "Only my operator may do that: whoever stands in OWNERS."
    await painted(cleo)
