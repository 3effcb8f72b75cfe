"""Views: of one member, for as long as somebody uses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.store import views
from bot.store.store import Store
from bot.store.views import View
from bot.store.words import Scope, Shape
from tests.bot.store.rows import MEMBER, NOW

VIEW = View(id="0123456789ab", member_id=MEMBER, scope=Scope.MINE, used_at=NOW, words="red", chosen=(1, 2))


async def test_a_view_is_kept_for_its_member_alone(store: Store) -> None:
    async with store.write() as tx:
        await views.save(tx, VIEW)
        changed = replace(VIEW, shape=Shape.WIDE, unfolded=True)
        await views.save(tx, changed)
        assert await views.find(tx, VIEW.id, MEMBER) == changed
        assert await views.find(tx, VIEW.id, MEMBER + 1) is None


async def test_a_view_that_nobody_uses_is_forgotten(store: Store) -> None:
    async with store.write() as tx:
        await views.save(tx, VIEW)
        assert await views.forget(tx, NOW) == 0
        assert await views.forget(tx, NOW + timedelta(seconds=1)) == 1
