"""Members are told a week before the first picture goes, once. Of whoever was not told, nothing goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.plans.plan import Plan, Plans
from bot.quota import GRACE, keep_within, still_to_tell
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


async def deliver(store: Store) -> None:
    """As `delivery.py` does."""
    for letter in await told(store):
        async with store.write() as tx:
            await outbox.begin(tx, letter.id, store.now())
            await outbox.finish(tx, letter.id, store.now())


async def refuse(store: Store) -> Letter:
    """As `delivery.py` does where direct messages are closed."""
    (letter,) = await told(store)
    async with store.write() as tx:
        await outbox.begin(tx, letter.id, store.now())
        await outbox.drop(tx, letter.id, "403/50007: Cannot send messages to this user")
    return letter


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
    pass_time(clock, timedelta(days=3))
    await deliver(store)
    pass_time(clock, GRACE - timedelta(hours=1))
    assert await keep_within(store, PLANS) == 0
    pass_time(clock, timedelta(hours=2))
    assert await keep_within(store, PLANS) == 1
    assert await left(store) == 2
    assert await told(store) == []


async def test_nothing_goes_of_whoever_the_letter_did_not_reach_until_they_are_told_otherwise(
    store: Store, clock: Clock
) -> None:
    for number in range(3):
        await paint(store, number, 400)
    await keep_within(store, PLANS)
    letter = await refuse(store)
    pass_time(clock, 2 * GRACE)
    assert await keep_within(store, PLANS) == 0
    assert await left(store) == 3
    async with store.read() as tx:
        assert [each.id for each in await outbox.untold(tx, MEMBER)] == [letter.id]
    assert await still_to_tell(store, PLANS, MEMBER) == (1200, 1000)
    async with store.write() as tx:
        await outbox.told_after_all(tx, letter.id, store.now())
    assert await keep_within(store, PLANS) == 0
    pass_time(clock, GRACE)
    assert await keep_within(store, PLANS) == 1


async def test_whoever_has_room_again_before_they_could_be_told_is_told_the_next_time(
    store: Store, clock: Clock
) -> None:
    await paint(store, 1, 950)
    await keep_within(store, PLANS)
    letter = await refuse(store)
    async with store.write() as tx:
        await pictures.remove(tx, "JOB1")
    assert await still_to_tell(store, PLANS, MEMBER) is None
    async with store.write() as tx:
        await outbox.told_after_all(tx, letter.id, store.now())
    for number in (2, 3, 4):
        await paint(store, number, 400)
    pass_time(clock, 2 * GRACE)
    assert await keep_within(store, PLANS) == 0
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


async def test_whoever_had_no_picture_left_and_comes_near_again_is_told_again(store: Store, clock: Clock) -> None:
    await paint(store, 1, 950)
    await keep_within(store, PLANS)
    await deliver(store)
    async with store.write() as tx:
        await pictures.remove(tx, "JOB1")
    await keep_within(store, PLANS)
    pass_time(clock, 5 * GRACE)
    for number in (2, 3, 4):
        await paint(store, number, 400)
    pass_time(clock, timedelta(days=2))
    assert await keep_within(store, PLANS) == 0
    assert await left(store) == 3
    assert len(await told(store)) == 1


@pytest.mark.parametrize("meanwhile_bytes", [None, 2000], ids=("no bound", "a larger plan"))
async def test_whoever_was_told_of_another_bound_is_told_of_the_smaller_one_before_anything_goes(
    store: Store, clock: Clock, meanwhile_bytes: int | None
) -> None:
    larger = replace(SMALL, storage_bytes=meanwhile_bytes)
    for number in range(5):
        await paint(store, number, 380)
    await keep_within(store, PLANS if meanwhile_bytes is None else Plans((larger,), larger))
    await deliver(store)
    pass_time(clock, 5 * GRACE)
    assert await keep_within(store, Plans((larger,), larger)) == 0
    assert await keep_within(store, PLANS) == 0
    (letter,) = await told(store)
    assert letter.payload["bound"] == 1000
    await deliver(store)
    pass_time(clock, GRACE)
    assert await keep_within(store, PLANS) == 3


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
