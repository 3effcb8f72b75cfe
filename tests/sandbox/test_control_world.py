"""World-building under /_sim/: people, servers, applications, things for sale, purchases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.control import world
from tests.sandbox.crew import Crew, Refusal

Json = dict[str, Any]
DOCS = Path(__file__).parents[2] / "docs" / "sandbox-world.md"


async def test_people_are_listed_with_their_standing_and_tokens(crew: Crew) -> None:
    listed = await crew.sim("GET", "/people")
    standing = {person["user"]["username"]: person["standing"] for person in listed["people"]}
    assert standing == {"ada": "owner", "ben": "moderator", "cleo": "member", "dov": "member"}
    assert listed["applications"][0]["token"] == crew.box.bot_token
    assert listed["applications"][0]["secret"] == crew.box.application.client_secret


async def test_a_new_person_can_be_put_into_servers_at_once(crew: Crew) -> None:
    heard = crew.listen("bot")
    made = await crew.sim("POST", "/people", {"username": "Eve", "guild_ids": [str(crew.guild.id)]})
    assert (made["user"]["username"], made["standing"]) == ("eve", "member")
    assert heard.last("GUILD_MEMBER_ADD")["user"]["username"] == "eve"
    eve = crew.another("eve", int(made["user"]["id"]), made["token"])
    await eve.say(crew.channel("general").id)
    with pytest.raises(Refusal, match="already a person called eve"):
        await crew.sim("POST", "/people", {"username": "eve"})


async def test_a_person_can_be_a_minor_close_direct_messages_and_speak_german(crew: Crew) -> None:
    changed = await crew.sim(
        "PATCH", f"/people/{crew.cleo.id}", {"is_adult": False, "dms_closed": True, "locale": "de"}
    )
    assert (changed["is_adult"], changed["dms_closed"]) == (False, True)
    given = await crew.use("cleo", crew.channel("painting"), await crew.register())
    assert given["locale"] == "de"


async def test_a_server_is_made_with_a_channel_and_bots(crew: Crew) -> None:
    bot, cleo = crew.listen("bot"), crew.listen("cleo")
    body = {"name": "Second", "owner_id": crew.cleo.id, "application_ids": [crew.bot.id]}
    made = await crew.sim("POST", "/guilds", body)
    assert made["owner_id"] == crew.cleo.id
    assert bot.last("GUILD_CREATE")["id"] == made["id"]
    assert "unavailable" not in bot.last("GUILD_CREATE")  # by that, libraries tell a new server from one that is back
    assert cleo.last("GUILD_CREATE")["id"] == made["id"]
    assert [channel["name"] for channel in await crew.cleo.get(f"/guilds/{made['id']}/channels")] == ["general"]


async def test_an_application_is_made_installed_and_given_redirects(crew: Crew) -> None:
    made = await crew.sim("POST", "/applications", {"name": "Second"})
    second = crew.another("second", int(made["id"]), f"Bot {made['token']}")
    assert (await second.get("/users/@me"))["username"] == "Second"
    await crew.sim("POST", f"/applications/{made['id']}/install", {"guild_id": str(crew.guild.id)})
    assert (await second.get(crew.guild_path))["name"] == "The Studio"
    uris = ["http://127.0.0.1:8080/signed-in"]
    changed = await crew.sim("PATCH", f"/applications/{made['id']}", {"redirect_uris": uris, "description": "Two"})
    assert (changed["redirect_uris"], changed["secret"]) == (uris, made["secret"])
    assert (await second.get("/applications/@me"))["description"] == "Two"


async def test_a_user_installation_is_made_and_undone(crew: Crew) -> None:
    path = f"/applications/{crew.bot.id}/install"
    assert (await crew.sim("POST", path, {"user_id": crew.cleo.id}))["installed_by"] == [crew.cleo.id]
    assert (await crew.sim("POST", path, {"user_id": crew.cleo.id, "installed": False}))["installed_by"] == []


async def test_something_is_put_on_sale_bought_and_cancelled(crew: Crew) -> None:
    heard = crew.listen("bot")
    sku = await crew.sim("POST", "/skus", {"name": "Pro", "type": "subscription", "price_cents": 900})
    assert (await crew.sim("GET", "/skus"))["skus"] == [sku]
    bought = await crew.sim("POST", "/purchases", {"sku_id": sku["id"], "user_id": crew.cleo.id})
    assert bought["entitlement"]["user_id"] == crew.cleo.id
    path = f"/subscriptions/{bought['subscription']['id']}"
    assert (await crew.sim("POST", path, {"act": "cancel"}))["canceled_at"] is not None
    assert (await crew.sim("POST", path, {"act": "expire"}))["status"] == 1
    assert heard.names()[-1] == "SUBSCRIPTION_UPDATE"
    with pytest.raises(Refusal, match="has ended"):
        await crew.sim("POST", path, {"act": "resume"})


async def test_a_servers_subscription_needs_its_server(crew: Crew) -> None:
    sku = await crew.sim("POST", "/skus", {"name": "Hall", "for_guilds": True})
    with pytest.raises(Refusal, match="guild_id"):
        await crew.sim("POST", "/purchases", {"sku_id": sku["id"], "user_id": crew.ada.id})
    body = {"sku_id": sku["id"], "user_id": crew.ada.id, "guild_id": str(crew.guild.id)}
    assert (await crew.sim("POST", "/purchases", body))["entitlement"]["guild_id"] == str(crew.guild.id)


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("POST", "/people", {}, "`username`"),
        ("POST", "/people", {"username": "x", "guild_ids": ["1"]}, "no server with the id"),
        ("POST", "/people", [], "must be a JSON object"),
        ("PATCH", "/people/1", {}, "no person with this id"),
        ("PATCH", "/people/{cleo}", {"is_adult": "yes"}, "true or false"),
        ("POST", "/guilds", {"name": "x"}, "`owner_id`"),
        ("POST", "/applications/1/install", {"guild_id": "1"}, "no application with the id"),
        ("POST", "/applications/{bot}/install", {}, "either `guild_id` or `user_id`"),
        ("PATCH", "/applications/1", {}, "no application with the id"),
        ("POST", "/skus", {"name": "x", "type": "gift"}, "`type` must be one of"),
        ("POST", "/skus", {"name": "x", "price_cents": -1}, "`price_cents`"),
        ("POST", "/purchases", {"sku_id": "1"}, "nothing that is for sale"),
        ("POST", "/subscriptions/1", {"act": "cancel"}, "no subscription with this id"),
    ],
)
async def test_a_wrong_input_is_told_in_a_sentence(
    crew: Crew, method: str, path: str, body: Any, sentence: str
) -> None:
    named = path.replace("{cleo}", crew.cleo.id).replace("{bot}", crew.bot.id)
    with pytest.raises(Refusal, match=sentence) as refused:
        await crew.sim(method, named, body)
    assert refused.value.status in (400, 404)


async def test_every_route_is_in_the_index_and_in_the_docs(crew: Crew) -> None:
    served = {f"{route.method} {route.path}" for route in world.routes(crew.state)}
    assert served == set(world.INDEX)
    assert served <= set((await crew.sim("GET", "/"))["routes"])
    docs = DOCS.read_text()
    for route in served:
        method, path = route.split()
        assert path.removeprefix("/_sim").partition("{")[0].rstrip("/") in docs, route
        assert method in ("GET", "POST") or f"-X {method}" in docs
