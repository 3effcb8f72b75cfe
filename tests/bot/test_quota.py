"""Members are told a week before the first picture goes, once; and nothing goes where plans have no bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.plans.plan import Plan, Plans
from bot.quota import GRACE, keep_within
from bot.replies.storage import nearly_full, size
from bot.store import jobs, outbox, pictures
from bot.store.outbox import Letter
from bot.store.store import Store
from tests.bot.store.conftest import Clock, clock, store
from tests.bot.store.rows import MEMBER, make_job, make_picture

__all__ = ["clock", "store"]
SMALL = Plan(name="small", title="Small", fast_gpu_ms=None, storage_bytes=1000)
PLANS = Plans((SMALL,), SMALL)


async def paint(store: Store, number: int, size_bytes: int) -> None:
    name, now = f"JOB{number}", store.now()
    async with store.write() as tx:
        await jobs.insert(tx, make_job(name, created_at=now))
        await pictures.insert(tx, [make_picture(name, sha256=f"{number:064x}", bytes=size_bytes, created_at=now)])


async def told(store: Store) -> list[Letter]:
    async with store.read() as tx:
        return [letter for letter in await outbox.due(tx, store.now(), 10) if letter.kind == "storage"]


async def left(store: Store) -> int:
    async with store.read() as tx:
        return len(await pictures.named_files(tx))


def pass_time(clock: Clock, time: timedelta) -> None:
    clock.now_ms += int(time.total_seconds() * 1000)


async def test_nothing_goes_before_a_week_after_its_member_was_told_once(store: Store, clock: Clock) -> None:
    for number in range(3):
        await paint(store, number, 400)
    for _ in range(2):
        assert await keep_within(store, PLANS) == 0
    (letter,) = await told(store)
    assert (letter.member_id, letter.payload["used"], letter.payload["bound"]) == (MEMBER, 1200, 1000)
    pass_time(clock, GRACE - timedelta(hours=1))
    assert await keep_within(store, PLANS) == 0
    pass_time(clock, timedelta(hours=2))
    assert await keep_within(store, PLANS) == 1
    assert await left(store) == 2
    assert len(await told(store)) == 1


async def test_whoever_comes_near_again_is_told_again(store: Store, clock: Clock) -> None:
    await paint(store, 1, 950)
    await keep_within(store, PLANS)
    assert len(await told(store)) == 1
    async with store.write() as tx:
        await pictures.remove(tx, "JOB1")
    await paint(store, 2, 10)
    await keep_within(store, PLANS)
    await paint(store, 3, 950)
    pass_time(clock, timedelta(minutes=1))
    assert await keep_within(store, PLANS) == 0
    assert len(await told(store)) == 2


async def test_without_a_bound_nothing_is_told_and_nothing_goes(store: Store, clock: Clock) -> None:
    await paint(store, 1, 5000)
    plan = replace(SMALL, storage_bytes=None)
    for plans in (Plans((plan,), plan), Plans((replace(plan, name="open"), replace(SMALL, offered=False)), plan)):
        assert await keep_within(store, plans) == 0
        pass_time(clock, 2 * GRACE)
    assert await left(store) == 1
    assert await told(store) == []


def test_what_is_told_names_both_sizes_the_days_and_the_order() -> None:
    text = nearly_full(950 * 2**20, 2**30, 7)
    for words in ("950.0 MiB of the 1.0 GiB", "7 days", "first what you deleted", "bookmarked"):
        assert words in text
    assert len(text) < 2000
    assert [size(count) for count in (0, 1023, 1536, 2**40)] == ["0 bytes", "1023 bytes", "1.5 KiB", "1.0 TiB"]
