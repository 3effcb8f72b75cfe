"""Members kept within the room that their plans give to pictures: told a week before anything goes, then as
`store/quota.py` has it. Asked once an hour.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.messages.told import Told
from bot.plans.membership import standing
from bot.plans.plan import Plans
from bot.store import notices, outbox, quota
from bot.store.store import Store
from bot.store.transactions import Writing

KEY: Final = "storage"
TOLD_AT: Final = 0.9  # of the bound
GRACE: Final = timedelta(days=7)  # between being told and the first picture that goes
YOUNG: Final = timedelta(days=1)  # what was just painted stays, whatever it takes
MOST_AT_ONCE: Final = 500  # pictures of one member: nobody else can write meanwhile


async def keep_within(store: Store, plans: Plans) -> int:
    """How many pictures went."""
    if all(plan.storage_bytes is None for plan in plans):
        return 0
    async with store.read() as tx:
        used = await quota.used(tx)
    gone = 0
    for member_id, used_bytes in used.items():
        async with store.read() as tx:
            bound = (await standing(tx, plans, member_id, store.now())).plan.storage_bytes
            is_told = await notices.given_at(tx, member_id, KEY) is not None
        if bound is not None and used_bytes >= bound * TOLD_AT:
            async with store.write() as tx:
                gone += await _keep(tx, store, member_id, used_bytes, bound)
        elif is_told:
            async with store.write() as tx:
                await notices.take_back(tx, member_id, KEY)
    return gone


async def _keep(tx: Writing, store: Store, member_id: int, used_bytes: int, bound: int) -> int:
    now = store.now()
    if await notices.give(tx, member_id, KEY, now):
        key = f"{KEY}:{member_id}:{int(now.timestamp() * 1000)}"
        await outbox.put(
            tx,
            key=key,
            kind=Told.STORAGE.value,
            member_id=member_id,
            channel_id=0,  # that of their direct messages is asked for when it is sent
            payload={"used": used_bytes, "bound": bound, "days": GRACE.days},
            due_at=now,
        )
    told_at = await notices.given_at(tx, member_id, KEY)
    if told_at is None or now - told_at < GRACE:
        return 0
    return await quota.free(tx, member_id, bound, now - YOUNG, MOST_AT_ONCE)
