"""What members name is fetched from where the operator allows it, in bounded time and memory, or refused."""

from __future__ import annotations

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Flaw, UnusablePictureError
from bot.fetching import Fetcher, is_public

LIMIT = 100_000
PUBLIC = "93.184.216.34"
CDN = "https://cdn.discordapp.com/attachments/1/2/house.png"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def resolved_to_public(host: str, port: int) -> Sequence[str]:
    return (PUBLIC,)


class Sockets:
    """Opens none, and remembers which were wanted: nothing here reaches a network."""

    def __init__(self) -> None:
        self.wanted: list[str] = []

    def __call__(self, about: Any) -> socket.socket:
        self.wanted.append(about[4][0])
        raise OSError("No network here.")


async def flaw_of(fetching: Awaitable[bytes]) -> Flaw:
    with pytest.raises(UnusablePictureError) as caught:
        await fetching
    return caught.value.flaw


@asynccontextmanager
async def stand_in(answer: Answer) -> AsyncIterator[str]:
    """The address of a CDN on this machine that answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/cdn"


def plain(head: str, body: bytes = b"") -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


async def test_stand_ins_own_cdn_is_fetched_from_and_nothing_beside_it() -> None:
    async with stand_in(plain("HTTP/1.1 200 OK\nContent-Length: 3", b"abc")) as own:
        fetcher = Fetcher(own=own)
        assert await fetcher.fetch(f"{own}/attachments/1/2/x.png?ex=1", LIMIT) == b"abc"
        root = own.removesuffix("/cdn")
        for link in (f"{root}/_sim/people", f"{own}/../_sim/people", f"{own}/%2e%2e/_sim", f"{own}x/y", own):
            assert await flaw_of(fetcher.fetch(link, LIMIT)) is Flaw.HOST, link
        assert await flaw_of(Fetcher().fetch(f"{own}/attachments/1/2/x.png", LIMIT)) is Flaw.HOST


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/x.png",
        "http://cdn.discordapp.com/x.png",
        "https://cdn.discordapp.com:8443/x.png",
        "https://cdn.discordapp.com.evil.org/x.png",
        "https://evilcdn.discordapp.com/x.png",
        "https://cdn.discordapp.com@127.0.0.1/x.png",
        "https://evil@cdn.discordapp.com/x.png",
        "https://evil.org\\@cdn.discordapp.com/x.png",
        "https://evil.org#@cdn.discordapp.com/x.png",
        "https://cdn.discordapp.com%2eevil.org/x.png",
        "https://127.0.0.1/x.png",
        "https://2130706433/x.png",
        "https://0177.0.0.1/x.png",
        "https://0x7f000001/x.png",
        "https://127.1/x.png",
        "https://[::1]/x.png",
        "https://[::ffff:127.0.0.1]/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x.png",
        "https://cdn.discordapp.com./x.png",
        "https://[::1/x.png",
        "https://",
        "file:///etc/passwd",
        "ftp://cdn.discordapp.com/x.png",
    ],
)
async def test_any_other_address_is_refused_before_anything_is_asked(link: str) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return (PUBLIC,)

    sockets = Sockets()
    fetcher = Fetcher(own="http://127.0.0.1:8787/cdn", resolve=resolve, open_socket=sockets)
    with pytest.raises(UnusablePictureError) as caught:
        await fetcher.fetch(link, LIMIT)
    assert caught.value.flaw is Flaw.HOST
    assert "cdn.discordapp.com" in caught.value.hosts
    assert not asked
    assert not sockets.wanted


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "239.1.2.3", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
async def test_name_that_leads_to_an_address_inside_is_refused_whatever_else_it_leads_to(address: str) -> None:
    sockets = Sockets()
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):

        async def resolve(host: str, port: int, found: Sequence[str] = tuple(found)) -> Sequence[str]:
            return found

        fetcher = Fetcher(resolve=resolve, open_socket=sockets)
        assert await flaw_of(fetcher.fetch(CDN, LIMIT)) is Flaw.ADDRESS
    assert not sockets.wanted


@pytest.mark.parametrize("address", [PUBLIC, "162.159.130.233", "2606:4700::6810:84e5", "::ffff:93.184.216.34"])
def test_address_out_in_the_world_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7") | st.ip_addresses(network="::/96"))
def test_no_address_inside_is_public(address: object) -> None:
    assert not is_public(str(address))


async def test_name_is_looked_up_once_so_what_it_becomes_later_does_not_matter() -> None:
    answers, sockets = iter([(PUBLIC,), ("127.0.0.1",)]), Sockets()

    async def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    fetcher = Fetcher(resolve=resolve, open_socket=sockets)
    assert await flaw_of(fetcher.fetch(CDN, LIMIT)) is Flaw.UNREACHABLE
    assert sockets.wanted == [PUBLIC]
    assert await flaw_of(fetcher.fetch(CDN, LIMIT)) is Flaw.ADDRESS
    assert sockets.wanted == [PUBLIC]


async def test_host_that_the_operator_allows_is_asked_at_its_public_address_only() -> None:
    sockets = Sockets()
    fetcher = Fetcher(["upload.wikimedia.org"], resolve=resolved_to_public, open_socket=sockets)
    assert await flaw_of(fetcher.fetch("https://upload.wikimedia.org/x.png", LIMIT)) is Flaw.UNREACHABLE
    assert sockets.wanted == [PUBLIC]
    assert await flaw_of(fetcher.fetch("https://commons.wikimedia.org/x.png", LIMIT)) is Flaw.HOST


async def test_host_that_does_not_exist_is_told_to_be_out_of_reach() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert await flaw_of(Fetcher(resolve=resolve).fetch(CDN, LIMIT)) is Flaw.UNREACHABLE


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "https://cdn.discordapp.com/x"])
async def test_no_redirect_is_followed(to: str) -> None:
    async with stand_in(plain(f"HTTP/1.1 302 Found\nLocation: {to}\nContent-Length: 0")) as own:
        assert await flaw_of(Fetcher(own=own).fetch(f"{own}/x", LIMIT)) is Flaw.REDIRECT


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_link_whose_time_is_over_is_told_apart(status: int) -> None:
    async with stand_in(plain(f"HTTP/1.1 {status} No\nContent-Length: 0")) as own:
        assert await flaw_of(Fetcher(own=own).fetch(f"{own}/x", LIMIT)) is Flaw.GONE


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 500 Oops\nContent-Length: 0",
        "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3",
        "HTTP/1.1 200 OK\nContent-Length: 30",
        "HTTP/1.1 200 OK\nContent-Length: -1",
        "HTTP/1.1 200 OK\nX: " + "y" * 100_000,
        "nonsense",
    ],
)
async def test_answer_that_is_no_whole_plain_file_is_refused(head: str) -> None:
    async with stand_in(plain(head, b"abc")) as own:
        assert await flaw_of(Fetcher(own=own).fetch(f"{own}/x", LIMIT)) is Flaw.UNREACHABLE


async def test_file_that_says_it_is_too_large_is_not_read() -> None:
    async with stand_in(plain(f"HTTP/1.1 200 OK\nContent-Length: {LIMIT + 1}")) as own:
        assert await flaw_of(Fetcher(own=own).fetch(f"{own}/x", LIMIT)) is Flaw.LARGE


async def test_file_without_an_end_is_read_no_further_than_allowed() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            await writer.drain()

    async with stand_in(endless) as own:
        tracemalloc.start()
        try:
            assert await flaw_of(Fetcher(own=own).fetch(f"{own}/x", 20 * LIMIT)) is Flaw.LARGE
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 20 * LIMIT + 8 * 2**20


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
async def test_host_that_falls_silent_or_drips_is_left_in_time(said: bytes) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()  # until the other side goes away

    async with stand_in(silent) as own:
        assert await flaw_of(Fetcher(own=own, seconds=0.1).fetch(f"{own}/x", LIMIT)) is Flaw.SLOW


async def test_lookup_that_hangs_is_left_in_time() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    assert await flaw_of(Fetcher(resolve=resolve, seconds=0.05).fetch(CDN, LIMIT)) is Flaw.SLOW


def test_signed_link_is_named_without_what_ends_in_a_day_and_others_as_they_are() -> None:
    fetcher = Fetcher(["example.org"], own="http://127.0.0.1:8787/cdn")
    assert fetcher.lasting(f"{CDN}?ex=1&is=2&hm=3&") == CDN
    own = "http://127.0.0.1:8787/cdn/attachments/1/2/x.png"
    assert fetcher.lasting(f"{own}?ex=1") == own
    assert fetcher.lasting("https://example.org/x.png?size=9") == "https://example.org/x.png?size=9"
    assert fetcher.lasting("https://[::1") == "https://[::1"


@settings(deadline=None)
@given(st.text(max_size=200))
async def test_any_text_is_fetched_or_refused_and_never_breaks(text: str) -> None:
    fetcher = Fetcher(resolve=resolved_to_public, open_socket=Sockets())
    assert fetcher.lasting(f"https://{text}")
    with pytest.raises(UnusablePictureError):
        await fetcher.fetch(f"https://{text}", LIMIT)
