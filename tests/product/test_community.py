"""A theme a day: members enter pictures, choose between those of others, and one wins, over restarts and in either kind
of channel. The bot is told the time; everything else is as members do it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.community.features import ON, PLACE, Feature
from bot.community.themes import THEMES
from bot.hosting import advance
from bot.panels.gallery_channel import STARS
from bot.replies import community as words
from bot.store import ballots, candidates, dailies, exhibits, servers
from bot.store.archive import Viewer, Wanted, browse
from bot.store.candidates import Candidate
from bot.store.dailies import Daily
from bot.store.words import Running
from sandbox.member import Member
from tests.product.house import (
    House,
    Json,
    buttons,
    eventually,
    labels,
    painted,
    press,
    said_aside,
    until,
    until_ended,
    until_gone,
)
from tests.product.test_gallery import OPEN, choose, listed, page_of, then

DAY = timedelta(days=1)


async def turn_on(house: House, *features: Feature, channel: str | None = None) -> None:
    """As `/setup` stores it, on a server with a gallery."""
    await house.arrange_gallery()
    async with house.desk.store.write() as tx:
        (server,) = await servers.present(tx)
        more: dict[str, Any] = {ON: [one.value for one in features], PLACE: int(channel) if channel else None}
        await servers.save(tx, replace(server, settings={**server.settings, **more}))
    await advance(house.desk, house.desk.now())


async def today(house: House) -> Daily:
    """The newest day, once its card is there."""
    found: list[Daily] = []

    async def is_there() -> bool:
        async with house.desk.store.read() as tx:
            (server,) = await servers.present(tx)
            newest = await dailies.newest(tx, server.id)
        found[:] = [newest] if newest is not None else []
        return newest is not None and newest.message_id is not None

    await eventually(is_there)
    return found[0]


async def card_of(member: Member, daily: Daily) -> Json:
    found = [one for one in await member.messages(str(daily.home_id)) if one["id"] == str(daily.message_id)]
    return found[0]


async def entered(house: House, daily: Daily) -> tuple[Candidate, ...]:
    async with house.desk.store.read() as tx:
        return await candidates.of_daily(tx, daily.id)


async def enter(house: House, member: Member, prompt: str, channel: str = "painting") -> Candidate:
    """A new picture of theirs, by the card's button."""
    await painted(member, prompt, channel)
    asked = await press(member, await card_of(member, await today(house)), words.ENTER)
    menu = next(row["components"][0] for row in asked["components"] if row["components"][0]["type"] != 2)
    outcome = await member.select(asked, words.ENTER, menu["options"][0]["label"])
    assert outcome.message is None or "is in" in outcome.message["content"] or outcome.message["id"] == asked["id"]
    await until(member, asked, lambda message: "“" in message["content"])
    found = [one for one in await entered(house, await today(house)) if str(one.member_id) == member.user_id]
    return found[0]


async def pair_of(member: Member, daily: Daily) -> Json:
    asked = await press(member, await card_of(member, daily), words.VOTE)
    return await until(member, asked, lambda message: words.WHICH in message["content"])


def shown_in(pair: Json) -> tuple[int, int]:
    """The candidates of a pair, from left to right."""
    found = re.search(r":c\.(\d+)\.(\d+):", str(buttons(pair)[0]["custom_id"]))
    assert found is not None, pair
    return int(found[1]), int(found[2])


async def choose_one(member: Member, pair: Json, wanted: int) -> None:
    """What comes next takes the place of the pair."""
    left, _ = shown_in(pair)
    await member.click(pair, words.LEFT if left == wanted else words.RIGHT)


async def votes_in(house: House, daily: Daily) -> int:
    async with house.desk.store.read() as tx:
        return len(await ballots.of_daily(tx, daily.id))


async def until_votes(house: House, daily: Daily, count: int) -> None:
    async def are() -> bool:
        return await votes_in(house, daily) == count

    await eventually(are)


# -- off and on -------------------------------------------------------------------------------------------------------


