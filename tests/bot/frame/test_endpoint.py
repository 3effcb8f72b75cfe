"""discord.py is pointed at a stand-in and back, and really talks to it."""

from __future__ import annotations

import re
from pathlib import Path

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.frame import endpoint
from bot.frame.endpoint import DISCORD, Endpoint, point_at
from sandbox.server import Sandbox

pytestmark = pytest.mark.usefixtures("unpointed")


def test_three_addresses_follow_from_one() -> None:
    point_at("http://127.0.0.1:8787/")
    assert Route.BASE == "http://127.0.0.1:8787/api/v10"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:8787/gateway"
    assert discord.Asset.BASE == "http://127.0.0.1:8787/cdn"
    assert str(Endpoint.of("https://stand.in/discord").gateway) == "wss://stand.in/discord/gateway"


def test_pointing_twice_is_as_pointing_once_and_nothing_points_back_at_discord() -> None:
    assert DISCORD.rest == "https://discord.com/api/v10"
    assert point_at("http://127.0.0.1:1") == point_at("http://127.0.0.1:1") == Endpoint.now()
    assert point_at("") == DISCORD == Endpoint.now()


async def test_client_that_is_pointed_at_a_sandbox_logs_in_there(box: Sandbox) -> None:
    point_at(box.url)
    heard = []

    class Client(discord.Client):
        async def on_connect(self) -> None:
            assert self.user is not None
            heard.append(await self.user.display_avatar.read())
            await self.close()

    async with Client(intents=discord.Intents.none()) as client:
        await client.start(box.bot_token)
    assert heard[0].startswith(b"\x89PNG")


def test_no_other_file_touches_the_constants_of_the_library() -> None:
    folder = Path(endpoint.__file__).parent
    touched = re.compile(r"Route\.BASE|DEFAULT_GATEWAY|Asset\.BASE")
    assert [path.name for path in folder.rglob("*.py") if touched.search(path.read_text())] == ["endpoint.py"]
