"""The disk is full, or another program keeps the database to itself: refusals are polite, and it passes."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.outcome import FULL
from bot.store import jobs, meta
from bot.store.errors import StoreFullError
from bot.store.files import Files
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.faults.oracle import eventually, must_hold
from tests.product.house import House, imagine, painted, until, until_ended

PLENTY = 1 << 30  # pages
LONG = "a red house " + "with a very long story, " * 200  # needs pages of its own


async def _fill(house: House) -> None:
    """Not a page more, and not a byte in those that are there."""
    async with house.desk.store.write() as tx:
        await tx.all(text(f"PRAGMA max_page_count = {await tx.value(text('PRAGMA page_count'))}"))
    for size in (100_000, 10_000, 1_000, 100, 10):
        with suppress(StoreFullError):
            for number in range(1000):
                async with house.desk.store.write() as tx:
                    await meta.put(tx, f"filler {size} {number}", "x" * size)


async def _free(house: House) -> None:
    async with house.desk.store.write() as tx:
        await tx.all(text(f"PRAGMA max_page_count = {PLENTY}"))


async def test_a_full_disk_refuses_new_jobs_politely_and_takes_them_again_when_there_is_room(
    house: House, cleo: Member, box: Sandbox
) -> None:
    await painted(cleo)
    await _fill(house)
    refused = await cleo.command("painting", "imagine", prompt=f"{LONG} --steps 2")
    assert refused.is_private
    assert refused.message is not None
    assert "disk is full" in refused.message["content"]
    await _free(house)
    await until_ended(cleo, await imagine(cleo, "a blue house"))
    assert len(await must_hold(box, house.desk.store)) == 2


async def test_a_picture_that_finds_no_room_costs_nothing_and_leaves_no_half_of_a_file(
    house: House, cleo: Member, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")

    def full(self: Files, temporary: Path, path: Path, data: bytes) -> None:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Files, "_write", full)
        brush.let_go()
        last = await until(cleo, first, lambda message: FULL in message["content"])
    assert "Nothing was charged" in last["content"]
    await must_hold(box, house.desk.store)
    async with house.desk.store.read() as tx:
        assert await tx.value(text("SELECT count(*) FROM ends WHERE act = 'refund'")) == 1
    again = await cleo.click(last, "🔄")
    assert again.message is not None
    await until_ended(cleo, again.message)
    await must_hold(box, house.desk.store)


async def test_a_job_that_ends_while_its_end_cannot_be_stored_waits_for_room(
    house: House, cleo: Member, brush: Brush, box: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    brush.hold()
    first = await imagine(cleo, LONG)
    await _fill(house)
    brush.let_go()
    await eventually(lambda: _was_refused(caplog), "its end was refused")
    await _free(house)
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def _was_refused(caplog: pytest.LogCaptureFixture) -> bool:
    return "cannot be stored now" in caplog.text


@asynccontextmanager
async def _locked(house: House) -> AsyncIterator[None]:
    """By another program, as a database browser would."""
    other = sqlite3.connect(house.folder / "atelier.sqlite", isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_locked_database_answers_every_command_within_three_seconds_and_costs_no_job(
    house: House, cleo: Member, dov: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    async with _locked(house):
        brush.let_go()
        asked = [member.command("painting", "imagine", prompt="a house") for member in (cleo, dov) for _ in range(4)]
        outcomes = await asyncio.gather(*asked)
        assert {outcome.status for outcome in outcomes} == {"answered"}
        assert all(outcome.is_private for outcome in outcomes)
    await until_ended(cleo, first)
    assert len(await must_hold(box, house.desk.store)) == 1


async def test_a_start_on_a_full_disk_takes_up_what_waits_as_soon_as_there_is_room(
    house: House, cleo: Member, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.running.RESUME_SECONDS", 0.02)
    brush.hold()
    first, second, unwanted = [await imagine(cleo, f"a {colour} house") for colour in ("red", "blue", "grey")]
    await house.close()
    brush.let_go()

    async def full(*about: object, **more: object) -> None:
        raise StoreFullError

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "claim_again", full)
        await house.open()
        assert not house.run.stop.is_set()
        await until_ended(cleo, await imagine(cleo, "a green house"))
        await cleo.click(unwanted, "Cancel")
    for message in (first, second):
        await until_ended(cleo, message)
    await until(cleo, unwanted, lambda message: "ancelled" in message["content"])
    assert len(await must_hold(box, house.desk.store)) == 4
