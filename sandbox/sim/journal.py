"""What went over the wire: a ring of the last requests and gateway events, and a JSONL file of all of them.

Tokens and secrets are masked wherever an entry is shown or written; only `exchanges` and `dispatches`, which schema
tests switch on, hold bodies as they were.
"""

from __future__ import annotations

import asyncio
import json
import logging
import queue
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from sandbox.rules.clock import Clock, iso
from sandbox.world.actors import Actor

Json = dict[str, Any]
Body = bytes | str | Json | list[Any] | None

_MOST_UNWRITTEN: Final = 20_000  # entries that wait for the disk
BODY_CHARACTERS: Final = 16_384  # of one body in the ring; with 500 entries a few megabytes at the most
WAITING_ENTRIES: Final = 1000  # for a watcher that does not read; then the oldest go

_PATH_TOKEN = re.compile(r"((?:webhooks|interactions)/\d+/)([^/?\"\\\s]+)")
# The closing quote may have been cut off.
_JSON_TOKEN = re.compile(r'("token"\s*:\s*")([^"]{0,8})[^"]*')
_JSON_SECRET = re.compile(r'("(?:access_token|refresh_token|client_secret|code)"\s*:\s*")[^"]+')
_FORM_SECRET = re.compile(r"\b((?:access_token|refresh_token|client_secret|token|code)=)[^&\s\"]+")

log = logging.getLogger("sandbox.journal")


class JournalFileError(Exception):
    """The file to log to cannot be opened, and why."""


def mask(text: str) -> str:
    """Without what would let a reader act as somebody else; the first 8 characters of a token tell which one it was."""
    text = _PATH_TOKEN.sub(lambda m: m[1] + (m[2] if m[2].startswith("@") else _first(m[2])), text)
    text = _JSON_TOKEN.sub(lambda m: m[1] + m[2] + "…", text)
    return _FORM_SECRET.sub(r"\1…", _JSON_SECRET.sub(r"\1…", text))


def _first(token: str) -> str:
    return token[:8] + "…" if len(token) > 8 else token


