"""The bot itself as a process of a benchmark: how it is started against a sandbox, and what it says of itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.crowd.process import Child, ChildDiedError, child

Json = dict[str, Any]
CONNECTED = "connected to Gateway"


class Painter:
    """`late_ms` are all looks at its event loop so far; `warnings` whatever it found worth one."""

    def __init__(self, process: Child) -> None:
        self.process = process
        self.late_ms: list[float] = []
        self.warnings: list[str] = []
        self.connected = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for line in self.process.complaints():
            try:
                said = json.loads(line)
            except ValueError:
                self.warnings.append(line)
                continue
            if "late_ms" in said:
                self.late_ms += json.loads(said["late_ms"])
            if said["level"] in ("warning", "error", "critical"):
                self.warnings.append(said["message"])
            if CONNECTED in said["message"]:
                self.connected.set()

    async def until_connected(self, seconds: float) -> None:
        waiting = asyncio.create_task(self.connected.wait())
        await asyncio.wait([waiting, self._listening], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self.connected.is_set():
            raise ChildDiedError("The bot did not connect: " + " / ".join(self.warnings[-5:]))

    async def end(self) -> None:
        await self.process.end()
        await self._listening


@asynccontextmanager
async def painter(url: str, token: str, data: Path, **environment: str) -> AsyncIterator[Painter]:
    """`python -m bot`, connected. What is set for it elsewhere in the environment does not reach it."""
    settings = {
        "DISCORD_TOKEN": token,
        "DISCORD_BASE_URL": url,
        "ATELIER_DATA": str(data),
        "ALLOWED_SERVERS": "*",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
        **environment,
    }
    async with child("bot", "bot", hears_errors=True, **settings) as process:
        one = Painter(process)
        try:
            await one.until_connected(60.0)
            yield one
        finally:
            await one.end()
