"""Threads go to sleep after days of silence: what is changed of a picture is changed there too, and they sleep on."""

from __future__ import annotations

import asyncio

from bot.messages.sending import Sender
from sandbox.member import Member
from tests.product.house import House, Json, eventually, painted, press, slow, until, until_ended, until_gone
from tests.product.test_gallery import choose
from tests.product.test_gallery_channel import post_of, published, shown, thread
from tests.product.test_gallery_posts import HIDE_WORDS, forbid_threads, grid, mine, single

__all__ = ["grid", "single"]
TOKEN_SECONDS = 16 * 60  # after which the bot writes in its own name


async def opened_thread(member: Member) -> int:
    place = await member.channel_id("painting")
    made = await member.request("POST", f"/channels/{place}/threads", {"name": "talk", "type": 11})
    return int(made["id"])


async def fall_asleep(house: House, thread_id: int) -> None:
    await house.client.http.edit_channel(thread_id, archived=True)


async def until_asleep(member: Member, thread_id: int) -> None:
    async def is_asleep() -> bool:
        about = await member.request("GET", f"/channels/{thread_id}")
        return bool(about["thread_metadata"]["archived"])

    await eventually(is_asleep)


async def test_words_are_hidden_in_a_post_that_sleeps_and_it_sleeps_on(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    await fall_asleep(house, exhibit.thread_id or 0)
    await choose(cleo, await mine(cleo), HIDE_WORDS, "1 picture.")

    async def is_hidden() -> bool:
        named = (await thread(dov, exhibit))["name"]
        return "red house" not in str(await post_of(dov, exhibit)) and named == "Untitled"

    await eventually(is_hidden)
    await until_asleep(dov, exhibit.thread_id or 0)


async def test_a_deleted_picture_goes_from_a_thread_that_sleeps(house: House, cleo: Member, dov: Member) -> None:
    talk = await opened_thread(cleo)
    picture = await until_ended(cleo, await press(cleo, await painted(cleo, channel=str(talk)), "U4"))
    await fall_asleep(house, talk)
    await choose(cleo, await mine(cleo), "Delete it (30 days to restore)", "gone for good")
    await until_gone(dov, picture)
    await until_asleep(dov, talk)


async def test_an_answer_comes_into_a_thread_that_fell_asleep_meanwhile(house: House, cleo: Member) -> None:
    talk = await opened_thread(cleo)
    message = await slow(cleo, channel=str(talk))
    await house.pass_time(TOKEN_SECONDS)
    await fall_asleep(house, talk)
    await cleo.click(message, "Cancel")
    await until(cleo, message, lambda found: "Cancelled" in found["content"])
    await until_asleep(cleo, talk)


async def test_what_is_changed_at_once_in_a_thread_that_sleeps_is_all_changed(house: House, cleo: Member) -> None:
    talk = await opened_thread(cleo)
    said = [await painted(cleo, f"a red house {number}", str(talk)) for number in range(4)]
    await fall_asleep(house, talk)
    sender: Sender = house.desk.sender
    async with asyncio.TaskGroup() as tasks:
        for one in said:
            tasks.create_task(sender.edit_buttons(talk, int(one["id"]), ()))
    for one in said:
        assert not (await cleo.refresh(one))["components"]
    await until_asleep(cleo, talk)


async def test_where_the_bot_may_not_wake_a_thread_the_answer_comes_by_direct_message(
    house: House, cleo: Member, ada: Member
) -> None:
    talk = await opened_thread(cleo)
    message = await slow(cleo, channel=str(talk))
    await forbid_threads(house, ada, int(await ada.channel_id("painting")))
    await house.pass_time(TOKEN_SECONDS)
    await ada.request("PATCH", f"/channels/{talk}", {"archived": True, "locked": True})
    await cleo.click(message, "Cancel")
    await cleo.wait_for("@Painter", lambda found: "Cancelled" in found["content"])
