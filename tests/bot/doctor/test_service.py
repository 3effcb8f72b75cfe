"""What the doctor asks Discord, and what it makes of the answers: against a real sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor import Finding, Mark, service
from bot.doctor.service import check_account, check_reach, judge_channels, judge_intents, judge_roles
from bot.frame import rights
from bot.frame.settings import Settings
from sandbox.server import Sandbox

pytestmark = pytest.mark.usefixtures("unpointed")
APPLICATION = ("/applications/@me", "/oauth2/applications/@me")  # which of them is asked is the library's affair
ALL, NONE = discord.Permissions.all(), discord.Permissions.none()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def settings(box: Sandbox, **more: str) -> Settings:
    server = str(next(iter(box.state.guilds)))
    environ = {"DISCORD_TOKEN": box.bot_token, "DISCORD_BASE_URL": box.url, "ALLOWED_SERVERS": server}
    return Settings.from_env(environ | more)


async def visit(box: Sandbox, **more: str) -> dict[str, Finding]:
    return {finding.about: finding for finding in await check_account(settings(box, **more))}


async def as_owner(box: Sandbox, http: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> None:
    headers = {"Authorization": box.token_of("ada")}
    async with http.request(method, f"{box.url}/api/v10{path}", json=body, headers=headers) as answer:
        assert answer.status < 300, await answer.text()


async def order(box: Sandbox, http: aiohttp.ClientSession, *faults: dict[str, Any]) -> None:
    async with http.post(f"{box.url}/_sim/faults", json=list(faults)) as ordered:
        assert ordered.status == 201, await ordered.text()


async def test_bot_that_is_at_home_has_nothing_to_mend(box: Sandbox) -> None:
    found = await visit(box)
    assert {finding.mark for finding in found.values()} == {Mark.FINE}, found
    assert found.keys() == {"token", "intents", "logins", "permissions"}
    assert str(box.application_id) in found["token"].sentence
    assert found["logins"].sentence == "1000 of 1000 logins of this day are left."
    assert found["permissions"].sentence.startswith("In The Studio the bot can work in ")


async def test_reach_is_told_in_milliseconds_without_a_login(box: Sandbox) -> None:
    (found,) = await check_reach(box.url)
    assert found.mark is Mark.FINE
    assert found.sentence.startswith(f"{box.url} answers; REST and the gateway's greeting took ")
    assert (await visit(box))["logins"].sentence.startswith("1000 of 1000")


async def test_place_that_cannot_be_reached_is_a_fault() -> None:
    (found,) = await check_reach("http://127.0.0.1:1")
    assert found.mark is Mark.FAULT
    assert found.sentence.startswith("http://127.0.0.1:1 cannot be reached (")
    assert "firewall" in found.remedy


@pytest.mark.parametrize("greeting", ['{"op": 1}', "not even JSON", None], ids=["other", "words", "hangs up"])
async def test_stranger_in_the_place_of_discord_is_a_fault(greeting: str | None) -> None:
    async def gateway(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if greeting is not None:
            await socket.send_str(greeting)
        await socket.close()
        return socket

    async def rest(_: web.Request) -> web.Response:
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.get("/gateway", gateway), web.get("/api/v10/gateway", rest)])
    async with TestServer(app) as server:
        (found,) = await check_reach(str(server.make_url("")).rstrip("/"))
    assert found.mark is Mark.FAULT
    assert "cannot be reached (" in found.sentence


async def test_service_in_trouble_is_a_fault(box: Sandbox, http: aiohttp.ClientSession) -> None:
    await order(box, http, {"kind": "http", "path": "/gateway", "status": 503})
    (found,) = await check_reach(box.url)
    assert found.mark is Mark.FAULT
    assert "503" in found.sentence


async def test_service_that_never_answers_is_a_fault(
    box: Sandbox, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await order(box, http, {"kind": "http", "path": "/gateway", "delay_seconds": 3600})
    monkeypatch.setattr(service, "REACH_SECONDS", 0.2)
    (found,) = await check_reach(box.url)
    assert found.sentence == f"{box.url} cannot be reached (it does not answer)."


async def test_refused_token_is_a_fault_and_is_not_shown(box: Sandbox, http: aiohttp.ClientSession) -> None:
    body = {"application_id": str(box.application_id), "revoked": True}
    async with http.post(f"{box.url}/_sim/token", json=body) as revoked:
        assert revoked.status == 200
    found = await visit(box)
    assert found.keys() == {"token"}
    assert found["token"].mark is Mark.FAULT
    assert box.bot_token not in found["token"].sentence + found["token"].remedy


async def test_channel_where_something_is_missing_is_named_with_what(box: Sandbox, http: aiohttp.ClientSession) -> None:
    (guild,) = box.state.guilds.values()
    channel = next(channel for channel in box.state.channels.values() if channel.name == "painting")
    denied = {"type": 1, "allow": "0", "deny": str(discord.Permissions(attach_files=True, add_reactions=True).value)}
    await as_owner(box, http, "PUT", f"/channels/{channel.id}/permissions/{box.application_id}", denied)
    found = (await visit(box))["permissions"]
    assert found.mark is Mark.WARNING
    assert found.sentence == f"In {guild.name} something is missing in #painting (add reactions, attach files)."


async def test_server_that_is_not_allowed_is_told_with_its_id(box: Sandbox) -> None:
    found = await check_account(settings(box, ALLOWED_SERVERS="112233445566778899"))
    servers = [finding for finding in found if finding.about == "servers"]
    assert [finding.mark for finding in servers] == [Mark.WARNING, Mark.WARNING]
    assert str(next(iter(box.state.guilds))) in servers[0].remedy
    assert f"client_id={box.application_id}" in servers[1].remedy
    open_to_all = await check_account(settings(box, ALLOWED_SERVERS="112233445566778899", STRANGERS_PLAN="open"))
    assert [finding for finding in open_to_all if finding.about == "servers"] == []


async def test_server_is_looked_at_only_as_far_as_a_limit(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_SERVERS", 0)
    assert (await visit(box))["servers"].sentence == "1 more servers were not looked at."


async def test_few_logins_are_a_warning(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FEW_STARTS", 1001)
    found = (await visit(box))["logins"]
    assert found.mark is Mark.WARNING
    assert found.sentence == "Only 1000 of 1000 logins are left; beyond, Discord resets the token."


async def test_answer_that_is_no_answer_is_a_fault(box: Sandbox, http: aiohttp.ClientSession) -> None:
    await order(box, http, *({"kind": "http", "path": path, "status": 403} for path in APPLICATION))
    (found,) = (await visit(box)).values()
    assert (found.about, found.mark) == ("account", Mark.FAULT)


def test_intent_without_its_grant_is_a_fault() -> None:
    wanted = discord.Intents(members=True, message_content=True)
    small, none = discord.ApplicationFlags(gateway_guild_members_limited=True), discord.ApplicationFlags()
    assert judge_intents(rights.intents(), none).mark is Mark.FINE
    assert judge_intents(wanted, small).sentence.endswith("not granted are message_content.")
    assert judge_intents(wanted, none).mark is Mark.FAULT
    both = discord.ApplicationFlags(gateway_guild_members=True, gateway_message_content_limited=True)
    assert judge_intents(wanted, both).mark is Mark.FINE


def test_hidden_channels_are_the_servers_choice_but_one_must_be_seen() -> None:
    (partly,) = judge_channels("Home", [("a", ALL), ("b", NONE)], ALL)
    assert partly == Finding("permissions", Mark.FINE, "In Home the bot can work in 1 channels, and does not see 1.")
    (nowhere,) = judge_channels("Home", [("b", NONE)], ALL)
    assert (nowhere.mark, nowhere.sentence) == (Mark.FAULT, "In Home the bot can work in no channel: it sees none.")
    mute = rights.missing(rights.NEEDED, discord.Permissions(send_messages=True))
    (broken,) = judge_channels("Home", [("a", mute)], ALL)
    assert broken.sentence == "In Home the bot can work in no channel: #a lacks send messages."


def test_roles_that_plans_bring_must_be_below_the_bots_own() -> None:
    assert judge_roles("Home", [("Pro", True)], may_manage=True) == []
    assert judge_roles("Home", [], may_manage=False) == []
    (above,) = judge_roles("Home", [("Pro", True), ("Mega", False)], may_manage=True)
    assert (above.mark, above.sentence) == (Mark.WARNING, "In Home the bot cannot give Mega to members.")
    (none,) = judge_roles("Home", [("Pro", True)], may_manage=False)
    assert none.sentence == "In Home the bot cannot give Pro to members."


async def test_role_of_a_plan_that_cannot_be_given_is_told(box: Sandbox, tmp_path: Path) -> None:
    guild = next(iter(box.state.guilds))
    moderator = next(role for role in box.state.roles_of(guild) if role.name == "Moderator")
    path = tmp_path / "plans.toml"
    path.write_text(f'default = "pro"\n[plans.pro]\ntitle = "Pro"\nfast = "1 h"\nrole = "{moderator.id}"\n')
    findings = await check_account(settings(box, ATELIER_PLANS=str(path)))
    assert "In The Studio the bot cannot give Moderator to members." in [finding.sentence for finding in findings]


def test_rights_that_are_only_useful_are_a_warning() -> None:
    (found,) = judge_channels("Home", [("a", rights.NEEDED)], rights.NEEDED)
    assert found.mark is Mark.WARNING
    assert "pin messages" in found.sentence
