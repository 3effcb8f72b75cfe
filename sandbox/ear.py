"""A person's gateway session, for `member.py`: wakes those who wait for something to happen in a channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

import aiohttp

Json = dict[str, Any]
Condition = Callable[[Json], Any]


class NotLetIn(Exception):  # noqa: N818  # it names what happened to a person
    """The gateway did not greet this person."""


class Ear:
    """Open with `Ear.open`; hears until `close`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._wanted: list[tuple[str, Condition, asyncio.Future[Json]]] = []
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, token: str) -> Self:
        socket = await http.ws_connect(f"{url}/gateway?v=10&encoding=json", max_msg_size=0)
        await socket.receive_json()  # HELLO
        await socket.send_json({"op": 2, "d": {"token": token, "properties": {}}})
        ear = cls(socket)
        ready = await socket.receive_json()
        if ready.get("t") != "READY":
            raise NotLetIn(str(ready))
        ear._task = asyncio.create_task(ear._run())
        return ear

    def news(self, channel_id: str) -> asyncio.Future[None]:
        """Done when something happens in this channel from now on."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(channel_id, []).append(future)
        return future

    async def event(self, name: str, condition: Condition) -> Json:
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._wanted.append((name, condition, future))
        return await future

    async def _run(self) -> None:
        async for frame in self._socket:
            payload = frame.json()
            if payload["op"] == 0:
                self._heard(payload["t"], payload["d"])
            elif payload["op"] == 1:
                await self._socket.send_json({"op": 1, "d": None})

    def _heard(self, name: str, data: Json) -> None:
        for wanted in [one for one in self._wanted if one[0] == name]:
            if wanted[2].done() or wanted[1](data):
                self._wanted.remove(wanted)
                if not wanted[2].done():
                    wanted[2].set_result(data)
        for future in self._waiting.pop(str(data.get("channel_id", "")), []):
            if not future.done():
                future.set_result(None)

    async def close(self) -> None:
        await self._socket.close()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
