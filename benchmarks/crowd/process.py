"""A child process that is told one thing on standard input and answers with lines of JSON; and what it costs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ChildDiedError(Exception):
    """A part of the benchmark ended before it had said what was expected of it."""


class Child:
    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @property
    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * _PAGE

    async def complaints(self) -> AsyncIterator[str]:
        """Its lines of standard error, until it ends. For a child that was started with `hears_errors`."""
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            yield raw.decode(errors="replace").rstrip()

    async def line(self) -> str:
        assert self._process.stdout is not None
        raw = await self._process.stdout.readline()
        if not raw:
            raise ChildDiedError(f"The {self.name} process ended too early, with code {await self._process.wait()}.")
        return raw.decode().strip()

    async def said(self) -> Json:
        said: Json = json.loads(await self.line())
        return said

    async def tell(self, about: Json) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(about).encode() + b"\n")
        await self._process.stdin.drain()

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def child(
    name: str, module: str, *arguments: str, hears_errors: bool = False, **environment: str
) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if hears_errors else None,
        limit=1 << 28,  # a report is one long line
    )
    one = Child(name, process)
    try:
        yield one
    finally:
        await one.end()


# -- inside a child ---------------------------------------------------------------------------------------------------


def say(about: Json) -> None:
    sys.stdout.write(json.dumps(about, separators=(",", ":")) + "\n")
    sys.stdout.flush()


async def hear() -> Json:
    """The next thing that the parent tells."""
    text = await asyncio.to_thread(sys.stdin.readline)
    if not text:
        raise ChildDiedError("The parent has gone.")
    heard: Json = json.loads(text)
    return heard
