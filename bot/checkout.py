"""The door at which Stripe tells of payments: one address, which believes only what Stripe's own library finds signed,
and answers only once it is stored. Stripe tells everything again until it is answered.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.frame.listening import listening
from bot.frame.settings import Settings
from bot.plans.book import PlanBook
from bot.plans.plan import Plans
from bot.plans.stripe_plans import KEPT, KINDS, SESSION, hear, payer_of, unsold
from bot.store.errors import StoreError
from bot.store.payments import PaymentEvent
from bot.store.store import Store

_log: Final = logging.getLogger(__name__)
PATH: Final = "/stripe"
TOLERANCE_SECONDS: Final = 300  # either way


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
                _note(event, self._book.plans)
                self._changed()
        return web.Response(status=200)


def _note(event: PaymentEvent, plans: Plans) -> None:
    _log.info("Stripe told of %s (%s).", event.kind, event.id)
    if event.kind == SESSION and payer_of(event) is None:
        remedy = "See in Stripe's dashboard who paid, and use /admin plan or /admin grant."
        _log.warning("Checkout %s names no member by client_reference_id. %s", event.about.get("id"), remedy)
    if (what := unsold(plans, event)) is not None:
        remedy = "If it is of yours, write it there, and have Stripe send this event again: Webhooks, Resend."
        _log.warning("Event %s pays for %s, which the file of plans does not have. %s", event.id, what, remedy)


@asynccontextmanager
async def heard(settings: Settings, store: Store, book: PlanBook, changed: Callable[[], None]) -> AsyncIterator[None]:
    """Nothing, where there is no secret to judge it by. Raises PortError."""
    if settings.webhook_at is None:
        yield
        return
    checkout = Checkout(settings.stripe_secret, store, book, changed)
    async with listening(settings.webhook_at, checkout.application()):
        _log.info("Stripe is heard at %s%s.", settings.webhook_at.url, PATH)
        yield


def verify(body: bytes, header: str, secret: str, now: datetime) -> None:
    """By Stripe's own library; and not from the future, which that one lets pass. Raises UnsignedError."""
    from stripe import SignatureVerificationError, WebhookSignature  # of an extra

    if not header:
        raise UnsignedError("Stripe-Signature is missing.")
    try:
        WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
        signed_at = _signed_at(header)
    except (
        SignatureVerificationError,
        TypeError,
        ValueError,
    ) as error:  # the latter of letters that it does not expect
        remedy = "Check ATELIER_STRIPE_SECRET and this machine's clock."
        raise UnsignedError(f"The signature does not hold: {error}. {remedy}") from error
    if signed_at > now.timestamp() + TOLERANCE_SECONDS:
        raise UnsignedError("It was signed in the future; check this machine's clock.")


def _signed_at(header: str) -> int:
    """The time that the signature was found to be of: of several, the first."""
    return int(next(part.removeprefix("t=") for part in header.split(",") if part.startswith("t=")))


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
