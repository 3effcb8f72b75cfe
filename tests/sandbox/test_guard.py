"""Other web pages cannot use the sandbox through the browser of who runs it; programs that are no browsers can."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult

from sandbox.server import Sandbox

CHROME = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140", "Accept-Language": "en"}
BY_LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as running:
        yield running


async def status(box: Sandbox, path: str, method: str = "GET", **headers: str) -> int:
    async with aiohttp.ClientSession() as http:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        async with http.request(method, box.url + path, headers=fields) as response:
            return response.status


async def test_the_page_may_use_its_own_sandbox(box: Sandbox) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        own = {"Host": f"{name}:{box.port}", "Origin": f"http://{name}:{box.port}", "Sec-Fetch-Site": "same-origin"}
        assert await status(box, "/_sim/people", **CHROME, **own) == 200
    assert await status(box, "/", **CHROME, Sec_Fetch_Site="none") == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": "http://127.0.0.1:1"},  # another program's page on this machine
        {"Origin": "file://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},  # <img>, <script>
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
@pytest.mark.parametrize("path", ["/_sim/people", "/api/v10/gateway", "/", "/page/js/dom.js"])
async def test_another_page_is_refused_with_a_sentence(box: Sandbox, headers: dict[str, str], path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(box.url + path, headers={**CHROME, **headers}) as response:
        assert response.status == 403
        assert "may not use the sandbox" in (await response.json())["message"]


async def test_a_form_of_another_page_cannot_post(box: Sandbox) -> None:
    assert await status(box, "/_sim/clock", "POST", **CHROME, **BY_LINK) == 403
    assert await status(box, "/_sim/clock", "POST", **CHROME, Origin="https://evil.example") == 403


async def test_a_name_that_resolves_to_this_machine_does_not_make_a_page_ours(box: Sandbox) -> None:
    evil = {"Host": f"evil.example:{box.port}"}
    assert await status(box, "/_sim/people", **CHROME, **evil) == 403  # a plain GET has no Origin
    assert await status(box, "/_sim/people", **evil, Accept_Language="en") == 403
    same = {"Origin": f"http://evil.example:{box.port}", "Sec-Fetch-Site": "same-origin"}
    assert await status(box, "/_sim/people", **CHROME, **evil, **same) == 403
    assert await status(box, "/", **CHROME, **evil, **BY_LINK) == 403
    assert await status(box, "/_sim/people", **CHROME, Host="[::1") == 403


async def test_another_page_cannot_open_the_gateway(box: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/gateway?v=10", "/?v=10"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await http.ws_connect(box.url + path, origin="https://evil.example")
        own = await http.ws_connect(box.url + "/gateway?v=10&encoding=json", origin=box.url)
        assert (await own.receive_json())["op"] == 10
        await own.close()


async def test_links_from_elsewhere_and_pictures_for_elsewhere_work(box: Sandbox) -> None:
    assert await status(box, "/", **CHROME, **BY_LINK) == 200
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert await status(box, "/cdn/embed/avatars/0.png", **CHROME, **image) == 200


async def test_programs_are_not_looked_at_whatever_host_they_speak_to(box: Sandbox) -> None:
    assert await status(box, "/api/v10/gateway", Host="discord.com") == 200
    assert await status(box, "/_sim/people", Host="host.docker.internal") == 200


async def test_a_configured_address_is_an_own_one() -> None:
    async with Sandbox(port=0, url="https://sandbox.example") as box, aiohttp.ClientSession() as http:
        headers = {**CHROME, "Host": "sandbox.example", "Origin": "https://sandbox.example"}
        async with http.get(f"http://127.0.0.1:{box.port}/_sim/people", headers=headers) as response:
            assert response.status == 200


async def test_the_page_lets_in_no_code_from_elsewhere_and_no_frame_around_it(box: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/", "/page/js/dom.js"):
            async with http.get(box.url + path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'self';" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
        async with http.get(box.url + "/cdn/embed/avatars/0.png") as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"


class _ToThisMachine(AbstractResolver):
    """Says of every name that it is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": flags}]

    async def close(self) -> None: ...


async def test_discord_py_reaches_it_under_discords_own_name(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://discord.com:{box.port}/api/v10")
    connector = aiohttp.TCPConnector(resolver=_ToThisMachine())
    async with discord.Client(intents=discord.Intents.none(), connector=connector) as client:
        await client.login(box.bot_token)
        assert client.application_id == box.application_id
