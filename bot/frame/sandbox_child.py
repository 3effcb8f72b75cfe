"""A Discord of one's own beside the bot: `python -m sandbox` as a child process that ends when the bot does. Knows it
only by its command line, its first line of output and its control routes; nothing of `sandbox` is imported.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sys
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

log = logging.getLogger("bot.sandbox")

START_SECONDS: Final = 30.0  # a large state file on a slow disk
STOP_SECONDS: Final = 5.0
_ADDRESS: Final = re.compile(rb"Sandbox: (https?://\S+?)/?\s*")
_LAST_WORDS: Final = 20


class SandboxError(Exception):
    """The sandbox cannot be used: what it said, and what to do."""


class SandboxChild:
    """Start it with `start`; `url`, `token` and `application_id` say how its bot logs in."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._words: deque[str] = deque(maxlen=_LAST_WORDS)
        self.url = ""
        self.token = ""
        self.application_id = 0
        self._listener = asyncio.create_task(self._listen())
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, host: str, port: int, state: Path, start_seconds: float = START_SECONDS) -> Self:
        """Raises SandboxError when it does not come up; then none is left running."""
        try:
            state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            problem = f"The folder {state.parent} cannot be made ({error.strerror})"
            raise SandboxError(f"{problem}; name another one with ATELIER_DATA.") from error
        command = ["-m", "sandbox", "--quiet", "--host", host, "--port", str(port), "--state", str(state)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=asyncio.subprocess.PIPE,  # it ends when this closes: also when the bot is killed
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the bot, which still needs it to say goodbye
        )
        child = cls(process)
        try:
            async with asyncio.timeout(start_seconds):
                await child._come_up()
        except TimeoutError:
            await child.stop()
            problem = f"The sandbox did not come up within {start_seconds:g} s."
            raise SandboxError(f"{problem} Try `python -m sandbox` to see what keeps it.") from None
        except BaseException:
            await child.stop()
            raise
        return child

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def ended(self) -> str:
        """Waits until it is gone although nobody stopped it, and says so in a sentence."""
        code = await self._process.wait()
        await self._listener
        return f"The sandbox ended by itself with exit code {code}. {self._last_words}".strip()

    async def stop(self, stop_seconds: float = STOP_SECONDS) -> None:
        """Lets it write its state and end; a second time, less politely. Calling it again does nothing."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        for harder in (self._process.terminate, self._process.kill):
            try:
                async with asyncio.timeout(stop_seconds):
                    await self._process.wait()
                break
            except TimeoutError:
                log.warning("The sandbox takes longer than %g s to end.", stop_seconds)
                with contextlib.suppress(ProcessLookupError):
                    harder()
        await self._process.wait()
        await asyncio.gather(self._listener, *([self._reader] if self._reader else []))

    async def _come_up(self) -> None:
        assert self._process.stdout is not None
        first = await self._process.stdout.readline()
        found = _ADDRESS.fullmatch(first)
        if found is None:
            if first:
                raise SandboxError(f"The sandbox said {first[:200]!r} instead of its address; install Atelier anew.")
            await self._listener
            raise SandboxError(f"The sandbox did not start. {self._last_words} SANDBOX_PORT and SANDBOX_HOST set it.")
        self.url = found[1].decode()
        self._reader = asyncio.create_task(_drain(self._process.stdout))
        self.token, self.application_id = await _first_application(self.url)

    async def _listen(self) -> None:
        """What it complains of goes into the log; its last words are kept."""
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            words = raw.decode(errors="replace").rstrip()
            self._words.append(words)
            log.warning("%s", words)

    @property
    def _last_words(self) -> str:
        return " ".join(self._words)


async def _drain(stream: asyncio.StreamReader) -> None:
    """A pipe that nobody reads would stop the writer."""
    while await stream.read(4096):
        pass


async def _first_application(url: str) -> tuple[str, int]:
    """The ready-made application's token and id."""
    problem = f"The sandbox at {url} does not say which bot it has"
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/_sim/people") as response:
            told: Any = await response.json()
            application = told["applications"][0]
            return str(application["token"]), int(application["id"])
    except aiohttp.ClientError as error:
        raise SandboxError(f"{problem} ({error}); start the bot again.") from error
    except (LookupError, TypeError, ValueError) as error:
        raise SandboxError(f"{problem}; its state file is of another kind, so move it away.") from error
