"""Members who type /imagine at moments that do not depend on the answers (an open loop), and one open page that sees
every channel and notes what becomes of each job's message: its edits, its previews, its end.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp

from benchmarks.crowd.process import hear, say

Json = dict[str, Any]
NANOSECONDS = 1_000_000_000
NUMBER = re.compile(r"number (\d+)")
PREVIEW = "preview"


@dataclass(slots=True)
class Ask:
    """Moments are nanoseconds of the machine's monotonic clock; 0: it never came."""

    number: int
    member: int
    due: int
    begun: int = 0
    acknowledged: int = 0
    outcome: str = "never sent"
    ended: int = 0
    has_picture: bool = False
    answers: list[str] = field(default_factory=list)  # the messages that hold an end of it
    previews: int = 0
    other_edits: int = 0  # in words alone


class Page:
    """Hears what is written in the server, and keeps it by the number that the prompt had."""

    def __init__(self) -> None:
        self.asks: dict[int, Ask] = {}
        self.changed = asyncio.Event()
        self._seq: int | None = None

    async def listen(self, socket: aiohttp.ClientWebSocketResponse, beat_seconds: float) -> None:
        beating = asyncio.create_task(self._beat(socket, beat_seconds))
        try:
            async for frame in socket:
                payload = json.loads(frame.data)
                self._seq = payload.get("s") or self._seq
                if payload.get("t") in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
                    self._take(payload["d"], time.monotonic_ns(), is_edit=payload["t"] == "MESSAGE_UPDATE")
            raise RuntimeError(
                f"The page's connection was closed with {socket.close_code}: it hears no answers any more."
            )
        finally:
            beating.cancel()

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await socket.send_json({"op": 1, "d": self._seq})

    def _take(self, message: Json, now: int, *, is_edit: bool) -> None:
        found = NUMBER.search(message["content"])
        ask = self.asks.get(int(found[1])) if found else None
        if ask is None or not message["components"]:
            return
        labels = {button.get("label") for row in message["components"] for button in row["components"]}
        names = [file["filename"] for file in message["attachments"]]
        if "Cancel" not in labels:
            ask.ended = ask.ended or now
            ask.has_picture = any(not name.startswith(PREVIEW) for name in names)
            ask.answers.append(message["id"])
            self.changed.set()
        elif any(name.startswith(PREVIEW) for name in names):
            ask.previews += 1
        elif is_edit:
            ask.other_edits += 1


class Crowd:
    def __init__(self, http: aiohttp.ClientSession, plan: Json) -> None:
        self._http, self._plan, self._page = http, plan, Page()

    async def open_page(self) -> asyncio.Task[None]:
        socket = await self._http.ws_connect(f"{self._plan['url']}/gateway?v=10&encoding=json", max_msg_size=0)
        hello = json.loads((await socket.receive()).data)
        await socket.send_json({"op": 2, "d": {"token": self._plan["owner"], "properties": {}}})
        await socket.receive()
        every_seconds = hello["d"]["heartbeat_interval"] / 2000
        return asyncio.create_task(self._page.listen(socket, every_seconds))

    async def ask_all(self, order: Json) -> list[Ask]:
        """`asks` are seconds from now, a member's number, and the number that the prompt carries."""
        start = time.monotonic_ns() + NANOSECONDS // 10
        asks = [Ask(n, member, start + int(seconds * NANOSECONDS)) for seconds, member, n in order["asks"]]
        self._page.asks = {ask.number: ask for ask in asks}
        async with asyncio.TaskGroup() as group:
            for ask in sorted(asks, key=lambda one: one.due):
                wait_seconds = (ask.due - time.monotonic_ns()) / NANOSECONDS
                if wait_seconds > 0:
                    await asyncio.sleep(wait_seconds)
                group.create_task(self._use(ask, order["words"]))
        await self._until_ended(asks, order["patience_seconds"])
        return asks

    async def _until_ended(self, asks: list[Ask], patience_seconds: float) -> None:
        """Whoever was not acknowledged waits for nothing."""
        try:
            async with asyncio.timeout(patience_seconds):
                while any(not ask.ended for ask in asks if ask.outcome == "answered"):
                    self._page.changed.clear()
                    await self._page.changed.wait()
        except TimeoutError:
            return

    async def _use(self, ask: Ask, words: str) -> None:
        plan, member = self._plan, self._plan["members"][ask.member]
        option = {"type": 3, "name": "prompt", "value": f"{words} number {ask.number}"}
        data = {"id": plan["command_id"], "name": "imagine", "type": 1, "options": [option]}
        about = {"application_id": plan["application_id"], "channel_id": member["channel_id"]}
        body = {"type": 2, "nonce": str(ask.number), "data": data, **about}
        ask.begun = time.monotonic_ns()
        try:
            async with self._http.post(
                f"{plan['url']}/api/v10/interactions?wait=true", json=body, headers={"Authorization": member["token"]}
            ) as response:
                answer = await response.json()
            ask.outcome = answer.get("status", f"refused {answer}")
        except (TimeoutError, aiohttp.ClientError) as error:
            ask.outcome = f"{type(error).__name__}: {error}"
        else:
            told = (answer.get("message") or {}).get("content", "")
            if ask.outcome == "answered" and f"number {ask.number}" not in told:
                ask.outcome = f"answered with {told!r}"
        ask.acknowledged = time.monotonic_ns()


async def main() -> None:
    plan = await hear()
    connector, patience = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=patience) as http:
        crowd = Crowd(http, plan)
        page = await crowd.open_page()
        say({"ready": True})
        while (order := await hear()).get("asks"):
            asks = await crowd.ask_all(order)
            if page.done():  # deaf, it would make every later answer look lost
                page.result()
            say({"asks": [asdict(ask) for ask in asks]})


if __name__ == "__main__":
    asyncio.run(main())
