"""A plan with a bound on what is kept: its member is told in time, and what nobody keeps goes first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.quota import GRACE, keep_within
from bot.store import outbox
from tests.product.house import (
    House,
    close_direct_messages,
    eventually,
    opened_house,
    painted,
    press,
    said_aside,
    until_ended,
)
from tests.product.test_gallery import page_of, text_of

PLANS = """
default = "tiny"
[plans.tiny]
title = "Tiny"
fast = "unlimited"
storage = "0.001 MiB"
"""


@pytest.fixture
async def tiny(tmp_path: Path) -> AsyncIterator[House]:
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS)
    async with opened_house(tmp_path, plans) as opened:
        yield opened


async def test_a_member_is_told_and_only_what_they_do_not_keep_goes(tiny: House) -> None:
    cleo = await tiny.member("cleo")
    grid = await painted(cleo, "a red house")
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    await cleo.click(single, "❤️")
    await said_aside(cleo, "painting", "Bookmarked")
    store, plans = tiny.desk.store, tiny.desk.book.plans
    info = await cleo.command("painting", "info")
    assert info.message is not None
    assert "of 1.0 KiB" in info.message["content"]
    assert await keep_within(store, plans) == 0
    tiny.desk.delivery.poke()
    word = await said_aside(cleo, "@Painter", "your plan keeps")
    assert "7 days" in word["content"]
    await eventually(lambda: _is_told(tiny))
    real = store._clock
    store._clock = lambda: real() + int((GRACE + timedelta(hours=1)).total_seconds() * 1000)
    assert await keep_within(store, plans) == 3
    store._clock = real
    assert "1 picture\n" in text_of(await page_of(cleo, "mine"))
    assert (await cleo.refresh(grid))["attachments"]  # what was posted stays


async def test_a_member_whose_direct_messages_are_closed_is_told_with_their_next_command(tiny: House) -> None:
    cleo = await tiny.member("cleo")
    await close_direct_messages(tiny, cleo)
    await painted(cleo, "a red house")
    store, plans = tiny.desk.store, tiny.desk.book.plans
    assert await keep_within(store, plans) == 0
    tiny.desk.delivery.poke()

    async def is_refused() -> bool:
        async with store.read() as tx:
            return bool(await outbox.untold(tx, int(cleo.user_id)))

    await eventually(is_refused)
    await cleo.command("painting", "info")
    word = await said_aside(cleo, "painting", "your plan keeps")
    assert word["flags"] & 64
    await eventually(lambda: _is_told(tiny))


async def _is_told(house: House) -> bool:
    """From then on the week counts."""
    async with house.desk.store.read() as tx:
        return bool(await tx.value(text("SELECT count(*) FROM outbox WHERE kind = 'storage' AND sent_at IS NOT NULL")))
