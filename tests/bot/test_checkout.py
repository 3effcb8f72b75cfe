"""The door at which Stripe is heard: signatures made by hand, as docs.stripe.com/webhooks describes them, and judged by
Stripe's own library.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp.test_utils import TestClient, TestServer, unused_port

from bot.checkout import PATH, Checkout, UnsignedError, heard, verify
from bot.frame.settings import Settings
from bot.frame.stripe_extra import PROBLEM, REMEDY, NoStripeError, load_stripe
from bot.plans.book import PlanBook
from bot.store import ledger, memberships
from bot.store.columns import milliseconds
from bot.store.payments import PaymentEvent, related
from bot.store.store import Store
from tests.bot.plans.stripe_events import DAY, line, paid, session
from tests.bot.store.conftest import Clock, store
from tests.bot.store.rows import MEMBER, NOW
from tests.product.program import environ

__all__ = ["store"]
TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef"
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


@pytest.fixture
def clock() -> Clock:
    """The machine's own, by which Stripe's library measures."""
    made = Clock()
    made.now_ms = milliseconds(datetime.now(UTC))
    return made


def sign(body: bytes, *, secret: str = SECRET, late: float = 0) -> str:
    at = int(time.time() - late)
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def read(header: str, body: bytes = BODY) -> None:
    verify(body, header, SECRET, datetime.now(UTC))


def written(event: PaymentEvent) -> bytes:
    told: dict[str, Any] = {"id": event.id, "type": event.kind, "created": int(event.told_at.timestamp())}
    return json.dumps(told | {"object": "event", "data": {"object": event.about}}).encode()


def test_signature_of_now_is_believed_also_beside_another() -> None:
    read(sign(BODY))
    read(f"{sign(BODY)},v1={'0' * 64},v0=old")
    read(f"v1={'0' * 64},{sign(BODY)}")
    read(sign(BODY, late=240))
    read(sign(BODY, late=-290))


WRONG: dict[str, tuple[Callable[[], str], str]] = {
    "none": (lambda: "", "is missing"),
    "no time": (lambda: "v1=00", "extract timestamp"),
    "an empty time": (lambda: "t=,v1=00", "extract timestamp"),
    "a time before all": (lambda: "t=-5,v1=00", "matching the expected signature"),
    "a time alone": (lambda: f"t={int(time.time())}", "No signatures"),
    "an empty signature": (lambda: f"t={int(time.time())},v1=", "matching the expected signature"),
    "other letters": (lambda: f"t={int(time.time())},v1=ä", "non-ASCII"),
    "another secret": (lambda: sign(BODY, secret="whsec_another0123456789"), "matching the expected signature"),
    "another body": (lambda: sign(BODY + b" "), "matching the expected signature"),
    "another way of signing": (lambda: sign(BODY).replace("v1=", "v0="), "No signatures"),
    "another time before it": (lambda: f"t=1,{sign(BODY)}", "matching the expected signature"),
    "old": (lambda: sign(BODY, late=301), "outside the tolerance"),
    "future": (lambda: sign(BODY, late=-3600), "in the future"),
    "future, and another time behind it": (lambda: f"{sign(BODY, late=-3600)},t=1", "in the future"),
}


@pytest.mark.parametrize("what", WRONG)
def test_whatever_is_not_signed_now_is_refused(what: str) -> None:
    header, sentence = WRONG[what]
    with pytest.raises(UnsignedError, match=sentence):
        read(header())


def test_body_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnsignedError, match="decode"):
        read(sign(b"\xff"), b"\xff")


def test_it_is_the_library_of_stripe_that_judges() -> None:
    """By its own way of signing, which is not the one above."""
    header = stripe.WebhookSignature.generate_signature_header(BODY.decode(), SECRET)
    read(header)
    with pytest.raises(UnsignedError) as caught:
        read(header, BODY + b" ")
    assert isinstance(caught.value.__cause__, stripe.SignatureVerificationError)


def test_without_the_library_the_bot_does_not_start_and_says_what_to_do(tmp_path: Path) -> None:
    start = "import sys; sys.modules['stripe'] = None; from bot.__main__ import main; sys.exit(main([]))"
    settings = {"ATELIER_STRIPE_SECRET": SECRET, "ATELIER_DATA": str(tmp_path / "data"), "DISCORD_TOKEN": TOKEN}
    ended = subprocess.run(
        [sys.executable, "-c", start],
        cwd=tmp_path,
        env=environ(**settings),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, f"{PROBLEM} {REMEDY}\n")
    assert not (tmp_path / "data").exists()


def test_where_stripe_is_not_heard_its_library_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)
    load_stripe("")
    with pytest.raises(NoStripeError, match="not installed"):
        load_stripe(SECRET)


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


async def test_payment_that_names_nobody_is_told_to_the_operator(
    door: tuple[TestClient[Any, Any], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = door
    assert await tell(client, written(session())) == 200
    assert "names no member" not in caplog.text
    assert await tell(client, written(session(id="cs_2", client_reference_id=None))) == 200
    assert "Checkout cs_2 names no member" in caplog.text


async def test_payment_that_the_plans_knew_nothing_of_counts_when_it_is_sent_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its operator had forgotten the line, and Stripe's dashboard sends what it has sent before."""
    path, changes = tmp_path / "plans.toml", list[str]()
    pack: dict[str, Any] = {"mode": "payment", "metadata": {"pack": "ten"}, "payment_intent": "pi_9"}
    path.write_text(PLANS.replace('stripe = "price_basic"', ""))
    book = PlanBook(path)
    events = (
        session(),
        paid("in_1", line("price_basic", NOW, NOW + 31 * DAY)),
        session(id="cs_2", **pack),
    )
    checkout = Checkout(SECRET, store, book, lambda: changes.append("changed"))
    async with TestClient(TestServer(checkout.application())) as client:
        for event in events:
            assert await tell(client, written(event)) == 200
        assert "pays for the price price_basic, which the file of plans does not have." in caplog.text
        assert "pays for the pack 'ten', which the file of plans does not have." in caplog.text
        path.write_text(PLANS + '[packs.ten]\ntitle = "Ten"\ntime = "10 h"\n')
        assert book.refresh()
        changes.clear()
        for event in (*events, *events):
            assert await tell(client, written(event)) == 200
    assert changes == ["changed"]
    async with store.read() as tx:
        (found,) = await memberships.of_member(tx, MEMBER)
        assert (found.plan, found.starts_at) == ("basic", NOW)
        assert await ledger.available(tx, MEMBER, store.now()) == 36_000_000
        assert await ledger.audit(tx) == []


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
    body, address = written(session()), f"http://127.0.0.1:{port}{PATH}"
    async with aiohttp.ClientSession() as http:
        for settings in (Settings(webhook_port=port), Settings(stripe_secret=SECRET, webhook_port=port)):
            async with heard(settings, store, book, lambda: None):
                if settings.stripe_secret:
                    async with http.post(address, data=body, headers={"Stripe-Signature": sign(body)}) as response:
                        assert response.status == 200
            with pytest.raises(aiohttp.ClientConnectionError):
                await http.post(address, data=body)
