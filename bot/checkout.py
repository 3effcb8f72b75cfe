"""The door at which Stripe tells of payments: one address, which believes only what is signed and answers only once it
is stored. Stripe tells everything again until it is answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.frame.settings import Settings
from bot.plans.book import PlanBook
from bot.plans.stripe_plans import KEPT, KINDS, hear
from bot.store.errors import StoreError
from bot.store.payments import PaymentEvent
from bot.store.store import Store

_log: Final = logging.getLogger(__name__)
PATH: Final = "/stripe"
TOLERANCE_SECONDS: Final = 300  # as Stripe's own libraries have it for the past; here for the future as well


class UnsignedError(Exception):
    """Not Stripe's word, or not of now."""


class Checkout:
    def __init__(self, secret: str, store: Store, book: PlanBook, changed: Callable[[], None]) -> None:
        self._secret, self._store, self._book, self._changed = secret, store, book, changed

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post(PATH, self.answer)
        return application

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            verify(body, request.headers.get("Stripe-Signature", ""), self._secret, self._store.now())
            event = read_event(body)
        except UnsignedError as error:
            _log.warning("A word that is not Stripe's was refused: %s", error)
            return web.Response(status=400, text=str(error))
        if event is not None:
            try:
                async with self._store.write() as tx:
                    is_new = await hear(tx, self._book.plans, event, self._store.now())
            except StoreError as error:
                _log.error("Stripe's event %s could not be stored; it will come again: %s", event.id, error)
                return web.Response(status=503)
            if is_new:
                _log.info("Stripe told of %s (%s).", event.kind, event.id)
                self._changed()
        return web.Response(status=200)


async def serve(settings: Settings, store: Store, book: PlanBook, changed: Callable[[], None]) -> None:
    """Until it is cancelled; at once over where there is nothing to serve."""
    if not settings.stripe_secret:
        return
    runner = web.AppRunner(Checkout(settings.stripe_secret, store, book, changed).application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.webhook_host, settings.webhook_port).start()
        _log.info("Stripe is heard at http://%s:%d%s.", settings.webhook_host, settings.webhook_port, PATH)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def verify(body: bytes, header: str, secret: str, now: datetime) -> None:
    """As docs.stripe.com/webhooks has it: HMAC-SHA256 of time and body; several signatures while a secret is rolled.
    Raises UnsignedError.
    """
    pairs = [part.strip().partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) < 16):
        raise UnsignedError("Stripe-Signature is missing, or has no time in it.")
    signed = hmac.new(secret.encode(), f"{times[0]}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(name == "v1" and hmac.compare_digest(value.encode(), signed.encode()) for name, value in pairs):
        raise UnsignedError("The signature is not that of this body; check ATELIER_STRIPE_SECRET.")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE_SECONDS:
        raise UnsignedError("It was signed more than five minutes ago, or in the future; check this machine's clock.")


def read_event(body: bytes) -> PaymentEvent | None:
    """None if it is about something else. Raises UnsignedError: signed, and yet no event."""
    try:
        event = json.loads(body)
        kind, about = str(event["type"]), event["data"]["object"]
        told_at = datetime.fromtimestamp(event["created"], UTC)
        name = str(event["id"])
    except (ValueError, LookupError, TypeError, OverflowError, OSError) as error:
        raise UnsignedError("That is no event of Stripe's.") from error
    if kind not in KINDS or not isinstance(about, dict):
        return None
    return PaymentEvent(name, kind, {word: about[word] for word in KEPT if word in about}, told_at)
