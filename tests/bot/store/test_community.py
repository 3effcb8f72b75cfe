"""The community's rows: what is there once, in which order, and what goes with its picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import visibility
from bot.community.fairness import Ballot
from bot.store import (
    archive,
    ballots,
    candidates,
    dailies,
    digests,
    exhibits,
    follows,
    jobs,
    pictures,
    rankings,
    themes,
)
from bot.store.archive import Viewer
from bot.store.candidates import Candidate
from bot.store.dailies import Daily
from bot.store.digests import Digest
from bot.store.exhibits import Exhibit
from bot.store.follows import Follow
from bot.store.store import Store
from bot.store.themes import Theme
from bot.store.transactions import Writing
from bot.store.words import Audience, Privacy, Running
from tests.bot.store.rows import CHANNEL, MEMBER, NOW, later, make_job, make_picture

SERVER, OTHER, VOTER = 5, 7, 11
DAILY = Daily(server_id=SERVER, day="2027-03-01", theme="Fog", channel_id=CHANNEL, opened_at=NOW, ends_at=later(3600))


@pytest.fixture
async def painted(store: Store) -> None:
    """Pictures 1 and 2, of two members."""
    async with store.write() as tx:
        await jobs.insert(tx, make_job("JOB1", server_id=SERVER, privacy=Privacy.PUBLIC))
        await jobs.insert(tx, make_job("JOB2", server_id=SERVER, privacy=Privacy.PUBLIC, member_id=OTHER))
        await pictures.insert(tx, [make_picture("JOB1"), make_picture("JOB2")])


async def entered(tx: Writing, daily: Daily, picture: int, member: int) -> Candidate | None:
    candidate = Candidate(daily_id=daily.id, picture_id=picture, member_id=member, entered_at=NOW)
    return await candidates.enter(tx, candidate)


async def test_a_server_has_each_day_once(store: Store) -> None:
    async with store.write() as tx:
        first = await dailies.begin(tx, DAILY)
        assert first is not None
        assert await dailies.begin(tx, DAILY) is None
        assert await dailies.over(tx, NOW) == ()
        assert await dailies.over(tx, DAILY.ends_at) == (first,)
        assert await dailies.end(tx, first.id)
        assert not await dailies.end(tx, first.id)
        assert await dailies.over(tx, DAILY.ends_at) == ()
        ended = await dailies.newest(tx, SERVER)
        assert ended == replace(first, state=Running.ENDED)


async def test_themes_are_used_once_in_their_order(store: Store) -> None:
    async with store.write() as tx:
        for words in ("Fog", "Storms"):
            await themes.add(tx, Theme(server_id=SERVER, words=words, set_by=MEMBER, created_at=NOW))
        assert await themes.take(tx, OTHER, "2027-03-01") is None
        taken = [await themes.take(tx, SERVER, f"2027-03-0{day}") for day in (1, 2, 3)]
        assert [one.words if one is not None else None for one in taken] == ["Fog", "Storms", None]


@pytest.mark.usefixtures("painted")
async def test_a_member_enters_one_picture_a_day_and_says_one_word_of_a_pair(store: Store) -> None:
    async with store.write() as tx:
        daily = await dailies.begin(tx, DAILY) or DAILY
        first, second = await entered(tx, daily, 1, MEMBER), await entered(tx, daily, 2, OTHER)
        assert first is not None
        assert second is not None
        assert await entered(tx, daily, 2, MEMBER) is None
        ballot = Ballot(VOTER, (first.id, second.id), first.id)
        assert await ballots.cast(tx, ballot, NOW)
        assert not await ballots.cast(tx, replace(ballot, chosen=second.id), NOW)
        assert await ballots.of_daily(tx, daily.id) == [ballot]
        assert not await candidates.withdraw(tx, first.id)
        await candidates.place(tx, {second.id: 1512.4, first.id: 1487.6})
        assert await candidates.wins(tx, SERVER, OTHER) == (2,)
        await pictures.remove(tx, "JOB2")
        assert await ballots.of_daily(tx, daily.id) == []
        assert await candidates.withdraw(tx, first.id)


async def test_whoever_follows_does_so_once_and_is_found(store: Store) -> None:
    async with store.write() as tx:
        of_maker = Follow(member_id=VOTER, server_id=SERVER, created_at=NOW, maker_id=MEMBER)
        of_words = Follow(member_id=VOTER, server_id=SERVER, created_at=NOW, words="red house")
        assert await follows.add(tx, of_maker)
        assert not await follows.add(tx, of_maker)
        assert await follows.add(tx, of_words)
        assert len(await follows.that_may_care(tx, SERVER, MEMBER)) == 2
        assert [one.words for one in await follows.that_may_care(tx, SERVER, OTHER)] == ["red house"]
        assert await follows.that_may_care(tx, OTHER, MEMBER) == ()
        (one, _) = await follows.of_member(tx, VOTER, SERVER)
        assert not await follows.remove(tx, MEMBER, one.id)
        assert await follows.remove(tx, VOTER, one.id)


@pytest.mark.usefixtures("painted")
async def test_a_week_has_one_digest_and_pictures_leave_it_with_their_rows(store: Store) -> None:
    digest = Digest(server_id=SERVER, week="2027-W08", starts_at=NOW, channel_id=CHANNEL, created_at=NOW)
    async with store.write() as tx:
        first = await digests.begin(tx, digest)
        assert first is not None
        assert await digests.begin(tx, digest) is None
        await digests.show(tx, first.id, [(2, 9), (1, 3)])
        assert list((await digests.shown(tx, first.id)).items()) == [(2, 9), (1, 3)]
        assert [one.id for one in await digests.of_pictures(tx, [1])] == [first.id]
        await pictures.remove(tx, "JOB2")
        assert await digests.shown(tx, first.id) == {1: 3}


@pytest.mark.usefixtures("painted")
async def test_only_what_a_viewer_sees_is_ranked(store: Store) -> None:
    viewer = Viewer(VOTER, SERVER)
    async with store.write() as tx:
        for number, job in ((1, "JOB1"), (2, "JOB2")):
            new = Exhibit(
                job_id=job, cell=0, server_id=SERVER, channel_id=CHANNEL, published_at=NOW, by=None, archive_id=number
            )
            exhibit = await exhibits.add(tx, new)
            assert exhibit is not None
            await exhibits.appear(tx, exhibit, None, 900 + number)
            for member in range(number):
                await exhibits.vote(tx, exhibit, 900 + number, (member + 1, "⭐"))

        async def best(**about: object) -> list[int]:
            found = await rankings.best(tx, viewer, SERVER, 10, **about)  # type: ignore[arg-type]
            return [one.pictures[0].id for one in found]

        assert await best() == [2, 1]
        assert await best(maker=MEMBER) == [1]
        assert await best(since=NOW + timedelta(seconds=1)) == []
        assert await best(until=NOW) == []
        newest = await rankings.newest(tx, viewer, SERVER, MEMBER, 10)
        assert [one.pictures[0].id for one in newest] == [1]
        await archive.change_audience(tx, [2], Audience.PRIVATE)
        assert await best() == [1]
        assert await rankings.best(tx, Viewer(VOTER, OTHER), SERVER, 10) == []


@pytest.mark.usefixtures("painted")
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("deleted", [False, True])
async def test_a_ranking_shows_just_what_the_one_place_that_decides_lets_a_viewer_see(
    store: Store, audience: Audience, hidden: bool, deleted: bool
) -> None:
    new = Exhibit(job_id="JOB1", cell=0, server_id=SERVER, channel_id=CHANNEL, published_at=NOW, by=None, archive_id=1)
    async with store.write() as tx:
        exhibit = await exhibits.add(tx, new)
        assert exhibit is not None
        await exhibits.appear(tx, exhibit, None, 900)
        await exhibits.vote(tx, exhibit, 900, (VOTER, "⭐"))
        await archive.change_audience(tx, [1], audience)
        await archive.hide(tx, [1], NOW if hidden else None, OTHER if hidden else None)
        if deleted:
            await archive.lay_aside(tx, [1], NOW)
        row = await tx.first(archive._whole().where(archive._archive.c.id == 1))
        assert row is not None
        picture = archive.Archived(**row)
        viewers = [
            Viewer(VOTER, SERVER),
            Viewer(VOTER, OTHER),
            Viewer(MEMBER, SERVER),
            Viewer(VOTER, SERVER, rules=True),
        ]
        viewers += [Viewer(VOTER, None, friend_of=frozenset([MEMBER])), visibility.everybody_on(SERVER)]
        for viewer in viewers:
            found = await rankings.best(tx, viewer, SERVER, 10)
            assert bool(found) == visibility.may_view(picture, viewer), viewer
