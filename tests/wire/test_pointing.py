"""The lines that `python -m sandbox` prints, run as they are: each library logs in and finds pictures in the CDN."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

import pytest

from sandbox.pointing import POINTERS
from sandbox.server import Sandbox
from tests.wire.conftest import NODE_FOLDER
from tests.wire.process import running

PNG: Final = "89504e47"


@dataclass(frozen=True, slots=True)
class Program:
    """What a reader has written around the printed lines: before them, and before the last, which runs the bot."""

    before: str
    listener: str


AWAITED_AVATAR: Final = """
async def on_connect():
    data = await client.user.display_avatar.read()
    tell("avatar", head=data[:4].hex())
"""
PROGRAMS: Final = {
    "discord.py": Program(
        "import discord\nclient = discord.Client(intents=discord.Intents.default())",
        "@client.event" + AWAITED_AVATAR,
    ),
    "disnake": Program(
        "import disnake\nclient = disnake.Client(intents=disnake.Intents.default())",
        "@client.event" + AWAITED_AVATAR,
    ),
    "hikari": Program(
        "",
        """
@bot.listen()
async def on_started(event: hikari.StartedEvent):
    data = await bot.get_me().default_avatar_url.read()
    tell("avatar", head=data[:4].hex())
""",
    ),
}
IN_NODE: Final = Program(
    'const { Client, GatewayIntentBits } = require("discord.js"); const intents = [GatewayIntentBits.Guilds];',
    """
client.once("clientReady", async () => {
  const answer = await fetch(client.user.displayAvatarURL({ extension: "png" }));
  const head = Buffer.from(await answer.arrayBuffer()).subarray(0, 4).toString("hex");
  console.log(JSON.stringify({ event: "avatar", head }));
});
""",
)


@pytest.mark.parametrize("library", PROGRAMS)
async def test_printed_lines_point_a_python_library_at_the_sandbox(library: str) -> None:
    async with Sandbox(port=0) as box:
        *lines, last = POINTERS[library](box.url, box.bot_token)
        program = PROGRAMS[library]
        telling = "from tests.wire.bots.telling import tell"
        source = "\n".join([telling, program.before, *lines, program.listener, last])
        async with running([sys.executable, "-c", source]) as bot:
            await bot.saw("avatar", head=PNG)


async def test_printed_lines_point_discord_js_at_the_sandbox(node: list[str]) -> None:
    async with Sandbox(port=0) as box:
        *lines, last = POINTERS["discord.js"](box.url, box.bot_token)
        source = "\n".join([IN_NODE.before, *lines, IN_NODE.listener, last])
        folder = str(NODE_FOLDER / "node_modules")
        async with running([*node, "-e", source], NODE_PATH=folder) as bot:
            await bot.saw("avatar", head=PNG)


def test_every_library_that_is_named_has_been_tried() -> None:
    assert set(POINTERS) == {*PROGRAMS, "discord.js"}
