"""Collections: of one member, under a name, shared on a server or not at all."""

from __future__ import annotations

from bot.store import collections, jobs, pictures
from bot.store.store import Store
from tests.bot.store.rows import MEMBER, NOW, make_job, make_picture

SERVER, OTHER = 5, 7


async def test_a_name_is_there_once_for_each_member(store: Store) -> None:
    async with store.write() as tx:
        assert await collections.add(tx, MEMBER, "Houses", NOW) is not None
        assert await collections.add(tx, MEMBER, "Houses", NOW) is None
        assert await collections.add(tx, OTHER, "Houses", NOW) is not None
        assert [one.name for one in await collections.of_member(tx, MEMBER)] == ["Houses"]


async def test_pictures_are_in_it_once_and_leave_with_their_rows(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture(cell=cell) for cell in range(2)])
        number = await collections.add(tx, MEMBER, "Houses", NOW) or 0
        assert await collections.put(tx, number, [1, 2], NOW) == 2
        assert await collections.put(tx, number, [2], NOW) == 0
        assert await collections.take_out(tx, number, [1]) == 1
        found = await collections.find(tx, MEMBER, "Houses")
        assert found is not None
        assert found.count == 1
        await pictures.remove(tx, "JOB1")
        found = await collections.find(tx, MEMBER, "Houses")
        assert found is not None
        assert found.count == 0


async def test_others_find_it_only_where_it_is_shared(store: Store) -> None:
    async with store.write() as tx:
        number = await collections.add(tx, MEMBER, "Houses", NOW) or 0
        assert await collections.open_to(tx, OTHER, SERVER) == ()
        await collections.share(tx, number, SERVER)
        assert [one.id for one in await collections.open_to(tx, OTHER, SERVER)] == [number]
        assert await collections.open_to(tx, OTHER, SERVER + 1) == ()
        assert await collections.open_to(tx, OTHER, None) == ()
        assert len(await collections.open_to(tx, MEMBER, None)) == 1
        await collections.share(tx, number, None)
        assert await collections.open_to(tx, OTHER, SERVER) == ()
        assert await collections.remove(tx, MEMBER, "Houses")
        assert not await collections.remove(tx, MEMBER, "Houses")
