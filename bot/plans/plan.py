"""What a plan is: frozen values, in GPU milliseconds and bytes; and all plans there are, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Final

from engine import Commercial, Entry, Share, Speed

SLACK: Final = 1000  # jobs


class Relax(StrEnum):
    """Work that costs nothing and waits for the others."""

    NONE = "none"
    UNLIMITED = "unlimited"
    CAPPED = "capped"  # so much a month


@dataclass(frozen=True, slots=True)
class Price:
    """In hundredths of the currency's unit."""

    hundredths: int
    currency: str

    def __str__(self) -> str:
        return f"{self.hundredths / 100:.2f} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`running` and `waiting` are jobs of one member; `waiting` counts all that have not ended. None: without bound."""

    name: str
    title: str
    fast_gpu_ms: int | None  # a month
    relax: Relax = Relax.NONE
    relax_gpu_ms: int = 0  # a month, if it is capped
    turbo_running: int = 0  # turbo jobs at once; none: no turbo
    running: int = 3
    waiting: int = 10
    stealth: bool = False
    models: frozenset[str] | None = None
    confirmed: frozenset[str] = frozenset()  # models that forbid commercial use, and are to be had all the same
    permutations: int = 4
    repeats: int = 4
    pixels: int | None = None  # of one picture
    upload_bytes: int = 10 * 2**20
    storage_bytes: int | None = None  # of all pictures that are kept
    weight: float = 1.0
    price: Price | None = None  # a month
    yearly_price: Price | None = None
    link: str = ""
    terms: str = ""
    rollover_gpu_ms: int = 0
    offered: bool = True  # or only kept for those who have it
    sku: int | None = None  # what Discord's shop calls it
    stripe: tuple[str, ...] = ()  # what Stripe calls its prices
    role: int | None = None  # given to whoever has the plan, and taken when they have it no more

    @property
    def is_unbounded(self) -> bool:
        return self.fast_gpu_ms is None

    @property
    def is_paid(self) -> bool:
        return self.price is not None or self.yearly_price is not None

    @property
    def speed(self) -> Speed:
        """How urgent its jobs are unless one says otherwise."""
        return Speed.RELAX if self.fast_gpu_ms == 0 else Speed.FAST

    @property
    def share(self) -> Share:
        """The engine's own cap is above ours: what is stored must never be refused there."""
        return Share(self.weight, self.running, self.waiting + SLACK)

    def has_speed(self, speed: Speed) -> bool:
        """Fast can always be asked for: whoever has none of it a month may have bought some."""
        match speed:
            case Speed.TURBO:
                return self.turbo_running > 0
            case Speed.RELAX:
                return self.relax is not Relax.NONE
            case Speed.FAST:
                return True

    def has_model(self, name: str) -> bool:
        return self.models is None or name in self.models

    def is_against_licence(self, entry: Entry) -> bool:
        """Whether painting with it would be commercial use that its licence forbids."""
        return self.is_paid and entry.licence.commercial is Commercial.NO and entry.name not in self.confirmed

    def may_use(self, entry: Entry) -> bool:
        return self.has_model(entry.name) and not self.is_against_licence(entry)

    def may_paint(self, width: int, height: int) -> bool:
        return self.pixels is None or width * height <= self.pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """GPU time that is bought apart, as often as one likes, and that does not run out."""

    name: str
    title: str
    gpu_ms: int
    sku: int | None = None
    price: Price | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Plans:
    """In the order of the file: of two that a member has, the later one counts. `default` is what everybody has."""

    offers: tuple[Plan, ...]
    default: Plan
    zone: tzinfo = UTC  # of the calendar months of plans that have no period of their own
    packs: tuple[Pack, ...] = ()
    roles: Mapping[int, Plan] = field(default_factory=dict)  # what whoever has such a role has

    def __iter__(self) -> Iterator[Plan]:
        return iter(self.offers)

    def find(self, name: str) -> Plan | None:
        return next((plan for plan in self.offers if plan.name == name), None)

    def sold_as(self, sku: int) -> Plan | Pack | None:
        """What Discord's shop sells by that number."""
        everything: tuple[Plan | Pack, ...] = (*self.offers, *self.packs)
        return next((each for each in everything if each.sku == sku), None)

    def rank(self, plan: Plan) -> int:
        return self.offers.index(plan)
