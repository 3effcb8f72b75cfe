"""The gallery's window on the web, as members and strangers meet it; they sign in on the sandbox's page of consent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.store import archive
from bot.store.archive import Viewer, Wanted
from bot.store.words import Audience
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, eventually, painted


class Browser:
    """Keeps cookies, follows no link by itself."""

    def __init__(self, house: House, url: str, http: aiohttp.ClientSession) -> None:
        self.house, self.url, self._http = house, url, http

    async def get(self, path: str) -> tuple[int, str]:
        async with self._http.get(f"{self.url}{path}", allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or await response.text()

    async def sign_in(self, person: str, answer: str = "yes") -> str:
        """Press the buttons of Discord's page; the way back that it names."""
        _, consent = await self.get("/sign-in")
        form = {"person": person, "answer": answer}
        async with self._http.post(consent, data=form, allow_redirects=False) as response:
            return response.headers["Location"]

    async def follow(self, back: str) -> int:
        return (await self.get(f"{urlsplit(back).path}?{urlsplit(back).query}"))[0]

    async def leave(self) -> None:
        async with self._http.post(f"{self.url}/sign-out", allow_redirects=False) as response:
            assert response.status == 303


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with Sandbox(port=0) as box, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        url = f"http://127.0.0.1:{unused_port()}"
        async with http.post(f"{box.url}/_sim/applications", json={"name": "The gallery"}) as response:
            application = await response.json()
        where = f"{box.url}/_sim/applications/{application['id']}"
        async with http.patch(where, json={"redirect_uris": [f"{url}/sign-in/back"]}) as response:
            assert response.status == 200
        environ = {
            "GALLERY_PORT": url.rpartition(":")[2],
            "DISCORD_CLIENT_ID": application["id"],
            "DISCORD_CLIENT_SECRET": application["secret"],
        }
        house = House(box, tmp_path / "data", environ)
        await house.control("ratelimits", {"enabled": False})
        async with house:
            yield Browser(house, url, http)


async def own(house: House, member: Member) -> list[int]:
    async with house.desk.store.read() as tx:
        return [each.id for each in await archive.browse(tx, Viewer(int(member.user_id)), Wanted(mine=True), 10)]


async def publish(house: House, ids: list[int]) -> None:
    async with house.desk.store.write() as tx:
        await archive.change_audience(tx, ids, Audience.GALLERY)


async def test_stranger_sees_what_was_published_and_nothing_else(browser: Browser) -> None:
    cleo = await browser.house.member("cleo")
    await painted(cleo, "a lighthouse at dusk")
    ids = await own(browser.house, cleo)
    await publish(browser.house, ids[:1])
    _, page = await browser.get("/?words=lighthouse")
    assert re.findall(r'<a href="/picture/(\d+)"><img', page) == [str(ids[0])]
    image = re.search(r'src="(/image/[^"]+)"', page)
    assert image is not None
    async with aiohttp.ClientSession() as http, http.get(f"{browser.url}{image[1]}") as response:
        assert (response.status, response.content_type) == (200, "image/webp")
    assert [(await browser.get(f"/picture/{each}"))[0] for each in ids[:2]] == [200, 404]
    assert (await browser.get("/?of=mine"))[0] == 403


async def test_member_who_signs_in_sees_their_own_and_their_servers_pictures(browser: Browser) -> None:
    cleo, dov = await browser.house.member("cleo"), await browser.house.member("dov")
    await painted(cleo, "a quiet harbour")
    await painted(dov, "a loud harbour")
    mine, theirs = await own(browser.house, cleo), await own(browser.house, dov)
    assert await browser.follow(await browser.sign_in(cleo.user_id)) == 303
    _, page = await browser.get("/?of=mine")
    assert set(re.findall(r"/picture/(\d+)", page)) == {str(each) for each in mine}
    _, page = await browser.get("/?of=servers&words=loud")
    assert set(re.findall(r"/picture/(\d+)", page)) == {str(each) for each in theirs}
    await browser.leave()
    assert (await browser.get(f"/picture/{mine[0]}"))[0] == 404


async def test_session_outlives_a_restart_of_the_bot(browser: Browser) -> None:
    cleo = await browser.house.member("cleo")
    await browser.follow(await browser.sign_in(cleo.user_id))
    await browser.house.restart()

    async def is_there() -> bool:
        try:
            return (await browser.get("/?of=mine"))[0] == 200
        except aiohttp.ClientError:
            return False

    await eventually(is_there)


async def test_way_back_that_was_not_begun_here_signs_nobody_in(browser: Browser) -> None:
    cleo = await browser.house.member("cleo")
    back = await browser.sign_in(cleo.user_id)
    query = dict(parse_qsl(urlsplit(back).query))
    assert await browser.follow(back.replace(query["state"], "another")) == 400
    await browser.sign_in(cleo.user_id)  # begun anew: the older way back has another state and another verifier
    assert await browser.follow(back) == 400
    assert await browser.follow(await browser.sign_in(cleo.user_id, answer="no")) == 400
    assert (await browser.get("/?of=mine"))[0] == 403
