"""Kill -9 between any two writes of a job's life, then a normal start: nothing is lost, nothing is charged or told
twice, and every button works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.frame.fail_points import FailPoint
from sandbox.member import Json, Member, Outcome
from sandbox.server import Sandbox
from tests.product.faults.child import Child, bot_process
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import must_hold
from tests.product.faults.plans import give_plans
from tests.product.house import labels, press, until_ended

ALL_ARE_LONG = {"NOTIFY_AFTER_SECONDS": "0"}
Life = Callable[[Sandbox, Member], Awaitable[object]]
LONG_ENOUGH = 18.0
NONCE_FORGOTTEN_SECONDS = 400.0  # Discord knows one again for five minutes, an interaction's token for fifteen
TOKEN_OVER_SECONDS = 1000.0


async def _asks(box: Sandbox, cleo: Member) -> Outcome:
    return await cleo.command("painting", "imagine", prompt="a red house --steps 2")


async def _asks_in_vain(box: Sandbox, cleo: Member) -> Outcome:
    """Its acknowledgement is refused, so that the bot writes a message of its own."""
    box.faults.add({"kind": "http", "path": "/interactions/*/*/callback", "status": 400})
    return await cleo.command("painting", "imagine", prompt="a red house --steps 2")


async def _cancels(box: Sandbox, cleo: Member) -> Outcome:
    """The last of some: it still waits, or has just begun."""
    asked = [await cleo.command("painting", "imagine", prompt="a red house --steps 60") for _ in range(4)]
    last = asked[-1]
    assert last.message is not None, last
    return await cleo.click(last.message, "Cancel")


async def _deletes_the_message(box: Sandbox, cleo: Member) -> Outcome:
    """So that its answer needs a new one."""
    first = await cleo.command("painting", "imagine", prompt="a red house --steps 30")
    assert first.message is not None
    async with Member.of(box.url, "ada") as ada:
        await ada.delete(first.message)
    return first


async def _presses_u(box: Sandbox, cleo: Member) -> Outcome:
    first = await cleo.command("painting", "imagine", prompt="a red house --steps 2")
    assert first.message is not None
    return await cleo.click(await until_ended(cleo, first.message), "U1")


async def _confirms(box: Sandbox, cleo: Member) -> Outcome:
    """Two jobs at once, by one press."""
    asked = await cleo.command("painting", "imagine", prompt="a red house --steps 2 --repeat 2")
    assert asked.message is not None
    return await cleo.click(asked.message, "Paint all 2")


RARE = (FailPoint.UNWANTED, FailPoint.CLAIMED, FailPoint.PLACED)  # for which more has to happen
OF_A_COMMUNITY = (FailPoint.HOSTED, FailPoint.THREADED, FailPoint.CROWNED)  # `test_community_deaths.py`
# What was done when it died, and where: every write of a job's life has one before it and one behind it.
DEATHS: list[tuple[Life, str]] = [
    *[(_asks, point) for point in FailPoint if point not in (*RARE, *OF_A_COMMUNITY)],
    (_asks, f"{FailPoint.FILING}:3"),
    (_asks, f"{FailPoint.SENDING}:2"),  # the call of its member
    (_asks, f"{FailPoint.SENT}:2"),
    (_cancels, FailPoint.UNWANTED),
    (_cancels, FailPoint.ENDED),
    (_asks_in_vain, FailPoint.PLACED),
    (_deletes_the_message, FailPoint.PLACED),
    *[(_confirms, point) for point in (FailPoint.BEFORE_ACCEPTED, FailPoint.ACCEPTED, FailPoint.PLACED)],
    (_confirms, f"{FailPoint.PLACED}:2"),
    (_confirms, f"{FailPoint.SUBMITTED}:2"),
    (_presses_u, f"{FailPoint.ACCEPTED}:2"),
    (_presses_u, f"{FailPoint.ACKNOWLEDGED}:2"),
    (_presses_u, f"{FailPoint.SENDING}:3"),
    (_presses_u, f"{FailPoint.SENT}:3"),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value)).strip("_").replace(" ", "_")


@pytest.mark.parametrize(("life", "point"), DEATHS, ids=_name)
async def test_a_bot_that_is_killed_there_loses_doubles_and_charges_nothing(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path, life: Life, point: str
) -> None:
    """Its member has a plan with a bound."""
    basic = await give_plans(box, tmp_path / "data", {"cleo": "basic"})
    await _dies_and_comes_back(box, make_house, tmp_path, life, point, NONCE_FORGOTTEN_SECONDS, **basic)


@pytest.mark.parametrize("point", [FailPoint.ACKNOWLEDGED, FailPoint.PAINTED, FailPoint.SENT], ids=_name)
async def test_the_same_holds_if_it_is_gone_for_longer_than_a_token_lives(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path, point: FailPoint
) -> None:
    await _dies_and_comes_back(box, make_house, tmp_path, _asks, point, TOKEN_OVER_SECONDS)


async def _dies_and_comes_back(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path, life: Life, point: str, away_seconds: float, **environ: str
) -> None:
    dying = bot_process(box, tmp_path / "data", dies=point, **ALL_ARE_LONG, **environ)
    async with Member.of(box.url, "cleo") as cleo, dying as bot:
        await bot.until_it_hears()
        seen = await _until_it_dies(box, bot, life(box, cleo))
    box.clock.advance(away_seconds)
    await _must_go_on(box, make_house, accepted=point != FailPoint.BEFORE_ACCEPTED, seen=seen, **environ)


async def test_a_bot_that_is_killed_while_it_takes_up_what_was_left_loses_nothing_either(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with Member.of(box.url, "cleo") as cleo:
        async with bot_process(box, data, dies=FailPoint.STARTED, **ALL_ARE_LONG) as bot:
            await bot.until_it_hears()
            seen = await _until_it_dies(box, bot, _asks(box, cleo))
        for point in (FailPoint.CLAIMED, FailPoint.SUBMITTED):
            async with bot_process(box, data, dies=point, **ALL_ARE_LONG) as bot:
                await bot.until_killed(LONG_ENOUGH)
    await _must_go_on(box, make_house, accepted=True, seen=seen)


def test_every_fail_point_is_died_at() -> None:
    died_at = {FailPoint(point.partition(":")[0]) for _, point in DEATHS} | {FailPoint.CLAIMED, *OF_A_COMMUNITY}
    assert died_at == set(FailPoint)


async def _until_it_dies(box: Sandbox, bot: Child, doing: Awaitable[object]) -> object:
    """What the member saw of it before."""
    acting = asyncio.ensure_future(doing)
    await bot.until_killed(LONG_ENOUGH)
    box.clock.advance(4)  # whoever waits for an answer is told that there is none
    box.faults.clear()
    (seen,) = await asyncio.gather(acting, return_exceptions=True)
    return seen


async def _must_go_on(box: Sandbox, make_house: MakeHouse, *, accepted: bool, seen: object, **environ: str) -> None:
    house = await make_house(**ALL_ARE_LONG, **environ)
    found = await must_hold(box, house.desk.store)
    assert bool(found) == accepted, seen
    cleo = await house.member("cleo")
    me = int(cleo.user_id)
    for job, answer in found.items():
        calls = [
            one
            for one in box.state.messages[answer.channel_id].values()
            if me in one.mention_users
            and not one.components
            and one.reference is not None
            and one.reference["message_id"] == answer.id
        ]
        assert len(calls) <= 1, job
    async with house.desk.store.read() as tx:
        settled = await tx.value(text("SELECT count(*) FROM ends WHERE act = 'settle'"))
        painted = await tx.value(text("SELECT count(*) FROM jobs WHERE state = 'done' AND kind <> 'single'"))
    assert settled == painted
    for answer in found.values():
        shown = await cleo.refresh({"channel_id": str(answer.channel_id), "id": str(answer.id)})
        await until_ended(cleo, await press(cleo, shown, _button(shown)))
    await must_hold(box, house.desk.store)


def _button(message: Json) -> str:
    return next(label for label in ("U2", "Vary (Subtle)", "🔄") if label in labels(message) or label == "🔄")
