"""The archive: complete by itself, searched by words and filters, and never shown to whom it is not for."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from bot import visibility
from bot.asking import Asker
from bot.store import archive, bookmarks, friends, jobs, pictures, shown_roles
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.bookmarks import Bookmark
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Audience, Privacy, Shape, State
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import MEMBER, NOW, later, make_job, make_picture

SERVER, ELSEWHERE = 5, 6
OWNER = Viewer(MEMBER)
NEAR, FAR = Viewer(7, SERVER), Viewer(7, ELSEWHERE)


async def fill(tx: Writing, number: int = 1, text: str = "a red house", **changes: object) -> list[int]:
    """A job with two pictures; their ids in the archive."""
    name = f"JOB{number}"
    await jobs.insert(tx, make_job(name, **{"server_id": SERVER, "text": text, **changes}))
    made = [make_picture(name, cell, created_at=later(number)) for cell in range(2)]
    await pictures.insert(tx, made)
    found = await archive.browse(tx, OWNER, Wanted(mine=True), 2)
    return [each.id for each in found]


async def test_every_picture_is_in_its_makers_archive_newest_first(store: Store) -> None:
    async with store.write() as tx:
        for number in range(3):
            await fill(tx, number)
        found = await archive.browse(tx, OWNER, Wanted(mine=True), 4)
        more = await archive.browse(tx, OWNER, Wanted(mine=True), 4, before=found[-1].id)
    assert [(each.job_id, each.cell) for each in found] == [("JOB2", 1), ("JOB2", 0), ("JOB1", 1), ("JOB1", 0)]
    assert [(each.job_id, each.cell) for each in more] == [("JOB0", 1), ("JOB0", 0)]
    assert found[0].shape is Shape.SQUARE
    assert found[0].text == "a red house"


async def test_a_cell_on_its_own_is_not_there_twice(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, 1)
        await jobs.insert(tx, make_job("JOB9", kind="single", parent_id="JOB1", parent_cell=0, server_id=SERVER))
        await pictures.insert(tx, [make_picture("JOB9")])
        assert await archive.count(tx, OWNER, Wanted(mine=True)) == 2


async def test_a_picture_that_is_gone_is_in_no_archive_and_found_by_no_word(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx)
        assert await archive.count(tx, OWNER, Wanted(words="house")) == 2
        await pictures.remove(tx, "JOB1")
        assert await archive.count(tx, OWNER, Wanted(mine=True)) == 0
        assert await tx.value(text("SELECT count(*) FROM prompts")) == 0


async def test_words_are_found_without_endings_accents_and_order(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, 1, "Red houses by the sea")
        await fill(tx, 2, "un café rouge")
        for words, jobs_found in (
            ("house red", {"JOB1"}),
            ("HOUSE", {"JOB1"}),
            ("cafe", {"JOB2"}),
            ("ro", {"JOB2"}),
            ("red cafe", set()),
            ('"house" OR (sea*', set()),
            ("NEAR(red", set()),
        ):
            found = await archive.browse(tx, OWNER, Wanted(words=words), 10)
            assert {each.job_id for each in found} == jobs_found, words
        assert await archive.browse(tx, OWNER, Wanted(words="!?"), 10) == []


async def test_filters_narrow_what_is_shown(store: Store) -> None:
    async with store.write() as tx:
        first = await fill(tx, 1)
        await fill(tx, 2)
        await bookmarks.add(tx, Bookmark(MEMBER, "JOB1", 0, NOW))
        assert await archive.count(tx, OWNER, Wanted(bookmarked=True)) == 1
        assert await archive.count(tx, OWNER, Wanted(since=later(2))) == 2
        assert await archive.count(tx, OWNER, Wanted(shape=Shape.WIDE)) == 0
        assert await archive.count(tx, OWNER, Wanted(model="nothing")) == 0
        assert await archive.count(tx, NEAR, Wanted(maker=MEMBER)) == 4
        await archive.lay_aside(tx, first, NOW)
        assert await archive.count(tx, OWNER, Wanted(mine=True)) == 2
        assert {each.job_id for each in await archive.browse(tx, OWNER, Wanted(deleted=True), 9)} == {"JOB1"}
        assert await archive.count(tx, NEAR, Wanted(deleted=True)) == 0
        await archive.lay_aside(tx, first, None)
        assert await archive.count(tx, OWNER, Wanted(mine=True)) == 4


async def test_what_was_laid_aside_for_long_goes_for_good_with_its_files(store: Store) -> None:
    async with store.write() as tx:
        first, second = await fill(tx), await fill(tx, 2)
        await archive.lay_aside(tx, [*first, second[0]], NOW)
        assert await pictures.of_job(tx, "JOB1") == ()
        assert await archive.purge(tx, NOW, 10) == 0
        assert await archive.purge(tx, NOW + timedelta(seconds=1), 10) == 3
        assert await archive.count(tx, OWNER, Wanted(deleted=True)) == 0
        assert await pictures.recipe_of(tx, "JOB1", 0) is None
        assert [picture.cell for picture in await pictures.of_job(tx, "JOB2")] == [0]


async def test_what_was_asked_for_in_private_is_its_makers_alone(store: Store) -> None:
    async with store.write() as tx:
        for number, privacy in enumerate((Privacy.STEALTH, Privacy.PRIVATE)):
            (found, _) = await fill(tx, number, privacy=privacy)
            assert await archive.find(tx, NEAR, found) is None
            assert await archive.find(tx, OWNER, found) is not None
        assert await archive.count(tx, NEAR, Wanted()) == 0


async def test_what_was_painted_in_a_room_is_for_those_who_see_it_until_its_maker_says_who_may(store: Store) -> None:
    async with store.write() as tx:
        found = await fill(tx, room_id=31)
        let_in = Viewer(7, SERVER, rooms=frozenset([31]))
        assert await archive.count(tx, OWNER, Wanted(mine=True)) == 2
        assert await archive.count(tx, let_in, Wanted()) == 2
        others = (NEAR, Viewer(7, SERVER, rules=True), Viewer(7, None, friend_of=frozenset([MEMBER])))
        for other in others:
            assert await archive.count(tx, other, Wanted()) == 0
        await archive.change_audience(tx, found[:1], Audience.SERVER)
        assert await archive.count(tx, NEAR, Wanted()) == 1


async def test_hidden_words_are_not_found_out_by_searching(store: Store) -> None:
    async with store.write() as tx:
        found = await fill(tx)
        await archive.hide_words(tx, found, hidden=True)
        assert await archive.count(tx, NEAR, Wanted()) == 2
        assert await archive.count(tx, NEAR, Wanted(words="house")) == 0
        assert await archive.count(tx, OWNER, Wanted(words="house")) == 2


async def hides(tx: Writing, name: str) -> bool:
    job = await jobs.find(tx, name)
    assert job is not None
    return await visibility.has_hidden_words(tx, job)


async def test_what_is_made_of_hidden_words_hides_them_however_it_was_come_by(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, 1)
        found = await fill(tx, 2, parent_id="JOB1")
        await archive.hide_words(tx, found, hidden=True)
        await jobs.insert(tx, make_job("CELL", kind="single", parent_id="JOB2", parent_cell=0, root_id="JOB1"))
        await pictures.insert(tx, [make_picture("CELL")])
        for name, parent in (("FAILED", "CELL"), ("AGAIN", "FAILED")):
            await jobs.insert(tx, make_job(name, parent_id=parent, root_id="JOB1"))
        assert [await hides(tx, name) for name in ("CELL", "FAILED", "AGAIN", "JOB1")] == [True, True, True, False]
        await pictures.insert(tx, [make_picture("AGAIN")])
        (picture, *_) = await archive.browse(tx, OWNER, Wanted(mine=True), 1)
    assert (picture.job_id, picture.words_hidden) == ("AGAIN", True)


async def test_words_that_are_hidden_while_more_is_made_of_them_are_hidden_there_too(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, 1)
        found = await fill(tx, 2, parent_id="JOB1")
        await jobs.insert(tx, make_job("CELL", kind="single", parent_id="JOB2", parent_cell=0, root_id="JOB1"))
        await jobs.insert(tx, make_job("MORE", parent_id="CELL", root_id="JOB1"))
        assert not await hides(tx, "MORE")
        await archive.hide_words(tx, found, hidden=True)
        assert await hides(tx, "MORE")
        await archive.hide_words(tx, found, hidden=False)
        assert not await hides(tx, "MORE")
        await archive.hide_words(tx, found[:1], hidden=True)
        await pictures.insert(tx, [make_picture("MORE")])
        (picture, *_) = await archive.browse(tx, OWNER, Wanted(mine=True), 1)
    assert (picture.job_id, picture.words_hidden) == ("MORE", True)


async def test_words_stay_hidden_when_the_pictures_are_gone(store: Store) -> None:
    async with store.write() as tx:
        found = await fill(tx, 1)
        await jobs.insert(tx, make_job("MORE", parent_id="JOB1"))
        await archive.hide_words(tx, found, hidden=True)
        await archive.remove(tx, [("JOB1", 0), ("JOB1", 1)])
        assert [await hides(tx, "JOB1"), await hides(tx, "MORE")] == [True, True]
        await pictures.insert(tx, [make_picture("MORE")])
        assert await hides(tx, "MORE")
        for name in ("JOB1", "MORE"):
            job = await jobs.find(tx, name)
            assert job is not None
            asked = [await visibility.reads(tx, job, Asker(member, job.channel_id, SERVER)) for member in (MEMBER, 7)]
            assert asked == [True, False]


async def test_nobody_else_reads_the_words_of_what_is_deleted(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job(state=State.DELETED))
        job = await jobs.find(tx, "JOB1")
        assert job is not None
        assert await visibility.reads(tx, job, Asker(MEMBER, job.channel_id, SERVER))
        assert not await visibility.reads(tx, job, Asker(7, job.channel_id, SERVER))


Made = tuple[int, int | None, Audience | Privacy, bool, bool, int | None]
ROOMS = (31, 32)
MEMBERS, SERVERS = (MEMBER, 2, 3), (SERVER, ELSEWHERE, None)
PICTURES = st.lists(
    st.tuples(
        st.sampled_from(MEMBERS),
        st.sampled_from(SERVERS),
        st.sampled_from([*Audience, Privacy.STEALTH]),
        st.booleans(),
        st.booleans(),
        st.sampled_from((*ROOMS, None, None)),
    ),
    max_size=6,
)
ROLES = (91, 92)
NAMED_ROLES = st.sets(st.tuples(st.sampled_from(MEMBERS), st.sampled_from((SERVER, ELSEWHERE)), st.sampled_from(ROLES)))
FRIENDS = st.sets(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)).filter(lambda pair: pair[0] != pair[1]))


RIGHTS = st.tuples(st.booleans(), st.frozensets(st.sampled_from(ROLES)), st.frozensets(st.sampled_from(ROOMS)))


async def test_a_jobs_privacy_is_what_its_pictures_say(store: Store) -> None:
    async with store.write() as tx:
        first, second = await fill(tx)
        await jobs.insert(tx, make_job("JOB9", kind="single", parent_id="JOB1", parent_cell=1, server_id=SERVER))

        async def said() -> list[Privacy]:
            found = [await jobs.find(tx, name) for name in ("JOB1", "JOB9")]
            return [job.privacy for job in found if job is not None]

        newest = await archive.find(tx, OWNER, first)
        assert newest is not None
        assert newest.cell == 1
        for audience in (Audience.PRIVATE, Audience.FRIENDS, Audience.ROLES):
            await archive.change_audience(tx, [first], audience)
            assert await said() == [Privacy.PRIVATE, Privacy.PRIVATE]
        await archive.change_audience(tx, [first], Audience.GALLERY)
        assert await said() == [Privacy.PUBLIC, Privacy.PUBLIC]
        await archive.hide(tx, [second], NOW)
        assert await said() == [Privacy.PRIVATE, Privacy.PUBLIC]


async def test_stealth_stays_stealth_until_every_picture_is_shown(store: Store) -> None:
    async with store.write() as tx:
        found = await fill(tx, privacy=Privacy.STEALTH)
        await archive.change_audience(tx, found[:1], Audience.SERVER)
        job = await jobs.find(tx, "JOB1")
        assert job is not None
        assert job.privacy is Privacy.STEALTH
        assert await archive.count(tx, NEAR, Wanted()) == 1


class UndoneError(Exception):
    """Ends a transaction without a trace."""


def test_no_view_ever_shows_what_it_may_not(tmp_path: Path) -> None:
    """The query and the rule of a single picture agree on every member, server, friend and moderator."""
    with asyncio.Runner() as runner, ExitStack() as stack:
        opening = Store.open(tmp_path / "data", clock=Clock())
        store = runner.run(opening.__aenter__())
        stack.callback(lambda: runner.run(opening.__aexit__(None, None, None)))

        @settings(max_examples=150, deadline=None)
        @given(PICTURES, FRIENDS, NAMED_ROLES, st.sampled_from(MEMBERS), st.sampled_from(SERVERS), RIGHTS)
        def agree(
            made: list[Made],
            named: set[tuple[int, int]],
            shown: set[tuple[int, int, int]],
            viewer: int,
            server: int | None,
            rights: tuple[bool, frozenset[int], frozenset[int]],
        ) -> None:
            rules, roles, rooms = rights
            roles = roles if server is not None else frozenset()
            asker = Asker(viewer, 1, server, rules=rules, roles=roles, rooms=rooms)
            runner.run(undone(store, made, named, shown, asker))

        agree()


async def undone(
    store: Store, made: list[Made], named: set[tuple[int, int]], shown: set[tuple[int, int, int]], asker: Asker
) -> None:
    with suppress(UndoneError):
        async with store.write() as tx:
            for member, friend in named:
                await friends.add(tx, member, friend, NOW)
            for member, server, role in shown:
                await shown_roles.add(tx, member, server, role, NOW)
            for number, (maker, home, audience, is_hidden, is_deleted, room) in enumerate(made):
                asked: dict[str, object] = {"member_id": maker, "server_id": home, "room_id": room}
                asked |= {"privacy": audience} if isinstance(audience, Privacy) else {}
                await jobs.insert(tx, make_job(f"JOB{number}", **asked))
                await pictures.insert(tx, [make_picture(f"JOB{number}")])
                (own, *_) = await archive.browse(tx, Viewer(maker), Wanted(mine=True), 1)
                # What is stealth, or painted in a room, stays as it was asked for.
                if isinstance(audience, Audience) and not (audience is Audience.SERVER and room):
                    await archive.change_audience(tx, [own.id], audience)
                await archive.hide(tx, [own.id], NOW if is_hidden else None)
                await archive.lay_aside(tx, [own.id], NOW if is_deleted else None)
            await compare(tx, asker, named, shown)
            raise UndoneError


def is_meant(picture: Archived, asker: Asker, named: set[tuple[int, int]], shown: set[tuple[int, int, int]]) -> bool:
    """The rule once more, in the words of docs/gallery.md, from what members have named."""
    if picture.deleted_at is not None or picture.member_id == asker.member:
        return picture.deleted_at is None
    is_here = asker.server is not None and picture.server_id == asker.server
    if picture.hidden_at is not None and not (asker.rules and is_here):
        return False
    if picture.room_id is not None and picture.room_id not in asker.rooms:
        return False
    is_friend = (picture.member_id, asker.member) in named
    has_role = is_here and any((picture.member_id, asker.server, role) in shown for role in asker.roles)
    return {
        Audience.PRIVATE: False,
        Audience.FRIENDS: is_friend,
        Audience.ROLES: is_friend or has_role,
        Audience.SERVER: is_friend or is_here,
        Audience.GALLERY: is_friend or is_here,
    }[picture.audience]


async def compare(tx: Writing, asker: Asker, named: set[tuple[int, int]], shown: set[tuple[int, int, int]]) -> None:
    looks = await visibility.viewer_of(tx, asker)
    everything = []
    for maker in MEMBERS:
        for wanted in (Wanted(mine=True), Wanted(deleted=True)):
            everything += await archive.browse(tx, Viewer(maker), wanted, 100)
    allowed = {each.id for each in everything if visibility.may_view(each, looks)}
    assert allowed == {each.id for each in everything if is_meant(each, asker, named, shown)}
    assert {each.id for each in await archive.browse(tx, looks, Wanted(), 100)} == allowed
    assert set(await archive.among(tx, looks, [each.id for each in everything])) == allowed
    assert await archive.count(tx, looks, Wanted(words="house")) == len(allowed)
    stealthy = set()
    for each in everything:
        job = await jobs.find(tx, each.job_id)
        assert job is not None
        if job.privacy is Privacy.STEALTH and job.member_id != looks.member:
            stealthy.add(each.id)
        if each.deleted_at is None:  # a whole job's rule, and the rule of its only picture
            assert await visibility.sees(tx, job, asker) == (each.id in allowed)
    assert not allowed & stealthy


async def test_a_page_is_read_in_its_order_and_sorts_nothing(store: Store) -> None:
    """Of a hundred thousand pictures nine are shown: what has to be sorted first has to be gathered, all of it."""
    query = archive._asked(NEAR, Wanted())
    assert query is not None
    page = query.order_by(archive._archive.c.id.desc()).limit(9)
    asked = page.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with store.read() as tx:
        plan = [row["detail"] for row in await tx.all(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert "SCAN archive" in plan
    assert not [step for step in plan if "ORDER BY" in step]
