"""Wishes as an offer keeps them: JSON that needs nothing but the database to become the same wishes again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from bot.asking import Asker
from bot.intake.wishes import Wish, price_of
from bot.kinds import Kind
from bot.plans.plan import Plan
from bot.store.jobs import Job
from bot.store.offers import Offer
from bot.store.pictures import Picture
from bot.store.pictures import Source as Upload
from bot.store.words import Privacy
from engine import Quote, Speed, from_json, to_json

_PASSING: Final = ("interaction", "token", "rooms")  # of an asker: over, or changed, before the offer is


@dataclass(frozen=True, slots=True)
class Order:
    """A wish with the quote that its member was told: whatever the engine learns meanwhile, it costs no more."""

    wish: Wish
    quote: Quote

    def under(self, plan: Plan) -> Order:
        """With the speed that it has by now, which its price is for."""
        return replace(self, wish=replace(self.wish, speed=self.wish.speed_under(plan)))

    @property
    def files(self) -> Iterator[str]:
        """What its recipes start from, and whatever was brought: also a picture that no recipe takes is kept with the
        job whose words name it."""
        yield from (source.sha256 for recipe in self.wish.cells for source in recipe.sources)
        yield from (upload.sha256 for upload in self.wish.uploads)


def price(orders: Sequence[Order], plan: Plan) -> int:
    return sum(price_of(order.wish, plan, order.quote) for order in orders)


def row_of(order: Order) -> Mapping[str, Any]:
    wish = order.wish
    return {
        "kind": wish.kind.value,
        "text": wish.text,
        "cells": tuple(map(to_json, wish.cells)),
        "notes": wish.notes,
        "parent": wish.parent.id if wish.parent is not None else None,
        "cell": wish.cell,
        "picture": wish.picture.cell if wish.picture is not None else None,
        "speed": wish.speed,
        "privacy": wish.privacy,
        "effective": wish.effective,
        "strange": wish.strange,
        "uploads": tuple(map(asdict, wish.uploads)),
        "film": wish.film,
        "full_steps": wish.full_steps,
        "gpu_ms": order.quote.gpu_ms,
    }


def order_of(row: Mapping[str, Any], parent: Job | None, picture: Picture | None) -> Order:
    """`parent` and `picture` are those that the row names."""
    wish = Wish(
        Kind(row["kind"]),
        row["text"],
        tuple(map(from_json, row["cells"])),
        tuple(row["notes"]),
        parent,
        row["cell"],
        picture,
        Speed(row["speed"]) if row["speed"] is not None else None,
        Privacy(row["privacy"]) if row["privacy"] is not None else None,
        effective=row["effective"],
        strange=tuple(row["strange"]),
        uploads=tuple(Upload(**each) for each in row["uploads"]),
        film=row["film"],
        full_steps=row["full_steps"],
    )
    return Order(wish, Quote(row["gpu_ms"], 0, 0))


def row_of_asker(asker: Asker) -> Mapping[str, Any]:
    kept = {name: value for name, value in asdict(asker).items() if name not in _PASSING}
    return {**kept, "roles": tuple(sorted(asker.roles))}


def asker_of(offer: Offer) -> Asker:
    """Who asked, and where: what may be done there may have changed since, by a day at most."""
    return Asker(**{**offer.asker, "roles": frozenset(offer.asker["roles"])})
