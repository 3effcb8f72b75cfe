"""Exports: one at a time for each member, in order, and how far each is."""

from __future__ import annotations

from bot.store import exports
from bot.store.store import Store
from tests.bot.store.rows import MEMBER, NOW


async def test_a_member_has_one_export_at_a_time(store: Store) -> None:
    async with store.write() as tx:
        first = await exports.add(tx, MEMBER, 8, NOW)
        assert first is not None
        assert await exports.add(tx, MEMBER, 8, NOW) is None
        second = await exports.add(tx, MEMBER + 1, 1, NOW)
        await exports.told_by(tx, first, 5, "token")
        await exports.advance(tx, first, 40, 6)
        found = await exports.under_way(tx)
        assert found is not None
        assert (found.id, found.done, found.parts, found.last_id, found.webhook_token) == (first, 6, 1, 40, "token")
        await exports.end(tx, first, NOW)
        found = await exports.under_way(tx)
        assert found is not None
        assert found.id == second
        assert await exports.add(tx, MEMBER, 8, NOW) is not None
