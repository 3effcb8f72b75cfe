"""Files: what their bytes say, under which name they are kept, and links that are signed and end."""

from __future__ import annotations

import struct
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.world import files
from sandbox.world.files import Looks, look_at, safe_name
from tests.sandbox.crew import Crew, png

Json = dict[str, Any]


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"note"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9" + bytes(8)


def webp(kind: bytes, body: bytes) -> bytes:
    data = b"WEBP" + kind + struct.pack("<I", len(body)) + body + bytes(16)
    return b"RIFF" + struct.pack("<I", len(data)) + data


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (png(7, 5), "x.bin", Looks("image/png", 7, 5)),
        (b"GIF89a" + struct.pack("<HH", 4, 9) + bytes(8), "x", Looks("image/gif", 4, 9)),
        (jpeg(640, 480), "x", Looks("image/jpeg", 640, 480)),
        (b"\xff\xd8\xff", "x", Looks("image/jpeg")),
        (
            webp(b"VP8X", bytes(4) + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")),
            "x",
            Looks("image/webp", 100, 50),
        ),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 99 | 49 << 14)), "x", Looks("image/webp", 100, 50)),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 100, 50)), "x", Looks("image/webp", 100, 50)),
        (b"hello", "note.TXT", Looks("text/plain; charset=utf-8")),
        (b"hello", "x.unknown", Looks()),
        (b"", "picture.png", Looks()),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, name: str, expected: Looks) -> None:
    assert look_at(data, name) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a b (1).png", "a_b_1_.png"),
        ("../../etc/passwd", "passwd"),
        ("c:\\temp\\x.png", "x.png"),
        ("ünï.png", "ünï.png"),
        ("", "unknown"),
        ("...", "unknown"),
        ("x" * 2000, "x" * 1024),
    ],
)
def test_names_are_kept_as_discord_keeps_them(given: str, kept: str) -> None:
    assert safe_name(given) == kept


