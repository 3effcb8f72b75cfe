"""The community's letters, with the bot ended between any two writes of their lives: a week has one digest, a picture
one note for each follower, a day one card, one thread and one winner, and what was taken back stays nowhere.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

import pytest

from bot.community.features import Feature
from bot.frame.fail_points import FailPoint
from bot.hosting import advance
from bot.messages import withdrawing
from bot.messages.community import put_daily
from bot.replies import community as words
from bot.running import milliseconds
from bot.store import archive, dailies, servers
from bot.store.archive import Viewer
from bot.store.store import Store
from bot.store.words import Audience, Running
from sandbox.member import Member
from sandbox.server import Sandbox
from sandbox.world.entities import Message
from tests.product.faults.dying import Death
from tests.product.faults.oracle import messages
from tests.product.house import House, told
from tests.product.test_community import (
    DAY,
    _is_pinned,
    card_of,
    choose_one,
    enter,
    pair_of,
    today,
    turn_on,
    until_votes,
)
from tests.product.test_community_follows import DIRECT, WEEK, hang, quiet, single

DIGEST = (FailPoint.SENDING, FailPoint.PLACED, FailPoint.PLACED, FailPoint.SENT, FailPoint.DELIVERED)
NOTE = (FailPoint.PLACED, FailPoint.SENT, FailPoint.DELIVERED)
CARD = (
    FailPoint.SENDING,
    FailPoint.PLACED,
    FailPoint.THREADED,
    FailPoint.THREADED,
    FailPoint.SENT,
    FailPoint.DELIVERED,
)
WINNER = (FailPoint.SENDING, FailPoint.PLACED, FailPoint.CROWNED, FailPoint.SENT, FailPoint.DELIVERED)

pytestmark = pytest.mark.timeout(180)  # each of them is a dozen starts


@pytest.fixture
async def house(house: House) -> House:
    await house.control("ratelimits", {"enabled": False})
    return house


@pytest.fixture
def death(house: House, monkeypatch: pytest.MonkeyPatch) -> Death:
    return Death(monkeypatch)


@pytest.fixture
async def ben(house: House) -> Member:
    return await house.member("ben")


def said(box: Sandbox, text: str) -> list[Message]:
    return [message for message in messages(box) if text in message.content and message.only_for is None]


async def take_back(house: House, maker: Member) -> None:
    """All their pictures, as if by a command that came while nobody knew yet what had arrived."""
    async with Store.open(house.folder, clock=milliseconds) as store, store.write() as tx:
        me = int(maker.user_id)
        found = await archive.browse(tx, Viewer(me), archive.Wanted(mine=True), 100)
        await withdrawing.show_to(tx, found, Audience.PRIVATE, me, store.now())


async def week_over(house: House, cleo: Member, dov: Member) -> Awaitable[None]:
    """With one picture that somebody voted for."""
    await turn_on(house)
    await hang(house, cleo, "a red house", dov)
    await turn_on(house, Feature.DIGEST)
    await quiet(house)
    return advance(house.desk, house.desk.now() + WEEK)


async def test_a_digest_is_posted_once_wherever_the_bot_ends(
    house: House, death: Death, box: Sandbox, cleo: Member, dov: Member
) -> None:
    await death.of(house, FailPoint.HOSTED, by=await week_over(house, cleo, dov))
    for point in DIGEST:
        await death.of(house, point)
    await house.open()
    await advance(house.desk, house.desk.now() + WEEK)
    await quiet(house)
    (post,) = said(box, "The week in pictures")
    assert "red house" in post.content
    assert len(post.attachments) == 1


async def test_a_digest_of_which_nobody_knows_whether_it_came_shows_nothing_that_was_taken_back(
    house: House, death: Death, box: Sandbox, cleo: Member, dov: Member
) -> None:
    await death.of(house, FailPoint.PLACED, by=await week_over(house, cleo, dov))
    await take_back(house, cleo)
    await house.open()
    await quiet(house)
    for post in said(box, "The week in pictures"):
        assert "red house" not in post.content
        assert not post.attachments


async def test_a_follower_gets_one_note_of_each_picture_wherever_the_bot_ends(
    house: House, death: Death, box: Sandbox, cleo: Member, dov: Member
) -> None:
    """Two pictures of the same words, of which only the link tells which one a note is about."""
    await turn_on(house, Feature.FOLLOW)
    await dov.command("painting", "follow maker", member=cleo.user_id)
    await hang(house, cleo, "a red house")
    second = await single(cleo, "a red house")
    await quiet(house)
    assert len(said(box, "A new picture")) == 1
    await death.of(house, FailPoint.PLACED, by=told(cleo, second, "⭐"))
    await death.of(house, FailPoint.SENDING, 2)  # behind the letter of the post itself
    assert len(said(box, "A new picture")) == 1
    for point in NOTE:
        await death.of(house, point)
        assert len(said(box, "A new picture")) == 2, point
    await house.open()
    await quiet(house)
    notes = [one for one in await dov.messages(DIRECT) if "A new picture" in one["content"]]
    links = {
        button["url"] for one in notes for row in one["components"] for button in row["components"] if "url" in button
    }
    assert (len(notes), len(links)) == (2, 2)


async def test_a_day_has_one_card_and_one_thread_wherever_the_bot_ends(
    house: House, death: Death, box: Sandbox, cleo: Member
) -> None:
    general = await cleo.channel_id("general")
    await death.of(house, FailPoint.HOSTED, by=turn_on(house, Feature.DAILY, channel=general))
    for point in CARD:
        await death.of(house, point)
    await house.open()
    await quiet(house)
    (card,) = said(box, "Today's theme")
    daily = await today(house)
    assert (daily.message_id, daily.thread_id) == (card.id, card.id)


async def voted_day(house: House, cleo: Member, dov: Member, ben: Member) -> Awaitable[None]:
    """Its end, of a day that dov's picture wins and none follows."""
    mine = await enter(house, dov, "a green boat")
    await enter(house, cleo, "a red house")
    daily = await today(house)
    await choose_one(ben, await pair_of(ben, daily), mine.id)
    await until_votes(house, daily, 1)
    await turn_on(house, channel=await cleo.channel_id("general"))
    await quiet(house)
    return advance(house.desk, house.desk.now() + DAY)