async def test_all_of_it_is_off_until_a_manager_turns_it_on(house: House, cleo: Member, ada: Member) -> None:
    for name in ("daily today", "daily vote", "top", "profile"):
        outcome = await cleo.command("painting", name)
        assert outcome.message is not None
        assert "not turned on here" in outcome.message["content"], name
    await advance(house.desk, house.desk.now())
    async with house.desk.store.read() as tx:
        (server,) = await servers.present(tx)
        assert await dailies.newest(tx, server.id) is None
    await house.arrange_gallery()
    setup = await ada.command("general", "setup")
    assert setup.message is not None
    opened = await ada.click(setup.message, words.OPEN)
    assert opened.message is not None
    panel = await until(ada, opened.message, lambda message: "The community" in message["content"])
    await ada.select(panel, words.ASK_FEATURES, words.FEATURES[Feature.DAILY], words.FEATURES[Feature.TOP])
    daily = await today(house)
    assert daily.theme in THEMES
    assert f"Today's theme: {daily.theme}" in (await card_of(cleo, daily))["content"]
    await advance(house.desk, house.desk.now() - DAY)  # a clock that was set back begins nothing
    assert (await today(house)).id == daily.id
    outcome = await cleo.command("painting", "daily today")
    assert outcome.message is not None
    assert daily.theme in outcome.message["content"]


# -- a day ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["gallery", "general"])
async def test_a_winner_is_pinned_and_announced_after_a_restart_between_vote_and_result(
    house: House, cleo: Member, dov: Member, ben: Member, ada: Member, channel: str
) -> None:
    await turn_on(house, Feature.DAILY, channel=await cleo.channel_id(channel))
    await enter(house, cleo, "a red house")
    second, daily = await enter(house, dov, "a green boat"), await today(house)
    assert daily.thread_id is not None
    await choose_one(ben, await pair_of(ben, daily), second.id)
    await until_votes(house, daily, 1)
    await house.restart()
    await choose_one(ada, await pair_of(ada, daily), second.id)  # the card's buttons live on
    await until_votes(house, daily, 2)
    await house.restart()
    await advance(house.desk, house.desk.now() + DAY)
    thread = str(daily.thread_id)
    crowned = await said_aside(cleo, thread, f"№ {second.id} wins")
    assert f"by <@{dov.user_id}> · 2 pictures, 2 votes" in crowned["content"]
    assert [one["id"] for one in crowned["mentions"]] == [dov.user_id]
    assert len(crowned["attachments"]) == 1
    await eventually(lambda: _is_pinned(cleo, thread, crowned))
    ended = await until(cleo, await card_of(cleo, daily), lambda message: "has won" in message["content"])
    assert labels(ended) == []
    tomorrow = await today(house)
    assert tomorrow.day > daily.day
    assert f"was won by <@{dov.user_id}>" in (await card_of(cleo, tomorrow))["content"]
    await advance(house.desk, house.desk.now() + DAY)  # told twice, done once
    async with house.desk.store.read() as tx:
        places = [one.place for one in await candidates.of_daily(tx, daily.id)]
        assert (await dailies.find(tx, daily.id) or tomorrow).state is Running.ENDED
    assert places == [2, 1]


async def _is_pinned(member: Member, channel: str, message: Json) -> bool:
    return any(one["id"] == message["id"] for one in await member.request("GET", f"/channels/{channel}/pins"))


