"""Members with the page open: gateway sockets that hear everything and count what they hear."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import aiohttp

from benchmarks.crowd.process import hear, say

Json = dict[str, Any]


class Listener:
    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()  # the content of each message, as it was when it came or changed
        self.gaps = 0
        self._seq = 0

    async def open(self, http: aiohttp.ClientSession, url: str, token: str) -> aiohttp.ClientWebSocketResponse:
        socket = await http.ws_connect(f"{url}/gateway?v=10&encoding=json", max_msg_size=0)
        await socket.receive()  # HELLO
        await socket.send_json({"op": 2, "d": {"token": token, "properties": {}}})
        self.take(json.loads((await socket.receive()).data))
        return socket

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            self.take(json.loads(frame.data))

    def take(self, payload: Json) -> None:
        if payload["op"] != 0:
            return
        self.gaps += payload["s"] != self._seq + 1
        self._seq = payload["s"]
        if payload["t"] in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and payload["d"]["content"]:
            self.heard[payload["d"]["content"]] += 1


async def main() -> None:
    plan = await hear()
    listeners = [Listener() for _ in plan["tokens"]]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        sockets = [
            await one.open(http, plan["url"], token) for one, token in zip(listeners, plan["tokens"], strict=True)
        ]
        say({"ready": True})
        tasks = [asyncio.create_task(one.listen(s)) for one, s in zip(listeners, sockets, strict=True)]
        await hear()
        for socket in sockets:
            await socket.close()
        await asyncio.gather(*tasks)
    say({"heard": [one.heard for one in listeners], "gaps": [one.gaps for one in listeners]})


if __name__ == "__main__":
    asyncio.run(main())
