"""Members kept within the room that their plans give to pictures: told a week before anything goes, then as
`store/quota.py` has it. Asked once an hour. Of whoever cannot be told nothing goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.messages.told import Told
from bot.plans.membership import standing
from bot.plans.plan import Plans
from bot.store import notices, outbox, quota
from bot.store.outbox import Letter
from bot.store.store import Store
from bot.store.transactions import Reading, Writing

KEY: Final = "storage"
TOLD_AT: Final = 0.9  # of the bound
GRACE: Final = timedelta(days=7)  # between being told, not only written to, and the first picture that goes
YOUNG: Final = timedelta(days=1)  # what was just painted stays, whatever it takes
MOST_AT_ONCE: Final = 500  # pictures of one member: nobody else can write meanwhile


async def keep_within(store: Store, plans: Plans) -> int:
    """How many pictures went."""
    async with store.read() as tx:
        told = await notices.given_to(tx, KEY)
        if not told and all(plan.storage_bytes is None for plan in plans):
            return 0
        used = await quota.used(tx)
    gone = 0
    for member_id in sorted(told.union(used)):  # also whoever has no picture left since
        async with store.read() as tx:
            bound = (await standing(tx, plans, member_id, store.now())).plan.storage_bytes
        used_bytes = used.get(member_id, 0)
        if bound is not None and used_bytes >= bound * TOLD_AT:
            async with store.write() as tx:
                gone += await _keep(tx, store, member_id, used_bytes, bound)
        elif member_id in told:
            async with store.write() as tx:
                await notices.take_back(tx, member_id, KEY)
    return gone


async def still_to_tell(store: Store, plans: Plans, member_id: int) -> tuple[int, int] | None:
    """To one whom the letter did not reach: what their pictures take by now, and may take. None if it is over."""
    async with store.write() as tx:
        bound = (await standing(tx, plans, member_id, store.now())).plan.storage_bytes
        used_bytes = await quota.used_by(tx, member_id)
        if bound is not None and used_bytes >= bound * TOLD_AT:
            return used_bytes, bound
        await notices.take_back(tx, member_id, KEY)
    return None


async def _keep(tx: Writing, store: Store, member_id: int, used_bytes: int, bound: int) -> int:
    now, letter = store.now(), await _letter(tx, member_id)
    if letter is None or letter.payload["bound"] > bound:  # whoever has a smaller plan since was told of another bound
        await notices.take_back(tx, member_id, KEY)
        await notices.give(tx, member_id, KEY, now)
        await outbox.put(
            tx,
            key=_key(member_id, now),
            kind=Told.STORAGE.value,
            member_id=member_id,
            channel_id=0,  # that of their direct messages is asked for when it is sent
            payload={"used": used_bytes, "bound": bound, "days": GRACE.days},
            due_at=now,
        )
        return 0
    if letter.sent_at is None or now - letter.sent_at < GRACE:
        return 0
    return await quota.free(tx, member_id, bound, now - YOUNG, MOST_AT_ONCE)


async def _letter(tx: Reading, member_id: int) -> Letter | None:
    """That told them, or was to."""
    told_at = await notices.given_at(tx, member_id, KEY)
    return None if told_at is None else await outbox.find_by_key(tx, _key(member_id, told_at))


def _key(member_id: int, told_at: datetime) -> str:
    return f"{KEY}:{member_id}:{int(told_at.timestamp() * 1000)}"
