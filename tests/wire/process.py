"""A client library in a process of its own: what it saw comes out as lines of JSON, and a test waits for them.

Own processes because the libraries patch module globals, and because a killed one must really be dead.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PATIENCE_SECONDS: Final = 20.0  # two cores may be busy with other tests; a healthy step takes milliseconds

Line = dict[str, Any]


class BotDied(Exception):  # noqa: N818  # it names what happened to it
    """The process ended, or never told what was waited for; its standard error says why."""


class BotProcess:
    """One bot under test. `saw` waits for what it tells; `kill` ends it without a goodbye."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.unread: list[Line] = []
        self._told = asyncio.Condition()
        self._errors = bytearray()
        self._has_ended = False
        self._readers = [asyncio.create_task(self._read_lines()), asyncio.create_task(self._read_errors())]

    @property
    def errors(self) -> str:
        return self._errors.decode(errors="replace")

    async def saw(self, event: str, **fields: object) -> Line:
        """The next line of this event with these fields. Lines of other events stay for later."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._told:
                while True:
                    for line in self.unread:
                        if line["event"] == event and all(line.get(k) == v for k, v in fields.items()):
                            self.unread.remove(line)
                            return line
                    if self._has_ended:
                        raise BotDied(f"The bot ended before it told of {event!r}.\n{self.errors}")
                    await self._told.wait()
        except TimeoutError:
            raise BotDied(
                f"The bot did not tell of {event!r} {fields or ''}, but of {self.unread}.\n{self.errors}"
            ) from None

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._readers)

    async def _read_lines(self) -> None:
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            async with self._told:
                if raw.startswith(b'{"event"'):
                    self.unread.append(json.loads(raw))
                else:
                    self._errors += raw
                self._told.notify_all()
        await self._process.wait()
        async with self._told:
            self._has_ended = True
            self._told.notify_all()

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            self._errors += raw


@asynccontextmanager
async def running(command: list[str], **environment: str) -> AsyncIterator[BotProcess]:
    """A bot's process, killed at the end. A traceback that it wrote fails the test even if the story went well."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "NODE_NO_WARNINGS": "1", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    bot = BotProcess(process)
    try:
        yield bot
        if "Traceback (most recent call last)" in bot.errors:
            raise BotDied(f"The bot went on after an error of its own:\n{bot.errors}")
    except Exception as error:
        error.add_note(f"The bot wrote: {bot.errors or 'nothing'}")
        raise
    finally:
        await bot.kill()


def python_bot(name: str) -> list[str]:
    return [sys.executable, "-m", f"tests.wire.bots.{name}"]


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something in this process is so; for things that nothing announces."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110  # what is waited for sets no event
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"In {PATIENCE_SECONDS:.0f} s it never came about that {what}.") from None
