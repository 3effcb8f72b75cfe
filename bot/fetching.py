"""The only file that fetches what members name. Links lead to hosts that the operator allows, over TLS, at public
addresses that are looked up once and pinned; a redirect, a packed body, too many bytes or seconds end it. What the
bytes are is not known here.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.errors import Flaw, UnusablePictureError

DISCORD_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
SECONDS: Final = 10.0
_CHUNK: Final = 64 * 1024
_HEADERS: Final = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Atelier"}
_GONE: Final = (401, 403, 404, 410)
# Ways to an IPv4 address inside of an IPv6 one, which Python counts as public: of 64:ff9b::7f00:1 the end is 127.0.0.1.
_TUNNELS: Final = tuple(map(ip_network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")))

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
OpenSocket = Callable[[Any], socket.socket]


async def look_up(host: str, port: int) -> Sequence[str]:
    """Every address of a host, as the machine knows it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def open_socket(about: Any) -> socket.socket:
    family, kind, protocol, _, _ = about
    return socket.socket(family, kind, protocol)


def is_public(address: str) -> bool:
    """Whether it lies out in the world: no private, local, shared, reserved or multicast one, in whatever disguise."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in tunnel for tunnel in _TUNNELS):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_link_local)


class Fetcher:
    """`hosts` are allowed beside Discord's own; `own` is the CDN of a stand-in for Discord, the one address that may be
    this machine's and without TLS."""

    def __init__(
        self,
        hosts: Collection[str] = (),
        own: str = "",
        *,
        resolve: Resolve = look_up,
        open_socket: OpenSocket = open_socket,
        seconds: float = SECONDS,
    ) -> None:
        self._hosts, self._own = DISCORD_HOSTS.union(hosts), URL(own) if own else None
        self._resolve, self._open_socket, self._seconds = resolve, open_socket, seconds

    def lasting(self, link: str) -> str:
        """What names the picture for good: Discord signs its links anew each day."""
        return str(URL(link).with_query(None).with_fragment(None)) if self.names_for_good(link) else link

    def names_for_good(self, link: str) -> bool:
        """Whether what is there never changes, as in Discord's own CDN."""
        try:
            url = URL(link)
            return self._is_own(url) or url.host in DISCORD_HOSTS
        except ValueError:  # no address at all
            return False

    async def fetch(self, link: str, limit_bytes: int) -> bytes:
        """Raises UnusablePictureError, within seconds and having read no more than so many bytes."""
        url = self._checked(link)
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._addresses(link, url)
                return await self._download(link, url, addresses, limit_bytes)
        except TimeoutError:
            raise UnusablePictureError(link, Flaw.SLOW, limit=round(self._seconds)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnusablePictureError(link, Flaw.UNREACHABLE) from error

    def _checked(self, link: str) -> URL:
        refused = UnusablePictureError(link, Flaw.HOST, hosts=tuple(sorted(self._hosts)))
        try:
            url = URL(link)
            if url.user is not None or url.password is not None:
                raise refused
            if self._is_own(url):
                return url
            is_fine = url.scheme == "https" and url.explicit_port in (None, 443) and url.host in self._hosts
        except ValueError:
            raise refused from None
        if not is_fine:
            raise refused
        return url

    def _is_own(self, url: URL) -> bool:
        if self._own is None or not url.absolute or url.origin() != self._own.origin():
            return False
        return url.path.startswith(f"{self._own.path}/") and ".." not in url.path.split("/")

    async def _addresses(self, link: str, url: URL) -> Sequence[str]:
        """One that is not public condemns the others: a name that leads here and there is a trap."""
        found = await self._resolve(url.host or "", url.port or 0)
        if not found:
            raise UnusablePictureError(link, Flaw.UNREACHABLE)
        if not self._is_own(url) and not all(map(is_public, found)):
            raise UnusablePictureError(link, Flaw.ADDRESS)
        return found

    async def _download(self, link: str, url: URL, addresses: Sequence[str], limit_bytes: int) -> bytes:
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            # aiohttp asks no resolver about a host that is an address already: so each one is looked at here again.
            socket_factory=partial(self._socket, frozenset(map(_address, addresses))),
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            headers=_HEADERS,
        )
        async with session, session.get(url, allow_redirects=False) as response:
            _check_answer(link, response, limit_bytes)
            body = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):  # whatever length it says that it has
                body += chunk
                if len(body) > limit_bytes:
                    raise UnusablePictureError(link, Flaw.LARGE, limit=limit_bytes)
            return bytes(body)

    def _socket(self, pinned: Collection[IPv4Address | IPv6Address], about: Any) -> socket.socket:
        if _address(about[4][0]) not in pinned:
            raise OSError(f"{about[4][0]} is not the address that was checked.")
        return self._open_socket(about)


class _Pinned(AbstractResolver):
    """Knows one answer: the addresses that were checked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


def _check_answer(link: str, response: aiohttp.ClientResponse, limit_bytes: int) -> None:
    if 300 <= response.status < 400:
        raise UnusablePictureError(link, Flaw.REDIRECT)
    if response.status in _GONE:
        raise UnusablePictureError(link, Flaw.GONE)
    if response.status != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
        raise UnusablePictureError(link, Flaw.UNREACHABLE)
    if (response.content_length or 0) > limit_bytes:
        raise UnusablePictureError(link, Flaw.LARGE, limit=limit_bytes)


def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text.partition("%")[0])  # what follows is the network card's name
