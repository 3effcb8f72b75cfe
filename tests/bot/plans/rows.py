"""Plans and memberships for tests, of which a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.plans.plan import Plan, Plans
from bot.store.memberships import Membership
from bot.store.words import Source
from tests.bot.store.rows import MEMBER, NOW

HOUR = 3_600_000
MONTH = timedelta(days=31)
FREE = Plan(name="free", title="Free", fast_gpu_ms=HOUR)
BASIC = Plan(name="basic", title="Basic", fast_gpu_ms=3 * HOUR)
PRO = Plan(name="pro", title="Pro", fast_gpu_ms=30 * HOUR, rollover_gpu_ms=5 * HOUR)
OPEN = Plan(name="open", title="Open", fast_gpu_ms=None)
PLANS = Plans((FREE, BASIC, PRO), FREE)


def make_membership(id: int = 1, **changes: Any) -> Membership:
    made = Membership(
        id=id,
        member_id=MEMBER,
        source=Source.DISCORD,
        external_id=f"sub {id}",
        plan="basic",
        starts_at=NOW,
        ends_at=NOW + MONTH,
        created_at=NOW,
    )
    return replace(made, **changes)
