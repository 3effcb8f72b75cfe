"""Everyone in a seeded sandbox as a REST client, and what the bot and the people's pages are told.

Ada owns the server, Ben moderates it, Cleo and Dov are members. Nothing here waits: a request's events have been sent
when its answer comes.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from sandbox.gateway.audience import Ear, may_hear
from sandbox.gateway.intents import KNOWN
from sandbox.server import Sandbox
from sandbox.world.actors import Actor, ActorKind
from sandbox.world.entities import Channel, Guild, Message
from sandbox.world.events import Event
from sandbox.world.state import State

Json = dict[str, Any]
PEOPLE = ("ada", "ben", "cleo", "dov")


def png(width: int = 3, height: int = 2, shade: int = 120) -> bytes:
    """A small real picture; `shade` tells pictures apart."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade % 256, shade // 256 % 256, 0] * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def data_uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


class Refusal(Exception):  # noqa: N818  # a refusal is what the tests ask for
    def __init__(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def code(self) -> Any:
        return self.body.get("code") if isinstance(self.body, dict) else None

    def at(self, *path: str) -> list[str]:
        """The codes of a form's faults at one place."""
        node = self.body["errors"]
        for step in path:
            node = node[step]
        return [fault["code"] for fault in node["_errors"]]


@dataclass
class Caller:
    """Someone with a token, or nobody."""

    box: Sandbox
    http: aiohttp.ClientSession
    id: str = ""
    authorization: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, *files: tuple[str, bytes]) -> Any:
        headers = {} if self.authorization is None else {"Authorization": self.authorization}
        arguments: Json = {}
        if files:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body or {}), content_type="application/json")
            for n, (name, data) in enumerate(files):
                form.add_field(f"files[{n}]", io.BytesIO(data), filename=name, content_type="application/octet-stream")
            arguments["data"] = form
        elif body is not None:
            arguments["json"] = body
        url = f"{self.box.url}/api/v10{path}"
        async with self.http.request(method, url, headers=headers, **arguments) as response:
            answer = await response.json() if response.content_type == "application/json" else await response.text()
            if response.status >= 400:
                raise Refusal(response.status, answer, response.headers)
            return answer if response.status != 204 else None

    async def refused(self, method: str, path: str, body: Any = None, *files: tuple[str, bytes]) -> Refusal:
        """What the request is refused with; it must be."""
        try:
            answer = await self.ask(method, path, body, *files)
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"{method} {path} was not refused: {answer}")

    async def get(self, path: str) -> Any:
        return await self.ask("GET", path)

    async def post(self, path: str, body: Any = None, *files: tuple[str, bytes]) -> Any:
        return await self.ask("POST", path, {} if body is None else body, *files)

    async def patch(self, path: str, body: Any, *files: tuple[str, bytes]) -> Any:
        return await self.ask("PATCH", path, body, *files)

    async def put(self, path: str, body: Any = None) -> Any:
        return await self.ask("PUT", path, body)

    async def delete(self, path: str) -> Any:
        return await self.ask("DELETE", path)

    async def say(self, channel_id: int | str, content: str = "hello", **fields: Any) -> Json:
        message: Json = await self.post(f"/channels/{channel_id}/messages", {"content": content, **fields})
        return message


class Heard:
    """What one bot or person is told, under the rules of the gateway, with all intents."""

    def __init__(self, state: State, actor: Actor, *, shard_id: int = 0, shard_count: int = 1) -> None:
        self._state = state
        self._ear = Ear(actor, KNOWN, shard_id, shard_count)
        self.events: list[Event] = []
        state.hub.join(self)

    def hear(self, event: Event) -> None:
        if may_hear(self._state, self._ear, event):
            self.events.append(event)

    def names(self) -> list[str]:
        return [event.name for event in self.events]

    def all(self, name: str) -> list[Json]:
        return [event.data for event in self.events if event.name == name]

    def last(self, name: str) -> Json:
        return self.all(name)[-1]

    def clear(self) -> None:
        self.events.clear()


