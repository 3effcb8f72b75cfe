"""Members, servers, bookmarks, reports, keys and single facts are kept as they were given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store import bookmarks, jobs, keys, members, meta, pictures, reports, servers
from bot.store.bookmarks import Bookmark
from bot.store.members import Member
from bot.store.servers import Server
from bot.store.store import Store
from bot.store.words import Privacy, State
from tests.bot.store.rows import MEMBER, NOW, later, make_job, make_picture


async def test_member_is_met_once_and_seen_again(store: Store) -> None:
    async with store.write() as tx:
        assert await members.find(tx, MEMBER) is None
        assert await members.meet(tx, MEMBER, NOW, "de") == Member(id=MEMBER, created_at=NOW, seen_at=NOW, locale="de")
        again = await members.meet(tx, MEMBER, later(5))
        assert again == Member(id=MEMBER, created_at=NOW, seen_at=later(5), locale="de")
        assert await members.find(tx, MEMBER) == again


async def test_member_is_changed_by_saving(store: Store) -> None:
    async with store.write() as tx:
        met = await members.meet(tx, MEMBER, NOW)
        blocked = replace(met, remix=True, speed="relax", visibility=Privacy.STEALTH, notify=False)
        blocked = replace(blocked, blocked_at=NOW, blocked_reason="spam")
        await members.save(tx, blocked)
        assert await members.find(tx, MEMBER) == blocked
        assert await members.blocked(tx) == (blocked,)
        await members.save(tx, met)
        assert await members.blocked(tx) == ()


async def test_server_is_saved_and_known_to_be_left(store: Store) -> None:
    server = Server(id=5, joined_at=NOW, allowed=True, bar=("❤️", "🔄"), settings={"channels": (1, 2)})
    async with store.write() as tx:
        await servers.save(tx, server)
        await servers.save(tx, Server(id=6, joined_at=NOW))
        assert await servers.find(tx, 5) == server
        assert await servers.find(tx, 7) is None
        await servers.save(tx, replace(server, left_at=NOW))
        assert [found.id for found in await servers.present(tx)] == [6]


async def test_bookmarks_are_the_members_own_and_page_from_the_newest_on(store: Store) -> None:
    marks = [Bookmark(MEMBER, "JOB1", cell, later(cell)) for cell in range(3)]
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture(cell=cell) for cell in range(3)])
        assert [await bookmarks.add(tx, mark) for mark in (*marks, marks[0])] == [True, True, True, False]
        await bookmarks.add(tx, replace(marks[0], member_id=2))
        assert await bookmarks.of_member(tx, MEMBER, 2) == (marks[2], marks[1])
        assert await bookmarks.of_member(tx, MEMBER, 2, marks[1].created_at) == (marks[0],)
        assert await bookmarks.remove(tx, MEMBER, "JOB1", 0)
        assert not await bookmarks.remove(tx, MEMBER, "JOB1", 0)


async def test_bookmark_of_no_picture_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        async with store.write() as tx:
            await bookmarks.add(tx, Bookmark(MEMBER, "JOB1", 0, NOW))


async def test_member_reports_a_job_once(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        assert await reports.add(tx, "JOB1", 2, "not mine", NOW)
        assert not await reports.add(tx, "JOB1", 2, "not mine", NOW)
        assert await reports.add(tx, "JOB1", 3, "nor mine", NOW)
        assert [report.reporter_id for report in await reports.of_job(tx, "JOB1")] == [2, 3]


async def test_reported_jobs_wait_in_their_order_until_somebody_has_decided(store: Store) -> None:
    async with store.write() as tx:
        for name, changes in {"JOB1": {}, "JOB2": {}, "JOB3": {"server_id": 9}, "JOB4": {}}.items():
            await jobs.insert(tx, make_job(name, **changes))
        for name in ("JOB3", "JOB2", "JOB4", "JOB2"):
            await reports.add(tx, name, 2, "", NOW)
        await jobs.finish(tx, "JOB4", 1, State.FAILED, NOW)
        await jobs.delete(tx, "JOB4")
        assert [job.id for job in await reports.open_jobs(tx)] == ["JOB3", "JOB2"]
        assert [job.id for job in await reports.open_jobs(tx, 9)] == ["JOB3"]
        assert await reports.close(tx, "JOB3", NOW) == 1
        assert await reports.close(tx, "JOB3", NOW) == 0
        assert [job.id for job in await reports.open_jobs(tx)] == ["JOB2"]
        assert [report.closed_at for report in await reports.of_job(tx, "JOB3")] == [NOW]


async def test_newest_key_comes_first_and_none_is_printed(store: Store) -> None:
    async with store.write() as tx:
        await keys.add(tx, b"old secret", NOW)
        await keys.add(tx, b"new secret", NOW)
        found = await keys.newest_first(tx)
    assert [key.secret for key in found] == [b"new secret", b"old secret"]
    assert "secret" not in repr(found)


async def test_fact_is_replaced_by_its_newer_value(store: Store) -> None:
    async with store.write() as tx:
        assert await meta.find(tx, "commands") is None
        await meta.put(tx, "commands", "one")
        await meta.put(tx, "commands", "two")
        assert await meta.find(tx, "commands") == "two"