async def test_a_winner_is_announced_once_and_pinned_wherever_the_bot_ends(
    house: House, death: Death, box: Sandbox, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house, Feature.DAILY, channel=await cleo.channel_id("general"))
    await death.of(house, FailPoint.HOSTED, by=await voted_day(house, cleo, dov, ben))
    for point in WINNER:
        await death.of(house, point)
    await house.open()
    await quiet(house)
    (winner,) = said(box, "wins")
    assert [one.id for one in said(box, "has won")] == [(await today(house)).message_id]
    assert await _is_pinned(cleo, str(winner.channel_id), {"id": str(winner.id)})


async def test_an_entry_and_a_win_of_which_nobody_knows_whether_they_came_go_when_they_are_taken_back(
    house: House, death: Death, box: Sandbox, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house, Feature.DAILY, channel=await cleo.channel_id("general"))
    await quiet(house)
    await death.of(house, FailPoint.PLACED, by=enter(house, cleo, "a lost café"))
    (lost,) = said(box, "**№")
    await take_back(house, cleo)
    await house.open()
    await quiet(house)
    assert said(box, "**№") == [], lost
    await death.of(house, FailPoint.PLACED, by=await voted_day(house, ben, dov, cleo))
    assert len(said(box, "wins")) == 1
    await take_back(house, dov)
    await house.open()
    await quiet(house)
    assert said(box, "wins") == []
    assert words.SEEN_NO_MORE in (await card_of(cleo, await today(house)))["content"]


async def test_the_card_of_a_day_that_ended_before_it_was_known_does_not_stay_open(
    house: House, death: Death, box: Sandbox, cleo: Member
) -> None:
    general = await cleo.channel_id("general")
    await death.of(house, FailPoint.PLACED, by=turn_on(house, Feature.DAILY, channel=general))
    async with Store.open(house.folder, clock=milliseconds) as store, store.write() as tx:
        (server,) = await servers.present(tx)
        daily = await dailies.newest(tx, server.id)
        assert daily is not None
        await dailies.end(tx, daily.id)
        await put_daily(tx, replace(daily, state=Running.ENDED), store.now())
    await house.open()
    await quiet(house)
    assert said(box, "Today's theme") == []
