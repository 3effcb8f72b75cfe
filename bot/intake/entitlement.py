"""What a plan lets its member have: speeds, privacy, models, sizes, and how much at once. A flag in the prompt counts
before the member's mode, the mode before the plan's own. Pure: what is under way is counted by whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.asking import Asker
from bot.errors import (
    Coming,
    NoRoomError,
    NoStealthError,
    RelaxUsedError,
    TooManyError,
    TurboTakenError,
    WrongModelError,
    WrongSizeError,
    WrongSpeedError,
)
from bot.intake.wishes import Wish
from bot.kinds import Kind
from bot.plans.plan import Plan, Plans, Relax
from bot.plans.standing import Standing
from bot.store.jobs import Job
from bot.store.members import Member
from bot.store.words import Privacy
from engine import Catalog, Entry, QueueView, Speed, UnknownModelError

CARDS = "swatch"  # what is painted where there is no model: no plan goes without
NAMED = 5  # models, in a sentence


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a member has by now: jobs that have not ended, turbo jobs among them, and the month's relaxed time, used or
    promised."""

    jobs: int
    turbo: int = 0
    relax_gpu_ms: int = 0


class Entitlement:
    """Plans and models as they are now; `has_model` says whether one is on this machine."""

    def __init__(self, plans: Plans, catalog: Catalog, has_model: Callable[[str], bool]) -> None:
        self._plans, self._catalog, self._has_model = plans, catalog, has_model

    def settled(self, wish: Wish, asker: Asker, member: Member | None, plan: Plan) -> Wish:
        """With the member's modes where its words say nothing. Raises a Refusal if the plan has it not."""
        asked = with_modes(wish, member, plan)
        if asked.privacy is Privacy.STEALTH and not asker.is_unseen:
            check_stealth(plan, self._plans, is_mode=wish.privacy is None)
        if not wish.kind.is_free:
            check_speed(asked.speed_under(plan), plan, self._plans)
            self._check_cells(asked, plan)
        return asked

    def _check_cells(self, wish: Wish, plan: Plan) -> None:
        for width, height in {(cell.width, cell.height) for cell in wish.cells}:
            self._check_size(width, height, plan)
        if wish.kind is Kind.UPSCALE_SUBTLE:
            return  # no model has a hand in it
        for name in {cell.model.name for cell in wish.cells} - {CARDS}:
            with suppress(UnknownModelError):  # whoever prices it says so
                self._check_model(self._catalog.find(name), plan)

    def _check_size(self, width: int, height: int, plan: Plan) -> None:
        if plan.pixels is not None and not plan.may_paint(width, height):
            others = _others(self._plans, plan, lambda other: other.may_paint(width, height))
            raise WrongSizeError(plan.title, others, width, height, plan.pixels)

    def _check_model(self, entry: Entry, plan: Plan) -> None:
        if plan.may_use(entry):
            return
        raise WrongModelError(
            plan.title,
            _others(self._plans, plan, lambda other: other.may_use(entry)),
            entry.title,
            licence=entry.licence.name if plan.has_model(entry.name) else "",
            instead=tuple(
                other.name for other in self._catalog.offered if plan.may_use(other) and self._has_model(other.name)
            )[:NAMED],
        )


def with_modes(wish: Wish, member: Member | None, plan: Plan) -> Wish:
    """A speed that the plan has no more gives way to the plan's own. Privacy never gives way unasked."""
    if member is None:
        return wish
    mode = Speed(member.speed) if member.speed is not None else None
    kept = mode if mode is not None and plan.has_speed(mode) else None
    return replace(wish, speed=wish.speed or kept, privacy=wish.privacy or member.visibility)


def check_speed(speed: Speed, plan: Plan, plans: Plans, *, is_mode: bool = False) -> None:
    if not plan.has_speed(speed):
        others = _others(plans, plan, lambda other: other.has_speed(speed))
        raise WrongSpeedError(plan.title, others, speed, plan.speed, is_mode=is_mode)


def check_stealth(plan: Plan, plans: Plans, *, is_mode: bool = False) -> None:
    if not plan.stealth:
        raise NoStealthError(plan.title, _others(plans, plan, lambda other: other.stealth), is_mode=is_mode)


def check_room(stands: Standing, plans: Plans, has: UnderWay, speed: Speed, quoted_gpu_ms: int) -> None:
    """Whether one job more may be stored. Asked within the transaction that stores it."""
    plan = stands.plan
    if has.jobs >= plan.waiting:
        others = _others(plans, plan, lambda other: other.waiting > plan.waiting)
        raise TooManyError(has.jobs, plan.waiting, plan.title, others)
    if speed is Speed.TURBO and has.turbo >= plan.turbo_running:
        others = _others(plans, plan, lambda other: other.turbo_running > plan.turbo_running)
        raise TurboTakenError(has.turbo, plan.turbo_running, plan.title, others)
    left_gpu_ms = plan.relax_gpu_ms - has.relax_gpu_ms
    if speed is Speed.RELAX and plan.relax is Relax.CAPPED and quoted_gpu_ms > left_gpu_ms:
        others = _others(plans, plan, lambda other: _relaxes_longer(other, plan))
        raise RelaxUsedError(plan.title, others, max(0, left_gpu_ms), quoted_gpu_ms, stands.month.ends_at)


def foretell(error: NoRoomError, own: Sequence[Job], view: QueueView, now: datetime) -> None:
    """When a place becomes free, and what starts before: of a member's own jobs, of the speed that counts."""
    texts = {job.id: job.text for job in own if error.speed is None or job.speed == error.speed}
    waiters = [waiter for waiter in (*view.running, *view.waiting) if waiter.job in texts]
    if not waiters:
        return
    first = min(waiters, key=lambda waiter: waiter.finishes_in_ms)
    error.ends = Coming(texts[first.job], now + timedelta(milliseconds=first.finishes_in_ms))
    following = [waiter for waiter in waiters if waiter.place > 0]
    if following:
        second = min(following, key=lambda waiter: waiter.starts_in_ms)
        error.starts = Coming(texts[second.job], now + timedelta(milliseconds=second.starts_in_ms))


def _relaxes_longer(other: Plan, plan: Plan) -> bool:
    is_more = other.relax is Relax.CAPPED and other.relax_gpu_ms > plan.relax_gpu_ms
    return other.relax is Relax.UNLIMITED or is_more


def _others(plans: Plans, plan: Plan, has: Callable[[Plan], bool]) -> tuple[str, ...]:
    """The titles of plans that one can have instead."""
    return tuple(other.title for other in plans if other.offered and other.name != plan.name and has(other))
