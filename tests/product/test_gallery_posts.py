"""What is changed of a picture in `/gallery` is changed of its post in the gallery's channel, and the reverse."""

from __future__ import annotations

import pytest

from bot.replies import exhibits as words
from bot.store.words import Hanging
from sandbox.member import Member
from tests.product.house import House, Json, labels, painted, press, told, until, until_ended
from tests.product.test_gallery import CHOOSE, DO_ALL, choose, listed, open_first, page_of, text_of, then
from tests.product.test_gallery_channel import post_of, published, shown, until_state


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
    await choose(cleo, await mine(cleo), "Keep its words private", "1 picture.")
    await until(cleo, post, lambda message: "red house" not in str(message))


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
    await until(cleo, post, lambda message: "U4" not in str(message) and "U3" in str(message))
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
