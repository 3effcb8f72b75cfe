"""The story that every client library must live through, told from the side of the person who uses the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sandbox.member import File, Json, Member
from sandbox.server import Sandbox
from tests.wire.openapi import Description
from tests.wire.process import BotProcess, Line, running, until
from tests.wire.recorded import assert_fits

ROOM: Final = "painting"
SKETCH: Final = File("note.txt", b"a house with a red roof")


@asynccontextmanager
async def recorded_sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as box:
        box.journal.record_bodies = True
        yield box


def environment(box: Sandbox, picture: Path) -> dict[str, str]:
    """What a bot's process is told."""
    return {
        "WIRE_URL": box.url,
        "WIRE_GATEWAY": box.gateway_url,
        "WIRE_TOKEN": box.bot_token,
        "WIRE_PICTURE": str(picture),
    }


async def live_through(box: Sandbox, command: list[str], picture: Path, **more: str) -> list[Line]:
    """Log in, register, complete, defer and edit, click, select, fill in, react, and come back twice.

    Returns what else the bot told.
    """
    async with running(command, **environment(box, picture), **more) as bot, Member.of(box.url, "cleo") as cleo:
        await bot.saw("ready", user="Painter")
        await until(lambda: box.state.commands, "the bot registered its command")
        message = await paint(bot, cleo)
        message = await press_and_choose(bot, cleo, message)
        await fill_in(bot, cleo, message)
        await react(box, bot, cleo, message, "👍")
        await paint_under_a_rate_limit(box, bot, cleo)
        for number, disturb in enumerate((box.gateway.reconnect, box.gateway.drop)):
            await lose_connection(box, bot, cleo, message, disturb, "🎈🎉"[number])
        return bot.unread


async def paint(bot: BotProcess, cleo: Member) -> Json:
    choices = await cleo.autocomplete(ROOM, "paint", "style", prompt="a red house", style="mi")
    assert [choice["value"] for choice in choices] == ["mint", "mist"]
    await bot.saw("autocomplete", typed="mi")
    outcome = await cleo.command(ROOM, "paint", prompt="a red house", style="mist")
    assert outcome.status == "answered"
    await bot.saw("command", prompt="a red house", style="mist", user="cleo")
    await bot.saw("painted", same=True, width=8)
    message = await cleo.wait_for(ROOM, lambda m: m["content"] == "Painted: a red house (mist)")
    assert message["id"] == (outcome.message or {})["id"], "the deferred message itself was edited"
    assert [file["filename"] for file in message["attachments"]] == ["house.png"]
    assert message["flags"] == 0, "it is no longer loading"
    return message


async def paint_under_a_rate_limit(box: Sandbox, bot: BotProcess, cleo: Member) -> None:
    """A 429 must look so that the library waits and tries again, and does not take it for a ban."""
    order = {"kind": "http", "method": "PATCH", "path": "/webhooks/**", "status": 429, "retry_after": 0.2}
    fault = box.faults.add(order)
    await cleo.command(ROOM, "paint", prompt="a second house")
    await bot.saw("painted", same=True)
    assert fault.fired == 1
    await cleo.wait_for(ROOM, lambda m: m["content"] == "Painted: a second house (none)")


async def press_and_choose(bot: BotProcess, cleo: Member, message: Json) -> Json:
    assert (await cleo.click(message, "Again")).status == "answered"
    await bot.saw("button", custom_id="again", user="cleo")
    followup = await cleo.wait_for(ROOM, lambda m: m["content"] == "Once more.")
    assert followup["message_reference"]["message_id"] == message["id"]
    assert (await cleo.select(message, "size", "Large")).status == "answered"
    await bot.saw("select", values=["large"])
    return await cleo.wait_for(ROOM, lambda m: m["id"] == message["id"] and m["content"] == "Size: large")


async def fill_in(bot: BotProcess, cleo: Member, message: Json) -> None:
    asked = await cleo.click(message, "Ask")
    assert asked.modal is not None
    assert asked.modal["title"] == "Tell more"
    answered = await cleo.submit(asked.modal, {"words": "red roof", "sketch": SKETCH})
    seen = await bot.saw("modal", words="red roof", file=SKETCH.name, bytes=len(SKETCH.data))
    assert seen["type"].startswith("text/plain")
    assert answered.is_private
    assert (answered.message or {})["content"] == "Got note.txt: red roof"


async def react(box: Sandbox, bot: BotProcess, cleo: Member, message: Json, emoji: str) -> None:
    await cleo.react(message, emoji)
    seen = await bot.saw("reaction", emoji=emoji, member="cleo")
    assert seen["author"] in (None, str(box.application_id)), "not every library tells whose message it was"


async def lose_connection(
    box: Sandbox, bot: BotProcess, cleo: Member, message: Json, disturb: Callable[[int], int], emoji: str
) -> None:
    """What happens while the bot is away reaches it all the same."""
    assert disturb(box.application_id) == 1
    await cleo.react(message, emoji)
    await bot.saw("reaction", emoji=emoji, member="cleo")
    await bot.saw("resumed")
    greetings = [dispatch for dispatch in box.journal.dispatches if dispatch.name == "READY"]
    assert len(greetings) == 2, "one for the person, one for the bot: a resumed session is not begun anew"


def hold_against(description: Description | None, box: Sandbox) -> None:
    """Everything that this run sent must fit Discord's description, where that is at hand."""
    if description is not None:
        assert_fits(description, box.journal.exchanges, box.journal.dispatches)
