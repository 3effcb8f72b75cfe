"""A whole product in one process: a sandbox, the bot in it through the real discord.py, and people. It can be closed
and opened again on the same data, as a restart does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.desk import Desk
from bot.frame.settings import Settings
from bot.running import Run, open_bot
from bot.store import servers
from sandbox.member import Member, Refused
from sandbox.server import Sandbox

Json = dict[str, Any]
PATIENCE = 18.0  # less than the 20 s after which the bot looks for what nobody told it of
IDENTIFY_SECONDS = 6.0  # Discord lets a bot introduce itself once in five
EPHEMERAL = 64
BUTTON = 2  # of the kinds of component
# Colour cards in many steps of some milliseconds: a job that goes on until it is cancelled.
SLOW = "--model slow"
SLOW_ENTRY = """
[models.slow]
title = "Slow cards"
like = "swatch"
folder = "slow"
sizes = ["512x512"]
steps = 1000
most_steps = 1000
"""
QUICK = "--steps 2"  # colour cards take as many turns as asked for


class House:
    def __init__(self, box: Sandbox, folder: Path, environ: Mapping[str, str]) -> None:
        self.box, self.folder = box, folder
        self._environ = {
            "DISCORD_TOKEN": box.bot_token,
            "DISCORD_BASE_URL": box.url,
            "ATELIER_DATA": str(folder),
            "ATELIER_ENGINE_DEVICE": "none",
            "ALLOWED_SERVERS": "*",
            "ATELIER_CATALOGS": str(_write_catalogue(folder.parent)),
            **environ,
        }
        self._bot = AsyncExitStack()
        self._people = AsyncExitStack()
        self.run = Run()
        self.desk: Desk

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *about: object) -> None:
        await self._people.aclose()
        await self.close()

    async def open(self) -> None:
        """Returns when the bot hears what happens, and has entered its servers."""
        self.run = Run()
        settings = Settings.from_env(self._environ)
        bot = open_bot(settings, self.box.bot_token, self.box.url, self.run, guild_ready_timeout=0.05)
        self.desk = await self._bot.enter_async_context(bot)
        # Whatever still runs at the end of a test is not waited for long.
        self.desk.engine.settings = replace(self.desk.engine.settings, close_seconds=0.5)
        async with asyncio.timeout(PATIENCE):
            await self.client.wait_until_ready()
        await eventually(self._has_entered)

    async def _has_entered(self) -> bool:
        async with self.desk.store.read() as tx:
            return all([await servers.find(tx, guild.id) for guild in self.client.guilds])

    async def close(self) -> None:
        await self._bot.aclose()

    async def restart(self, after_seconds: float = IDENTIFY_SECONDS, **environ: str) -> None:
        """With settings changed meanwhile, as they would stand in the environment."""
        await self.close()
        self._environ |= environ
        await self.pass_time(after_seconds)
        await self.open()

    async def pass_time(self, seconds: float) -> None:
        """On the sandbox's clock."""
        await self.control("clock", {"advance_seconds": seconds})

    async def control(self, what: str, order: Json) -> Any:
        """What `/_sim/` answers; docs/sandbox-control.md has the orders."""
        async with aiohttp.ClientSession() as http, http.post(f"{self.box.url}/_sim/{what}", json=order) as response:
            response.raise_for_status()
            return await response.json()

    async def arrange(self, **changes: Any) -> None:
        """How the server wants it: what `/setup` would store."""
        async with self.desk.store.write() as tx:
            (server,) = await servers.present(tx)
            await servers.save(tx, replace(server, **changes))

    async def arrange_gallery(self) -> None:
        (guild,) = self.client.guilds
        await self.arrange(gallery_channel_id=next(forum.id for forum in guild.forums if forum.name == "gallery"))

    @property
    def client(self) -> Any:
        return self.desk.sender.client

    async def member(self, name: str) -> Member:
        return await self._people.enter_async_context(Member.of(self.box.url, name))


@asynccontextmanager
async def opened_house(
    folder: Path, plans: Path | None = None, operator: str = "", **environ: str
) -> AsyncIterator[House]:
    """In a sandbox of its own, without rate limits; with settings as they would stand in the environment."""
    async with Sandbox(port=0) as box:
        if plans is not None:
            environ["ATELIER_PLANS"] = str(plans)
        if operator:
            environ["OWNERS"] = str(box.person(operator).id)
        house = House(box, folder / "data", environ)
        await house.control("ratelimits", {"enabled": False})
        async with house:
            yield house


