"""A small world, a gateway on a real port, and a client that speaks the protocol by hand."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import zstandard
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.gateway import Gateway, GatewayFaults, GatewayLimits, GatewayTap, NoFaults
from sandbox.gateway.intents import KNOWN
from sandbox.rules.clock import Clock
from sandbox.rules.permissions import Permission
from sandbox.world.actors import bot_token, person_token
from sandbox.world.entities import Application, Channel, Guild, Member, Overwrite, Role, User
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage

Json = dict[str, Any]
EVERYTHING = KNOWN
PATIENCE_SECONDS = 10.0


@dataclass
class World:
    """Guilds 1<<22 and 2<<22, so that of two shards the first is shard 1's and the second shard 0's."""

    state: State
    gateway: Gateway
    url: str
    http: aiohttp.ClientSession
    bot_id: int = 500
    token: str = ""
    ada: int = 600  # a member
    bea: int = 601  # the owner
    guild: int = 1 << 22
    other_guild: int = 2 << 22
    channel: int = 700
    hidden: int = 701  # only the owner sees it
    direct: int = 702  # the bot and Ada
    clients: list[Client] = field(default_factory=list)

    async def connect(
        self, query: str = "v=10&encoding=json", path: str = "/gateway", *, autoping: bool = True
    ) -> Client:
        ws = await self.http.ws_connect(f"{self.url}{path}?{query}", autoping=autoping)
        client = Client(self, ws, query)
        self.clients.append(client)
        return client

    async def greeted(self, query: str = "v=10&encoding=json", *, autoping: bool = True) -> Client:
        client = await self.connect(query, autoping=autoping)
        assert (await client.frame())["op"] == 10
        return client

    async def bot(self, intents: int = EVERYTHING, **extra: Any) -> Client:
        client = await self.greeted()
        await client.identify(self.token, intents=intents, **extra)
        await client.event("READY")
        await client.drain()
        return client

    async def person(self, user_id: int) -> Client:
        client = await self.greeted()
        await client.identify(person_token(self.state, user_id))
        await client.event("READY")
        await client.drain()
        return client

    def say(self, text: str = "hello", **narrowing: Any) -> None:
        narrowing = {"guild_id": self.guild, "channel_id": self.channel, "content_owner": self.ada} | narrowing
        data = {"id": "1", "content": text, "embeds": [{}], "attachments": [], "components": []}
        self.state.hub.emit(Event("MESSAGE_CREATE", data, **narrowing))


class Client:
    """Sends frames, receives frames. `drain` answers whether anything came without waiting for it not to come."""

    def __init__(self, world: World, ws: aiohttp.ClientWebSocketResponse, query: str) -> None:
        self.world = world
        self.ws = ws
        self.seq = 0
        self.session_id = ""
        self.resume_url = ""
        self._zlib = zlib.decompressobj() if "zlib-stream" in query else None
        self._zstd = zstandard.ZstdDecompressor().decompressobj() if "zstd-stream" in query else None

    async def send(self, op: int, data: Any = None) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, token: str, **extra: Any) -> None:
        await self.send(2, {"token": token, "properties": {}} | extra)

    async def resume(self, token: str, session_id: str, seq: int) -> None:
        await self.send(6, {"token": token, "session_id": session_id, "seq": seq})

    async def message(self) -> aiohttp.WSMessage:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.ws.receive()

    async def frame(self) -> Json:
        message = await self.message()
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
        frame = self._decode(message.data)
        if frame["s"] is not None:
            self.seq = frame["s"]
        if frame["t"] == "READY":
            self.session_id = frame["d"]["session_id"]
            self.resume_url = frame["d"]["resume_gateway_url"]
        return frame

    async def event(self, name: str) -> Json:
        """The data of the next dispatch, which must have this name."""
        frame = await self.frame()
        assert frame["t"] == name, frame
        data: Json = frame["d"]
        return data

    async def drain(self) -> list[Json]:
        """What had been sent to us up to now: a heartbeat's acknowledgement comes after all of it."""
        await self.send(1, self.seq or None)
        frames: list[Json] = []
        while (frame := await self.frame())["op"] != 11:
            frames.append(frame)
        return frames

    async def heard(self) -> list[str]:
        return [frame["t"] for frame in await self.drain()]

    async def close_code(self) -> int | None:
        """Read until the gateway has closed the connection, and tell with which code."""
        while not self.ws.closed:
            await self.message()
        return self.ws.close_code

    async def leave(self, code: int) -> None:
        """Close, and wait until the gateway has noticed."""
        await self.ws.close(code=code)
        await until_gone(self.world, self.session_id)

    def _decode(self, data: str | bytes) -> Json:
        if isinstance(data, str):
            text = data
        elif self._zlib is not None:
            assert data.endswith(b"\x00\x00\xff\xff")
            text = self._zlib.decompress(data).decode()
        elif self._zstd is not None:
            text = self._zstd.decompress(data).decode()
        else:
            text = zlib.decompress(data).decode()
        frame: Json = json.loads(text)
        return frame


async def until_gone(world: World, session_id: str) -> None:
    """Until the gateway knows that this session has no socket any more."""
    sessions = world.gateway.sessions
    await until(lambda: session_id not in sessions or sessions[session_id].outlet is None)


async def until(holds: Callable[[], bool]) -> None:
    """Let everything else run until this is so, for what the protocol does not tell a client."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await _turn_of_the_loop()


async def _turn_of_the_loop() -> None:
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned


@asynccontextmanager
async def a_world(
    faults: GatewayFaults | None = None, tap: GatewayTap | None = None, **narrowed: Any
) -> AsyncIterator[World]:
    state = State(MemoryStorage(), Clock(), secret="0" * 32)
    gateway = Gateway(state, faults or NoFaults(), tap, GatewayLimits(**{"start_seconds": 0.0} | narrowed))
    app = web.Application()
    app.router.add_get("/gateway", gateway.handler)
    app.router.add_get("/", gateway.handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    state.base_url = str(server.make_url("")).rstrip("/")
    async with aiohttp.ClientSession() as http:
        world = World(state, gateway, state.base_url, http)
        world.token = bot_token(world.bot_id, "secret")
        populate(world)
        try:
            yield world
        finally:
            await _tidy(world, server)


async def _tidy(world: World, server: TestServer) -> None:
    # First the clients, as a client that has stopped reading would make the gateway wait for its goodbye.
    await asyncio.gather(*(client.ws.close() for client in world.clients))
    await world.gateway.close()
    await server.close()
    world.state.clock.close()


def populate(world: World) -> None:
    state = world.state
    state.save(User(world.bot_id, "painter", bot=True))
    state.save(User(world.ada, "ada", "Ada"))
    state.save(User(world.bea, "bea"))
    state.save(Application(world.bot_id, "Painter", world.token, "client-secret", owner_id=world.bea))
    readable = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    for guild_id in (world.guild, world.other_guild):
        state.save(Guild(guild_id, f"Guild {guild_id}", owner_id=world.bea))
        state.save(Role(guild_id, guild_id, "@everyone", permissions=int(readable), position=0))
        for user_id in (world.bot_id, world.ada, world.bea):
            state.save(Member(user_id, guild_id, joined_ms=state.clock.now_ms()))
    state.save(Channel(world.channel, 0, "general", guild_id=world.guild))
    denied = Overwrite(world.guild, 0, deny=int(Permission.VIEW_CHANNEL))
    state.save(Channel(world.hidden, 0, "hidden", guild_id=world.guild, overwrites=[denied]))
    state.save(Channel(world.direct, 1, recipients=[world.bot_id, world.ada]))
