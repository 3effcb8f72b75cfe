"""The window as browsers see it: what is shown, to whom, and that words stay words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import archive, friends
from bot.store.archive import Archived
from bot.store.store import Store
from bot.store.window import Scope, Visitor
from bot.store.words import Audience
from bot.visibility import may_open
from bot.web.pages import image_address
from tests.bot.store.conftest import Clock, clock, store
from tests.bot.store.rows import MEMBER, NOW
from tests.bot.web.opening import SERVER, URL_SHOWN, Opened, draw, hang, opened

__all__ = ["clock", "store"]
OTHER, ELSEWHERE = 7, 6
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title></style></textarea><svg onload=alert(1)>",
    "&lt;b&gt; &#x3c;script&#x3e; ]]> <!-- \x00\x08 \u202e",
)
_KNOWN = {"html", "head", "meta", "title", "link", "script", "body", "header", "a", "span", "form", "button", "main"}
_KNOWN |= {
    "input",
    "select",
    "option",
    "ol",
    "li",
    "img",
    "p",
    "dialog",
    "article",
    "div",
    "h1",
    "time",
    "dl",
    "dt",
    "dd",
}


@pytest.fixture
async def window(store: Store) -> AsyncIterator[Opened]:
    async with opened(store) as made:
        yield made


class Tags(HTMLParser):
    """What a browser would make of a page: elements, and attributes that run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.running: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.running += [name for name, value in attrs if name.startswith("on") or name in ("style", "srcdoc")]
        self.running += [value for _, value in attrs if value and value.strip().lower().startswith("javascript:")]


@pytest.mark.parametrize("prompt", HOSTILE)
async def test_hostile_prompt_is_only_ever_text(window: Opened, prompt: str) -> None:
    async with window.store.write() as tx:
        found = await hang(tx, 1, text=prompt)
    for path in ("/", f"/picture/{found.id}", f"/?model={prompt}&words=alert", "/?words=%22%3E%3Cscript%3E"):
        status, text = await window.get(path.replace(prompt, prompt.replace("&", "%26").replace("#", "%23")))
        tags = Tags(text)
        assert status == 200
        assert set(tags.names) <= _KNOWN
        assert tags.names.count("script") == 1
        assert tags.running == []
    _, feed = await window.get("/feed.xml")
    (item,) = ElementTree.fromstring(feed).iter("item")
    assert item.findtext("title") == re.sub(r"[\x00\x08]", "", prompt)


