"""`make soak`: a long random walk of members and a discord.py bot under every kind of trouble, and what must hold.

SOAK_SEED repeats the decisions, though not the order in which the network lets them happen. SOAK_SECONDS is how long.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import random
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.soak.walk import KEEP, PEOPLE, ROOMS, World, listening, sabotage, wander
from tests.wire.process import BotProcess, running

SEED = int(os.environ.get("SOAK_SEED", "0")) or random.randrange(1 << 31)
SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
ROUND_SECONDS = 20.0
MEMORY_MIB = 48.0  # what may come on top of the first round, however many follow


@pytest.mark.soak
@pytest.mark.timeout(SECONDS * 2 + 120)
async def test_nothing_is_lost_doubled_or_left_hanging_on_a_long_walk_through_trouble(tmp_path: Path) -> None:
    world = World(tmp_path / "state.db", random.Random(SEED))
    async with aiohttp.ClientSession() as http:
        await world.start(http)
        told = {"WIRE_URL": world.box.url, "WIRE_GATEWAY": world.box.gateway_url, "WIRE_TOKEN": world.box.bot_token}
        try:
            command = [sys.executable, "-m", "tests.sandbox.soak.bot"]
            async with running(command, **told) as bot, listening(world):
                await bot.saw("connected")
                await _walk_in_rounds(world, bot, http)
        finally:
            await world.box.close()
    print(f"seed {SEED}: {dict(world.outcomes)}; troubles {dict(world.troubles)}")  # noqa: T201
    assert world.outcomes["answered"] > 0


async def _walk_in_rounds(world: World, bot: BotProcess, http: aiohttp.ClientSession) -> None:
    end = time.monotonic() + SECONDS
    first_mib = 0.0
    while time.monotonic() < end:
        until = asyncio.get_running_loop().time() + min(ROUND_SECONDS, max(1.0, end - time.monotonic()))
        async with asyncio.TaskGroup() as group:
            group.create_task(sabotage(world, until))
            for name in PEOPLE:
                group.create_task(wander(world, name, until))
        await _come_to_rest(world)
        _outcomes_must_be_one_each(world)
        await _messages_must_be_heard_once(world, http)
        _nothing_may_pile_up(world)
        bot.unread.clear()
        mib = _resident_mib()
        first_mib = first_mib or mib
        assert mib - first_mib < MEMORY_MIB, f"memory grew from {first_mib:.0f} to {mib:.0f} MiB"
    await world.restart()


def _resident_mib() -> float:
    """What is really in use: garbage is collected, and what the C library holds free is given back first."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _come_to_rest(world: World) -> None:
    world.box.faults.clear()
    await asyncio.sleep(0.5)  # what was ordered late, at most 0.1 s
    world.box.clock.advance(4)  # who has not answered by now does not answer
    for name, listener in world.listeners.items():
        await listener.catch_up()
        assert not listener.complaints, (name, listener.complaints)


def _outcomes_must_be_one_each(world: World) -> None:
    for interaction in world.box.state.interactions.values():
        assert (interaction.answer_type is None) == interaction.failed, interaction
    for name in PEOPLE:
        listener = world.listeners[name]
        unfinished = [one for one in listener.begun if listener.ended[one] != 1]
        assert not unfinished, (name, unfinished[:3], [listener.ended[one] for one in unfinished[:3]])


async def _messages_must_be_heard_once(world: World, http: aiohttp.ClientSession) -> None:
    """What the REST list has since a listener's session began is what it was told of, and nothing twice."""
    state = world.box.state
    for name, listener in world.listeners.items():
        doubled = [one for one, count in listener.created.items() if count > 1]
        assert not doubled, (name, doubled[:3])
        for room in ROOMS:
            channel = next(one for one in state.channels.values() if one.name == room)
            listed = await _list(world, http, channel.id)
            heard = {int(key.split("/")[1]) for key in listener.created if key.startswith(f"{channel.id}/")}
            gone = {int(key.split("/")[1]) for key in listener.deleted if key.startswith(f"{channel.id}/")}
            if not heard:
                continue
            since, oldest = min(heard), min(listed, default=0)
            stored = state.messages[channel.id]
            # The list was asked for as Ada, who sees besides what everyone sees what is for her alone.
            due = {one for one in listed if one >= since and (name == "ada" or stored[one].only_for is None)}
            assert due <= heard, (name, room, due - heard)
            ghosts = {one for one in heard - gone - listed if one >= oldest and one not in stored}
            assert not ghosts, (name, room, ghosts)


async def _list(world: World, http: aiohttp.ClientSession, channel_id: int) -> set[int]:
    found: set[int] = set()
    before = ""
    while True:
        url = f"{world.box.url}/api/v10/channels/{channel_id}/messages?limit=100{before}"
        async with http.get(url, headers={"Authorization": world.box.token_of("ada")}) as response:
            page = [int(message["id"]) for message in await response.json()]
        found.update(page)
        if len(page) < 100:
            return found
        before = f"&before={min(page)}"


def _nothing_may_pile_up(world: World) -> None:
    box = world.box
    for messages in box.state.messages.values():
        assert len(messages) <= KEEP
    assert len(box.gateway.sessions) <= len(world.listeners) + 8
    assert len(box.state.hub) <= len(box.gateway.sessions)
    assert len(box.journal.entries()) <= 500
