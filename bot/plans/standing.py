"""Which plan a member has now, and why: the best of their memberships, or the plan that everybody has. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.plans.months import Month, calendar_month, month_of
from bot.plans.plan import Plan, Plans
from bot.store.memberships import Membership
from bot.store.words import Origin, Source


@dataclass(frozen=True, slots=True)
class Standing:
    """`month` is the one for which time is granted. Without a membership, it is the plan that everybody has."""

    plan: Plan
    member_id: int
    month: Month
    membership: Membership | None = None

    @property
    def origin(self) -> Origin:
        return Origin.DEFAULT if self.membership is None else Origin(self.membership.source)

    @property
    def key(self) -> str:
        """Of the month's grant. Whoever loses a role and gets it again has had that month already; a default that the
        operator changes counts from the next month on.
        """
        begins = self.month.starts_at.astimezone(UTC).isoformat(timespec="seconds")
        match self.membership:
            case None:
                return f"default:{self.member_id}:{begins}"
            case Membership(source=Source.ROLE):
                return f"role:{self.member_id}:{self.plan.name}:{begins}"
            case membership:
                return f"{membership.source}:{membership.external_id}:{begins}"


def choose(plans: Plans, member_id: int, memberships: Iterable[Membership], now: datetime) -> Standing:
    """Of what is active now, the plan that stands last in the file; of the same plan, what lasts longest. A membership
    whose plan is in the file no more counts for nothing, and so does one below the default.
    """
    active = [
        (plan, each) for each in memberships if each.is_active(now) and (plan := plans.find(each.plan)) is not None
    ]
    best = max(active, key=lambda found: (plans.rank(found[0]), *_lasting(found[1])), default=None)
    if best is None or plans.rank(best[0]) < plans.rank(plans.default):
        return Standing(plans.default, member_id, calendar_month(now, plans.zone))
    plan, membership = best
    return Standing(plan, member_id, _month(membership, plans, now), membership)


def _month(membership: Membership, plans: Plans, now: datetime) -> Month:
    if membership.source is Source.ROLE:
        return calendar_month(now, plans.zone)
    return month_of(membership.starts_at, membership.ends_at, now)


def _lasting(membership: Membership) -> tuple[bool, datetime, int]:
    """What lasts longer is greater; then what came first."""
    ends = membership.ends_at
    return ends is None, ends or membership.starts_at, -membership.id
