"""Discord takes nothing for a while: rate limits, long and on everything, and half an hour of 503."""

from __future__ import annotations

from collections import Counter

import discord
import pytest
from sqlalchemy import text

from bot.messages import lanes
from sandbox.member import Json, Member
from sandbox.rules import limits
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.faults.oracle import eventually, must_hold, waiting
from tests.product.house import House, buttons, imagine, painted, press, until_ended

HALF_AN_HOUR_SECONDS = 1800.0
ROOMS = ("painting", "more-painting", "general")
LONG_SECONDS = 65.0


class Hours:
    """Rests of lanes as they were ordered, in thousandths: an hour of waiting in three seconds."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ordered: list[float] = []
        rest = lanes._Lane._rest

        def shorter(lane: lanes._Lane, later: lanes.Later, tries: int) -> None:
            pause = later.after if later.after is not None else lanes.pause_after(tries)
            self.ordered.append(pause)
            rest(lane, lanes.Later(later.reason, pause / 1000, everywhere=later.everywhere), tries)

        patch.setattr(lanes._Lane, "_rest", shorter)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


def refused(box: Sandbox, status: int) -> Counter[str]:
    heads = [entry.head for entry in box.journal.entries(kinds=frozenset({"request"}))]
    return Counter(head["method"] for head in heads if head["status"] == status)


async def test_a_long_limit_on_one_message_drops_previews_and_keeps_the_answer(
    house: House, cleo: Member, brush: Brush, hours: Hours, box: Sandbox
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    fault = {"kind": "http", "method": "PATCH", "path": "/webhooks/**", "status": 429, "retry_after": LONG_SECONDS}
    await house.control("faults", {**fault, "times": 3})
    brush.let_go()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)
    assert refused(box, 429) == {"PATCH": 3}
    assert hours.ordered == [LONG_SECONDS] * 3


async def test_a_limit_on_everything_is_learnt_by_few_requests_and_waited_for(
    house: House, cleo: Member, brush: Brush, monkeypatch: pytest.MonkeyPatch, box: Sandbox
) -> None:
    """Nine answers in three channels come due while all is refused: no more ask than were on their way already."""
    paused: list[float] = []
    pause = house.desk.delivery.pause

    def shorter(seconds: float) -> None:
        paused.append(seconds)
        pause(0.5)

    monkeypatch.setattr(house.desk.delivery, "pause", shorter)
    monkeypatch.setattr(lanes._Lane, "_rest", lambda lane, later, tries: None)
    brush.hold()
    firsts = [await imagine(cleo, f"a red house {n}", room) for room in ROOMS for n in range(3)]
    fault = {"kind": "http", "method": "PATCH", "status": 429, "retry_after": LONG_SECONDS, "global": True}
    await house.control("faults", {**fault, "times": lanes.WIDTH * len(ROOMS)})
    brush.let_go()
    for first in firsts:
        await until_ended(cleo, first)
    await must_hold(box, house.desk.store)
    assert set(paused) == {LONG_SECONDS}
    assert len(paused) <= lanes.WIDTH * len(ROOMS)


async def test_short_limits_are_waited_for_without_a_word(house: House, cleo: Member, box: Sandbox) -> None:
    await house.control(
        "faults", {"kind": "http", "status": 429, "retry_after": 0.3, "times": 3, "path": "/webhooks/**"}
    )
    await painted(cleo)
    await must_hold(box, house.desk.store)


@pytest.mark.parametrize("room", ROOMS[:2])
async def test_old_messages_that_may_not_be_edited_now_keep_nobody_waiting(
    house: House, cleo: Member, dov: Member, box: Sandbox, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    """The third of three presses under old grids cannot be marked there for an hour: nobody notices, neither in that
    room nor in another."""
    monkeypatch.setattr(limits, "OLD_MESSAGE_EDITS", 2)
    grids = [await painted(cleo, f"a red house {n}") for n in range(3)]
    await house.pass_time(limits.OLD_MESSAGE_SECONDS + 60)
    for grid in grids:
        await until_ended(cleo, await press(cleo, grid, "U1"))
    await eventually(lambda: _is_refused(box), "an edit was refused")
    await painted(dov, "a green boat", room)
    await house.pass_time(limits.OLD_MESSAGE_EDIT_WINDOW_SECONDS + 60)
    await house.restart()  # whatever waits for longer than a minute is tried then
    await cleo.wait_for("painting", lambda one: one["id"] == grids[2]["id"] and _is_marked(one))
    await must_hold(box, house.desk.store)


async def _is_refused(box: Sandbox) -> bool:
    return refused(box, 429)["PATCH"] > 0


def _is_marked(message: Json) -> bool:
    return any(button["style"] == discord.ButtonStyle.primary.value for button in buttons(message))


async def test_half_an_hour_of_refusals_delays_answers_and_loses_none(
    house: House, cleo: Member, dov: Member, brush: Brush, hours: Hours, box: Sandbox
) -> None:
    brush.hold()
    firsts = [
        await imagine(member, f"a red house {n}", room) for n in range(2) for member in (cleo, dov) for room in ROOMS
    ]
    await house.control("faults", {"kind": "http", "status": 503, "times": None, "path": "/webhooks/**"})
    await house.control("faults", {"kind": "http", "status": 503, "times": None, "path": "/channels/**"})
    brush.let_go()
    await eventually(lambda: _waited(hours, HALF_AN_HOUR_SECONDS * len(ROOMS)), "half an hour passed in each room")
    await house.pass_time(HALF_AN_HOUR_SECONDS)
    assert len(waiting(box)) == len(firsts)
    asked = sum(refused(box, 503).values())
    assert asked < 40 * len(ROOMS), "an outage must not be hammered at"
    box.faults.clear()
    for first in firsts:
        await until_ended(cleo if cleo.user_id in first["content"] else dov, first)
    await must_hold(box, house.desk.store)


async def _waited(hours: Hours, seconds: float) -> bool:
    return sum(hours.ordered) >= seconds


async def test_answers_of_one_channel_come_in_the_order_in_which_they_were_painted(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    """After a pause the outbox is drained from its oldest letter on, two at a time."""
    brush.hold()
    firsts = [await imagine(cleo, f"a red house {n}") for n in range(6)]
    house.desk.delivery.pause(1.5)
    brush.let_go()
    await eventually(lambda: _rendered(house, 6), "all were painted")
    painted_in = await _order(house)
    for first in firsts:
        await until_ended(cleo, first)
    found = await must_hold(box, house.desk.store)
    for place, job in enumerate(sorted(found, key=lambda job: found[job].edited_ms or 0)):
        assert abs(painted_in.index(job) - place) < lanes.WIDTH


async def _rendered(house: House, count: int) -> bool:
    return len(await _order(house)) == count


async def _order(house: House) -> list[str]:
    async with house.desk.store.read() as tx:
        rows = await tx.all(text("SELECT job_id FROM outbox WHERE kind = 'answer' ORDER BY id"))
    return [row["job_id"] for row in rows]
