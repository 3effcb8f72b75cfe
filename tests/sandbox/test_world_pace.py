"""How often: slowmode, edits of old messages, new commands in a day."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules import errors, limits
from sandbox.rules.clock import Clock
from sandbox.rules.pace import Pace
from sandbox.rules.permissions import Permission
from tests.sandbox.crew import Crew

Json = dict[str, Any]


async def slow(crew: Crew, name: str = "general", seconds: int = 30, **fields: Any) -> str:
    channel = crew.channel(name)
    await crew.ada.patch(f"/channels/{channel.id}", {"rate_limit_per_user": seconds, **fields})
    return f"/channels/{channel.id}"


async def test_slowmode_makes_a_member_wait_and_says_how_long(crew: Crew) -> None:
    place = await slow(crew)
    await crew.cleo.post(place + "/messages", {"content": "one"})
    crew.box.clock.advance(10)
    refusal = await crew.cleo.refused("POST", place + "/messages", {"content": "two"})
    assert (refusal.status, refusal.code) == (429, 20016)
    assert 19 < refusal.body["retry_after"] <= 20
    assert refusal.body["message"] == "This action cannot be performed due to slowmode rate limit"
    crew.box.clock.advance(21)
    await crew.cleo.post(place + "/messages", {"content": "two"})


async def test_slowmode_is_each_members_own_and_each_channels(crew: Crew) -> None:
    place = await slow(crew)
    await crew.cleo.post(place + "/messages", {"content": "one"})
    await crew.dov.post(place + "/messages", {"content": "me too"})
    await crew.cleo.say(crew.channel("painting").id, "elsewhere")


async def test_a_refused_message_costs_no_turn(crew: Crew) -> None:
    place = await slow(crew)
    assert (await crew.cleo.refused("POST", place + "/messages", {"content": ""})).code == 50006
    await crew.cleo.post(place + "/messages", {"content": "one"})


async def test_bots_commands_and_those_who_may_bypass_it_do_not_wait(crew: Crew) -> None:
    place = await slow(crew)
    command = await crew.register()
    for _ in range(2):
        await crew.bot.post(place + "/messages", {"content": "fast"})
        await crew.ada.post(place + "/messages", {"content": "I own this"})
        await crew.use("cleo", crew.channel("general"), command)
    allow = {"type": 1, "allow": str(int(Permission.BYPASS_SLOWMODE))}
    await crew.ada.put(f"{place}/permissions/{crew.cleo.id}", allow)
    for _ in range(2):
        await crew.cleo.post(place + "/messages", {"content": "let through"})


async def test_a_repeated_nonce_finds_its_message_under_slowmode(crew: Crew) -> None:
    place = await slow(crew)
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    first = await crew.cleo.post(place + "/messages", body)
    assert (await crew.cleo.post(place + "/messages", body))["id"] == first["id"]


async def test_one_message_and_one_thread_in_each_interval(crew: Crew) -> None:
    place = await slow(crew)
    sent = await crew.cleo.post(place + "/messages", {"content": "one"})
    await crew.cleo.post(f"{place}/messages/{sent['id']}/threads", {"name": "about it"})
    refusal = await crew.cleo.refused("POST", place + "/threads", {"name": "another", "type": 11})
    assert (refusal.status, refusal.code) == (429, 20016)


async def test_a_forum_slows_posts_and_gives_its_posts_a_slowmode_of_their_own(crew: Crew) -> None:
    place = await slow(crew, "gallery", 60, default_thread_rate_limit_per_user=5)
    post = await crew.cleo.post(place + "/threads", {"name": "first", "message": {"content": "look"}})
    assert (
        await crew.cleo.refused("POST", place + "/threads", {"name": "b", "message": {"content": "x"}})
    ).code == 20016
    await crew.cleo.say(post["id"], "one")
    assert (await crew.cleo.refused("POST", f"/channels/{post['id']}/messages", {"content": "two"})).code == 20016


async def test_messages_older_than_an_hour_can_be_edited_only_so_often(crew: Crew) -> None:
    crew.box.rest.ratelimits.enabled = False
    sent = await crew.bot.say(crew.channel("general").id, "0")
    path = f"/channels/{sent['channel_id']}/messages/{sent['id']}"
    for n in range(limits.OLD_MESSAGE_EDITS + 5):
        await crew.bot.patch(path, {"content": f"young {n}"})
    crew.box.clock.advance(limits.OLD_MESSAGE_SECONDS + 1)
    for n in range(limits.OLD_MESSAGE_EDITS):
        await crew.bot.patch(path, {"content": f"old {n}"})
    refusal = await crew.bot.refused("PATCH", path, {"content": "one more"})
    assert (refusal.status, refusal.code) == (429, 30046)
    assert 0 < refusal.body["retry_after"] <= limits.OLD_MESSAGE_EDIT_WINDOW_SECONDS
    assert refusal.headers["Via"], "without it a client takes this for a ban of its address"
    crew.box.clock.advance(limits.OLD_MESSAGE_EDIT_WINDOW_SECONDS + 1)
    assert (await crew.bot.patch(path, {"content": "later"}))["content"] == "later"


async def test_only_so_many_commands_are_created_in_a_day_and_replacing_is_free(crew: Crew) -> None:
    crew.box.rest.ratelimits.enabled = False
    path = f"{crew.application_path}/commands"
    bodies = [{"name": f"c{n}", "description": "x"} for n in range(99)]
    for wanted in (bodies, bodies, [], bodies):  # 198 are new
        await crew.bot.ask("PUT", path, wanted)
    kept = await crew.bot.get(path)
    new = [{"name": f"d{n}", "description": "x"} for n in range(3)]
    assert (await crew.bot.refused("PUT", path, bodies[:90] + new)).code == 30034
    assert await crew.bot.get(path) == kept, "nothing is half done"
    await crew.bot.ask("PUT", path, bodies[:90] + new[:2])
    assert (await crew.bot.refused("POST", path, new[2])).code == 30034
    await crew.bot.post(path, bodies[0])
    await crew.register("elsewhere", crew.guild.id)
    crew.box.clock.advance(24 * 60 * 60 + 1)
    await crew.bot.post(path, new[2])


def test_a_pace_forgets_what_is_over_and_forgives_a_clock_moved_back() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.note("a")
    assert pace.seconds_left("a", 1, 10) == pytest.approx(10, abs=0.1)
    assert pace.seconds_left("a", 2, 10) == 0
    assert pace.seconds_left("a", 2, 10, more=2) > 0
    clock.advance(-100)
    assert pace.seconds_left("a", 1, 10) == 0


def test_a_slowmode_refusal_reads_as_discords() -> None:
    body = errors.slowmode(13.4741).body()
    assert (body["code"], body["retry_after"], body["global"]) == (20016, 13.474, False)
