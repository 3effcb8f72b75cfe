"""What goes first where room is bounded; and whatever happens in whatever order, no file goes that a row names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.store import archive, bookmarks, collections, exhibits, films, jobs, notes, pictures, quota, thumbnails
from bot.store.archive import Viewer, Wanted
from bot.store.bookmarks import Bookmark
from bot.store.exhibits import Exhibit
from bot.store.films import Film
from bot.store.pictures import Source
from bot.store.store import ORPHAN_AGE, Store
from bot.store.thumbnails import Thumbnail
from bot.store.transactions import Writing
from bot.store.words import Audience, State
from bot.thumbnails import tidy_thumbnails
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import MEMBER, NOW, later, make_job, make_picture

OWNER, SERVER, SIZE = Viewer(MEMBER), 5, 100
DAY = timedelta(days=1)


async def paint(tx: Writing, count: int) -> list[int]:
    """One picture a job, each of a hundred bytes and a minute younger than the one before; their ids, oldest first."""
    for number in range(count):
        name, made_at = f"JOB{number}", later(60 * number)
        await jobs.insert(tx, make_job(name, server_id=SERVER, state=State.DONE))
        sha256 = f"{number:064x}"
        await pictures.insert(tx, [make_picture(name, sha256=sha256, bytes=SIZE, created_at=made_at)])
    found = await archive.browse(tx, OWNER, Wanted(mine=True), 100)
    return [each.id for each in reversed(found)]


def hung(job_id: str, archive_id: int | None, cell: int | None = 0) -> Exhibit:
    about = {"server_id": SERVER, "channel_id": 9, "published_at": NOW, "by": MEMBER}
    return Exhibit(job_id=job_id, cell=cell, archive_id=archive_id, **about)  # type: ignore[arg-type]


async def left(tx: Writing) -> set[int]:
    shown = await archive.browse(tx, OWNER, Wanted(mine=True), 100)
    return {each.id for each in shown + await archive.browse(tx, OWNER, Wanted(deleted=True), 100)}


async def test_what_was_deleted_goes_first_then_the_oldest_that_nobody_keeps(store: Store) -> None:
    async with store.write() as tx:
        ids = await paint(tx, 6)
        await archive.lay_aside(tx, ids[5:], NOW)
        await archive.lay_aside(tx, ids[4:5], NOW + timedelta(seconds=1))
        assert await quota.used(tx) == {MEMBER: 6 * SIZE}
        held = await quota.first_to_go(tx, MEMBER, NOW + DAY, 10)
        assert [each.id for each in held] == [ids[5], ids[4], ids[0], ids[1], ids[2], ids[3]]
        assert await quota.free(tx, MEMBER, 3 * SIZE, NOW + DAY, 10) == 3
        assert await left(tx) == set(ids[1:4])
        assert await quota.free(tx, MEMBER, 3 * SIZE, NOW + DAY, 10) == 0


async def test_what_somebody_keeps_never_goes(store: Store) -> None:
    async with store.write() as tx:
        ids = await paint(tx, 8)
        await bookmarks.add(tx, Bookmark(MEMBER + 1, "JOB0", 0, NOW))
        await jobs.insert(tx, make_job("COPY", kind="single", parent_id="JOB1", parent_cell=0))
        await pictures.insert(tx, [make_picture("COPY", sha256=f"{1:064x}")])
        await bookmarks.add(tx, Bookmark(MEMBER, "COPY", 0, NOW))
        number = await collections.add(tx, MEMBER, "Houses", NOW)
        assert number is not None
        await collections.put(tx, number, [ids[2]], NOW)
        await notes.save(tx, MEMBER, ids[3], "for the kitchen", NOW)
        await exhibits.add(tx, hung("JOB4", ids[4]))
        await exhibits.add(tx, hung("JOB5", None, None))
        await archive.change_audience(tx, [ids[6]], Audience.GALLERY)
        assert await quota.free(tx, MEMBER, 0, NOW + DAY, 100) == 1
        assert await left(tx) == set(ids[:7])


async def test_what_was_just_painted_stays_and_other_members_lose_nothing(store: Store) -> None:
    async with store.write() as tx:
        ids = await paint(tx, 3)
        await jobs.insert(tx, make_job("OTHER", member_id=MEMBER + 1))
        await pictures.insert(tx, [make_picture("OTHER", bytes=SIZE)])
        assert await quota.free(tx, MEMBER, 0, later(60), 100) == 1
        assert await left(tx) == set(ids[1:])
        assert await quota.used_by(tx, MEMBER + 1) == SIZE


async def test_a_copy_on_its_own_goes_with_its_picture(store: Store) -> None:
    async with store.write() as tx:
        await paint(tx, 1)
        await jobs.insert(tx, make_job("COPY", kind="single", parent_id="JOB0", parent_cell=0, state=State.DONE))
        await pictures.insert(tx, [make_picture("COPY", sha256=f"{0:064x}")])
        assert await quota.free(tx, MEMBER, 0, NOW + DAY, 10) == 1
        assert await pictures.named_files(tx) == frozenset()
        found = [await jobs.find(tx, name) for name in ("JOB0", "COPY")]
        assert [job.state for job in found if job is not None] == [State.DELETED] * 2


async def test_a_grid_of_which_something_is_left_is_still_there(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job(state=State.DONE))
        await pictures.insert(tx, [make_picture(cell=cell, bytes=SIZE) for cell in range(2)])
        assert await quota.free(tx, MEMBER, SIZE, NOW + DAY, 10) == 1
        job = await jobs.find(tx, "JOB1")
        assert job is not None
        assert job.state is State.DONE
        assert [picture.cell for picture in await pictures.of_job(tx, "JOB1")] == [1]


CELLS = st.integers(0, 3)
CONTENTS = st.integers(0, 6)  # few, so that rows share files


class Keeping(RuleBasedStateMachine):
    """Files are put and named, kept, deleted, swept and let go of, on a clock that jumps."""

    @initialize()
    def open(self) -> None:
        self.folder, self.clock, self.runner = TemporaryDirectory(), Clock(), asyncio.Runner()
        self.patch = pytest.MonkeyPatch()
        uptime = SimpleNamespace(monotonic=lambda: self.clock.now_ms / 1000)
        self.patch.setattr("bot.store.files.time", uptime)
        self.opening = Store.open(Path(self.folder.name) / "data", clock=self.clock)
        self.store = self.runner.run(self.opening.__aenter__())
        self.count, self.kept = 0, set[int]()
        self.waiting: list[tuple[datetime, Callable[[Writing], Awaitable[Any]]]] = []  # put then, and not named yet

    def teardown(self) -> None:
        self.runner.run(self.opening.__aexit__(None, None, None))
        self.runner.close()
        self.patch.undo()
        self.folder.cleanup()

    def put(self, content: int) -> str:
        return self.runner.run(self.store.files.put(b"picture %d" % content * 9))

    def write(self, work: Callable[[Writing], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            async with self.store.write() as tx:
                return await work(tx)

        return self.runner.run(run())

    def own(self) -> list[archive.Archived]:
        async def find(tx: Writing) -> list[archive.Archived]:
            shown = await archive.browse(tx, OWNER, Wanted(mine=True), 1000)
            return shown + await archive.browse(tx, OWNER, Wanted(deleted=True), 1000)

        found: list[archive.Archived] = self.write(find)
        return found

    @rule(contents=st.lists(CONTENTS, min_size=1, max_size=3), film=st.booleans(), at_once=st.booleans())
    def paint(self, contents: list[int], film: bool, at_once: bool) -> None:
        self.count += 1
        name, now = f"JOB{self.count}", self.store.now()
        hashes = [self.put(content) for content in contents]
        reel, source = (self.put(100 + self.count) if film else None), self.put(200 + self.count % 3)

        async def name_them(tx: Writing) -> None:
            await jobs.insert(tx, make_job(name, server_id=SERVER, created_at=now))
            made = enumerate(hashes)
            rows = [make_picture(name, cell, sha256=one, bytes=SIZE, created_at=now) for cell, one in made]
            await pictures.insert(tx, rows)
            await pictures.insert_sources(tx, [Source(job_id=name, sha256=source, media_type="image/png", bytes=1)])
            if reel is not None:
                about = {"media_type": "image/webp", "bytes": 3, "created_at": now}
                await films.insert(tx, Film(job_id=name, sha256=reel, **about))  # type: ignore[arg-type]

        if at_once:
            self.write(name_them)
        else:
            self.waiting.append((now, name_them))

    @precondition(lambda self: self.waiting)
    @rule()
    def commit(self) -> None:
        self.write(self.waiting.pop(0)[1])

    @rule(number=CELLS, content=CONTENTS, side=st.sampled_from((480, 1600)))
    def look(self, number: int, content: int, side: int) -> None:
        for one in self.own()[number : number + 1]:
            small = self.put(300 + content)
            about = {"width": 9, "height": 9, "bytes": 9, "made_at": self.store.now()}
            made = Thumbnail(sha256=one.sha256, side=side, thumb_sha256=small, **about)  # type: ignore[arg-type]
            self.write(partial(thumbnails.add, thumbnail=made))

    @rule(number=CELLS, how=st.sampled_from(("bookmark", "collect", "note", "hang")))
    def keep(self, number: int, how: str) -> None:
        for one in [each for each in self.own() if each.deleted_at is None][number : number + 1]:
            self.write(partial(self._keep, one=one, how=how))
            self.kept.add(one.id)

    async def _keep(self, tx: Writing, one: archive.Archived, how: str) -> None:
        if how == "bookmark":
            await bookmarks.add(tx, Bookmark(MEMBER + 1, one.job_id, one.cell, self.store.now()))
        elif how == "note":
            await notes.save(tx, MEMBER, one.id, "nice", self.store.now())
        elif how == "hang":
            await exhibits.add(tx, hung(one.job_id, one.id, one.cell))
        else:
            number = await collections.add(tx, MEMBER, f"C{one.id}", self.store.now())
            await collections.put(tx, number or 1, [one.id], self.store.now())

    @rule(number=CELLS)
    def delete(self, number: int) -> None:
        for one in self.own()[number : number + 1]:
            at = None if one.deleted_at is not None else self.store.now()
            self.write(partial(archive.lay_aside, ids=[one.id], now=at))

    @rule(bound=st.integers(0, 10))
    def let_go(self, bound: int) -> None:
        """Never what is kept; and no more than needed, in the order of the rule."""
        before, now = self.own(), self.store.now()
        gone = self.write(lambda tx: quota.free(tx, MEMBER, bound * SIZE, now - DAY, 100))
        after = {one.id for one in self.own()}
        left, taken = len(after), [one for one in before if one.id not in after]
        assert len(taken) == gone == len(before) - left
        assert all(one.id not in self.kept for one in taken)
        assert not gone or left >= bound  # all are of one size
        if any(one.deleted_at is None for one in taken):
            aside = [one.id for one in before if one.deleted_at is not None and one.id not in self.kept]
            assert not after.intersection(aside)
            free = [one.id for one in before if one.deleted_at is None and one.id not in self.kept]
            shown = sorted(one.id for one in taken if one.deleted_at is None)
            assert shown == sorted(free)[: len(shown)]

    @rule(minutes=st.sampled_from((1, 30, 70, 60 * 24 * 2, 60 * 24 * 40)))
    def pass_time(self, minutes: int) -> None:
        self.clock.now_ms += minutes * 60_000
        young = self.store.now() - ORPHAN_AGE  # whatever is older was never named: its transaction failed
        self.waiting = [(put_at, work) for put_at, work in self.waiting if put_at > young]

    @rule()
    def tidy(self) -> None:
        now = self.store.now()
        self.write(lambda tx: archive.purge(tx, now - timedelta(days=30), 1000))
        self.runner.run(tidy_thumbnails(self.store))
        self.runner.run(self.store.sweep())

    @rule()
    def tidy_after_long(self) -> None:
        """Then nothing is left that no row names."""
        self.pass_time(70)
        self.tidy()
        assert set(self.store.files.hashes()) == self.write(pictures.named_files)

    @invariant()
    def no_rows_file_is_lost(self) -> None:
        if hasattr(self, "store"):
            assert self.write(pictures.named_files) <= set(self.store.files.hashes())


Keeping.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestKeeping = Keeping.TestCase