async def test_a_link_is_good_for_a_day_and_a_fresh_one_comes_with_the_message(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.ada.post(f"/channels/{place}/messages", {"content": "x"}, ("a b.png", png()))
    file = sent["attachments"][0]
    assert (file["filename"], file["width"], file["height"], file["content_type"]) == ("a_b.png", 3, 2, "image/png")
    assert await crew.download(file["url"]) == (200, png())
    crew.box.clock.advance(25 * 3600)
    status, text = await crew.download(file["url"])
    assert (status, text) == (404, b"This content is no longer available.")
    fresh = (await crew.ada.get(f"/channels/{place}/messages/{sent['id']}"))["attachments"][0]["url"]
    assert (await crew.download(fresh))[0] == 200


@pytest.mark.parametrize("change", ["no query", "another expiry", "another file", "another signature"])
async def test_a_link_that_was_tampered_with_opens_nothing(crew: Crew, change: str) -> None:
    place = crew.channel("general").id
    sent = await crew.ada.post(f"/channels/{place}/messages", {"content": "x"}, ("a.png", png()), ("b.png", png()))
    url: str = sent["attachments"][0]["url"]
    wrong = {
        "no query": urlsplit(url)._replace(query="").geturl(),
        "another expiry": url.replace("ex=", "ex=f"),
        "another file": url.replace(sent["attachments"][0]["id"], sent["attachments"][1]["id"]),
        "another signature": url.replace("hm=", "hm=0"),
    }[change]
    assert (await crew.download(wrong))[0] == 404


async def test_files_shown_by_an_embed_or_a_component_are_not_listed(crew: Crew) -> None:
    place = crew.channel("general").id
    embed = {"title": "x", "image": {"url": "attachment://my picture.png"}}
    body: Json = {"embeds": [embed], "attachments": [{"id": 0, "filename": "my picture.png", "description": "a house"}]}
    sent = await crew.bot.post(f"/channels/{place}/messages", body, ("my picture.png", png()), ("b.txt", b"hi"))
    assert [file["filename"] for file in sent["attachments"]] == ["b.txt"]
    image = sent["embeds"][0]["image"]
    assert (image["width"], image["height"]) == (3, 2)
    assert await crew.download(image["url"]) == (200, png())
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
    sent = await crew.bot.post(
        f"/channels/{place}/messages", {"flags": 1 << 15, "components": [gallery]}, ("a.png", png())
    )
    media = sent["components"][0]["items"][0]["media"]
    assert (sent["attachments"], media["width"]) == ([], 3)
    assert (await crew.download(media["url"]))[0] == 200


async def test_a_link_that_is_sent_back_is_signed_anew(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.bot.post(f"/channels/{place}/messages", {}, ("a.png", png()))
    bare = urlsplit(sent["attachments"][0]["url"])._replace(query="").geturl()
    shown = await crew.bot.say(place, "again", embeds=[{"image": {"url": bare}}])
    assert (await crew.download(shown["embeds"][0]["image"]["url"]))[0] == 200


async def test_an_edit_keeps_the_files_that_it_lists(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.bot.post(
        f"/channels/{place}/messages", {"content": "x"}, ("a.png", png()), ("b.png", png(shade=1))
    )
    path = f"/channels/{place}/messages/{sent['id']}"
    kept = sent["attachments"][1]["id"]
    body: Json = {"attachments": [{"id": kept, "description": "alt"}, {"id": 0, "filename": "c.png"}]}
    edited = await crew.bot.patch(path, body, ("c.png", png(shade=2)))
    assert [file["filename"] for file in edited["attachments"]] == ["b.png", "c.png"]
    assert edited["attachments"][0]["description"] == "alt"
    assert (await crew.download(sent["attachments"][0]["url"]))[0] == 404
    unchanged = await crew.bot.patch(path, {"content": "y"})
    assert len(unchanged["attachments"]) == 2


async def test_an_edit_that_brings_the_same_bytes_again_keeps_them(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.bot.post(f"/channels/{place}/messages", {"content": "x"}, ("a.png", png()))
    body: Json = {"attachments": [{"id": 0, "filename": "a.png"}]}
    edited = await crew.bot.patch(f"/channels/{place}/messages/{sent['id']}", body, ("a.png", png()))
    assert (await crew.download(edited["attachments"][0]["url"]))[0] == 200


async def test_too_large_a_file_is_refused_by_the_servers_boost_level(crew: Crew) -> None:
    path = f"/channels/{crew.channel('general').id}/messages"
    large = png() + bytes(10 * 1024 * 1024)
    refusal = await crew.bot.refused("POST", path, {"content": "x"}, ("a.png", large))
    assert (refusal.status, refusal.code) == (413, 40005)
    crew.guild.premium_tier = 2
    await crew.bot.post(path, {"content": "x"}, ("a.png", large))
    three = [(f"{n}.png", large) for n in range(3)]  # 25 MiB is the most that one request may bring
    assert (await crew.bot.refused("POST", path, {"content": "x"}, *three)).status == 413


async def test_a_deleted_messages_file_is_gone_at_once(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.ada.post(f"/channels/{place}/messages", {"content": "x"}, ("a.png", png()))
    await crew.ada.delete(f"/channels/{place}/messages/{sent['id']}")
    assert (await crew.download(sent["attachments"][0]["url"]))[0] == 404


async def test_an_uploaded_page_cannot_run_as_the_sandboxs(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.ada.post(
        f"/channels/{place}/messages", {"content": "x"}, ("a.html", b"<script>alert(1)</script>")
    )
    async with crew.http.get(sent["attachments"][0]["url"]) as response:
        assert response.headers["Content-Security-Policy"].startswith("sandbox")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Disposition"].startswith("attachment")


def test_media_are_found_wherever_a_message_shows_them() -> None:
    parts = {
        "embeds": [{"image": {"url": "attachment://a.png"}, "author": {"icon_url": "attachment://b.png"}}],
        "components": [
            {
                "type": 17,
                "components": [
                    {"type": 9, "components": [], "accessory": {"type": 11, "media": {"url": "attachment://c.png"}}},
                    {"type": 13, "file": {"url": "attachment://d.txt"}},
                    {"type": 12, "items": [{"media": {"url": "attachment://e f.png"}}]},
                ],
            }
        ],
    }
    assert files.hidden_names(parts) == {"a.png", "b.png", "c.png", "d.txt", "e_f.png"}


def test_a_picture_of_headers_alone_is_given_up_early() -> None:
    segment = b"\xff\xe0\x00\x02"
    size = b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x03" + b"\0" * 9
    assert look_at(b"\xff\xd8" + segment * 400 + size, "x") == Looks("image/jpeg", 3, 2)
    assert look_at(b"\xff\xd8" + segment * 100_000 + size, "x") == Looks("image/jpeg")
