"""The line to Discord's gateway breaks, or Discord ends the session, or knows the bot no more."""

from __future__ import annotations

import asyncio

import pytest

from bot.running import REFUSED
from bot.store.store import Store
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.faults.oracle import must_be_sound, must_hold
from tests.product.house import PATIENCE, House, imagine, painted, press, until_ended

BREAKS: dict[str, dict[str, object]] = {
    "cut without a word": {"act": "drop"},
    "closed with 4000": {"act": "drop", "code": 4000},
    "asked to reconnect (op 7)": {"act": "reconnect"},
    "session void, but may resume (op 9)": {"act": "invalidate", "resumable": True},
    "session void (op 9)": {"act": "invalidate", "resumable": False},
}


async def _heard_again(house: House, identifies: bool) -> None:
    async with asyncio.timeout(30):
        await house.client.wait_for("shard_ready" if identifies else "shard_resumed", timeout=30)


@pytest.mark.parametrize("how", BREAKS)
async def test_a_gateway_that_breaks_loses_no_job_and_no_press(
    house: House, cleo: Member, brush: Brush, box: Sandbox, how: str
) -> None:
    grid = await painted(cleo)
    brush.hold()
    first = await imagine(cleo, "a blue house")
    again = asyncio.ensure_future(_heard_again(house, how == "session void (op 9)"))
    await asyncio.sleep(0)
    await house.control("gateway", BREAKS[how])
    brush.let_go()
    await until_ended(cleo, first)
    await again
    await until_ended(cleo, await press(cleo, grid, "U1"))
    await until_ended(cleo, await press(cleo, grid, "V2"))
    await must_hold(box, house.desk.store)


async def test_a_press_while_nobody_listens_is_heard_after_the_line_is_back(
    house: House, cleo: Member, box: Sandbox
) -> None:
    """A resumed session is told what it missed; whoever waited longer than three seconds is told that, and can press
    again. Either way there is one job."""
    grid = await painted(cleo)
    again = asyncio.ensure_future(_heard_again(house, identifies=False))
    await asyncio.sleep(0)
    await house.control("gateway", {"act": "drop"})
    outcome = await cleo.click(grid, "U1")
    await again
    if outcome.message is None:
        outcome = await cleo.click(grid, "U1")
    await must_hold(box, house.desk.store)


async def test_a_token_that_discord_knows_no_more_ends_the_bot_and_keeps_the_jobs(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    await house.control("token", {"application_id": str(box.application_id), "revoked": True})
    async with asyncio.timeout(PATIENCE):
        await house.run.stop.wait()
    assert house.run.code == REFUSED
    brush.let_go()
    await house.close()
    async with Store.open(house.folder, clock=lambda: 0) as store:
        await must_be_sound(store)
    await house.control("token", {"application_id": str(box.application_id), "revoked": False})
    await house.open()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def test_a_token_that_rest_refuses_first_ends_the_bot_too(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    """The gateway may not have noticed yet."""
    brush.hold()
    first = await imagine(cleo, "a red house")
    await house.control("faults", {"kind": "http", "path": "/webhooks/**", "status": 401, "times": None})
    brush.let_go()
    async with asyncio.timeout(PATIENCE):
        await house.run.stop.wait()
    assert house.run.code == REFUSED
    box.faults.clear()
    await house.restart()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)
