"""The code grant, as an application's web window goes through it, and what its tokens open."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.crew import Caller, Crew

Json = dict[str, Any]
HERE = "http://127.0.0.1:9/signed-in?from=discord"


async def register_redirect(crew: Crew) -> None:
    await crew.sim("PATCH", f"/applications/{crew.box.application_id}", {"redirect_uris": [HERE]})


def query(crew: Crew, **fields: str | None) -> Json:
    asked = {
        "client_id": str(crew.box.application_id),
        "response_type": "code",
        "redirect_uri": HERE,
        "scope": "identify",
    }
    return {name: value for name, value in {**asked, **fields}.items() if value is not None}


async def consent(crew: Crew, who: str, answer: str = "yes", guild_id: int | None = None, **fields: str | None) -> Any:
    """What the browser gets for pressing a button on the page."""
    form = {"person": crew.callers[who].id, "answer": answer} | query(crew, **fields)
    if guild_id is not None:
        form["guild_id"] = str(guild_id)
    url = f"{crew.box.url}/oauth2/authorize?{urlencode(query(crew, **fields))}"
    async with crew.http.post(url, data=form, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", ""), await response.text()


async def code_for(crew: Crew, who: str = "cleo", **fields: Any) -> str:
    status, location, _ = await consent(crew, who, **fields)
    assert status == 302
    code: str = parse_qs(urlsplit(location).query)["code"][0]
    return code


async def token(crew: Crew, *, basic: bool = False, secret: str | None = None, **fields: str) -> tuple[int, Json]:
    secret = crew.box.application.client_secret if secret is None else secret
    form = {"grant_type": "authorization_code", "redirect_uri": HERE} | fields
    headers = {}
    if basic:
        pair = f"{crew.box.application_id}:{secret}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": str(crew.box.application_id), "client_secret": secret}
    async with crew.http.post(f"{crew.box.url}/api/oauth2/token", data=form, headers=headers) as response:
        return response.status, await response.json()


async def bearer(crew: Crew, who: str = "cleo", scope: str = "identify") -> Caller:
    _, tokens = await token(crew, code=await code_for(crew, who, scope=scope))
    return crew.another("bearer", int(crew.callers[who].id), f"Bearer {tokens['access_token']}")


async def test_the_page_asks_who_one_is_and_then_for_consent_and_runs_no_script(crew: Crew) -> None:
    await register_redirect(crew)
    for path in ("/oauth2/authorize", "/api/oauth2/authorize", "/api/v10/oauth2/authorize"):
        async with crew.http.get(f"{crew.box.url}{path}?{urlencode(query(crew, state='<s>'))}") as response:
            first = await response.text()
            policy = response.headers["Content-Security-Policy"]
        assert "Who are you?" in first
        assert "&lt;s&gt;" in first
        assert "<script" not in first
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://127.0.0.1:9" in policy
    style = first.partition("<style>")[2].partition("</style>")[0]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    url = f"{crew.box.url}/oauth2/authorize?{urlencode(query(crew) | {'person': crew.cleo.id})}"
    async with crew.http.get(url) as response:
        second = await response.text()
    assert "Cleo, it asks to" in second
    assert "know who you are" in second


async def test_yes_sends_back_with_code_and_state_and_no_with_an_error(crew: Crew) -> None:
    await register_redirect(crew)
    status, location, _ = await consent(crew, "cleo", state="a b")
    found = parse_qs(urlsplit(location).query)
    assert status == 302
    assert location.startswith(HERE + "&code=")
    assert found["state"] == ["a b"]
    _, location, _ = await consent(crew, "cleo", answer="no", state="a b")
    found = parse_qs(urlsplit(location).query)
    assert (found["error"], found["state"]) == (["access_denied"], ["a b"])
    assert "code" not in found


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"client_id": "1"}, "Unknown application"),
        ({"client_id": "x"}, "Unknown application"),
        ({"scope": "identify steal"}, "requested scope is invalid"),
        ({"scope": ""}, "requested scope is invalid"),
        ({"redirect_uri": "http://evil.example/"}, "Invalid OAuth2 redirect_uri"),
        ({"response_type": "token"}, "response_type=code"),
        ({"code_challenge": "x", "code_challenge_method": "S1"}, "code_challenge_method"),
    ],
)
async def test_a_wrong_request_is_told_on_the_page_and_sent_nowhere(crew: Crew, fields: Any, sentence: str) -> None:
    await register_redirect(crew)
    async with crew.http.get(f"{crew.box.url}/oauth2/authorize?{urlencode(query(crew, **fields))}") as response:
        assert response.status == 400
        assert sentence in await response.text()
    status, location, _ = await consent(crew, "cleo", **fields)
    assert (status, location) == (400, "")


@pytest.mark.parametrize("basic", [True, False])
async def test_a_code_becomes_tokens_once(crew: Crew, basic: bool) -> None:
    await register_redirect(crew)
    code = await code_for(crew, scope="identify guilds")
    status, tokens = await token(crew, basic=basic, code=code)
    assert status == 200
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 604800, "identify guilds")
    assert await token(crew, code=code) == (
        400,
        {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'},
    )


async def test_a_code_is_void_after_ten_minutes_and_with_another_redirect(crew: Crew) -> None:
    await register_redirect(crew)
    status, body = await token(crew, code=await code_for(crew), redirect_uri="http://127.0.0.1:9/")
    assert (status, body["error_description"]) == (400, 'Invalid "redirect_uri" in request.')
    code = await code_for(crew)
    crew.box.clock.advance(601)
    assert (await token(crew, code=code))[1]["error"] == "invalid_grant"


async def test_the_client_must_be_who_it_says(crew: Crew) -> None:
    await register_redirect(crew)
    code = await code_for(crew)
    assert await token(crew, code=code, secret="wrong") == (401, {"error": "invalid_client"})
    assert await token(crew, basic=True, code=code, secret="wrong") == (401, {"error": "invalid_client"})
    status, body = await token(crew, code=code, grant_type="password")
    assert (status, body["error"]) == (400, "unsupported_grant_type")
    async with crew.http.post(f"{crew.box.url}/api/oauth2/token", json={"code": code}) as response:
        assert (response.status, (await response.json())["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["plain", "S256"])
async def test_a_code_with_a_challenge_needs_its_verifier(crew: Crew, method: str) -> None:
    await register_redirect(crew)
    verifier = "v" * 50
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    fields = {"code_challenge": digest if method == "S256" else verifier, "code_challenge_method": method}
    assert (await token(crew, code=await code_for(crew, **fields)))[1]["error"] == "invalid_grant"
    assert (await token(crew, code=await code_for(crew, **fields), code_verifier="w"))[0] == 400
    assert (await token(crew, code=await code_for(crew, **fields), code_verifier=verifier))[0] == 200


async def test_tokens_are_refreshed_and_the_old_ones_end(crew: Crew) -> None:
    await register_redirect(crew)
    _, first = await token(crew, code=await code_for(crew))
    status, second = await token(crew, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200
    assert await token(crew, grant_type="refresh_token", refresh_token=first["refresh_token"]) == (
        400,
        {"error": "invalid_grant"},
    )
    old = crew.another("old", 0, f"Bearer {first['access_token']}")
    new = crew.another("new", 0, f"Bearer {second['access_token']}")
    assert (await old.refused("GET", "/users/@me")).status == 401
    assert (await new.get("/users/@me"))["username"] == "cleo"
    crew.box.clock.advance(604801)
    assert (await new.refused("GET", "/users/@me")).status == 401


async def test_revoking_either_token_ends_the_authorization(crew: Crew) -> None:
    await register_redirect(crew)
    _, tokens = await token(crew, code=await code_for(crew))
    form = {"token": tokens["refresh_token"], "client_id": str(crew.box.application_id)}
    form["client_secret"] = crew.box.application.client_secret
    async with crew.http.post(f"{crew.box.url}/api/oauth2/token/revoke", data=form) as response:
        assert (response.status, await response.json()) == (200, {})
    caller = crew.another("gone", 0, f"Bearer {tokens['access_token']}")
    assert (await caller.refused("GET", "/users/@me")).status == 401


async def test_a_bearer_sees_what_was_consented_to_and_no_more(crew: Crew) -> None:
    await register_redirect(crew)
    caller = await bearer(crew)
    about = await caller.get("/oauth2/@me")
    assert (about["scopes"], about["user"]["username"]) == (["identify"], "cleo")
    assert about["application"]["id"] == str(crew.box.application_id)
    assert (await caller.refused("GET", "/users/@me/guilds")).code == 50026
    assert (await caller.refused("GET", f"/channels/{crew.channel('general').id}")).code == 50026
    more = await bearer(crew, scope="guilds guilds.members.read")
    assert [guild["name"] for guild in await more.get("/users/@me/guilds")] == ["The Studio"]
    assert (await more.get(f"/users/@me/guilds/{crew.guild.id}/member"))["user"]["username"] == "cleo"
    assert (await more.refused("GET", "/users/@me")).code == 50026
    assert "user" not in await more.get("/oauth2/@me")
    assert (await crew.bot.refused("GET", "/oauth2/@me")).status == 403
    assert (await crew.bot.get("/oauth2/applications/@me"))["redirect_uris"] == [HERE]


async def test_guilds_join_lets_the_bot_bring_someone_in(crew: Crew) -> None:
    await register_redirect(crew)
    eve = await crew.sim("POST", "/people", {"username": "eve"})
    crew.another("eve", int(eve["user"]["id"]), eve["token"])
    caller = await bearer(crew, "eve", "identify")
    path = f"{crew.guild_path}/members/{crew.eve.id}"
    access = (caller.authorization or "").removeprefix("Bearer ")
    assert (await crew.bot.refused("PUT", path, {"access_token": "wrong"})).code == 50025
    assert (await crew.bot.refused("PUT", path, {"access_token": access})).code == 50026
    caller = await bearer(crew, "eve", "identify guilds.join")
    access = (caller.authorization or "").removeprefix("Bearer ")
    assert (await crew.bot.refused("PUT", f"{crew.guild_path}/members/{crew.dov.id}", {"access_token": access})).code
    role = next(role for role in crew.state.roles_of(crew.guild.id) if role.managed_by is not None)
    role.permissions |= 1
    crew.state.save(role)
    assert (await crew.bot.put(path, {"access_token": access}))["user"]["username"] == "eve"


async def test_adding_a_bot_takes_a_server_that_one_manages(crew: Crew) -> None:
    bot = await crew.sim("POST", "/applications", {"name": "Second", "owner_id": crew.ada.id})
    heard = crew.listen("ada")
    fields = {"client_id": bot["id"], "scope": "bot applications.commands", "permissions": "3072"}
    plain: Any = fields | {"response_type": None, "redirect_uri": None}
    url = f"{crew.box.url}/oauth2/authorize?{urlencode(query(crew, **plain) | {'person': crew.ada.id})}"
    async with crew.http.get(url) as response:
        assert "The Studio" in await response.text()
    status, _, text = await consent(crew, "cleo", guild_id=crew.guild.id, **plain)
    assert status == 400
    assert "Manage Server" in text
    status, _, text = await consent(crew, "ada", guild_id=crew.guild.id, **plain)
    assert (status, "Second was added" in text) == (200, True)
    member = crew.state.find_member(crew.guild.id, int(bot["id"]))
    assert member is not None
    assert crew.state.roles[member.roles[0]].permissions == 3072
    assert "GUILD_MEMBER_ADD" in heard.names()


async def test_a_bot_added_with_a_code_says_into_which_server(crew: Crew) -> None:
    await register_redirect(crew)
    _, location, _ = await consent(crew, "ada", guild_id=crew.guild.id, scope="identify bot", permissions="8")
    found = parse_qs(urlsplit(location).query)
    assert (found["guild_id"], found["permissions"]) == ([str(crew.guild.id)], ["8"])
    _, tokens = await token(crew, code=found["code"][0])
    assert tokens["guild"]["id"] == str(crew.guild.id)


async def test_integration_type_one_installs_for_the_person(crew: Crew) -> None:
    plain: Any = {
        "scope": "applications.commands",
        "integration_type": "1",
        "response_type": None,
        "redirect_uri": None,
    }
    status, _, _ = await consent(crew, "dov", **plain)
    assert status == 200
    assert crew.box.application.installed_by == [int(crew.dov.id)]


async def test_only_addresses_can_be_registered(crew: Crew) -> None:
    path = f"/applications/{crew.box.application_id}"
    for wrong in ("x", ["no address"], ["http://a/#b"], [7]):
        with pytest.raises(Exception, match="absolute URLs"):
            await crew.sim("PATCH", path, {"redirect_uris": wrong})