@dataclass
class Crew:
    box: Sandbox
    http: aiohttp.ClientSession
    callers: dict[str, Caller] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def of(cls, box: Sandbox) -> AsyncIterator[Self]:
        async with aiohttp.ClientSession() as http:
            crew = cls(box, http)
            crew.callers["bot"] = Caller(box, http, str(box.application_id), f"Bot {box.bot_token}")
            crew.callers["nobody"] = Caller(box, http)
            for name in PEOPLE:
                crew.callers[name] = Caller(box, http, str(box.person(name).id), box.token_of(name))
            yield crew

    def __getattr__(self, name: str) -> Caller:
        """`crew.ada`, `crew.bot`, `crew.nobody`."""
        try:
            return self.callers[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def state(self) -> State:
        return self.box.state

    @property
    def guild(self) -> Guild:
        return next(iter(self.state.guilds.values()))

    @property
    def guild_path(self) -> str:
        return f"/guilds/{self.guild.id}"

    @property
    def application_path(self) -> str:
        return f"/applications/{self.box.application_id}"

    def channel(self, name: str) -> Channel:
        return next(channel for channel in self.state.channels.values() if channel.name == name)

    def direct(self, one: str, other: str) -> Channel:
        found = self.state.direct_channel(int(self.callers[one].id), int(self.callers[other].id))
        assert found is not None
        return found

    def role(self, name: str) -> int:
        return next(role.id for role in self.state.roles_of(self.guild.id) if role.name == name)

    def message(self, view: Json) -> Message:
        return self.state.message(int(view["channel_id"]), int(view["id"]))

    def listen(self, name: str, **shard: int) -> Heard:
        user_id = int(self.callers[name].id)
        is_bot = user_id in self.state.applications
        actor = Actor(ActorKind.BOT, user_id, user_id) if is_bot else Actor(ActorKind.PERSON, user_id)
        return Heard(self.state, actor, **shard)

    def another(self, name: str, user_id: int, authorization: str) -> Caller:
        """Someone who came later."""
        caller = self.callers[name] = Caller(self.box, self.http, str(user_id), authorization)
        return caller

    async def sim(self, method: str, path: str, body: Any = None) -> Any:
        async with self.http.request(method, f"{self.box.url}/_sim{path}", json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise Refusal(response.status, answer, response.headers)
            return answer

    async def download(self, url: str) -> tuple[int, bytes]:
        async with self.http.get(url) as response:
            return response.status, await response.read()

    # -- using the application ----------------------------------------------------------------------------------------

    async def register(self, name: str = "imagine", guild_id: int | None = None, **fields: Any) -> Json:
        place = "" if guild_id is None else f"/guilds/{guild_id}"
        body = {"name": name, "description": "Paint", **fields}
        command: Json = await self.bot.post(f"{self.application_path}{place}/commands", body)
        return command

    async def use(self, who: str, channel: Channel, command: Json, *options: Json, kind: int = 2, **data: Any) -> Json:
        """Use a command and leave it unanswered; returns what the bot is given."""
        body: Json = {"type": kind, "application_id": command["application_id"], "channel_id": str(channel.id)}
        body["data"] = {"id": command["id"], "name": command["name"], "type": command["type"]} | data
        if options:
            body["data"]["options"] = list(options)
        return await self.begin(who, body)

    async def click(self, who: str, message: Json, custom_id: str, *values: str) -> Json:
        body: Json = {"type": 3, "application_id": str(self.box.application_id), "channel_id": message["channel_id"]}
        body |= {"message_id": message["id"], "data": {"custom_id": custom_id, "values": list(values)}}
        return await self.begin(who, body)

    async def begin(self, who: str, body: Json, *files: tuple[str, bytes]) -> Json:
        heard = Heard(self.state, Actor(ActorKind.BOT, self.box.application_id, int(body["application_id"])))
        begun = await self.callers[who].post("/interactions", body, *files)
        self.state.hub.leave(heard)
        given = [one for one in heard.all("INTERACTION_CREATE") if one["id"] == begun["id"]]
        assert len(given) == 1, "the bot is given it once"
        return given[0]

    async def answer(self, interaction: Json, kind: int = 4, *files: tuple[str, bytes], **data: Any) -> Json:
        body: Json = {"type": kind}
        if data:
            body["data"] = data
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback?with_response=true"
        answer: Json = await self.nobody.post(path, body, *files)
        return answer

    def hook(self, interaction: Json, end: str = "") -> str:
        return f"/webhooks/{interaction['application_id']}/{interaction['token']}{end}"
