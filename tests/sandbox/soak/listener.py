"""A gateway client that comes back after every break, resumes when it may, and keeps account of what it heard."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Any

import aiohttp

from sandbox.gateway.intents import KNOWN

Json = dict[str, Any]
ENDINGS = ("INTERACTION_SUCCESS", "INTERACTION_FAILURE", "INTERACTION_MODAL_CREATE")


class Listener:
    """What it knows is since `baseline`: a session that could not be resumed leaves a hole that nobody can fill."""

    def __init__(self, http: aiohttp.ClientSession, token: str) -> None:
        self.url = ""  # where the sandbox is; another after a restart would do
        self.created: Counter[str] = Counter()  # "channel/message"
        self.deleted: set[str] = set()
        self.begun: set[str] = set()
        self.ended: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.resumes = 0
        self.sessions = 0
        self.is_listening = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._http = http
        self._token = token
        self._session_id = ""
        self._seq = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def run(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._listen()
            self.is_listening.clear()
            await asyncio.sleep(0.02)

    async def _listen(self) -> None:
        async with self._http.ws_connect(f"{self.url}/gateway?v=10&encoding=json", max_msg_size=0) as socket:
            self._socket = socket
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                frame = message.json()
                match frame["op"]:
                    case 0:
                        self._take(frame)
                    case 7:
                        return
                    case 9:
                        if not frame["d"]:
                            self._session_id = ""
                        await asyncio.sleep(0.01)
                        await self._log_in(socket)
                    case 10:
                        await self._log_in(socket)
                    case 1:
                        await socket.send_json({"op": 1, "d": self._seq})
                    case 11:
                        self._acknowledged.set()

    async def _log_in(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        if self._session_id:
            await socket.send_json(
                {"op": 6, "d": {"token": self._token, "session_id": self._session_id, "seq": self._seq}}
            )
        else:
            await socket.send_json({"op": 2, "d": {"token": self._token, "properties": {}, "intents": KNOWN}})

    def _take(self, frame: Json) -> None:
        name, data = frame["t"], frame["d"]
        if name == "READY":
            self._session_id, self._seq = data["session_id"], 0
            self.sessions += 1
            for account in (self.created, self.deleted, self.begun, self.ended):
                account.clear()
        if frame["s"] != self._seq + 1:
            self.complaints.append(f"after number {self._seq} came {frame['s']} ({name})")
        self._seq = frame["s"]
        if name in ("READY", "RESUMED"):
            self.resumes += name == "RESUMED"
            self.is_listening.set()
        elif name == "MESSAGE_CREATE":
            self.created[f"{data['channel_id']}/{data['id']}"] += 1
        elif name == "MESSAGE_DELETE":
            self.deleted.add(f"{data['channel_id']}/{data['id']}")
        elif name == "INTERACTION_CREATE" and "token" not in data:  # what people hear of their own
            self.begun.add(data["id"])
        elif name in ENDINGS:
            self.ended[data["id"]] += 1

    async def catch_up(self) -> None:
        """Until all that had been sent to us by now is in."""
        async with asyncio.timeout(20):
            while True:
                await self.is_listening.wait()
                self._acknowledged.clear()
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    assert self._socket is not None
                    await self._socket.send_json({"op": 1, "d": self._seq})
                    async with asyncio.timeout(1):
                        await self._acknowledged.wait()
                    return