async def test_a_vote_counts_once_and_makers_never_see_their_own(
    house: House, cleo: Member, dov: Member, ben: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    mine = await enter(house, cleo, "a red house")
    daily = await today(house)
    for member in (cleo, ada):
        few = await member.click(await card_of(member, daily), words.VOTE)
        assert few.message is not None
        assert words.TOO_FEW in few.message["content"]
    others = [await enter(house, dov, "a green boat"), await enter(house, ben, "a blue café")]
    pair, same = await pair_of(cleo, daily), await pair_of(cleo, daily)
    assert set(shown_in(pair)) == {one.id for one in others}
    assert mine.id not in shown_in(pair)
    await choose_one(cleo, pair, others[0].id)
    await until(cleo, pair, lambda message: words.ALL_SEEN in message["content"])
    await until_votes(house, daily, 1)
    await choose_one(cleo, same, others[1].id)  # the same pair, still open elsewhere
    await until(cleo, same, lambda message: words.ALL_SEEN in message["content"])
    again = await cleo.click(await card_of(cleo, daily), words.VOTE)
    assert again.message is not None
    assert words.ALL_SEEN in again.message["content"]
    async with house.desk.store.read() as tx:
        assert [one.chosen for one in await ballots.of_daily(tx, daily.id)] == [others[0].id]


async def test_without_votes_nobody_wins(house: House, cleo: Member) -> None:
    await turn_on(house, Feature.DAILY)
    await enter(house, cleo, "a red house")
    daily = await today(house)
    await advance(house.desk, house.desk.now() + DAY)
    await until(cleo, await card_of(cleo, daily), lambda message: "too few votes" in message["content"])


async def test_only_ones_own_public_picture_can_be_entered(house: House, cleo: Member, dov: Member) -> None:
    await turn_on(house, Feature.DAILY)
    await painted(cleo, "a secret garden --stealth")
    card = await card_of(cleo, await today(house))
    asked = await cleo.click(card, words.ENTER)
    assert asked.message is not None
    assert words.NOTHING_TO_ENTER in asked.message["content"]
    async with house.desk.store.read() as tx:
        own = await browse(tx, Viewer(int(cleo.user_id)), Wanted(mine=True), 1)
    for member, picture in ((cleo, str(own[0].id)), (dov, str(own[0].id)), (dov, "9" * 30), (dov, "a secret garden")):
        outcome = await member.command("painting", "daily enter", picture=picture)
        assert outcome.message is not None
        assert words.NOT_PUBLIC in outcome.message["content"]
    assert await entered(house, await today(house)) == ()


async def test_one_picture_a_day_which_may_be_changed_until_it_is_voted_on(
    house: House, cleo: Member, dov: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    before = await enter(house, cleo, "a red house")
    thread = str((await today(house)).thread_id)
    gone = await said_aside(ada, thread, f"№ {before.id}")
    after = await enter(house, cleo, "a red tower")
    assert after.picture_id != before.picture_id
    await until_gone(ada, gone)
    await enter(house, dov, "a green boat")
    daily = await today(house)
    await choose_one(ada, await pair_of(ada, daily), after.id)
    await until_votes(house, daily, 1)
    outcome = await cleo.command("painting", "daily enter", picture=str(before.picture_id))
    assert outcome.message is not None
    assert words.VOTED_ON in outcome.message["content"]


async def test_a_picture_that_its_maker_takes_back_takes_part_no_more(
    house: House, cleo: Member, dov: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    await enter(house, dov, "a green boat")
    second, daily = await enter(house, cleo, "a red house"), await today(house)
    await choose_one(ada, await pair_of(ada, daily), second.id)
    await until_votes(house, daily, 1)
    message = await said_aside(ada, str(daily.thread_id), f"№ {second.id}")
    page = await page_of(cleo, "mine")
    chosen = next(label for label, value in listed(page, OPEN).items() if value == str(second.picture_id))
    await cleo.select(page, OPEN, chosen)
    opened = await then(cleo, page, "-# Job")
    await choose(cleo, opened, "Only I may see it", "only its maker")
    await until_gone(ada, message)
    few = await ada.click(await card_of(ada, daily), words.VOTE)
    assert few.message is not None
    assert words.TOO_FEW in few.message["content"]
    await advance(house.desk, house.desk.now() + DAY)
    await until(ada, await card_of(ada, daily), lambda one: "too few votes" in one["content"])
    assert [one.place for one in await entered(house, daily)] == [None, None]


async def test_a_theme_of_a_moderator_is_the_next_days(house: House, cleo: Member, ben: Member) -> None:
    await turn_on(house, Feature.DAILY)
    refused = await cleo.command("painting", "daily theme", words="Cats")
    assert refused.message is not None
    assert words.NOT_MODERATOR in refused.message["content"]
    outcome = await ben.command("painting", "daily theme", words="Slow trains")
    assert outcome.message is not None
    assert "the next day" in outcome.message["content"]
    await house.restart()
    daily = await today(house)
    await advance(house.desk, house.desk.now() + DAY)

    async def is_next() -> bool:
        return (await today(house)).day > daily.day

    await eventually(is_next)
    tomorrow = await today(house)
    assert (tomorrow.theme, tomorrow.set_by) == ("Slow trains", int(ben.user_id))


async def test_an_ended_day_takes_no_votes_any_more(house: House, cleo: Member, dov: Member, ada: Member) -> None:
    await turn_on(house, Feature.DAILY)
    one = await enter(house, cleo, "a red house")
    await enter(house, dov, "a green boat")
    daily = await today(house)
    pair = await pair_of(ada, daily)
    await advance(house.desk, house.desk.now() + DAY)
    left, _ = shown_in(pair)
    await ada.click(pair, words.LEFT if left == one.id else words.RIGHT)
    await said_aside(ada, str(pair["channel_id"]), words.DAY_OVER)
    assert await votes_in(house, daily) == 0


async def test_a_picture_of_a_grid_is_entered_alone(house: House, cleo: Member, ada: Member) -> None:
    await turn_on(house, Feature.DAILY)
    grid = await painted(cleo, "a red house")
    await until_ended(cleo, await press(cleo, grid, "U2"))
    async with house.desk.store.read() as tx:
        own = await browse(tx, Viewer(int(cleo.user_id)), Wanted(mine=True), 10)
    outcome = await cleo.command("painting", "daily enter", picture=str(own[2].id))
    assert outcome.message is not None
    assert "is in" in outcome.message["content"]
    (candidate,) = await entered(house, await today(house))
    message = await said_aside(ada, str((await today(house)).thread_id), f"№ {candidate.id}")
    assert len(message["attachments"]) == 1
    assert cleo.user_id not in str(message["content"])  # nobody is told whose it is


async def one_of_a_private_grid(house: House, cleo: Member, ada: Member) -> tuple[Candidate, Json]:
    """Entered, and its message; the other three are hers alone."""
    await painted(cleo, "a red house")
    page = await page_of(cleo, "mine")
    for label in list(listed(page, OPEN))[1:]:
        await cleo.select(page, OPEN, label)
        opened = await then(cleo, page, "-# Job")
        await choose(cleo, opened, "Only I may see it", "only its maker")
        page = await page_of(cleo, "mine")
    picture = next(iter(listed(page, OPEN).values()))
    outcome = await cleo.command("painting", "daily enter", picture=picture)
    assert outcome.message is not None
    assert "is in" in outcome.message["content"]
    (candidate,) = await entered(house, await today(house))
    return candidate, await said_aside(ada, str((await today(house)).thread_id), f"№ {candidate.id}")


async def own(house: House, member: Member) -> list[int]:
    async with house.desk.store.read() as tx:
        return [one.id for one in await browse(tx, Viewer(int(member.user_id)), Wanted(mine=True), 10)]


@pytest.mark.parametrize("name", ["cleo", "ben"])
async def test_a_cross_under_an_entry_deletes_that_picture_and_not_the_rest_of_its_grid(
    house: House, cleo: Member, ben: Member, ada: Member, name: str
) -> None:
    await turn_on(house, Feature.DAILY)
    candidate, message = await one_of_a_private_grid(house, cleo, ada)
    before = await own(house, cleo)
    await {"cleo": cleo, "ben": ben}[name].react(message, "❌")
    await until_gone(ada, message)
    assert await own(house, cleo) == [one for one in before if one != candidate.picture_id]


async def test_a_cross_of_another_member_under_an_entry_deletes_nothing(
    house: House, cleo: Member, dov: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    _, message = await one_of_a_private_grid(house, cleo, ada)
    await painted(dov, "a green boat")  # so that he may be written to
    await dov.react(message, "❌")
    await said_aside(dov, "@Painter", "")
    assert len(await own(house, cleo)) == 4


async def hung(house: House) -> list[tuple[int | None, int | None]]:
    """Cells and pictures of the gallery's posts."""
    async with house.desk.store.read() as tx:
        return [(one.cell, one.archive_id) for one in await exhibits.hanging(tx, 10)]


async def test_a_star_of_its_maker_under_an_entry_publishes_that_picture_alone(
    house: House, cleo: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    candidate, message = await one_of_a_private_grid(house, cleo, ada)
    await cleo.react(message, "⭐")

    async def hangs() -> bool:
        return bool(await hung(house))

    await eventually(hangs)
    assert [picture for _, picture in await hung(house)] == [candidate.picture_id]


async def test_stars_of_others_under_an_entry_publish_nothing(
    house: House, cleo: Member, dov: Member, ada: Member
) -> None:
    await turn_on(house, Feature.DAILY)
    async with house.desk.store.write() as tx:
        (server,) = await servers.present(tx)
        await servers.save(tx, replace(server, settings={**server.settings, STARS: 1}))
    candidate = await enter(house, cleo, "a red house")
    message = await said_aside(ada, str((await today(house)).thread_id), f"№ {candidate.id}")
    await dov.react(message, "⭐")
    await cleo.react(await painted(cleo, "a green boat"), "⭐")

    async def hangs() -> bool:
        return bool(await hung(house))

    await eventually(hangs)
    await house.desk.delivery.settle(5)
    assert len(await hung(house)) == 1
