"""The bot as operators run it, `python -m bot`, in a process of its own that can be killed as a power cut would."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.frame.fail_points import VARIABLE
from sandbox.server import Sandbox
from tests.wire.process import ROOT, until


class Child:
    def __init__(self, process: asyncio.subprocess.Process, box: Sandbox) -> None:
        self._process, self._box = process, box
        self.words = bytearray()
        self._reader = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def until_it_hears(self) -> None:
        """What members do reaches it from now on."""
        await until(lambda: self._hears or self._process.returncode is not None, "the bot listened")
        assert self._process.returncode is None, self.words.decode()

    async def until_killed(self, seconds: float) -> None:
        """By itself, at the point that was asked for."""
        async with asyncio.timeout(seconds):
            code = await self._process.wait()
        assert code == -signal.SIGKILL, (code, self.words.decode())

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()

    async def ended(self) -> int:
        code = await self._process.wait()
        await self._reader
        return code

    @property
    def _hears(self) -> bool:
        sessions = self._box.gateway.sessions.values()
        return any(one.application_id == self._box.application_id and one.outlet is not None for one in sessions)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.words += line


@asynccontextmanager
async def bot_process(box: Sandbox, data: Path, *, dies: str = "", **environ: str) -> AsyncIterator[Child]:
    """`dies` is the fail point at which it kills itself."""
    about = {
        "DISCORD_TOKEN": box.bot_token,
        "DISCORD_BASE_URL": box.url,
        "ATELIER_DATA": str(data),
        "ATELIER_ENGINE_DEVICE": "none",
        "ALLOWED_SERVERS": "*",
        VARIABLE: dies,
        **environ,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **about},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    child = Child(process, box)
    try:
        yield child
    finally:
        await child.kill()
