"""Channels and overwrites over REST, and who is told that a channel came or went."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.crew import Crew

Json = dict[str, Any]


async def test_a_channel_is_made_changed_and_deleted(crew: Crew) -> None:
    heard = crew.listen("bot")
    made = await crew.ada.post(f"{crew.guild_path}/channels", {"name": "New Room", "topic": "x"})
    assert (made["name"], made["type"], made["topic"]) == ("new-room", 0, "x")
    body = {"name": "Old Room", "nsfw": True, "rate_limit_per_user": 5, "topic": None}
    changed = await crew.ada.patch(f"/channels/{made['id']}", body)
    shown = (changed["name"], changed["nsfw"], changed["rate_limit_per_user"], changed["topic"])
    assert shown == ("old-room", True, 5, None)
    await crew.ada.delete(f"/channels/{made['id']}")
    assert heard.names() == ["CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"]


async def test_members_make_no_channels(crew: Crew) -> None:
    assert (await crew.cleo.refused("POST", f"{crew.guild_path}/channels", {"name": "x"})).code == 50013
    assert (await crew.cleo.refused("PATCH", f"/channels/{crew.channel('general').id}", {"name": "x"})).code == 50013


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "type": 1}, "type"),
        ({"name": "x", "topic": "y" * 1025}, "topic"),
        ({"name": "x", "rate_limit_per_user": 21601}, "rate_limit_per_user"),
        ({"name": "x", "parent_id": "1"}, "parent_id"),
    ],
)
async def test_a_wrong_channel_is_refused_with_its_place(crew: Crew, body: Json, place: str) -> None:
    assert (await crew.ada.refused("POST", f"{crew.guild_path}/channels", body)).at(place)


async def test_hiding_a_channel_takes_it_from_those_who_no_longer_see_it(crew: Crew) -> None:
    place = crew.channel("general")
    cleo, ben, bot = crew.listen("cleo"), crew.listen("ben"), crew.listen("bot")
    path = f"/channels/{place.id}/permissions"
    await crew.ada.put(f"{path}/{crew.guild.id}", {"type": 0, "deny": str(1 << 10)})
    assert (cleo.names(), ben.names(), bot.names()) == (["CHANNEL_DELETE"], ["CHANNEL_DELETE"], [])
    await crew.ada.put(f"{path}/{crew.ben.id}", {"type": 1, "allow": str(1 << 10)})
    assert ben.names() == ["CHANNEL_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE"]
    await crew.ada.delete(f"{path}/{crew.guild.id}")
    assert cleo.names() == ["CHANNEL_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE"]
    assert (await crew.ada.refused("DELETE", f"{path}/{crew.guild.id}")).code == 10009


async def test_nobody_hands_out_what_they_do_not_have(crew: Crew) -> None:
    place = crew.channel("general")
    moderator = crew.state.roles[crew.role("Moderator")]
    moderator.permissions |= 1 << 28
    crew.state.save(moderator)
    path = f"/channels/{place.id}/permissions/{crew.cleo.id}"
    assert (await crew.ben.refused("PUT", path, {"type": 1, "allow": str(1 << 4)})).code == 50013
    await crew.ben.put(path, {"type": 1, "allow": str(1 << 13)})


async def test_lists_and_order(crew: Crew) -> None:
    names = [channel["name"] for channel in await crew.cleo.get(f"{crew.guild_path}/channels")]
    assert "staff" not in names
    assert "staff" in [channel["name"] for channel in await crew.bot.get(f"{crew.guild_path}/channels")]
    general, show = crew.channel("general"), crew.channel("show")
    await crew.ada.patch(
        f"{crew.guild_path}/channels", [{"id": str(general.id), "position": 9, "parent_id": str(show.id)}]
    )
    moved = await crew.cleo.get(f"/channels/{general.id}")
    assert (moved["position"], moved["parent_id"]) == (9, str(show.id))
    await crew.ada.delete(f"/channels/{show.id}")
    assert (await crew.cleo.get(f"/channels/{general.id}"))["parent_id"] is None


async def test_a_forums_tags_keep_their_ids_when_they_are_renamed(crew: Crew) -> None:
    gallery = crew.channel("gallery")
    old = gallery.tags[0]
    tags = [{"id": str(old.id), "name": "view", "emoji_name": "🌄"}, {"name": "new"}]
    shown = (await crew.ada.patch(f"/channels/{gallery.id}", {"available_tags": tags}))["available_tags"]
    assert [tag["name"] for tag in shown] == ["view", "new"]
    assert (shown[0]["id"], shown[0]["emoji_name"]) == (str(old.id), "🌄")
    double = {"available_tags": [{"name": "x"}, {"name": "x"}]}
    assert (await crew.ada.refused("PATCH", f"/channels/{gallery.id}", double)).code == 40061


async def test_a_bot_renames_a_channel_twice_in_ten_minutes(crew: Crew) -> None:
    role = next(role for role in crew.state.roles_of(crew.guild.id) if role.managed_by is not None)
    role.permissions |= 1 << 4
    crew.state.save(role)
    path = f"/channels/{crew.channel('general').id}"
    for name in ("one", "two"):
        await crew.bot.patch(path, {"name": name})
    refusal = await crew.bot.refused("PATCH", path, {"name": "three"})
    assert refusal.status == 429
    assert refusal.body["retry_after"] > 500
    await crew.bot.patch(path, {"nsfw": True})


async def test_a_stranger_sees_nothing_of_a_server(crew: Crew) -> None:
    eve = await crew.sim("POST", "/people", {"username": "eve"})
    crew.another("eve", int(eve["user"]["id"]), eve["token"])
    for path in (f"{crew.guild_path}/channels", f"/channels/{crew.channel('general').id}"):
        assert (await crew.eve.refused("GET", path)).code == 50001
    assert (await crew.eve.refused("GET", crew.guild_path)).code == 10004
    assert (await crew.eve.refused("GET", "/channels/1")).code == 10003
    assert (await crew.eve.refused("GET", "/guilds/1")).code == 10004
    assert (await crew.nobody.refused("GET", crew.guild_path)).status == 401
