"""A server's pool, and what a server lets its members use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import ledger
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, painted, slow

PLANS = 'default = "tiny"\n[plans.tiny]\ntitle = "Tiny"\nfast = "0.001 s"\n'


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator and manages the server; everybody's plan is used up from the beginning."""
    (tmp_path / "plans.toml").write_text(PLANS)
    async with Sandbox(port=0) as box:
        environ = {"OWNERS": str(box.person("ada").id), "ATELIER_PLANS": str(tmp_path / "plans.toml")}
        async with House(box, tmp_path / "data", environ) as opened:
            yield opened


@pytest.fixture
async def ada(house: House) -> Member:
    return await house.member("ada")


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


async def assert_sound(house: House) -> None:
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def test_members_draw_from_the_pool_when_their_own_time_is_used_up(
    house: House, ada: Member, cleo: Member
) -> None:
    assert (await ask(cleo)).startswith("That may take")
    assert await fill(ada) == "Thank you! 1 h of yours are in this server's pool now, which has 1 h."
    await painted(cleo)
    shown = await say(cleo, "pool show")
    assert re.match(r"\*\*The pool of this server\*\* · 59 min 59\.\d+ s left\n", shown)
    assert re.search(rf"\*\*Drawn this month\*\* · <@{cleo.user_id}> 0\.\d+ s", shown)
    assert re.search(rf"<t:\d+:R> <@{cleo.user_id}> drew 0\.\d+ s\n<t:\d+:R> <@{ada.user_id}> gave 1 h", shown)
    await assert_sound(house)


async def test_pool_pays_on_its_own_server_alone(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    await painted(cleo)
    refused = await cleo.command("@Painter", "imagine", prompt="a red house --steps 2")
    assert refused.message is not None
    assert refused.message["content"].startswith("That may take")


async def test_job_that_is_cancelled_gives_back_what_the_pool_held(house: House, ada: Member, cleo: Member) -> None:
    await fill(ada)
    message = await slow(cleo)
    assert not (await say(cleo, "pool show")).startswith("**The pool of this server** · 1 h left")
    assert (await cleo.click(message, "Cancel")).is_private
    await cleo.wait_for("painting", lambda one: one["id"] == message["id"] and "Cancelled" in one["content"])
    assert (await say(cleo, "pool show")).startswith("**The pool of this server** · 1 h left")
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
    await say(ada, "pool limit", speed="fast")
    await painted(cleo)


async def test_only_those_who_manage_the_server_limit_it(house: House, cleo: Member) -> None:
    assert await say(cleo, "pool limit", use="1 h") == "Only those who manage this server may do that."
    assert (await say(cleo, "pool give", time="1 h")).startswith("You can give away none, and")
