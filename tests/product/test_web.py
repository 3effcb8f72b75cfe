"""The gallery's window on the web, as members and strangers meet it; they sign in on the sandbox's page of consent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.replies import exhibits
from bot.store import archive
from bot.store.archive import Viewer, Wanted
from bot.store.words import Audience
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, Json, buttons, eventually, painted, told, until
from tests.product.test_gallery_channel import gallery_panel, post_of, shown


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


async def test_the_gallerys_channel_leads_to_the_window(browser: Browser) -> None:
    ada, cleo = await browser.house.member("ada"), await browser.house.member("cleo")
    await browser.house.arrange_gallery()
    channel = await ada.channel_id("gallery")
    panel = await gallery_panel(ada)
    await ada.click(panel, exhibits.TEND)
    welcome = await guidelines_in(ada, channel)
    assert links(welcome) == {exhibits.WINDOW: browser.url}
    await cleo.react(await painted(cleo, "a quiet harbour"), "⭐")
    post = await post_of(cleo, await shown(browser.house))
    page = links(post)[exhibits.WINDOW]
    assert (await browser.get(page.removeprefix(browser.url)))[0] == 200
    await told(cleo, post, "Take down")

    async def is_gone() -> bool:
        return (await browser.get(page.removeprefix(browser.url)))[0] == 404

    await eventually(is_gone)


async def test_guidelines_follow_the_window_when_it_is_opened_later(browser: Browser) -> None:
    ada, house = await browser.house.member("ada"), browser.house
    await house.arrange_gallery()
    port = house._environ.pop("GALLERY_PORT")
    await house.restart()
    await ada.click(await gallery_panel(ada), exhibits.TEND)
    channel = await ada.channel_id("gallery")
    welcome = await guidelines_in(ada, channel)
    assert links(welcome) == {}
    house._environ = {**house._environ, "GALLERY_PORT": port}
    await house.restart()
    await until(ada, welcome, lambda message: links(message) == {exhibits.WINDOW: browser.url})
    assert (await guidelines_in(ada, channel))["id"] == welcome["id"]


def links(message: Json) -> dict[str, str]:
    return {one["label"]: one["url"] for one in buttons(message) if "url" in one}


async def guidelines_in(member: Member, forum: str) -> Json:
    """The post that says what the gallery is for, once it is there."""
    found: list[Json] = []

    async def is_there() -> bool:
        server = (await member.request("GET", f"/channels/{forum}"))["guild_id"]
        threads = (await member.request("GET", f"/guilds/{server}/threads/active"))["threads"]
        ids = [one["id"] for one in threads if one["name"] == exhibits.GUIDELINES_NAME]
        found[:] = [message for one in ids for message in await member.messages(one)]
        return bool(found)

    await eventually(is_there)
    assert len(found) == 1
    return found[0]
