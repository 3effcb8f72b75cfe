"""A bot is killed between a message and a click on it; its successor answers all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sandbox.member import Member
from tests.wire.openapi import Description
from tests.wire.process import python_bot, running, until
from tests.wire.story import ROOM, environment, hold_against, recorded_sandbox


async def test_buttons_work_after_the_bot_was_killed_and_started_again(
    description_at_hand: Description | None, picture: Path
) -> None:
    async with recorded_sandbox() as box, Member.of(box.url, "dov") as dov:
        told = environment(box, picture)
        async with running(python_bot("lasting"), **told) as bot:
            await bot.saw("ready")
            await dov.command(ROOM, "gallery")
            seen = await bot.saw("gallery")
            assert seen["same"] == [True] * 4, "each picture comes back from the CDN as it was sent"
            assert seen["attachments"] == 0, "files that components show are not listed as attachments"
            assert seen["width"] == 8
            gallery = await dov.wait_for(ROOM, lambda m: m["flags"] == 1 << 15)
            question = await dov.wait_for(ROOM, lambda m: m["content"] == "Keep them?")
            await bot.kill()
        await until(lambda: not box.gateway.is_online(box.application_id), "the sandbox saw that the bot is gone")
        box.clock.advance(5)  # one IDENTIFY in five seconds is what an application may send
        async with running(python_bot("lasting"), **told) as bot:
            await bot.saw("ready")
            assert (await dov.click(gallery, "U3")).status == "answered"
            await bot.saw("upscale", job=77, index=2)
            assert (await dov.click(question, "Keep")).status == "answered"
            await bot.saw("keep")
            await dov.wait_for(ROOM, lambda m: m["content"] == "Kept.")
            await dov.wait_for(ROOM, lambda m: m["content"] == "Upscaled 3 of 77.")
        hold_against(description_at_hand, box)


async def test_click_while_no_bot_is_there_fails_after_three_seconds(picture: Path) -> None:
    async with recorded_sandbox() as box, Member.of(box.url, "dov") as dov:
        async with running(python_bot("lasting"), **environment(box, picture)) as bot:
            await bot.saw("ready")
            await dov.command(ROOM, "gallery")
            question = await dov.wait_for(ROOM, lambda m: m["content"] == "Keep them?")
            await bot.kill()
        begun = len(box.state.interactions)
        async with asyncio.TaskGroup() as group:
            click = group.create_task(dov.click(question, "Keep"))
            await until(lambda: len(box.state.interactions) > begun, "the click arrived")
            box.clock.advance(3)
        assert click.result().status == "failed"
