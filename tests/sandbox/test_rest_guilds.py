"""Servers, their members, roles, bans, invites and searches over REST."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.clock import iso
from tests.sandbox.crew import Caller, Crew, data_uri, png

Json = dict[str, Any]


async def a_stranger(crew: Crew, name: str = "eve") -> Caller:
    person = await crew.sim("POST", "/people", {"username": name})
    return crew.another(name, int(person["user"]["id"]), person["token"])


# -- the server -------------------------------------------------------------------------------------------------------


async def test_a_servers_settings_are_changed_by_who_manages_it_and_told(crew: Crew) -> None:
    heard = crew.listen("bot")
    body = {"name": "The Atelier", "description": "We paint", "icon": data_uri(png())}
    assert (await crew.cleo.refused("PATCH", crew.guild_path, body)).code == 50013
    changed = await crew.ada.patch(crew.guild_path, body)
    assert (changed["name"], changed["description"]) == ("The Atelier", "We paint")
    assert await crew.download(f"{crew.box.url}/cdn/icons/{changed['id']}/{changed['icon']}.png") == (200, png())
    assert heard.last("GUILD_UPDATE")["name"] == "The Atelier"
    refusal = await crew.ada.refused("PATCH", crew.guild_path, {"icon": "data:image/png;base64,AAAA"})
    assert refusal.at("icon") == ["IMAGE_INVALID"]


async def test_counts_come_when_asked_for(crew: Crew) -> None:
    assert "approximate_member_count" not in await crew.cleo.get(crew.guild_path)
    assert (await crew.cleo.get(f"{crew.guild_path}?with_counts=true"))["approximate_member_count"] == 5
    assert (await crew.cleo.get(f"{crew.guild_path}/preview"))["name"] == "The Studio"


# -- members ----------------------------------------------------------------------------------------------------------


async def test_members_are_listed_by_id_and_found_by_the_start_of_their_name(crew: Crew) -> None:
    first = await crew.bot.get(f"{crew.guild_path}/members?limit=2")
    rest = await crew.bot.get(f"{crew.guild_path}/members?limit=1000&after={first[1]['user']['id']}")
    assert [member["user"]["username"] for member in [*first, *rest]] == ["ada", "ben", "cleo", "dov", "Painter"]
    found = await crew.bot.get(f"{crew.guild_path}/members/search?query=cl&limit=5")
    assert [member["user"]["username"] for member in found] == ["cleo"]


async def test_roles_nicknames_and_time_outs_each_need_their_permission(crew: Crew) -> None:
    path = f"{crew.guild_path}/members/{crew.cleo.id}"
    heard = crew.listen("bot")
    patron = str(crew.role("Patron"))
    assert (await crew.dov.refused("PATCH", path, {"nick": "x"})).code == 50013
    assert (await crew.ben.patch(path, {"nick": "Cle"}))["nick"] == "Cle"
    assert (await crew.ben.refused("PATCH", path, {"roles": [patron]})).code == 50013
    assert (await crew.ada.patch(path, {"roles": [patron]}))["roles"] == [patron]
    until = iso(crew.box.clock.now_ms() + 60_000)
    timed = await crew.ben.patch(path, {"communication_disabled_until": until})
    assert timed["communication_disabled_until"] == until
    assert len(heard.all("GUILD_MEMBER_UPDATE")) == 3
    too_long = iso(crew.box.clock.now_ms() + 29 * 86_400_000)
    assert (await crew.ben.refused("PATCH", path, {"communication_disabled_until": too_long})).code == 50035


async def test_nobody_handles_those_who_stand_above(crew: Crew) -> None:
    for method in ("PATCH", "DELETE"):
        body = {"nick": "x"} if method == "PATCH" else None
        refusal = await crew.ben.refused(method, f"{crew.guild_path}/members/{crew.ada.id}", body)
        assert refusal.code == 50013
    moderator = f"{crew.guild_path}/members/{crew.cleo.id}/roles/{crew.role('Moderator')}"
    assert (await crew.ben.refused("PUT", moderator)).code == 50013


async def test_a_role_is_given_and_taken_and_a_bots_own_is_not(crew: Crew) -> None:
    patron = crew.role("Patron")
    path = f"{crew.guild_path}/members/{crew.cleo.id}/roles"
    await crew.ada.put(f"{path}/{patron}")
    assert (await crew.cleo.get(f"{crew.guild_path}/members/{crew.cleo.id}"))["roles"] == [str(patron)]
    assert (await crew.cleo.get(f"{crew.guild_path}/roles/member-counts"))[str(patron)] == 1
    await crew.ada.delete(f"{path}/{patron}")
    managed = next(role.id for role in crew.state.roles_of(crew.guild.id) if role.managed_by is not None)
    assert (await crew.ada.refused("PUT", f"{path}/{managed}")).code in (50013, 50028)


async def test_one_who_leaves_or_is_kicked_is_told_that_the_server_is_gone(crew: Crew) -> None:
    cleo, bot = crew.listen("cleo"), crew.listen("bot")
    await crew.cleo.delete(f"/users/@me/guilds/{crew.guild.id}")
    assert cleo.last("GUILD_DELETE") == {"id": str(crew.guild.id)}
    assert bot.last("GUILD_MEMBER_REMOVE")["user"]["username"] == "cleo"
    await crew.ben.delete(f"{crew.guild_path}/members/{crew.dov.id}")
    assert (await crew.dov.refused("GET", crew.guild_path)).code == 10004
    assert (await crew.ada.refused("DELETE", f"/users/@me/guilds/{crew.guild.id}")).code == 50013


async def test_a_bot_that_is_kicked_loses_its_role_and_hears_of_it(crew: Crew) -> None:
    bot, cleo = crew.listen("bot"), crew.listen("cleo")
    await crew.ada.delete(f"{crew.guild_path}/members/{crew.bot.id}")
    assert bot.names()[-1] == "GUILD_DELETE"
    assert "GUILD_ROLE_DELETE" in cleo.names()
    assert [role.name for role in crew.state.roles_of(crew.guild.id)] == ["@everyone", "Moderator", "Patron"]


async def test_a_banned_person_is_out_until_the_ban_is_lifted(crew: Crew) -> None:
    path = f"{crew.guild_path}/bans/{crew.dov.id}"
    heard = crew.listen("bot")
    assert (await crew.cleo.refused("PUT", path, {})).code == 50013
    await crew.ben.put(path, {})
    assert heard.last("GUILD_BAN_ADD")["user"]["username"] == "dov"
    assert (await crew.ben.get(path))["user"]["username"] == "dov"
    assert [ban["user"]["username"] for ban in await crew.ben.get(f"{crew.guild_path}/bans")] == ["dov"]
    invite = await crew.ada.post(f"/channels/{crew.channel('general').id}/invites", {})
    assert (await crew.dov.refused("POST", f"/invites/{invite['code']}", {})).code == 40007
    await crew.ben.delete(path)
    assert (await crew.ben.refused("GET", path)).code == 10026
    await crew.dov.post(f"/invites/{invite['code']}", {})


# -- roles ------------------------------------------------------------------------------------------------------------


async def test_roles_are_made_changed_moved_and_deleted_below_ones_own(crew: Crew) -> None:
    heard = crew.listen("bot")
    path = f"{crew.guild_path}/roles"
    made = await crew.ada.post(path, {"name": "Painter", "color": 255, "hoist": True, "permissions": "1024"})
    assert (made["color"], made["hoist"], made["permissions"]) == (255, True, "1024")
    changed = await crew.ada.patch(f"{path}/{made['id']}", {"name": "Master", "mentionable": True})
    assert (changed["name"], changed["mentionable"], changed["color"]) == ("Master", True, 255)
    moved = await crew.ada.patch(path, [{"id": made["id"], "position": 1}])
    assert next(role for role in moved if role["id"] == made["id"])["position"] == 1
    await crew.ada.put(f"{crew.guild_path}/members/{crew.cleo.id}/roles/{made['id']}")
    await crew.ada.delete(f"{path}/{made['id']}")
    assert (await crew.cleo.get(f"{crew.guild_path}/members/{crew.cleo.id}"))["roles"] == []
    assert heard.last("GUILD_ROLE_DELETE")["role_id"] == made["id"]
    assert (await crew.ada.refused("DELETE", f"{path}/{crew.guild.id}")).code == 50028
    assert (await crew.cleo.refused("POST", path, {"name": "x"})).code == 50013


# -- invites ----------------------------------------------------------------------------------------------------------


async def test_an_invite_brings_a_person_in_and_is_counted(crew: Crew) -> None:
    eve = await a_stranger(crew)
    heard = crew.listen("bot")
    place = crew.channel("general")
    invite = await crew.cleo.post(f"/channels/{place.id}/invites", {"max_uses": 1})
    assert heard.last("INVITE_CREATE")["code"] == invite["code"]
    shown = await crew.nobody.get(f"/invites/{invite['code']}?with_counts=true")
    assert (shown["guild"]["name"], shown["inviter"]["username"]) == ("The Studio", "cleo")
    assert shown["approximate_member_count"] == 5
    assert (await crew.bot.refused("POST", f"/invites/{invite['code']}", {})).code == 20001
    joined = await eve.post(f"/invites/{invite['code']}", {})
    assert joined["new_member"]
    assert heard.last("GUILD_MEMBER_ADD")["user"]["username"] == "eve"
    assert heard.last("MESSAGE_CREATE")["type"] == 7
    assert (await eve.get(crew.guild_path))["name"] == "The Studio"
    assert "INVITE_DELETE" in heard.names()
    assert (await crew.nobody.refused("GET", f"/invites/{invite['code']}")).code == 10006


async def test_an_invite_ends_by_the_clock_and_by_whom_it_concerns(crew: Crew) -> None:
    place = crew.channel("general")
    invite = await crew.cleo.post(f"/channels/{place.id}/invites", {"max_age": 60})
    same = await crew.cleo.post(f"/channels/{place.id}/invites", {"max_age": 60})
    other = await crew.cleo.post(f"/channels/{place.id}/invites", {"max_age": 0, "unique": True})
    assert same["code"] == invite["code"]
    assert (other["expires_at"], other["max_age"]) == (None, 0)
    assert len(await crew.ada.get(f"/channels/{place.id}/invites")) == 2
    assert (await crew.cleo.refused("GET", f"{crew.guild_path}/invites")).code == 50013
    crew.box.clock.advance(61)
    assert (await crew.nobody.refused("GET", f"/invites/{invite['code']}")).code == 10006
    assert [one["code"] for one in await crew.ada.get(f"{crew.guild_path}/invites")] == [other["code"]]
    assert (await crew.cleo.refused("DELETE", f"/invites/{other['code']}")).code == 50013
    await crew.ada.delete(f"/invites/{other['code']}")
    assert (await crew.nobody.refused("GET", f"/invites/{other['code']}")).code == 10006


# -- search -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def spoken(crew: Crew) -> Crew:
    await crew.ada.say(crew.channel("general").id, "a red house")
    await crew.cleo.say(crew.channel("painting").id, f"a blue house for <@{crew.dov.id}>")
    await crew.ada.say(crew.channel("staff").id, "a secret house")
    await crew.ada.say(crew.channel("after-dark").id, "a dark house")
    await crew.dov.post(f"/channels/{crew.channel('painting').id}/messages", {"content": "look"}, ("a.png", png()))
    return crew


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("cleo", "content=house", ["a blue house for <@{dov}>", "a red house"]),
        ("cleo", "content=HOUSE%20red", ["a red house"]),
        ("cleo", "content=house&include_nsfw=true&limit=1", ["a dark house"]),
        ("ben", "content=secret", ["a secret house"]),
        ("cleo", "author_id={ada}", ["a red house"]),
        ("cleo", "mentions={dov}", ["a blue house for <@{dov}>"]),
        ("cleo", "has=image", ["look"]),
        ("cleo", "has=-image&sort_order=asc&limit=1", ["a red house"]),
        ("cleo", "content=house&offset=1", ["a red house"]),
        ("cleo", "content=nothing", []),
    ],
)
async def test_a_search_finds_what_one_may_read(spoken: Crew, who: str, query: str, found: list[str]) -> None:
    named = {"{ada}": spoken.ada.id, "{dov}": spoken.dov.id}
    for name, value in named.items():
        query, found = query.replace(name, value), [text.replace(name, value) for text in found]
    answer = await spoken.callers[who].get(f"{spoken.guild_path}/messages/search?{query}")
    assert [group[0]["content"] for group in answer["messages"]] == found


async def test_a_search_that_is_not_served_says_so(crew: Crew) -> None:
    refusal = await crew.cleo.refused("GET", f"{crew.guild_path}/messages/search?link_hostname=example.com")
    assert refusal.status == 501
    assert "link_hostname" in refusal.body["message"]
