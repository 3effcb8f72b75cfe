"""Pictures and sources of jobs, and which files are needed for them."""

from __future__ import annotations

from bot.store import bookmarks, jobs, pictures
from bot.store.bookmarks import Bookmark
from bot.store.pictures import Source
from bot.store.store import Store
from tests.bot.store.rows import HASH, MEMBER, NOW, make_job, make_picture


async def test_pictures_of_a_job_come_in_the_order_of_their_cells(store: Store) -> None:
    grid = tuple(make_picture(cell=cell) for cell in range(4))
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        assert await pictures.insert(tx, reversed(grid)) == 4
        assert await pictures.of_job(tx, "JOB1") == grid
        assert await pictures.find(tx, "JOB1", 2) == grid[2]
        assert await pictures.find(tx, "JOB1", 4) is None


async def test_cell_that_is_stored_stays_as_it_is(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture()])
        assert await pictures.insert(tx, [make_picture(sha256="ee" * 32)]) == 0
        assert await pictures.of_job(tx, "JOB1") == (make_picture(),)


async def test_files_are_needed_as_long_as_a_picture_or_source_names_them(store: Store) -> None:
    source = Source(job_id="JOB1", sha256="99" * 32, media_type="image/png", bytes=3)
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await jobs.insert(tx, make_job("JOB2"))
        await pictures.insert(tx, [make_picture(), make_picture("JOB2")])
        await pictures.insert_sources(tx, [source, source])
        assert await pictures.sources_of(tx, "JOB1") == (source,)
        assert await pictures.named_files(tx) == {HASH, source.sha256}
        assert await pictures.remove(tx, "JOB1") == 1
        assert await pictures.named_files(tx) == {HASH}
        await pictures.remove(tx, "JOB2")
        assert await pictures.named_files(tx) == frozenset()


async def test_bookmarks_go_with_their_picture(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture()])
        await bookmarks.add(tx, Bookmark(MEMBER, "JOB1", 0, NOW))
        await pictures.remove(tx, "JOB1")
        assert await bookmarks.of_member(tx, MEMBER, 9) == ()
