"""What Discord refuses in one way and takes in the next: a reply without the history, words that a channel's rules
block, direct messages opened too fast, messages that only a token reaches, forums of which it has not told yet.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.messages import sending, withdrawing
from bot.messages.cards import Card
from bot.messages.told import Told
from bot.replies import REFUSED_HERE
from bot.store import archive, jobs, outbox, placeholders
from bot.store.jobs import Job
from bot.store.words import Audience, Sending
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import eventually, messages, must_hold, until_calm
from tests.product.faults.test_messages import CALLBACK
from tests.product.faults.test_places import QUARTER_SECONDS, VIEW_CHANNEL, deny
from tests.product.house import House, Json, imagine, painted, press, said_aside, told, until, until_ended, until_gone
from tests.product.test_gallery_channel import post_of, shown

READ_HISTORY = 65536
NONCE_FORGOTTEN_SECONDS = 400.0


async def _jobs(house: House, member: Member) -> tuple[Job, ...]:
    async with house.desk.store.read() as tx:
        return tuple(await jobs.of_member(tx, int(member.user_id), 9))


async def _delete(house: House, member: Member) -> None:
    """Their only job, from anywhere but its message."""
    (job,) = await _jobs(house, member)
    async with house.desk.store.write() as tx:
        await withdrawing.delete(tx, job, int(member.user_id), house.desk.now())
    house.desk.delivery.poke()


async def test_without_the_history_a_reaction_still_brings_its_picture_into_the_channel(
    house: House, cleo: Member, box: Sandbox
) -> None:
    grid = await painted(cleo, "a red house", "more-painting")
    await deny(house, "more-painting", READ_HISTORY)
    await cleo.react(grid, "🔄")

    async def was_heard() -> bool:
        return len(await _jobs(house, cleo)) == 2

    await eventually(was_heard, "the reaction was heard")
    found = await must_hold(box, house.desk.store)
    assert {str(answer.channel_id) for answer in found.values()} == {grid["channel_id"]}


async def test_an_answer_that_is_blocked_in_its_channel_comes_by_direct_message(
    house: House, cleo: Member, box: Sandbox, brush: Brush
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    (job,) = await _jobs(house, cleo)
    house.desk.delivery._forget(job.id)  # so that no preview meets it
    path = f"/webhooks/*/*/messages/{first['id']}"
    await house.control("faults", {"kind": "http", "method": "PATCH", "path": path, "status": 400})
    brush.let_go()
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")
    await until(cleo, first, lambda message: message["content"] == REFUSED_HERE)


async def test_what_is_blocked_in_its_channel_from_the_first_comes_by_direct_message(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    create = f"/channels/{await cleo.channel_id('painting')}/messages"
    for path, times in ((CALLBACK, 1), (create, None)):
        await house.control("faults", {"kind": "http", "method": "POST", "path": path, "status": 400, "times": times})
    typing = asyncio.ensure_future(cleo.command("painting", "imagine", prompt="a red house --steps 2"))
    await asyncio.to_thread(brush.touched.wait, 10)
    await house.pass_time(4)
    assert (await typing).status == "failed"
    brush.let_go()
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")


async def test_direct_messages_that_are_opened_too_fast_come_later(
    house: House, cleo: Member, box: Sandbox, brush: Brush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "OPENED_REST", 0.01)
    opening, refusals = house.client.http.start_private_message, iter([True])

    async def start(member: int) -> Any:
        if next(refusals, False):
            answer: Any = SimpleNamespace(status=403, reason="Forbidden", headers={})
            body = {"code": 40003, "message": "You are opening direct messages too fast"}
            raise discord.Forbidden(answer, body)
        return await opening(member)

    monkeypatch.setattr(house.client.http, "start_private_message", start)
    brush.hold()
    first = await imagine(cleo, "a red house", "more-painting")
    ada = await house.member("ada")
    await ada.request("DELETE", f"/channels/{first['channel_id']}")
    brush.let_go()
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")


async def test_what_only_a_token_reaches_is_taken_away_by_it(make_house: MakeHouse, box: Sandbox) -> None:
    house = await make_house(STRANGERS_PLAN="open")
    cleo = await house.member("cleo")
    await house.control(f"applications/{box.application_id}/install", {"user_id": cleo.user_id})
    guild = await house.control("guilds", {"name": "Elsewhere", "owner_id": cleo.user_id})
    (channel,) = await cleo.request("GET", f"/guilds/{guild['id']}/channels")
    grid = await painted(cleo, "a red house", channel["id"])
    await _delete(house, cleo)
    await until_gone(cleo, grid)


async def test_where_the_bot_sees_nothing_any_more_a_token_takes_away_what_is_deleted(
    house: House, cleo: Member
) -> None:
    grid = await painted(cleo, "a red house", "more-painting")
    await deny(house, "more-painting", VIEW_CHANNEL)
    await _delete(house, cleo)
    await until_gone(cleo, grid)


async def _allow(house: House, channel: str) -> None:
    """Again, and whatever waited for it is due."""
    ada = await house.member("ada")
    await ada.request("DELETE", f"/channels/{await ada.channel_id(channel)}/permissions/{house.box.application_id}")
    async with house.desk.store.write() as tx:
        await outbox.hasten(tx, house.desk.now(), house.desk.now())
    house.desk.delivery.poke()


async def _until_put_off(house: House, job: Job, kind: Told) -> None:
    async def is_put_off() -> bool:
        async with house.desk.store.read() as tx:
            found = [one for one in await outbox.of_job(tx, job.id) if one.kind == kind]
        return found[-1].state is Sending.PENDING and bool(found[-1].error)

    await eventually(is_put_off, "it waits")


async def _deleted_while_shut_out(house: House, cleo: Member) -> tuple[Json, Job]:
    """The message that is still there, and its job."""
    grid = await painted(cleo, "a red house", "more-painting")
    (job,) = await _jobs(house, cleo)
    await house.pass_time(QUARTER_SECONDS)
    await deny(house, "more-painting", VIEW_CHANNEL)
    await _delete(house, cleo)
    await _until_put_off(house, job, Told.ERASE)
    return grid, job


async def test_what_is_deleted_while_the_bot_is_shut_out_goes_once_it_is_let_in_again(
    house: House, cleo: Member
) -> None:
    grid, _ = await _deleted_while_shut_out(house, cleo)
    await _allow(house, "more-painting")
    await until_gone(cleo, grid)


async def test_what_was_posted_anew_meanwhile_is_not_taken_away_with_what_had_to_wait(
    house: House, cleo: Member
) -> None:
    grid, job = await _deleted_while_shut_out(house, cleo)
    ada = await house.member("ada")
    await ada.delete(grid)
    channel = await cleo.channel_id("painting")
    anew = await house.desk.sender.create(int(channel), Card("once more"), 0, nonce="anew")
    async with house.desk.store.write() as tx:
        await placeholders.move(tx, job.id, int(grid["id"]), anew.channel, anew.message)
    await _allow(house, "more-painting")
    await until_calm(house.desk.store)
    assert "once more" in [one["content"] for one in await cleo.messages("painting")]


async def test_a_post_that_is_to_come_down_while_the_bot_is_shut_out_comes_down_once_it_is_let_in_again(
    house: House, cleo: Member, dov: Member
) -> None:
    await house.control("ratelimits", {"enabled": False})
    await house.arrange_gallery()
    grid = await painted(cleo, "a red house")
    await cleo.react(grid, "⭐")
    exhibit = await shown(house)
    post = await post_of(dov, exhibit)
    (job,) = await _jobs(house, cleo)
    await deny(house, "gallery", VIEW_CHANNEL)
    async with house.desk.store.write() as tx:
        found = await archive.of_job(tx, job)
        await withdrawing.show_to(tx, found, Audience.PRIVATE, job.member_id, house.desk.now())
    house.desk.delivery.poke()
    await _until_put_off(house, job, Told.PUBLISH)
    await _allow(house, "gallery")
    await until(dov, post, lambda message: not message["attachments"])


async def test_a_press_that_finds_its_message_taken_away_by_the_letter_says_that_it_is_deleted(
    make_house: MakeHouse, box: Sandbox
) -> None:
    house = await make_house(STRANGERS_PLAN="open")
    cleo = await house.member("cleo")
    await house.control(f"applications/{box.application_id}/install", {"user_id": cleo.user_id})
    guild = await house.control("guilds", {"name": "Elsewhere", "owner_id": cleo.user_id})
    (channel,) = await cleo.request("GET", f"/guilds/{guild['id']}/channels")
    grid = await painted(cleo, "a red house", channel["id"])
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    await house.control("faults", {"kind": "http", "path": CALLBACK, "delay_seconds": 1.0})
    await cleo.click(single, "Delete")
    await said_aside(cleo, channel["id"], "Deleted")


async def test_what_a_moderator_hides_goes_though_its_maker_has_no_account_any_more(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    (job,) = await _jobs(house, cleo)
    gone = {"kind": "http", "method": "POST", "path": "/users/@me/channels", "status": 400, "times": None}
    await house.control("faults", gone)
    ben = await house.member("ben")
    async with house.desk.store.write() as tx:
        await withdrawing.hide(tx, await archive.of_job(tx, job), int(ben.user_id), house.desk.now())
    house.desk.delivery.poke()
    await until_gone(cleo, grid)


async def test_a_copy_that_discord_does_not_let_go_keeps_none_of_the_other_messages(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    (job,) = await _jobs(house, cleo)
    copy = (await cleo.command("more-painting", "show", job=job.id)).message
    assert copy is not None
    await until(cleo, copy, lambda message: bool(message["attachments"]))
    path = f"/channels/*/messages/{copy['id']}"
    await house.control("faults", {"kind": "http", "method": "DELETE", "path": path, "status": 400, "times": None})
    await _delete(house, cleo)
    await until_gone(cleo, grid)


async def test_a_post_is_hung_though_discord_tells_late_of_its_forum(house: House, cleo: Member, box: Sandbox) -> None:
    await house.control("ratelimits", {"enabled": False})
    await house.arrange_gallery()
    single = await until_ended(cleo, await press(cleo, await painted(cleo, "a red house"), "U2"))
    trouble = {"kind": "http", "method": "POST", "path": "/channels/*/threads", "status": 503, "times": None}
    await house.control("faults", trouble)
    assert await told(cleo, single, "⭐") == "Published."

    async def was_refused() -> bool:
        return any(entry.head.get("status") == 503 for entry in box.journal.entries())

    await eventually(was_refused, "it was refused")
    await house.close()
    async with aiohttp.ClientSession() as http, http.delete(f"{box.url}/_sim/faults") as response:
        response.raise_for_status()
    await house.control("faults", {"kind": "event_delay", "event": "GUILD_CREATE", "seconds": 1.5})
    await house.pass_time(NONCE_FORGOTTEN_SECONDS)
    await house.open()
    await shown(house)
    assert len([one for one in messages(box) if "Take down" in str(one.components)]) == 1
