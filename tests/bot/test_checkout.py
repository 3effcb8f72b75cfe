"""The door at which Stripe is heard: signatures made by hand, as docs.stripe.com/webhooks describes them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer, unused_port

from bot.checkout import PATH, Checkout, UnsignedError, serve, verify
from bot.frame.settings import Settings
from bot.plans.book import PlanBook
from bot.store import memberships
from bot.store.payments import PaymentEvent, related
from bot.store.store import Store
from tests.bot.plans.stripe_events import DAY, line, paid, session
from tests.bot.store.conftest import clock, store
from tests.bot.store.rows import MEMBER, NOW

__all__ = ["clock", "store"]
SECRET = "whsec_0123456789abcdef"
PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "24 min"
[plans.basic]
title = "Basic"
fast = "3 h"
stripe = "price_basic"
"""
BODY = b'{"id": "evt_1"}'


def sign(body: bytes, *, secret: str = SECRET, late: float = 0) -> str:
    at = int(NOW.timestamp() - late)
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def written(event: PaymentEvent) -> bytes:
    told: dict[str, Any] = {"id": event.id, "type": event.kind, "created": int(event.told_at.timestamp())}
    return json.dumps(told | {"object": "event", "data": {"object": event.about}}).encode()


def test_signature_of_now_is_believed_also_beside_another() -> None:
    verify(BODY, sign(BODY), SECRET, NOW)
    verify(BODY, f"{sign(BODY)},v1={'0' * 64},v0=old", SECRET, NOW)
    verify(BODY, sign(BODY, late=299), SECRET, NOW)
    verify(BODY, sign(BODY, late=-299), SECRET, NOW)


WRONG = {
    "": "is missing",
    "v1=00": "is missing",
    "t=,v1=00": "is missing",
    "t=-5,v1=00": "is missing",
    f"t={int(NOW.timestamp())}": "not that of this body",
    f"t={int(NOW.timestamp())},v1=": "not that of this body",
    f"t={int(NOW.timestamp())},v1=ä": "not that of this body",
    sign(BODY, secret="whsec_another0123456789"): "not that of this body",
    sign(BODY + b" "): "not that of this body",
    sign(BODY).replace("v1=", "v0="): "not that of this body",
    f"{sign(BODY)},t=1": "is missing",
    sign(BODY, late=301): "more than five minutes ago",
    sign(BODY, late=-3600): "in the future",
}


@pytest.mark.parametrize(("header", "sentence"), WRONG.items())
def test_whatever_is_not_signed_now_is_refused(header: str, sentence: str) -> None:
    with pytest.raises(UnsignedError, match=sentence):
        verify(BODY, header, SECRET, NOW)


@pytest.fixture
async def door(store: Store, tmp_path: Path) -> AsyncIterator[tuple[TestClient[Any, Any], list[str]]]:
    path = tmp_path / "plans.toml"
    path.write_text(PLANS)
    changes: list[str] = []
    checkout = Checkout(SECRET, store, PlanBook(path), lambda: changes.append("changed"))
    async with TestClient(TestServer(checkout.application())) as client:
        yield client, changes


async def tell(client: TestClient[Any, Any], body: bytes, header: str | None = None) -> int:
    headers = {"Stripe-Signature": sign(body) if header is None else header}
    async with client.post(PATH, data=body, headers=headers) as response:
        return response.status


async def test_signed_events_are_stored_once_and_give_the_plan(
    door: tuple[TestClient[Any, Any], list[str]], store: Store
) -> None:
    client, changes = door
    for _ in range(2):
        assert await tell(client, written(paid("in_1", line("price_basic", NOW, NOW + 31 * DAY)))) == 200
        assert await tell(client, written(session(customer_details={"email": "cleo@example.org"}))) == 200
    assert changes == ["changed"] * 2
    async with store.read() as tx:
        (found,) = await memberships.of_member(tx, MEMBER)
        kept = await related(tx, paid("in_1").id)
    assert (found.plan, found.starts_at, found.ends_at) == ("basic", NOW, NOW + 31 * DAY)
    assert len(kept) == 2
    assert all("customer_details" not in event.about for event in kept)


async def test_unsigned_and_strange_events_change_nothing(door: tuple[TestClient[Any, Any], list[str]]) -> None:
    client, changes = door
    assert await tell(client, written(session()), "t=1,v1=00") == 400
    assert await tell(client, b"[]") == 400
    assert await tell(client, b"\xff") == 400
    assert await tell(client, written(replace(session(), kind="customer.created"))) == 200
    assert changes == []


async def test_door_is_open_where_a_secret_is_set_and_nowhere_else(store: Store, tmp_path: Path) -> None:
    (tmp_path / "plans.toml").write_text(PLANS)
    book, port = PlanBook(tmp_path / "plans.toml"), unused_port()
    await serve(Settings(), store, book, lambda: None)  # over at once
    settings = Settings(stripe_secret=SECRET, webhook_port=port)
    door = asyncio.create_task(serve(settings, store, book, lambda: None))
    body = written(session())
    async with asyncio.timeout(10), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.post(
                    f"http://127.0.0.1:{port}{PATH}", data=body, headers={"Stripe-Signature": sign(body)}
                ) as response:
                    assert response.status == 200
                    break
            except aiohttp.ClientConnectorError:  # not open yet
                await asyncio.wait([door], timeout=0.01)
    door.cancel()
    with pytest.raises(asyncio.CancelledError):
        await door
