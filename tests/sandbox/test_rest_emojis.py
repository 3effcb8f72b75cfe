"""Custom emoji of servers and of applications."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from sandbox.rules import limits
from sandbox.world import seed
from tests.sandbox.crew import Crew, data_uri, png

Json = dict[str, Any]
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01"


def form(name: str = "brush", data: bytes | None = None) -> Json:
    return {"name": name, "image": data_uri(data or png())}


async def test_a_servers_emoji_is_made_renamed_and_deleted_and_each_change_is_told(crew: Crew) -> None:
    heard = crew.listen("bot")
    path = f"{crew.guild_path}/emojis"
    made = await crew.ada.post(path, form())
    assert (made["name"], made["animated"], made["user"]["username"]) == ("brush", False, "ada")
    assert (await crew.cleo.get(f"{path}/{made['id']}"))["id"] == made["id"]
    assert (await crew.ada.patch(f"{path}/{made['id']}", {"name": "pen"}))["name"] == "pen"
    assert [one["name"] for one in await crew.bot.get(path)] == ["pen"]
    assert (await crew.download(f"{crew.box.url}/cdn/emojis/{made['id']}.png")) == (200, png())
    await crew.ada.delete(f"{path}/{made['id']}")
    assert (await crew.ada.refused("GET", f"{path}/{made['id']}")).status == 404
    told = [[one["name"] for one in data["emojis"]] for data in heard.all("GUILD_EMOJIS_UPDATE")]
    assert told == [["brush"], ["pen"], []]


async def test_only_who_may_makes_emoji_and_ones_own_can_be_changed_without_managing_all(crew: Crew) -> None:
    path = f"{crew.guild_path}/emojis"
    assert (await crew.cleo.refused("POST", path, form())).code == 50013
    moderator = crew.state.roles[crew.role("Moderator")]
    moderator.permissions |= 1 << 43
    crew.state.save(moderator)
    bens, adas = await crew.ben.post(path, form()), await crew.ada.post(path, form("pen"))
    assert (await crew.ben.patch(f"{path}/{bens['id']}", {"name": "mine"}))["name"] == "mine"
    assert (await crew.ben.refused("DELETE", f"{path}/{adas['id']}")).code == 50013


async def test_an_applications_emoji_belong_to_it_and_have_different_names(crew: Crew) -> None:
    path = f"{crew.application_path}/emojis"
    made = await crew.bot.post(path, form())
    assert [one["id"] for one in (await crew.bot.get(path))["items"]] == [made["id"]]
    again = await crew.bot.refused("POST", path, form())
    assert again.at("name") == ["APPLICATION_EMOJI_NAME_ALREADY_TAKEN"]
    assert (await crew.bot.patch(f"{path}/{made['id']}", {"name": "brush"}))["name"] == "brush"
    assert (await crew.ada.refused("GET", path)).code == 20002
    await crew.bot.delete(f"{path}/{made['id']}")
    assert (await crew.bot.get(path))["items"] == []


@pytest.mark.parametrize(
    ("name", "image", "place"),
    [
        ("x", data_uri(png()), "name"),
        ("two words", data_uri(png()), "name"),
        ("brush", "data:image/png;base64,AAAA", "image"),
        ("brush", "no picture", "image"),
        ("brush", data_uri(png() + bytes(limits.EMOJI_BYTES)), "image"),
    ],
)
async def test_a_wrong_emoji_is_refused_with_its_place(crew: Crew, name: str, image: str, place: str) -> None:
    refusal = await crew.bot.refused("POST", f"{crew.application_path}/emojis", {"name": name, "image": image})
    assert refusal.code == 50035
    assert refusal.at(place)


async def test_still_and_animated_emoji_are_counted_apart_and_boosts_make_room(crew: Crew) -> None:
    path = f"{crew.guild_path}/emojis"
    for n in range(50):
        await crew.ada.post(path, form(f"still_{n}"))
    assert (await crew.ada.refused("POST", path, form("more"))).code == 30008
    assert (await crew.ada.post(path, form("moving", GIF)))["animated"]
    crew.guild.premium_tier = 1
    await crew.ada.post(path, form("more"))


async def test_one_reacts_with_emoji_of_this_server_and_with_others_where_that_is_allowed(crew: Crew) -> None:
    other = seed.make_guild(crew.state, "Elsewhere", int(crew.cleo.id))
    ours = await crew.ada.post(f"{crew.guild_path}/emojis", form())
    theirs = await crew.cleo.post(f"/guilds/{other.id}/emojis", form("far"))
    message = await crew.ada.say(crew.channel("general").id)
    base = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"

    def mark(emoji: Json) -> str:
        return f"{base}/{quote(emoji['name'] + ':' + emoji['id'])}/@me"

    await crew.cleo.put(mark(ours))
    await crew.cleo.put(mark(theirs))
    assert (await crew.dov.refused("PUT", mark({"name": "x", "id": "1"}))).code == 10014
    await crew.dov.put(mark(theirs))  # somebody else's reaction may be joined
    await crew.cleo.delete(mark(theirs))
    await crew.dov.delete(mark(theirs))
    assert (await crew.dov.refused("PUT", mark(theirs))).code == 10014
    everyone = crew.state.roles[crew.guild.id]
    everyone.permissions &= ~(1 << 18)
    crew.state.save(everyone)
    assert (await crew.cleo.refused("PUT", mark(theirs))).code == 50013


async def test_another_application_cannot_react_with_an_applications_emoji(crew: Crew) -> None:
    made = await crew.bot.post(f"{crew.application_path}/emojis", form())
    message = await crew.ada.say(crew.channel("general").id)
    base = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"
    path = f"{base}/{quote('brush:' + made['id'])}/@me"
    assert (await crew.ada.refused("PUT", path)).code == 10014
    await crew.bot.put(path)