async def test_every_answer_forbids_what_is_not_of_this_page(window: Opened) -> None:
    for path in ("/", "/picture/1", "/nothing", "/page/style.css", "/feed.xml", "/?shape=round", "/sign-in"):
        async with window.client.get(path, allow_redirects=False) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_nothing_can_be_written(window: Opened) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/", "/picture/1", "/feed.xml"):
            async with window.client.request(method, path) as response:
                assert response.status == 405
    async with window.client.post("/sign-out", headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403


async def test_pages_follow_each_other_without_gap(window: Opened) -> None:
    async with window.store.write() as tx:
        made = [(await hang(tx, number)).id for number in range(60)]
    path, seen = "/", []
    while path:
        _, text = await window.get(path)
        seen += [int(number) for number in re.findall(r'<a href="/picture/(\d+)"><img', text)]
        older = re.search(r'rel="next" href="([^"]+)"', text)
        path = older[1] if older else ""
    assert seen == made[::-1]


async def test_search_and_filters_narrow_the_page(window: Opened) -> None:
    async with window.store.write() as tx:
        house = await hang(tx, 1, text="a red house")
        boat = await hang(tx, 2, text="a blue boat", member_id=OTHER)
    for query, ids in (
        ("words=house", {house.id}),
        ("shape=wide", set()),
        ("shape=square", {house.id, boat.id}),
        (f"by={boat.id}", {boat.id}),
        (f"by={boat.id + 1}", set()),
        ("model=swatch", {house.id, boat.id}),
        ("model=none", set()),
    ):
        _, text = await window.get(f"/?{query}")
        assert {int(number) for number in re.findall(r'<a href="/picture/(\d+)"><img', text)} == ids, query
    for query in ("shape=round", "before=x", "by=-1", "of=all"):
        assert (await window.get(f"/?{query}"))[0] == 400


async def test_image_is_small_cached_and_without_notes(window: Opened) -> None:
    sha256 = await window.store.files.put(draw(90, 900, 600, mark="a secret note"))
    async with window.store.write() as tx:
        found = await hang(tx, 1, sha256=sha256)
    async with window.client.get(image_address(found, 480)) as response:
        data, tag = await response.read(), response.headers["ETag"]
        assert (response.status, response.content_type) == (200, "image/webp")
        assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert data[:4] == b"RIFF"
    assert b"secret" in await window.store.files.read(sha256)
    assert b"secret" not in data
    async with window.client.get(image_address(found, 480), headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    longest = image_address(found, 480).replace("-480", "-" + "4" * 5000)  # more digits than Python makes a number of
    zeros = f"/image/{found.id}/{'0' * 16}-480.webp"
    for wrong in (image_address(found, 481), zeros, image_address(found, 9999), longest):
        assert (await window.get(wrong))[0] == 404


async def test_hidden_prompt_is_nowhere_on_the_web(window: Opened) -> None:
    async with window.store.write() as tx:
        found = await hang(tx, 1, text="a secret garden")
        await archive.hide_words(tx, [found.id], hidden=True)
    for path in ("/", f"/picture/{found.id}", "/feed.xml"):
        _, text = await window.get(path)
        assert str(found.id) in text
        assert "secret" not in text
        assert "4711" not in text
    assert str(found.id) not in re.findall(r"/picture/(\d+)", (await window.get("/?words=secret"))[1])
    _, own = await window.get(f"/picture/{found.id}", window.cookie(MEMBER))
    assert "secret garden" in own
    assert "4711" in own


async def test_what_was_painted_in_a_room_is_not_on_the_web_for_others_of_its_server(window: Opened) -> None:
    async with window.store.write() as tx:
        found = await hang(tx, 1, Audience.SERVER, room_id=31)
    page = f"/picture/{found.id}"
    assert (await window.get(page, window.cookie(OTHER, (SERVER,))))[0] == 404
    assert page not in (await window.get("/?of=servers", window.cookie(OTHER, (SERVER,))))[1]
    assert (await window.get(page, window.cookie(MEMBER, (SERVER,))))[0] == 200


async def test_page_of_a_picture_says_what_a_link_to_it_shows(window: Opened) -> None:
    async with window.store.write() as tx:
        found = await hang(tx, 1)
    _, text = await window.get(f"/picture/{found.id}")
    assert f'property="og:image" content="{URL_SHOWN}{image_address(found, 1600)}"' in text
    assert 'property="og:title" content="a red house"' in text
    assert str(MEMBER) not in text


async def test_session_that_is_over_or_forged_is_nobody(window: Opened, clock: Clock) -> None:
    async with window.store.write() as tx:
        found = await hang(tx, 1, Audience.PRIVATE)
    cookie = window.cookie(MEMBER)
    assert (await window.get(f"/picture/{found.id}", cookie))[0] == 200
    assert (await window.get(f"/picture/{found.id}", {"Cookie": cookie["Cookie"][:-1] + "g"}))[0] == 404
    assert (await window.get(f"/picture/{found.id}", {"Cookie": "atelier_session=e30=.ä"}))[0] == 404
    clock.now_ms += 13 * 3_600_000
    assert (await window.get(f"/picture/{found.id}", cookie))[0] == 404
    assert (await window.get("/?of=mine", cookie))[0] == 403


Made = tuple[int, int | None, Audience, bool, bool, int | None]
MEMBERS, SERVERS = (MEMBER, OTHER, 3), (SERVER, ELSEWHERE, None)
PICTURES = st.lists(
    st.tuples(
        st.sampled_from(MEMBERS),
        st.sampled_from(SERVERS),
        st.sampled_from(Audience),
        st.booleans(),
        st.booleans(),
        st.sampled_from((None, 31)),
    ),
    min_size=1,
    max_size=5,
)
VISITORS = st.one_of(
    st.just(Visitor()),
    st.builds(Visitor, st.sampled_from(MEMBERS), st.frozensets(st.sampled_from((SERVER, ELSEWHERE)))),
)


def test_no_route_ever_gives_what_the_visitor_may_not_see(tmp_path: Path) -> None:
    """Every address of every picture, guessed hashes too, against the rule of a single picture."""
    with asyncio.Runner() as runner, ExitStack() as stack:
        opening = Store.open(tmp_path / "data", clock=Clock())
        store = runner.run(opening.__aenter__())
        stack.callback(lambda: runner.run(opening.__aexit__(None, None, None)))
        looking = opened(store)
        window = runner.run(looking.__aenter__())
        stack.callback(lambda: runner.run(looking.__aexit__(None, None, None)))
        serial = iter(range(10**6))

        @settings(max_examples=25, deadline=None)
        @given(PICTURES, VISITORS, st.booleans())
        def holds(made: list[Made], visitor: Visitor, is_friend: bool) -> None:
            runner.run(compare(window, made, visitor, is_friend, serial))

        holds()


async def compare(window: Opened, made: list[Made], visitor: Visitor, is_friend: bool, serial: Iterator[int]) -> None:
    headers = window.cookie(visitor.member, tuple(visitor.servers)) if visitor.is_known else {}
    rows: list[Archived] = []
    async with window.store.write() as tx:
        for maker in MEMBERS:
            if visitor.is_known and maker != visitor.member:
                await friends.remove(tx, maker, visitor.member)
                if is_friend:
                    await friends.add(tx, maker, visitor.member, NOW)
        named_by = await friends.who_named(tx, visitor.member)
    for maker, home, audience, is_hidden, is_deleted, room in made:
        number = next(serial)
        sha256 = await window.store.files.put(draw(number))
        async with window.store.write() as tx:
            where = {"member_id": maker, "server_id": home, "room_id": room}
            row = await hang(tx, number, audience, sha256, **where, text=f"word{number}")
            await archive.hide(tx, [row.id], NOW if is_hidden else None)
            await archive.lay_aside(tx, [row.id], NOW if is_deleted else None)
        rows.append(replace(row, hidden_at=NOW if is_hidden else None, deleted_at=NOW if is_deleted else None))
    looks = Visitor(visitor.member, visitor.servers, named_by)
    for row in rows:
        may = may_open(row, looks)
        assert (await window.get(f"/picture/{row.id}", headers))[0] == (200 if may else 404)
        assert (await window.get(image_address(row, 480), headers))[0] == (200 if may else 404)
        shown = [await window.get(f"/?of={scope}&words={row.text}", headers) for scope in Scope]
        assert may or not any(f'/picture/{row.id}"' in text for _, text in shown)
        _, feed = await window.get("/feed.xml")
        assert may_open(row, Visitor()) or f"/picture/{row.id}<" not in feed
