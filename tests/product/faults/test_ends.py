"""How jobs and the program itself end: painters that break or hang, members who change their minds, a stop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import text

from bot.frame.settings import Settings
from bot.intake import MOST_DEATHS
from bot.outcome import MOST_ATTEMPTS
from bot.running import AGAIN
from engine import EngineSettings, Job, ModelError
from engine.studio import Studio
from sandbox.member import Json, Member
from sandbox.server import Sandbox
from tests.product.faults.brush import LONGEST_SECONDS, Brush
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import eventually, must_hold
from tests.product.house import PATIENCE, House, imagine, painted, until, until_ended

PASSES = ModelError("swatch", "The colours ran out.", "They come back.", again=True)
STAYS = ModelError("swatch", "There are no colours.", "Buy some.")


async def _acts(house: House) -> dict[str, int]:
    """How often credit was settled and refunded."""
    async with house.desk.store.read() as tx:
        return {row["act"]: row["n"] for row in await tx.all(text("SELECT act, count(*) n FROM ends GROUP BY act"))}


def _failed(message: Json) -> bool:
    return "Nothing was charged" in message["content"]


async def test_what_may_pass_is_tried_again_and_charged_once(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.spoil(*[PASSES] * (MOST_ATTEMPTS - 1))
    await painted(cleo)
    await must_hold(box, house.desk.store)
    assert await _acts(house) == {"settle": 1}


async def test_what_does_not_pass_is_given_up_after_three_tries_and_refunded(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.spoil(*[PASSES] * MOST_ATTEMPTS)
    first = await imagine(cleo, "a red house")
    last = await until(cleo, first, _failed)
    assert "colours ran out" in last["content"]
    await must_hold(box, house.desk.store)
    assert await _acts(house) == {"refund": 1}
    await painted(cleo, "the next one")


@pytest.mark.parametrize("fault", [STAYS, MemoryError("injected"), ZeroDivisionError("a bug")], ids=repr)
async def test_what_cannot_be_painted_is_refunded_at_once_and_the_next_job_is_painted(
    house: House, cleo: Member, brush: Brush, box: Sandbox, fault: Exception
) -> None:
    brush.spoil(fault)
    first = await imagine(cleo, "a red house")
    await until(cleo, first, _failed)
    await painted(cleo, "the next one")
    await must_hold(box, house.desk.store)
    assert await _acts(house) == {"refund": 1, "settle": 1}


@pytest.mark.parametrize("turns", range(6))
async def test_of_a_cancel_and_a_finish_at_the_same_time_one_wins(
    house: House, cleo: Member, brush: Brush, box: Sandbox, turns: int
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    cancelling = asyncio.ensure_future(cleo.click(first, "Cancel"))
    brush.let_go()
    for _ in range(turns):
        await house.desk.engine.queue_view()
    outcomes = await asyncio.gather(cancelling, cleo.click(first, "Cancel"))
    assert all(outcome.is_private for outcome in outcomes)
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert await _acts(house) == ({"settle": 1} if answer.attachments else {"refund": 1})


async def test_a_step_that_hangs_ends_the_program_with_75_and_the_next_start_paints_the_job(
    make_house: MakeHouse, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await _impatient(make_house, monkeypatch)
    cleo = await house.member("cleo")
    brush.hold()
    first = await imagine(cleo, "a red house")
    await _until_it_gives_up(house)
    await house.close()
    brush.let_go()
    await house.open()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def test_a_job_that_hangs_the_program_each_time_is_given_up_and_the_others_go_on(
    make_house: MakeHouse, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await _impatient(make_house, monkeypatch)
    cleo = await house.member("cleo")
    brush.hold()
    first = await imagine(cleo, "a red house")
    for _ in range(MOST_DEATHS):
        await _until_it_gives_up(house)
        await house.restart()
    last = await until(cleo, first, _failed)
    assert f"{MOST_DEATHS} times" in last["content"]
    brush.let_go()
    await must_hold(box, house.desk.store)
    assert await _acts(house) == {"refund": 1}


async def test_a_job_whose_model_hangs_the_program_each_time_is_given_up(
    make_house: MakeHouse, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await _impatient(make_house, monkeypatch)
    cleo = await house.member("cleo")
    loaded, make_ready = threading.Event(), Studio.make_ready

    def load_for_ever(studio: Studio, job: Job) -> float | None:
        loaded.wait(LONGEST_SECONDS)
        return make_ready(studio, job)

    monkeypatch.setattr(Studio, "make_ready", load_for_ever)
    try:
        first = await imagine(cleo, "a red house")
        for _ in range(MOST_DEATHS):
            await _until_it_gives_up(house)
            await house.restart()
        last = await until(cleo, first, _failed)
    finally:
        loaded.set()
    assert f"{MOST_DEATHS} times" in last["content"]
    await must_hold(box, house.desk.store)
    assert await _acts(house) == {"refund": 1}


async def _impatient(make_house: MakeHouse, patch: pytest.MonkeyPatch) -> House:
    """A house whose engine takes a second for ever."""
    quick = EngineSettings(device="none", hang_seconds=0.5, load_hang_seconds=0.5, close_seconds=0.3)
    patch.setattr(Settings, "engine", quick)
    patch.setattr("engine.engine.HUNG_TIMES", 0.0)
    return await make_house()


async def _until_it_gives_up(house: House) -> None:
    async with asyncio.timeout(PATIENCE):
        await house.run.stop.wait()
    assert house.run.code == AGAIN


async def test_a_stop_while_painting_is_bounded_and_loses_nothing(
    make_house: MakeHouse, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await _impatient(make_house, monkeypatch)
    members = [await house.member(name) for name in ("cleo", "dov", "ben")]
    brush.hold()
    firsts = [await imagine(member, f"a red house {n}") for n in range(3) for member in members]
    began = time.monotonic()
    await house.close()
    assert time.monotonic() - began < 10
    brush.let_go()
    await house.open()
    for n, first in enumerate(firsts):
        await until_ended(members[n % 3], first)
    assert len(await must_hold(box, house.desk.store)) == 9
    assert await _acts(house) == {"settle": 9}


async def test_what_is_asked_for_while_the_program_stops_is_refused_or_kept(
    house: House, cleo: Member, box: Sandbox
) -> None:
    """Whoever comes between two of its last steps is not forgotten."""
    typing = [cleo.command("painting", "imagine", prompt="a red house --steps 2") for _ in range(5)]
    asked = [asyncio.ensure_future(one) for one in typing]
    await eventually(lambda: _accepted(house), "the first was accepted")
    await house.close()
    await house.pass_time(4)
    outcomes = await asyncio.gather(*asked)
    await house.open()
    found = await must_hold(box, house.desk.store)
    public = [outcome for outcome in outcomes if outcome.message is not None and not outcome.is_private]
    assert len(found) >= max(1, len(public))


async def test_what_was_taken_too_late_for_this_run_is_painted_by_the_next(
    house: House, cleo: Member, box: Sandbox
) -> None:
    """Between the transaction and the hand-over the engine was closed: that is no failure of the job."""
    await house.desk.engine.close()
    first = await imagine(cleo, "a red house")
    await house.restart()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def _accepted(house: House) -> bool:
    async with house.desk.store.read() as tx:
        return bool(await tx.value(text("SELECT count(*) FROM jobs")))


async def test_a_job_is_painted_from_the_same_recipe_whenever_it_is_painted(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    """Its seeds were stored before anything was painted: a further attempt gives the same picture, byte for byte."""
    await painted(cleo, "a red house --seed 7")
    brush.spoil(PASSES)
    await painted(cleo, "a red house --seed 7")
    async with house.desk.store.read() as tx:
        rows = await tx.all(text("SELECT cell, count(DISTINCT sha256) n FROM pictures GROUP BY cell"))
    assert [(row["cell"], row["n"]) for row in rows] == [(0, 1), (1, 1), (2, 1), (3, 1)]
    await must_hold(box, house.desk.store)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_jumps_by_an_hour_between_two_runs_delays_and_expires_nothing(
    make_house: MakeHouse, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """One job is still to be painted, and of another one the answer is still to be sent."""
    house = await _impatient(make_house, monkeypatch)
    cleo = await house.member("cleo")
    await house.control("faults", {"kind": "http", "method": "PATCH", "status": 503, "times": None})
    waits = await imagine(cleo, "a red house")
    await eventually(lambda: _is_painted(house), "it was painted")
    brush.hold()
    left = await imagine(cleo, "a blue house")
    await house.close()
    monkeypatch.setattr("bot.running.milliseconds", lambda: time.time_ns() // 1_000_000 + hours * 3_600_000)
    brush.let_go()
    box.faults.clear()
    await house.open()
    await until_ended(cleo, waits)
    await until_ended(cleo, left)
    assert len(await must_hold(box, house.desk.store)) == 2
    assert await _acts(house) == {"settle": 2}


async def _is_painted(house: House) -> bool:
    async with house.desk.store.read() as tx:
        return bool(await tx.value(text("SELECT count(*) FROM jobs WHERE state = 'rendered'")))
