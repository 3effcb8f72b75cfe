"""Members who do this and that, and a saboteur; both take every decision from one seed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web_app

from sandbox.gateway import GatewayLimits
from sandbox.member import Json, Member, NothingCame, Refused
from sandbox.server import Sandbox
from sandbox.world import guilds, seed
from sandbox.world.entities import Entity
from tests.sandbox.hostile import loaded, shelved
from tests.sandbox.soak.listener import Listener

PEOPLE = ("ada", "ben", "cleo", "dov")
ROOMS = ("painting", "general", "more-painting")
KEEP = 200
LIMITS = GatewayLimits(start_seconds=0.0, starts_per_day=1_000_000, close_seconds=0.2)


class World:
    """The sandbox, which may be another object after a restart, and who listens to it."""

    def __init__(self, state_file: Path, dice: random.Random) -> None:
        self.state_file = state_file
        self.dice = dice
        self.box = self._make(0)
        self.outcomes: Counter[str] = Counter()
        self.troubles: Counter[str] = Counter()
        self.listeners: dict[str, Listener] = {}
        self.restarting = asyncio.Lock()

    def _make(self, port: int) -> Sandbox:
        return Sandbox(port=port, state_file=self.state_file, keep=KEEP, gateway_limits=LIMITS)

    async def start(self, http: aiohttp.ClientSession) -> None:
        await self.box.start()
        state = self.box.state
        witness = seed.make_application(state, "Witness", self.box.person("ada").id)
        for guild in list(state.guilds.values()):
            guilds.install(state, witness, guild)
        tokens = {name: self.box.token_of(name) for name in PEOPLE} | {"Witness": witness.token}
        self.listeners = {name: Listener(http, token) for name, token in tokens.items()}
        for listener in self.listeners.values():
            listener.url = self.box.url

    async def restart(self) -> None:
        """Stop and go on from the file, which must hold what was in memory."""
        port = self.box.port
        await self.box.close()
        before = shelved(self.box.state)
        differences = _differences(before, await asyncio.to_thread(loaded, self.state_file))
        assert not differences, differences
        # aiohttp remembers the handlers of applications that are gone, and with them a whole world each.
        web_app._cached_build_middleware.cache_clear()
        self.box = self._make(port)
        await self.box.start()


def _differences(one: dict[str, Entity], other: dict[str, Entity]) -> list[str]:
    return [f"{key}: {one.get(key)} / {other.get(key)}" for key in {*one, *other} if one.get(key) != other.get(key)][:3]


# -- members ----------------------------------------------------------------------------------------------------------


async def wander(world: World, name: str, until_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    number = 0
    async with Member.of(world.box.url, name) as member:
        while loop.time() < until_seconds:
            number += 1
            try:
                async with asyncio.timeout(15):
                    await _act(world, member, number)
            except (aiohttp.ClientError, OSError):
                world.outcomes["connection lost"] += 1
                await asyncio.sleep(0.05)
            except TimeoutError:
                raise AssertionError(f"{name} waited for an answer for 15 s, at step {number}") from None
            except (Refused, NothingCame, KeyError) as refusal:
                world.outcomes[f"refused {getattr(refusal, 'status', type(refusal).__name__)}"] += 1
            await asyncio.sleep(world.dice.random() * 0.1)


async def _act(world: World, member: Member, number: int) -> None:
    dice, room = world.dice, world.dice.choice(ROOMS)
    match dice.choice(("command", "command", "command", "click", "say", "say", "react", "delete", "edit")):
        case "command":
            outcome = await member.command(room, "walk", number=number)
            world.outcomes[outcome.status] += 1
        case "click":
            found = [m for m in await member.messages(room) if m["components"]]
            if found:
                outcome = await member.click(dice.choice(found), "again")
                world.outcomes[outcome.status] += 1
        case "say":
            await member.send(room, f"{member.username} says {number} " + "ü💡x" * dice.randrange(100))
        case "react":
            await member.react(await _some_message(dice, member, room), dice.choice("👍🎈🎉"))
        case "delete":
            await member.delete(await _some_message(dice, member, room, own=True))
        case _:
            message = await _some_message(dice, member, room, own=True)
            path = f"/channels/{message['channel_id']}/messages/{message['id']}"
            await member.request("PATCH", path, {"content": f"changed at {number}"})


async def _some_message(dice: random.Random, member: Member, room: str, *, own: bool = False) -> Json:
    found = [m for m in await member.messages(room) if not own or m["author"]["id"] == member.user_id]
    return dice.choice(found or [await member.send(room, "here")])


# -- trouble ----------------------------------------------------------------------------------------------------------


async def sabotage(world: World, until_seconds: float) -> None:
    loop, dice = asyncio.get_running_loop(), world.dice

    def whose() -> int:
        """The witness mostly, as the bot must also find time to answer."""
        applications = sorted(world.box.state.applications)
        return applications[dice.random() < 0.75]

    acts: dict[str, Callable[[], object]] = {
        "cut": lambda: world.box.gateway.drop(whose()),
        "close": lambda: world.box.gateway.drop(whose(), code=4000),
        "op 7": lambda: world.box.gateway.reconnect(whose()),
        "op 9, resumable": lambda: world.box.gateway.invalidate(whose(), resumable=True),
        "op 9": lambda: world.box.gateway.invalidate(whose(), resumable=False),
        "429": lambda: _order(world, path="/interactions/**", status=429, retry_after=0.05),
        "500 before": lambda: _order(world, path="/webhooks/**", status=500),
        "500 after": lambda: _order(world, path="/interactions/*/*/callback", status=500, stored=True),
        "502 after, for members": lambda: _order(world, path="/channels/*/messages", status=502, stored=True),
        "drop": lambda: _order(world, path="/channels/**", drop=True),
        "latency": lambda: _order(world, delay_seconds=0.2, times=3),
        "twice": lambda: world.box.faults.add({"kind": "duplicate", "event": "INTERACTION_CREATE"}),
        "late": lambda: world.box.faults.add({"kind": "event_delay", "seconds": 0.1, "times": 5}),
        "silence": lambda: world.box.faults.add({"kind": "silence"}),
        "a second later": lambda: world.box.clock.advance(1),
        "four seconds later": lambda: world.box.clock.advance(4),
        "a quarter of an hour later": lambda: world.box.clock.advance(1000) if dice.random() < 0.3 else None,
        "a moment earlier": lambda: world.box.clock.advance(-0.5),
    }
    while loop.time() < until_seconds:
        await asyncio.sleep(dice.random())
        if dice.random() < 0.02:
            world.troubles["restart"] += 1
            await world.restart()
        else:
            what = dice.choice(list(acts))
            world.troubles[what] += 1
            acts[what]()
            if what == "silence":  # nobody else comes to break a silence before the heartbeat's 41 s are over
                world.box.gateway.drop()
                await asyncio.sleep(0.2)
                world.box.faults.clear()
                world.box.gateway.drop()
                _cut_the_silent(world)


def _order(world: World, **fault: object) -> None:
    world.box.faults.add({"kind": "http", **fault})


def _cut_the_silent(world: World) -> None:
    """A client under silence would find out by its missing heartbeats, in most of a minute."""
    for conversation in list(world.box.gateway._conversations):
        if conversation.socket.is_silent:
            conversation.socket.end(None)


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(listener.run()) for listener in world.listeners.values()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
