"""SimCord, an independent simulator, as a second opinion: one bot, told the same story, must see the same in both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
import simcord

from sandbox.member import Member
from tests.wire.bots.twin import Twin
from tests.wire.process import BotProcess, python_bot, running, until
from tests.wire.story import ROOM, environment, recorded_sandbox

Seen = list[dict[str, Any]]

# Where the two differ for a known reason, the sandbox's value stands here and SimCord's is not asked for.
# Reasons: shared/reference/discord.md, section E, and Discord's own answers.
SANDBOX_KNOWS_BETTER: Final[dict[str, dict[str, Any]]] = {
    "*": {
        "size_limit": 10 << 20,  # SimCord still has the 25 MiB of 2024
        "is_guild_integration": True,  # SimCord sends no authorizing_integration_owners
    },
    "followup": {"type": "reply", "reference": True},  # a followup replies to the first answer (section B, 10)
    "message": {"edited": False},  # the answer to a deferral is no edit to Discord: no "(edited)" beside it
}
FILES_WITH_SIZE: Final = [["house.png", "image/png", 8]]  # SimCord knows no dimensions
REFUSED_BY_DISCORD: Final = {  # what SimCord lets pass or names otherwise
    "nothing": (400, 50006),
    "embed of nothing": (400, 50035),
    "reaction that is none": (400, 10014),
}


async def test_a_bot_sees_the_same_in_simcord(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_PICTURE", str(picture))
    theirs = await in_simcord()
    ours = await in_sandbox(picture)
    assert [line["event"] for line in ours] == [line["event"] for line in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert our == corrected(their), f"at {our['event']!r}"


def corrected(seen: dict[str, Any]) -> dict[str, Any]:
    """What SimCord showed, with the known differences set right."""
    known = SANDBOX_KNOWS_BETTER["*"] | SANDBOX_KNOWS_BETTER.get(seen["event"], {})
    seen = {key: known.get(key, value) for key, value in seen.items()}
    if seen.get("files"):
        seen["files"] = FILES_WITH_SIZE
    if seen["event"] == "trial" and seen["name"] in REFUSED_BY_DISCORD:
        seen["status"], seen["code"] = REFUSED_BY_DISCORD[seen["name"]]
    return seen


def comparable(line: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from world to world: ids in options, and how many bytes a picture has."""
    line = dict(line)
    if line.get("files"):
        line["files"] = [[name, kind, width] for name, _size, kind, width in line["files"]]
    if line.get("options"):
        line["options"] = [
            [name, kind, "an id" if kind in (6, 7, 8, 9) else value, bool(focused)]
            for name, kind, value, focused in line["options"]
        ]
    return line


async def in_simcord() -> Seen:
    seen: Seen = []
    bot = Twin(lambda event, **fields: seen.append({"event": event, **fields}))
    async with simcord.run(bot) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel(ROOM)
        cleo = guild.add_member(env.create_user("cleo"))
        await cleo.send(channel, "hello")
        await cleo.slash(channel, "panel", words="hi", count=2)
        panel = next(message for message in channel.history() if message.content == "hi x2")
        await cleo.click(panel, custom_id="press")
        await cleo.select(panel, ["Two"], custom_id="pick")
        await cleo.submit_modal(await cleo.click(panel, custom_id="ask"), {"words": "why"})
        await cleo.slash(channel, "look", whom=cleo)
        await cleo.slash(channel, "trial")
    return [comparable(line) for line in seen]


async def in_sandbox(picture: Path) -> Seen:
    seen: Seen = []

    async def after(act: Callable[[], Awaitable[object]], *events: str) -> None:
        await act()
        for event in events:
            seen.append(await bot.saw(event))

    async with (
        recorded_sandbox() as box,
        running(python_bot("twin"), **environment(box, picture)) as bot,
        Member.of(box.url, "cleo") as cleo,
    ):
        box.rest.ratelimits.enabled = False  # SimCord has none
        seen.append(await bot.saw("ready"))
        await until(lambda: len(box.state.commands) == 3, "the bot registered its commands")
        await cleo.send(ROOM, "hello")
        await after(lambda: cleo.command(ROOM, "panel", words="hi", count=2), "command", "message", "followup")
        panel = await cleo.wait_for(ROOM, lambda m: m["content"] == "hi x2")
        await after(lambda: cleo.click(panel, "press"), "button", "message after button")
        await after(lambda: cleo.select(panel, "pick", "Two"), "select")
        modal = (await cleo.click(panel, "ask")).modal
        assert modal is not None
        await after(lambda: cleo.submit(modal, {"words": "why"}), "modal")
        await after(lambda: cleo.command(ROOM, "look", whom=cleo.user_id), "look")
        await cleo.command(ROOM, "trial")
        seen += await trials(bot)
    return [comparable(line) for line in seen]


async def trials(bot: BotProcess) -> Seen:
    done = await bot.saw("tried")
    lines = [line for line in bot.unread if line["event"] == "trial"]
    bot.unread.clear()
    return [*lines, done]