@dataclass(frozen=True, slots=True)
class Exchange:
    """One whole request and its answer, unmasked."""

    method: str
    path: str
    actor: Actor | None
    request: Any  # JSON, or text that is none
    files: tuple[tuple[str, int], ...]
    status: int
    response: Any


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One gateway event's name and data, unmasked."""

    name: str
    data: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the drawer. Bodies stay text until somebody looks."""

    number: int
    at_ms: int
    kind: str  # request, event or received; in the file also lost
    head: Json
    bodies: dict[str, str]

    def as_json(self) -> Json:
        bodies = {name: _shown(text) for name, text in self.bodies.items()}
        return {"number": self.number, "at": iso(self.at_ms), "kind": self.kind, **self.head, **bodies}


class Watch:
    """Entries as they come, for one watcher. One that does not keep up loses the oldest, never slows the rest."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=WAITING_ENTRIES)
        self._news = asyncio.Event()
        self._is_closed = False

    def offer(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._news.set()

    def close(self) -> None:
        self._is_closed = True
        self._news.set()

    def __aiter__(self) -> AsyncIterator[Entry]:
        return self

    async def __anext__(self) -> Entry:
        while not self._entries:
            if self._is_closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._entries.popleft()


class Journal:
    """Takes requests from the REST layer and events from the gateway. With a path, writes them in a thread."""

    def __init__(self, keep: int = 500, path: Path | None = None, *, clock: Clock | None = None) -> None:
        self.record_bodies = False
        self.exchanges: list[Exchange] = []
        self.dispatches: list[Dispatch] = []
        self._clock = clock or Clock()
        self._ring: deque[Entry] = deque(maxlen=keep)
        self._count = 0
        self._watches: list[Watch] = []
        self._file = _LineWriter(path) if path is not None else None

    def request(
        self,
        method: str,
        path: str,
        *,
        status: int,
        actor: Actor | None = None,
        body: Body = None,
        files: Sequence[tuple[str, int]] = (),
        response: Body = None,
        duration_ms: float = 0.0,
        note: str | None = None,
    ) -> None:
        """One answered request. `body` is the JSON, or `payload_json` of a multipart form whose files have sizes here;
        `path` starts after the host and has its query; `note` says what the sandbox itself did, such as a fault."""
        head: Json = {"method": method, "path": mask(path), "actor": _name(actor), "status": status}
        head["ms"] = round(duration_ms, 2)
        if files:
            head["files"] = [{"name": name, "bytes": size} for name, size in files]
        if note:
            head["note"] = note
        if self.record_bodies:
            parts = (_parsed(_text(body)), tuple(files), status, _parsed(_text(response)))
            self.exchanges.append(Exchange(method, path, actor, *parts))
        self._add("request", head, {"body": body, "response": response})

    def sent(
        self, session_id: str, application_id: int | None, event_name: str, seq: int | None, encoded_data: str
    ) -> None:
        """The gateway has sent an event (or an op without a name, such as `RECONNECT`) to a session."""
        if self.record_bodies:
            self.dispatches.append(Dispatch(event_name, _parsed(encoded_data)))
        head: Json = {"session": session_id, "event": event_name, "seq": seq}
        head["application_id"] = None if application_id is None else str(application_id)
        self._add("event", head, {"data": encoded_data})

    def received(self, session_id: str | None, op: int | None, raw: str | bytes) -> None:
        """A client has sent something over the gateway, understood or not."""
        self._add("received", {"session": session_id, "op": op}, {"data": raw})

    def entries(self, *, since: int = 0, kinds: frozenset[str] = frozenset(), limit: int | None = None) -> list[Entry]:
        """Of the ring, those numbered above `since`, oldest first; with `limit`, the newest so many of them."""
        found = [e for e in self._ring if e.number > since and (not kinds or e.kind in kinds)]
        return found[-limit:] if limit else found

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        watch = Watch()
        self._watches.append(watch)
        try:
            yield watch
        finally:
            self._watches.remove(watch)

    async def close(self) -> None:
        """End every watch and finish the file."""
        for watch in self._watches:
            watch.close()
        if self._file is not None:
            await asyncio.to_thread(self._file.close)

    def _add(self, kind: str, head: Json, bodies: dict[str, Body]) -> None:
        self._count += 1
        texts = {name: text for name, body in bodies.items() if (text := _text(body)) is not None}
        at_ms = self._clock.now_ms()
        if self._file is not None:  # the file has bodies whole, the ring does not
            self._file.write(Entry(self._count, at_ms, kind, head, texts))
        entry = Entry(self._count, at_ms, kind, head, {name: _clipped(text) for name, text in texts.items()})
        self._ring.append(entry)
        for watch in self._watches:
            watch.offer(entry)


class _LineWriter:
    """Appends entries to a file from a thread of its own. A file that cannot be written is given up, with one word."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._lost = 0
        try:
            self._out: IO[str] = path.open("a", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise JournalFileError(
                f"{path} cannot be written ({error.strerror}); name another file to log to."
            ) from error
        self._thread = threading.Thread(target=self._run, name="sandbox-journal", daemon=True)
        self._thread.start()

    def write(self, entry: Entry) -> None:
        """A disk that cannot keep up costs lines, not memory; the next line that is written says how many."""
        if self._queue.qsize() >= _MOST_UNWRITTEN:
            self._lost += 1
            return
        if self._lost:
            lost, self._lost = self._lost, 0
            self._queue.put(Entry(entry.number, entry.at_ms, "lost", {"entries": lost}, {}))
        self._queue.put(entry)

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_broken = False
        with self._out as out:
            while (entry := self._queue.get()) is not None:
                if is_broken:
                    continue
                try:
                    out.write(json.dumps(entry.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
                    if self._queue.empty():
                        out.flush()
                except OSError as error:
                    is_broken = True
                    log.error("%s cannot be written (%s); the rest of the journal is not written.", self._path, error)


def _name(actor: Actor | None) -> Json | None:
    if actor is None:
        return None
    application_id = None if actor.application_id is None else str(actor.application_id)
    return {"kind": str(actor.kind), "user_id": str(actor.user_id), "application_id": application_id}


def _text(body: Body) -> str | None:
    match body:
        case None | b"" | "":
            return None
        case bytes():
            return body.decode(errors="backslashreplace")
        case str():
            return body
        case _:
            return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _clipped(text: str) -> str:
    return text if len(text) <= BODY_CHARACTERS else text[:BODY_CHARACTERS] + f"… ({len(text)} characters)"


def _parsed(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _shown(text: str) -> Any:
    return _parsed(mask(text))
