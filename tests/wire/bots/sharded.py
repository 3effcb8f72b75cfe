"""A discord.py bot on two shards, as many as it is told to start."""

from __future__ import annotations

import logging

import aiohttp
import discord
import yarl

from tests.wire.bots.telling import GATEWAY, TOKEN, URL, tell


class Sharded(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(shard_count=2, intents=discord.Intents.default(), guild_ready_timeout=0.1)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Instead of sleeping five seconds between two IDENTIFYs, moves the sandbox's clock by as much."""
        async with aiohttp.ClientSession() as http:
            await http.post(f"{URL}/_sim/clock", json={"advance_seconds": 5})

    async def on_shard_connect(self, shard_id: int) -> None:
        tell("connected", shard=shard_id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        tell("guild", id=guild.id, shard=guild.shard_id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        tell("guild", id=guild.id, shard=guild.shard_id)

    async def on_message(self, message: discord.Message) -> None:
        tell("message", guild=message.guild and message.guild.id, content=message.content)


if __name__ == "__main__":
    discord.http.Route.BASE = URL + "/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
    Sharded().run(TOKEN, log_level=logging.WARNING)
