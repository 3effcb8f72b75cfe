"""A bot on two shards: each server comes to the shard that its id names, direct messages to the first."""

from __future__ import annotations

from pathlib import Path

from sandbox.member import Member
from sandbox.world import seed
from tests.wire.openapi import Description
from tests.wire.process import python_bot, running
from tests.wire.story import ROOM, environment, hold_against, recorded_sandbox


def shard_of(guild_id: int) -> int:
    return (guild_id >> 22) % 2


async def test_servers_are_shared_out_over_shards(description_at_hand: Description | None, picture: Path) -> None:
    async with recorded_sandbox() as box:
        state = box.state
        owner = box.person("ada").id
        while len({shard_of(guild_id) for guild_id in state.guilds}) < 2:
            seed.add_to_guild(state, box.application, seed.make_guild(state, "Branch", owner))
            box.clock.advance(0.001)  # ids of the next millisecond belong to the other shard
        homes = {guild_id: shard_of(guild_id) for guild_id in state.guilds}
        async with running(python_bot("sharded"), **environment(box, picture)) as bot:
            for shard in range(2):
                await bot.saw("connected", shard=shard)
            for guild_id, shard in homes.items():
                await bot.saw("guild", id=guild_id, shard=shard)
            async with Member.of(box.url, "cleo") as cleo:
                await cleo.send("@Painter", "for the first shard")
                await bot.saw("message", guild=None, content="for the first shard")
                await cleo.send(ROOM, "for its own")
                await bot.saw("message", guild=next(iter(homes)))
        hold_against(description_at_hand, box)
