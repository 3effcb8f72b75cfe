"""`python -m bot` as an operator starts it: a process of its own, told by its exit code and what it prints."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
ADDRESS = re.compile(r"Open (http://\S+?)/ and type /imagine in any channel\. Stop with Ctrl\+C\.\n")
QUIET = {"ATELIER_ENGINE_DEVICE": "none", "SANDBOX_PORT": "0"}


class Program:
    """A bot that runs; `url` is the page's address."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, errors: Path) -> None:
        self._process, self.url, self._errors = process, url, errors

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        if self._process.returncode is None:
            self.tell(number)
        return await self.ended()

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    async def rest(self) -> str:
        """What else it prints until it ends."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return (await self._process.stdout.read()).decode()

    @property
    def log(self) -> str:
        return self._errors.read_text()


def environ(**more: str) -> dict[str, str]:
    """Nothing of the developer's own settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ATELIER_", "DISCORD_"))}
    return ours | {"PYTHONPATH": str(ROOT)} | QUIET | more


@asynccontextmanager
async def started(
    folder: Path, *, settings: Mapping[str, str], command: tuple[str, ...] = ()
) -> AsyncIterator[Program]:
    """In `folder`, until the end of the block at the latest. It has printed one line by then: where its page is."""
    errors = folder / "log.txt"
    with errors.open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *(command or (sys.executable, "-m", "bot")),
            cwd=folder,
            env=environ(**settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = (await process.stdout.readline()).decode()
        found = ADDRESS.fullmatch(line)
        assert found is not None, (line, errors.read_text())
        yield Program(process, found[1], errors)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """One of the words of the command line, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environ(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
