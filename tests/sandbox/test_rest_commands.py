"""Commands over REST: registered, replaced, and permitted or denied in a server."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world import grants, seed
from sandbox.world.grants import Request
from tests.sandbox.crew import Caller, Crew

Json = dict[str, Any]
ROLE, USER, CHANNEL = 1, 2, 3


async def offered(crew: Crew, who: str, channel: str = "painting") -> list[str]:
    place = crew.channel(channel).id
    index = await crew.callers[who].get(f"/channels/{place}/application-command-index")
    return [command["name"] for command in index["application_commands"]]


async def set_permissions(crew: Crew, target_id: str, *entries: tuple[int, Any, bool], who: str = "ada") -> Json:
    body = {"permissions": [{"type": kind, "id": str(one), "permission": allowed} for kind, one, allowed in entries]}
    path = f"{crew.application_path}/guilds/{crew.guild.id}/commands/{target_id}/permissions"
    stored: Json = await crew.callers[who].put(path, body)
    return stored


async def test_a_command_is_made_once_and_changed_by_its_name(crew: Crew) -> None:
    path = f"{crew.application_path}/commands"
    first = await crew.register(description="One")
    second = await crew.register(description="Two")
    assert (second["id"], second["description"]) == (first["id"], "Two")
    assert second["version"] != first["version"]
    assert [command["id"] for command in await crew.bot.get(path)] == [first["id"]]
    edited = await crew.bot.patch(f"{path}/{first['id']}", {"description": "Three"})
    assert (edited["description"], edited["name"]) == ("Three", "imagine")
    await crew.bot.delete(f"{path}/{first['id']}")
    assert (await crew.bot.refused("GET", f"{path}/{first['id']}")).code == 10063


async def test_a_bulk_overwrite_keeps_ids_by_name_and_drops_the_rest(crew: Crew) -> None:
    path = f"{crew.application_path}/commands"
    kept, gone = await crew.register("keep"), await crew.register("drop")
    now = await crew.bot.put(path, [{"name": "keep", "description": "x"}, {"name": "new", "description": "x"}])
    assert [command["name"] for command in now] == ["keep", "new"]
    assert now[0]["id"] == kept["id"]
    assert gone["id"] not in {command["id"] for command in now}
    assert await crew.bot.put(path, []) == []


async def test_localizations_come_only_when_asked_for(crew: Crew) -> None:
    await crew.register(name_localizations={"de": "male"})
    path = f"{crew.application_path}/commands"
    assert (await crew.bot.get(path))[0]["name_localizations"] is None
    assert (await crew.bot.get(f"{path}?with_localizations=true"))[0]["name_localizations"] == {"de": "male"}


async def test_a_servers_commands_need_the_bot_to_be_there(crew: Crew) -> None:
    elsewhere = seed.make_guild(crew.state, "Elsewhere", int(crew.ada.id))
    refusal = await crew.bot.refused("GET", f"{crew.application_path}/guilds/{elsewhere.id}/commands")
    assert refusal.code == 50001


async def test_permissions_by_user_role_and_channel_decide_who_is_offered_a_command(crew: Crew) -> None:
    command = await crew.register()
    everyone, moderator = crew.guild.id, crew.role("Moderator")
    await set_permissions(crew, command["id"], (ROLE, everyone, False))
    assert (await offered(crew, "cleo"), await offered(crew, "ben"), await offered(crew, "ada")) == (
        [],
        [],
        ["imagine"],
    )
    await set_permissions(crew, command["id"], (ROLE, everyone, False), (ROLE, moderator, True))
    assert (await offered(crew, "cleo"), await offered(crew, "ben")) == ([], ["imagine"])
    await set_permissions(crew, command["id"], (ROLE, moderator, True), (USER, crew.ben.id, False))
    assert (await offered(crew, "cleo"), await offered(crew, "ben")) == (["imagine"], [])
    painting = crew.channel("painting").id
    await set_permissions(crew, command["id"], (CHANNEL, crew.guild.id - 1, False), (CHANNEL, painting, True))
    assert (await offered(crew, "cleo"), await offered(crew, "cleo", "general")) == (["imagine"], [])
    await set_permissions(crew, command["id"])
    assert await offered(crew, "cleo", "general") == ["imagine"]


async def test_what_is_set_for_a_command_goes_before_what_is_set_for_the_application(crew: Crew) -> None:
    one, _ = await crew.register("one"), await crew.register("two")
    await set_permissions(crew, crew.bot.id, (ROLE, crew.guild.id, False))
    assert await offered(crew, "cleo") == []
    await set_permissions(crew, one["id"], (USER, crew.cleo.id, True))
    assert await offered(crew, "cleo") == ["one"]


async def test_an_explicit_allowance_goes_before_the_commands_default_permissions(crew: Crew) -> None:
    command = await crew.register(default_member_permissions="0")
    assert (await offered(crew, "cleo"), await offered(crew, "ada")) == ([], ["imagine"])
    await set_permissions(crew, command["id"], (USER, crew.cleo.id, True))
    assert await offered(crew, "cleo") == ["imagine"]


async def test_a_denied_command_cannot_be_used_by_its_id_either(crew: Crew) -> None:
    command = await crew.register()
    await set_permissions(crew, command["id"], (USER, crew.cleo.id, False))
    body: Json = {"type": 2, "application_id": crew.bot.id, "channel_id": str(crew.channel("painting").id)}
    body["data"] = {"id": command["id"], "name": "imagine", "type": 1}
    assert (await crew.cleo.refused("POST", "/interactions", body)).code == 10063


async def test_permissions_are_read_by_the_bot_and_told_to_it(crew: Crew) -> None:
    heard, command = crew.listen("bot"), await crew.register()
    base = f"{crew.application_path}/guilds/{crew.guild.id}/commands"
    assert (await crew.bot.refused("GET", f"{base}/{command['id']}/permissions")).code == 10066
    stored = await set_permissions(crew, command["id"], (USER, crew.cleo.id, False))
    assert await crew.bot.get(f"{base}/{command['id']}/permissions") == stored
    assert await crew.bot.get(f"{base}/permissions") == [stored]
    assert heard.last("APPLICATION_COMMAND_PERMISSIONS_UPDATE") == stored
    assert (await crew.bot.refused("GET", f"{base}/1/permissions")).code == 10063


async def test_permissions_are_set_by_a_bearer_with_the_scope_who_manages_the_server(crew: Crew) -> None:
    command = await crew.register()
    path = f"{crew.application_path}/guilds/{crew.guild.id}/commands/{command['id']}/permissions"
    assert (await crew.bot.refused("PUT", path, {"permissions": []})).code == 20001

    def bearer(who: str, *scopes: str) -> Caller:
        asked = Request(crew.box.application, scopes, redirect_uri="http://x/")
        grant = grants.consent(crew.state, asked, int(crew.callers[who].id), None)
        grant = grants.exchange(crew.state, crew.box.application, grant.code or "", "http://x/", None)
        return crew.another("bearer", int(crew.callers[who].id), f"Bearer {grant.access_token}")

    scope = "applications.commands.permissions.update"
    assert (await bearer("ada", "identify").refused("PUT", path, {"permissions": []})).code == 50026
    assert (await bearer("cleo", scope).refused("PUT", path, {"permissions": []})).code == 50013
    entry = {"type": USER, "id": crew.dov.id, "permission": False}
    assert (await bearer("ada", scope).put(path, {"permissions": [entry]}))["permissions"] == [entry]
    too_many = {"permissions": [entry | {"id": str(n)} for n in range(101)]}
    assert (await bearer("ada", scope).refused("PUT", path, too_many)).code == 50035


@pytest.mark.parametrize(
    ("fields", "where", "expected"),
    [
        ({}, "painting", True),
        ({"nsfw": True}, "painting", False),
        ({"nsfw": True}, "after-dark", True),
        ({"default_member_permissions": str(1 << 13)}, "painting", False),
        ({"contexts": [1, 2]}, "painting", False),
        ({"contexts": [0]}, "painting", True),
        ({"integration_types": [1]}, "painting", False),
    ],
)
async def test_where_and_to_whom_a_command_is_offered(crew: Crew, fields: Json, where: str, expected: bool) -> None:
    await crew.register(**fields)
    assert (await offered(crew, "cleo", where) == ["imagine"]) is expected


async def test_age_restricted_commands_are_not_for_minors(crew: Crew) -> None:
    await crew.register(nsfw=True)
    await crew.sim("PATCH", f"/people/{crew.cleo.id}", {"is_adult": False})
    assert await offered(crew, "cleo", "after-dark") == []


async def test_a_servers_own_command_goes_before_a_global_one_of_its_name(crew: Crew) -> None:
    everywhere = await crew.register(description="Everywhere")
    here = await crew.register(guild_id=crew.guild.id, description="Here")
    place = crew.channel("painting").id
    index = await crew.cleo.get(f"/channels/{place}/application-command-index")
    assert [command["id"] for command in index["application_commands"]] == [here["id"]]
    body: Json = {"type": 2, "application_id": crew.bot.id, "channel_id": str(place)}
    body["data"] = {"id": everywhere["id"], "name": "imagine", "type": 1}
    assert (await crew.cleo.refused("POST", "/interactions", body)).code == 10063
    given = await crew.use("cleo", crew.channel("painting"), here)
    assert given["data"]["guild_id"] == str(crew.guild.id)
    private = await crew.cleo.get(f"/channels/{crew.direct('cleo', 'bot').id}/application-command-index")
    assert [command["id"] for command in private["application_commands"]] == [everywhere["id"]]
