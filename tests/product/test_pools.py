"""A server's pool, and what a server lets its members use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.store import jobs, ledger, pools
from bot.store.words import Account
from sandbox.member import Member
from tests.product.house import House, Json, is_final, opened_house, painted, slow

PLANS = 'default = "tiny"\n[plans.tiny]\ntitle = "Tiny"\nfast = "0.001 s"\n'


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator and manages the server; everybody's plan is used up from the beginning."""
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS)
    async with opened_house(tmp_path, plans, operator="ada") as opened:
        yield opened


async def say(who: Member, command: str, **options: str) -> str:
    outcome = await who.command("painting", command, **options)
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def ask(who: Member, prompt: str = "a red house --steps 2") -> str:
    return await say(who, "imagine", prompt=prompt)


async def fill(ada: Member, time: str = "1 h") -> str:
    await say(ada, "admin grant", member=ada.user_id, time=time, note="for the pool")
    return await say(ada, "pool give", time=time)


def shows(text: str, message: Json) -> bool:
    return is_final(message) and text in message["content"]


async def assert_sound(house: House) -> None:
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def test_what_takes_much_of_the_pool_waits_for_a_word(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    card = await slow(cleo)
    assert card["content"].startswith("**That is a large one.** It waits for your word:")


async def test_members_draw_from_the_pool_when_their_own_time_is_used_up(
    house: House, ada: Member, cleo: Member
) -> None:
    assert (await ask(cleo)).startswith("That may take")
    assert await fill(ada) == "Thank you! 1 h of yours are in this server's pool now, which has 1 h."
    await painted(cleo)
    shown = await say(cleo, "pool show")
    assert re.match(r"\*\*The pool of this server\*\* · 59 min 59 s left\n", shown)
    assert re.search(rf"\*\*Drawn this month\*\* · <@{cleo.user_id}> 0\.\d+ s", shown)
    assert re.search(rf"<t:\d+:R> <@{cleo.user_id}> drew 0\.\d+ s\n<t:\d+:R> <@{ada.user_id}> gave 1 h", shown)
    await assert_sound(house)


async def test_turbo_draws_twice_what_it_used(house: House, ada: Member, cleo: Member) -> None:
    (house.desk.book.path).write_text(PLANS + "turbo_running = 1\n")
    house.desk.book.refresh()
    await fill(ada)
    await painted(cleo, "a red house --turbo")
    async with house.desk.store.read() as tx:
        (job,) = await jobs.of_member(tx, int(cleo.user_id), 5)
        assert job.server_id is not None
        spent = (await ledger.balances(tx, job.server_id))[Account.SPENT]
        assert job.gpu_ms < spent == (await pools.drawn(tx, job.server_id, job.created_at))[job.member_id]
        assert await pools.used(tx, job.server_id, job.member_id, job.created_at) == spent


async def test_batch_is_confirmed_and_paid_by_the_pool(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    outcome = await cleo.command("painting", "imagine", prompt="a {red, blue} house --steps 2")
    assert outcome.message is not None
    assert "What that does not pay, this server's pool does, which has 60 min for you." in outcome.message["content"]
    assert (await cleo.click(outcome.message, "Paint all 2")).message is not None
    async with house.desk.store.read() as tx:
        both = await jobs.of_member(tx, int(cleo.user_id), 5)
    for colour in ("red", "blue"):
        await cleo.wait_for("painting", partial(shows, f"a {colour} house"))
    async with house.desk.store.read() as tx:
        server = both[0].server_id
        assert server is not None
        assert (await pools.drawn(tx, server, both[1].created_at))[int(cleo.user_id)] > 0
    await assert_sound(house)


async def test_pool_pays_on_its_own_server_alone(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    await painted(cleo)
    refused = await cleo.command("@Painter", "imagine", prompt="a red house --steps 2")
    assert refused.message is not None
    assert refused.message["content"].startswith("That may take")


async def test_job_that_is_cancelled_gives_back_what_the_pool_held(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada, "10 h")
    message = await slow(cleo)
    assert not (await say(cleo, "pool show")).startswith("**The pool of this server** · 10 h left")
    assert (await cleo.click(message, "Cancel")).is_private
    await cleo.wait_for("painting", lambda one: one["id"] == message["id"] and "Cancelled" in one["content"])
    assert (await say(cleo, "pool show")).startswith("**The pool of this server** · 10 h left")
    await assert_sound(house)


async def test_each_member_draws_as_much_as_the_server_says(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    told = await say(ada, "pool limit", draw="0.001 s")
    assert "draw 0.001 s a month from the pool" in told
    assert (await ask(cleo)).startswith("That may take")
    assert "draw as much as is there from the pool" in await say(ada, "pool limit", draw="none")
    await painted(cleo)


async def test_server_limits_what_its_members_use_and_how_fast(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    await say(ada, "pool limit", use="0.001 s")
    assert (await ask(cleo)).startswith("This server lets each member use 1 s of GPU time a month, and you have ")
    told = await say(ada, "pool limit", use="none", speed="relax")
    assert "may use as much as their plan says, draw as much as is there from the pool, and go up to relax" in told
    assert await ask(cleo) == (
        "This server lets jobs be no faster than relax. Add `--relax`, or ask those who manage it."
    )
    assert (await ask(cleo, "a boat --quote")).startswith("This server lets jobs be no faster")  # and offers nothing
    await say(ada, "pool limit", speed="fast")
    await painted(cleo)


async def test_only_those_who_manage_the_server_limit_it(house: House, cleo: Member) -> None:
    assert await say(cleo, "pool limit", use="1 h") == "Only those who manage this server may do that."
    assert (await say(cleo, "pool give", time="1 h")).startswith("You have nothing to give away, and")
