"""Notes: a member's own, about pictures that are there."""

from __future__ import annotations

from bot.store import jobs, notes, pictures
from bot.store.store import Store
from tests.bot.store.rows import MEMBER, NOW, make_job, make_picture


async def test_a_note_is_its_writers_alone_and_goes_when_it_is_empty(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture()])
        await notes.save(tx, MEMBER, 1, "first", NOW)
        await notes.save(tx, MEMBER, 1, "for the kitchen", NOW)
        assert await notes.of_pictures(tx, MEMBER, [1, 2]) == {1: "for the kitchen"}
        assert await notes.of_pictures(tx, MEMBER + 1, [1]) == {}
        await notes.save(tx, MEMBER, 1, "", NOW)
        assert await notes.of_pictures(tx, MEMBER, [1]) == {}