def _write_catalogue(folder: Path) -> Path:
    """Beside the data: of the slow cards, which like every model need a folder to be read from."""
    (folder / "slow").mkdir(exist_ok=True)
    (folder / "slow" / "model_index.json").write_text("{}")
    path = folder / "slow.toml"
    path.write_text(SLOW_ENTRY)
    return path


async def until_ended(member: Member, message: Json) -> Json:
    """A job's message, once it is its final answer."""
    return await until(member, message, is_final)


async def until(member: Member, message: Json, holds: Callable[[Json], bool]) -> Json:
    """A message, once it is so."""

    def matches(found: Json) -> bool:
        return bool(found["id"] == message["id"] and holds(found))

    return await member.wait_for(message["channel_id"], matches, timeout_seconds=PATIENCE)


async def imagine(member: Member, prompt: str, channel: str = "painting") -> Json:
    """The message that answers `/imagine`, as it is at once."""
    outcome = await member.command(channel, "imagine", prompt=f"{prompt} {QUICK}")
    assert outcome.message is not None, outcome
    return outcome.message


async def painted(member: Member, prompt: str = "a red house", channel: str = "painting") -> Json:
    return await until_ended(member, await imagine(member, prompt, channel))


async def press(member: Member, message: Json, label: str) -> Json:
    """The message that answers a button."""
    outcome = await member.click(message, label)
    assert outcome.message is not None, outcome
    return outcome.message


def is_final(message: Json) -> bool:
    return bool(message["attachments"]) and "Cancel" not in labels(message)


def buttons(message: Json) -> list[Json]:
    return [one for row in message["components"] for one in row["components"] if one["type"] == BUTTON]


def labels(message: Json) -> list[str]:
    """What stands on its buttons, emoji where there is no word."""
    return [button.get("label") or button["emoji"]["name"] for button in buttons(message)]


async def told(member: Member, message: Json, label: str) -> str:
    """What a member alone is told when they press a button."""
    outcome = await member.click(message, label)
    assert outcome.is_private, outcome
    assert outcome.message is not None
    return str(outcome.message["content"])


async def answers(member: Member, parent: Json) -> list[Json]:
    """Messages that reply to this one for everybody to see."""
    found = [one for one in await member.messages(parent["channel_id"]) if not one["flags"] & EPHEMERAL]
    return [one for one in found if (one.get("message_reference") or {}).get("message_id") == parent["id"]]


async def said_aside(member: Member, channel: str, words: str) -> Json:
    """A message with these words, wherever the bot wrote it in that channel."""
    return await member.wait_for(channel, lambda message: words in message["content"], timeout_seconds=PATIENCE)


def standing_in(info: str) -> str:
    """What `/info` says of a member's plan and time: `Free: 24 min left of 24 min`."""
    plan, time = re.search(r"Plan\*\* · \*\*(.+?)\*\*", info), re.search(r"Fast time\*\* · (.+)", info)
    return f"{plan[1] if plan else ''}: {time[1] if time else ''}"


async def slow(member: Member, prompt: str = "a slow boat", channel: str = "painting") -> Json:
    """The message of a job that takes until somebody cancels it."""
    outcome = await member.command(channel, "imagine", prompt=f"{prompt} {SLOW}")
    assert outcome.message is not None, outcome
    return outcome.message


async def close_direct_messages(house: House, member: Member, *, closed: bool = True) -> None:
    url = f"{house.box.url}/_sim/people/{member.user_id}"
    async with aiohttp.ClientSession() as http, http.patch(url, json={"dms_closed": closed}) as response:
        response.raise_for_status()


async def eventually(ask: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is so: for what no message tells."""
    async with asyncio.timeout(PATIENCE):
        while not await ask():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)  # who asks what is known already lets nobody else work


async def until_gone(member: Member, message: Json) -> None:
    async def is_gone() -> bool:
        try:
            await member.refresh(message)
        except Refused:
            return True
        return False

    await eventually(is_gone)
