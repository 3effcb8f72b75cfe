"""What is changed of a picture in `/gallery` is changed of its post in the gallery's channel, and the reverse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.replies import exhibits as words
from bot.store import bookmarks, outbox, tables
from bot.store.exhibits import Exhibit
from bot.store.words import Hanging
from sandbox.member import Member
from tests.product.house import (
    PATIENCE,
    House,
    Json,
    eventually,
    labels,
    painted,
    press,
    said_aside,
    told,
    until,
    until_ended,
)
from tests.product.test_gallery import CHOOSE, DEEDS, DO_ALL, choose, listed, open_first, page_of, text_of, then
from tests.product.test_gallery_channel import post_of, published, shown, thread, until_state, until_votes
from tests.product.test_servers import second_gallery

MANAGE_THREADS = 1 << 34
HIDE_WORDS = "Keep its words private"


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    await house.arrange_gallery()
    return await painted(cleo, "a red house")


@pytest.fixture
async def single(cleo: Member, grid: Json) -> Json:
    return await until_ended(cleo, await press(cleo, grid, "U4"))


async def mine(cleo: Member) -> Json:
    """The newest, which is the fourth of the grid."""
    return await open_first(cleo, await page_of(cleo, "mine"))


async def forbid_threads(house: House, ada: Member, channel: int) -> None:
    """The bot may not manage threads there."""
    (guild,) = house.client.guilds
    denied = {"type": 0, "allow": "0", "deny": str(MANAGE_THREADS)}
    for role in (guild.id, guild.me.roles[-1].id):
        await ada.request("PUT", f"/channels/{channel}/permissions/{role}", denied)


@pytest.mark.parametrize("deed", ["Only I may see it", "The server may see it", "Hide it from all others"])
async def test_a_post_goes_when_its_picture_may_not_hang_any_more(
    house: House, cleo: Member, single: Json, deed: str
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    await cleo.select(await mine(cleo), "Who may see it, collections, delete…", deed)
    assert (await until_state(house, exhibit, Hanging.HIDDEN)).hidden_by == int(cleo.user_id)


async def test_words_that_are_hidden_leave_the_post_too(house: House, cleo: Member, single: Json) -> None:
    post = await published(house, cleo, single)
    await choose(cleo, await mine(cleo), HIDE_WORDS, "1 picture.")
    await until(cleo, post, lambda message: "red house" not in str(message))


async def until_named(house: House, member: Member, exhibit: Exhibit, name: str) -> None:
    async def is_so() -> bool:
        return bool((await thread(member, exhibit))["name"] == name)

    await eventually(is_so)


async def test_words_that_are_hidden_leave_the_name_of_the_post_and_come_back(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    opened = await choose(cleo, await mine(cleo), HIDE_WORDS, "1 picture.")
    await until_named(house, dov, exhibit, words.UNTITLED)
    await choose(cleo, opened, "Show its words again", "1 picture.")
    await until_named(house, dov, exhibit, "a red house")


@pytest.mark.parametrize("deed", ["hide", "take down"])
async def test_words_are_hidden_at_once_where_the_name_must_wait_and_no_other_post_waits_with_it(
    house: House, cleo: Member, dov: Member, single: Json, deed: str
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    await house.control("ratelimits", {"enabled": True})
    for name in ("a red", "a red house"):
        await house.client.http.edit_channel(exhibit.thread_id, name=name)
    opened = await mine(cleo)
    await (told(cleo, post, "Take down") if deed == "take down" else choose(cleo, opened, HIDE_WORDS, "1 picture."))
    await until(cleo, post, lambda message: "red house" not in str(message))
    letter = await until_waiting(house, exhibit)
    assert (await thread(dov, exhibit))["name"] == "a red house"
    await cleo.react(await painted(cleo, "a green boat"), "⭐")
    await cleo.wait_for_event("THREAD_CREATE", lambda made: made["name"] == "a green boat")
    await house.control("ratelimits", {"enabled": False})
    async with house.desk.store.write() as tx:
        await tx.change(update(tables.outbox).where(tables.outbox.c.id == letter).values(due_at=house.desk.now()))
    await until_named(house, dov, exhibit, words.UNTITLED)


async def until_waiting(house: House, exhibit: Exhibit) -> int:
    """The letter of it that is put off for minutes."""
    found: list[int] = []

    async def waits() -> bool:
        soon = house.desk.now() + timedelta(minutes=5)
        async with house.desk.store.read() as tx:
            found[:] = [one.id for one in await outbox.of_job(tx, exhibit.job_id) if one.due_at > soon]
        return bool(found)

    await eventually(waits)
    return found[0]


async def test_what_is_taken_down_leaves_no_words_in_the_name_of_its_post(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    assert await told(cleo, post, "Take down") == words.TAKEN_DOWN
    await until_named(house, dov, exhibit, words.UNTITLED)


async def test_a_post_that_may_not_be_removed_with_its_picture_keeps_no_words_either(
    house: House, cleo: Member, dov: Member, ada: Member, single: Json
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    await forbid_threads(house, ada, exhibit.channel_id)
    await choose(cleo, await mine(cleo), "Delete it (30 days to restore)", "gone for good")
    await until_named(house, dov, exhibit, words.UNTITLED)
    assert not (await post_of(dov, exhibit))["attachments"]


async def test_what_is_taken_down_is_still_the_servers(house: House, cleo: Member, dov: Member, single: Json) -> None:
    post = await published(house, cleo, single)
    assert "Seen by: the gallery" in text_of(await mine(cleo))
    assert await told(cleo, post, "Take down") == words.TAKEN_DOWN
    assert "4 pictures" in text_of(await page_of(dov))
    assert "Seen by: this server\n" in text_of(await mine(cleo)) + "\n"


async def test_a_picture_that_was_deleted_and_restored_hangs_again(
    house: House, cleo: Member, dov: Member, grid: Json, single: Json
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    opened = await mine(cleo)
    opened = await choose(cleo, opened, "Delete it (30 days to restore)", "gone for good")
    await until_state(house, exhibit, Hanging.DELETED)
    opened = await choose(cleo, opened, "Restore it", "Seen by")
    await cleo.click(opened, "Post it again")
    again = await cleo.wait_for(
        "painting", lambda one: "U4" in labels(one) and not one["flags"] & 64 and one["id"] != grid["id"]
    )
    copy = await until_ended(cleo, await press(cleo, again, "U4"))
    assert await told(cleo, copy, "⭐") == "Published."
    after = await shown(house)
    assert (after.id, after.posting) == (exhibit.id, 2)
    assert (await post_of(dov, after))["attachments"]


async def test_the_post_of_a_grid_goes_on_without_a_deleted_cell(house: House, cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "⭐")
    exhibit = await shown(house)
    post = await post_of(cleo, exhibit)
    await choose(cleo, await mine(cleo), "Delete it (30 days to restore)", "gone for good")
    await until(cleo, post, lambda message: "U3" in labels(message) and "U4" not in labels(message))
    page = await page_of(cleo, "mine")
    await cleo.select(page, CHOOSE, *listed(page, CHOOSE))
    page = await until(cleo, page, lambda message: bool(listed(message, DO_ALL)))
    await cleo.select(page, DO_ALL, "Delete it (30 days to restore)")
    await then(cleo, page, "3 pictures.")
    await until_state(house, exhibit, Hanging.DELETED)


async def test_what_a_moderator_has_hidden_its_maker_does_not_publish(
    house: House, cleo: Member, ben: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    assert await told(cleo, post, "Take down") == words.TAKEN_DOWN
    asked = await cleo.click(single, "⭐")
    assert asked.message is not None
    await choose(ben, await open_first(ben, await page_of(ben)), "Hide it from all others", "1 picture.")
    assert await told(cleo, asked.message, words.RESTORE) == words.BY_MODERATOR
    await until_state(house, exhibit, Hanging.HIDDEN)


PUBLISH = "Publish it in the gallery"


async def test_a_cell_is_published_from_the_gallery_hidden_and_published_again_with_its_votes(
    house: House, cleo: Member, dov: Member, grid: Json
) -> None:
    opened = await choose(cleo, await mine(cleo), PUBLISH, f"{PUBLISH}: 1 picture.")
    assert "Seen by: the gallery" in text_of(opened)
    assert PUBLISH not in listed(opened, DEEDS)
    exhibit = await shown(house)
    assert exhibit.cell == 3
    post = await post_of(dov, exhibit)
    assert labels(post)[:2] == ["Recipe", "Use this prompt"]
    await dov.react(post, "⭐")
    await until_votes(house, 1)
    opened = await choose(cleo, opened, "Hide it from all others", "hidden from all others")
    await until_state(house, exhibit, Hanging.HIDDEN)
    await house.restart()
    opened = await choose(cleo, opened, PUBLISH, words.VOTES_KEPT)
    again = await until_hung_again(house, exhibit)
    assert (again.id, again.posting, again.votes) == (exhibit.id, 2, 1)
    assert (await post_of(dov, again))["attachments"]
    await dov.react(await post_of(dov, again), "🔥")  # still one vote of one member
    await until_votes(house, 1)


async def until_hung_again(house: House, exhibit: Exhibit) -> Exhibit:
    async def has_post() -> bool:
        now = await until_state(house, exhibit, Hanging.SHOWN)
        return now.message_id not in (None, exhibit.message_id)

    await eventually(has_post)
    return await until_state(house, exhibit, Hanging.SHOWN)


async def test_what_hung_as_a_picture_of_its_own_hangs_again_from_the_gallery(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    await dov.react(post, "⭐")
    await until_votes(house, 1)
    assert await told(cleo, post, "Take down") == words.TAKEN_DOWN
    await choose(cleo, await mine(cleo), PUBLISH, words.VOTES_KEPT)
    again = await until_hung_again(house, exhibit)
    assert (again.job_id, again.votes) == (exhibit.job_id, 1)


async def test_several_are_published_at_once_and_what_a_moderator_took_down_is_not(
    house: House, cleo: Member, ben: Member, grid: Json
) -> None:
    await choose(cleo, await mine(cleo), PUBLISH, f"{PUBLISH}: 1 picture.")
    exhibit = await shown(house)
    await told(ben, await post_of(ben, exhibit), "Take down")
    await until_state(house, exhibit, Hanging.HIDDEN)
    page = await page_of(cleo, "mine")
    await cleo.select(page, CHOOSE, *listed(page, CHOOSE))
    page = await until(cleo, page, lambda message: bool(listed(message, DO_ALL)))
    await cleo.select(page, DO_ALL, PUBLISH)
    page = await then(cleo, page, "3 pictures. 1 were left as they are.")
    assert words.BY_MODERATOR in text_of(page)
    await until_state(house, exhibit, Hanging.HIDDEN)


async def test_without_a_gallery_it_is_said_how_to_make_one(house: House, cleo: Member, grid: Json) -> None:
    await house.arrange(gallery_channel_id=None)
    await cleo.select(await mine(cleo), DEEDS, PUBLISH)
    await said_aside(cleo, "painting", "has no gallery yet")


async def test_a_cell_that_is_taken_down_leaves_the_others_alone(house: House, cleo: Member, grid: Json) -> None:
    await choose(cleo, await mine(cleo), PUBLISH, f"{PUBLISH}: 1 picture.")
    outcome = await cleo.click(await post_of(cleo, await shown(house)), "Take down")
    assert outcome.message is not None
    assert labels(outcome.message) == [words.RESTORE]  # to delete it would delete its whole grid


async def one_of_a_private_grid(house: House, cleo: Member) -> Json:
    """Its post."""
    await house.arrange_gallery()
    await painted(cleo, "a red house")  # so that she may ask in direct messages
    await painted(cleo, "a secret garden", "@Painter")
    await choose(cleo, await mine(cleo), PUBLISH, "Seen by: the gallery")
    return await post_of(cleo, await shown(house))


async def test_a_cross_under_one_picture_of_a_private_grid_leaves_the_others(
    house: House, cleo: Member, ben: Member
) -> None:
    post = await one_of_a_private_grid(house, cleo)
    exhibit = await shown(house)
    await ben.react(post, "❌")
    await until_state(house, exhibit, Hanging.DELETED)
    assert "7 pictures" in text_of(await page_of(cleo, "mine"))


async def test_a_cross_under_an_emptied_post_deletes_nothing(
    house: House, ada: Member, ben: Member, cleo: Member
) -> None:
    post = await one_of_a_private_grid(house, cleo)
    assert await told(ben, post, "Take down") == words.TAKEN_DOWN
    await until(cleo, post, lambda message: not message["attachments"])
    await house.desk.delivery.settle(PATIENCE)
    await ada.request("PATCH", f"/channels/{post['channel_id']}", {"archived": False, "locked": False})
    await ben.react(post, "❌")
    await said_aside(ben, "@Painter", "not here any more")
    assert "8 pictures" in text_of(await page_of(cleo, "mine"))


async def test_a_moderators_cross_under_a_picture_of_another_server_only_takes_it_down(
    house: House, cleo: Member
) -> None:
    exhibit, post = await hung_elsewhere(house, cleo)
    await cleo.react(post, "❌")
    await until_state(house, exhibit, Hanging.HIDDEN)
    assert "4 pictures" in text_of(await page_of(await house.member("eve"), "mine"))


async def hung_elsewhere(house: House, cleo: Member) -> tuple[Exhibit, Json]:
    """One of Eve's pictures of the studio, in the gallery of a server that is Cleo's, and its post."""
    guild, channel = await second_gallery(house, cleo)
    (studio,) = [each.id for each in house.client.guilds if each.id != int(guild["id"])]
    await house.control("people", {"username": "eve", "guild_ids": [str(studio), guild["id"]]})
    eve = await house.member("eve")
    await painted(eve, "a red house")
    opened = await open_first(eve, await page_of(eve, "mine", channel))
    await choose(eve, opened, PUBLISH, "Seen by: the gallery")
    exhibit = await shown(house)
    return exhibit, await post_of(cleo, exhibit)


async def test_a_picture_of_another_server_is_there_to_be_looked_at_and_voted_for(
    house: House, cleo: Member, grid: Json
) -> None:
    guild, channel = await second_gallery(house, cleo)
    await house.control("people", {"username": "eve", "guild_ids": [guild["id"]]})
    eve = await house.member("eve")
    opened = await open_first(cleo, await page_of(cleo, "mine", channel))
    await choose(cleo, opened, "Publish it in the gallery", "Seen by: the gallery")
    exhibit = await shown(house)
    post = await post_of(eve, exhibit)
    assert post["attachments"]
    assert "a red house" in post["content"]
    assert labels(post) == ["Take down"]
    await eve.react(post, "⭐")
    await until_votes(house, 1)
    assert await told(cleo, post, "Take down") == words.TAKEN_DOWN
    await until_state(house, exhibit, Hanging.HIDDEN)


async def bookmarked(house: House, member: Member) -> set[int]:
    async with house.desk.store.read() as tx:
        return {one.cell for one in await bookmarks.of_member(tx, int(member.user_id), 10)}


async def test_a_heart_under_one_picture_of_a_private_grid_keeps_just_that_one(
    house: House, cleo: Member, dov: Member
) -> None:
    post = await one_of_a_private_grid(house, cleo)
    exhibit = await shown(house)
    await painted(dov, "a green boat")  # so that he may be written to
    await dov.react(post, "❤️")
    await until_votes(house, 1)

    async def is_kept() -> bool:
        return await bookmarked(house, dov) == {exhibit.cell}

    await eventually(is_kept)
    await dov.unreact(post, "❤️")

    async def is_let_go() -> bool:
        return await bookmarked(house, dov) == set()

    await eventually(is_let_go)
