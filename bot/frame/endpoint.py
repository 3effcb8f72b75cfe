"""Points discord.py at Discord or at a local stand-in: the only file that touches the library's constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from discord import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where REST, gateway and CDN are."""

    rest: str
    gateway: URL
    cdn: str

    @classmethod
    def of(cls, base_url: str) -> Self:
        """A stand-in's three addresses, which all follow from one."""
        base = base_url.rstrip("/")
        return cls(base + URL(DISCORD.rest).path, URL(base.replace("http", "ws", 1) + "/gateway"), base + "/cdn")

    @classmethod
    def now(cls) -> Self:
        return cls(Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE)


DISCORD: Final = Endpoint.now()  # as the library has them; taken before anything is pointed elsewhere


def point_at(base_url: str) -> Endpoint:
    """From now on every client of this process talks to `base_url`; to Discord, if that is empty. Routes and sockets
    that exist already keep their address, so call it before a client logs in. Calling it again changes nothing."""
    endpoint = Endpoint.of(base_url) if base_url else DISCORD
    Route.BASE = endpoint.rest
    DiscordWebSocket.DEFAULT_GATEWAY = endpoint.gateway
    Asset.BASE = endpoint.cdn
    return endpoint
