"""Plans with a bound for the tests that kill the bot: what is charged twice, or kept, is then missing somewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bot.store import memberships
from bot.store.memberships import NewMembership
from bot.store.store import Store
from bot.store.words import Source
from sandbox.server import Sandbox

PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "24 min"
running = 2
[plans.basic]
title = "Basic"
fast = "200 min"
relax = "unlimited"
turbo_running = 2
[plans.open]
title = "Open"
fast = "unlimited"
relax = "unlimited"
turbo_running = 2
"""


async def give_plans(box: Sandbox, data: Path, people: Mapping[str, str]) -> dict[str, str]:
    """Memberships for these people, and the setting of the plans; everybody else has the free one."""
    path = _write_plans(data.parent / f"{data.name}-plans.toml")
    async with Store.open(data, clock=lambda: time.time_ns() // 1_000_000) as store, store.write() as tx:
        for name, plan in people.items():
            new = NewMembership(
                member_id=box.person(name).id,
                source=Source.GRANT,
                external_id=name,
                plan=plan,
                starts_at=store.now() - timedelta(days=1),
                created_at=store.now(),
            )
            await memberships.put(tx, new)
    return {"ATELIER_PLANS": str(path)}


def _write_plans(path: Path) -> Path:
    path.write_text(PLANS)
    return path
