"""Paying by Stripe, from the button of `/subscribe` to the plan in `/info`, with the bot at work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.store.payments import PaymentEvent
from sandbox.member import Member
from tests.bot.plans.stripe_events import DAY, deleted, line, paid, refunded, session
from tests.bot.test_checkout import SECRET, sign, written
from tests.product.house import House, buttons, eventually, opened_house

PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "24 min"
[plans.pro]
title = "Pro"
fast = "30 h"
price = "60.00 USD"
link = "https://buy.stripe.com/1AbC"
stripe = "price_pro"
"""


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[House]:
    plans, port = tmp_path / "plans.toml", str(unused_port())
    plans.write_text(PLANS)
    async with opened_house(tmp_path, plans, ATELIER_STRIPE_SECRET=SECRET, ATELIER_WEBHOOK_PORT=port) as opened:
        yield opened


async def tell(till: House, event: PaymentEvent) -> None:
    """As Stripe does: again, until it is answered."""
    body, door = written(event), f"http://127.0.0.1:{till.desk.settings.webhook_port}/stripe"

    async def is_answered() -> bool:
        headers: dict[str, Any] = {"Stripe-Signature": sign(body)}
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.post(door, data=body, headers=headers) as answer,
            ):
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    await eventually(is_answered)


async def said(member: Member, command: str) -> dict[str, Any]:
    outcome = await member.command("painting", command)
    assert outcome.message is not None
    return outcome.message


async def test_who_pays_by_stripe_has_the_plan_at_once_and_keeps_it_as_long_as_it_is_paid(till: House) -> None:
    cleo, now = await till.member("cleo"), datetime.now(UTC)
    (button,) = buttons(await said(cleo, "subscribe"))
    (payer,) = parse_qs(urlsplit(button["url"]).query)["client_reference_id"]
    await tell(till, session(client_reference_id=payer))
    await tell(till, paid("in_1", line("price_pro", now - DAY, now + 30 * DAY)))
    assert "**Pro**, paid until" in (await said(cleo, "info"))["content"]
    assert "**Pro** ✅ yours" in (await said(cleo, "subscribe"))["content"]
    await till.restart()
    assert "30 h left of 30 h" in (await said(cleo, "info"))["content"]
    await tell(till, refunded("in_1", now))
    await tell(till, deleted(now))
    assert "**Free**, renews" in (await said(cleo, "info"))["content"]
