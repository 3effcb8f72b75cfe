"""What Discord is told of the bot's commands, and how often."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.commands import help as help_command
from sandbox.member import Member
from tests.product.house import House

MODES = ("fast", "relax", "turbo", "stealth", "public")


async def times_told(house: House) -> int:
    """How often the commands were sent."""
    async with aiohttp.ClientSession() as http, http.get(f"{house.box.url}/_sim/log?kinds=request&limit=500") as said:
        entries = (await said.json())["entries"]
    path = f"/applications/{house.box.application_id}/commands"
    sent = [one for one in entries if one["method"] != "GET" and one["path"].endswith(path)]
    assert all(one["status"] == 200 for one in sent)  # the sandbox holds them to Discord's limits
    return len(sent)


async def test_commands_are_sent_once_over_three_starts_and_again_when_they_have_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.restart()
    await house.restart()
    assert await times_told(house) == 1
    monkeypatch.setattr(help_command.command, "description", "What I can do, now told anew")
    await house.restart()
    assert await times_told(house) == 2


async def test_every_command_and_option_is_described_where_it_is_offered(house: House) -> None:
    ada = await house.member("ada")
    offered = await ada.commands("painting")
    typed = [command for command in offered if command["type"] == 1]
    assert {command["name"] for command in typed} == {
        "imagine", "show", "queue", "info", "subscribe", "help", "settings", "setup", "reports", "admin", *MODES,
        "prefer", "desk", "shorten", "gift", "pool", "gallery", "collection", "friends", "tree",
        "daily", "top", "profile", "follow",
    }  # fmt: skip
    for command in typed:
        for part in parts(command):
            assert len(part["description"]) > 2, part["name"]


def parts(command: dict[str, Any]) -> list[dict[str, Any]]:
    """A command with its sub-commands and options."""
    return [command, *(inner for option in command.get("options", []) for inner in parts(option))]


async def test_commands_that_members_need_are_offered_in_direct_messages_too(cleo: Member) -> None:
    offered = {command["name"] for command in await cleo.commands("@Painter")}
    assert {"imagine", "show", "queue", "info", "help", "settings", "Cancel Job", "DM Results", *MODES} <= offered
    assert "setup" not in offered
