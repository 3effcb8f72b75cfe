"""What gives a plan: one row a subscription, whatever order its events come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store import memberships
from bot.store.memberships import Membership, NewMembership
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import Source
from tests.bot.store.rows import MEMBER, NOW

MONTH = timedelta(days=30)
NEW = NewMembership(
    member_id=MEMBER,
    source=Source.DISCORD,
    external_id="sub",
    plan="pro",
    starts_at=NOW,
    ends_at=NOW + MONTH,
    created_at=NOW,
)


def changed(**changes: object) -> NewMembership:
    return replace(NEW, **changes)  # type: ignore[arg-type]


async def the_one(tx: Reading) -> Membership:
    (found,) = await memberships.of_member(tx, MEMBER)
    assert await memberships.find(tx, Source.DISCORD, "sub") == found
    return found


async def test_event_that_comes_twice_changes_nothing_the_second_time(store: Store) -> None:
    async with store.write() as tx:
        assert await memberships.put(tx, NEW)
        assert not await memberships.put(tx, NEW)
        assert (await the_one(tx)).plan == "pro"


async def test_renewal_and_change_of_plan_are_kept_and_older_periods_ignored(store: Store) -> None:
    later = changed(starts_at=NOW + MONTH, ends_at=NOW + 2 * MONTH)
    async with store.write() as tx:
        assert await memberships.put(tx, later)
        assert not await memberships.put(tx, NEW)
        assert (await the_one(tx)).starts_at == NOW + MONTH
        assert await memberships.put(tx, changed(starts_at=NOW + MONTH, plan="mega"))
        assert ((await the_one(tx)).plan, (await the_one(tx)).ends_at) == ("mega", NOW + MONTH)


async def test_membership_ends_when_it_is_said_to_but_never_later_than_it_would(store: Store) -> None:
    async with store.write() as tx:
        await memberships.put(tx, NEW)
        assert not await memberships.end(tx, Source.DISCORD, "sub", NOW + 2 * MONTH)
        assert await memberships.end(tx, Source.DISCORD, "sub", NOW + MONTH / 2)
        assert (await the_one(tx)).ends_at == NOW + MONTH / 2
        assert not await memberships.end(tx, Source.DISCORD, "nobody", NOW)


async def test_membership_without_an_end_can_be_ended(store: Store) -> None:
    async with store.write() as tx:
        await memberships.put(tx, changed(ends_at=None))
        assert await memberships.end(tx, Source.DISCORD, "sub", NOW)
        assert not (await the_one(tx)).is_active(NOW)


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_was_revoked_stays_so_whatever_is_told_later(store: Store, is_known: bool) -> None:
    async with store.write() as tx:
        if is_known:
            await memberships.put(tx, NEW)
        revoked = await memberships.revoke(tx, NEW, NOW)
        assert revoked is not None
        assert await memberships.revoke(tx, NEW, NOW) is None
        assert not await memberships.put(tx, changed(starts_at=NOW + MONTH, ends_at=None))
        assert (await the_one(tx)).revoked_at == NOW
        assert not revoked.is_active(NOW)


async def test_membership_is_active_from_its_start_until_before_its_end() -> None:
    instant = timedelta(milliseconds=1)
    moments = (NOW - instant, NOW, NOW + MONTH - instant, NOW + MONTH)
    assert [NEW.is_active(moment) for moment in moments] == [False, True, True, False]
    assert changed(ends_at=None).is_active(NOW + 99 * MONTH)
