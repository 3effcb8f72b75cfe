"""The story's bot in discord.py with no constant changed: only the resolver and the trusted certificate are ours."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.wire.bots.discordpy import Story
from tests.wire.bots.telling import TOKEN, tell


class Everywhere(AbstractResolver):
    """Every host of the internet is on this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        tell("resolved", host=host)
        here = int(os.environ["WIRE_TLS_PORT"])
        return [ResolveResult(hostname=host, host="127.0.0.1", port=here, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


async def main() -> None:
    trusted = ssl.create_default_context(cafile=os.environ["WIRE_CERTIFICATE"])
    logging.basicConfig(level=logging.WARNING)
    async with Story(connector=aiohttp.TCPConnector(resolver=Everywhere(), ssl=trusted)) as story:
        await story.start(TOKEN)


if __name__ == "__main__":
    asyncio.run(main())
