"""A small discord.py bot: /load with a number, answered with that number. Notes when each interaction reached it."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import discord
import yarl
from discord import app_commands

from benchmarks.crowd.process import hear, say

DEFERS = os.environ.get("LOAD_DEFERS") == "1"


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.arrivals: list[tuple[int, int]] = []  # number, monotonic nanoseconds

    async def setup_hook(self) -> None:
        self.tree.add_command(load)
        await self.tree.sync()

    async def on_ready(self) -> None:
        say({"ready": True})

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        # Called while the frame is being handled, before any task of ours has had a turn.
        if event == "interaction":
            options = args[0].data.get("options") or [{"value": -1}]
            self.arrivals.append((options[0]["value"], time.monotonic_ns()))
        super().dispatch(event, *args, **kwargs)


@app_commands.command(description="Answer with this number")
async def load(interaction: discord.Interaction[Bot], number: int) -> None:
    if DEFERS:
        await interaction.response.defer()
        await interaction.edit_original_response(content=str(number))
    else:
        await interaction.response.send_message(str(number))


async def main() -> None:
    url = os.environ["LOAD_URL"]
    discord.http.Route.BASE = url + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1) + "/gateway")
    async with Bot() as bot:
        running = asyncio.create_task(bot.start(os.environ["LOAD_TOKEN"]))
        telling = asyncio.create_task(hear())
        await asyncio.wait([running, telling], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        say({"arrivals": bot.arrivals})
        await bot.close()
        await running


if __name__ == "__main__":
    asyncio.run(main())
