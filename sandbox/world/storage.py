"""Where the world is kept: in memory only, or in a SQLite file that one thread writes in batches.

The event loop never waits for the disk: a change becomes a record at once and is queued. A crash may lose the last
50 ms; what is committed is consistent, because a batch is one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sandbox.rules.limits import TOKEN_LIFE_SECONDS
from sandbox.world import records, statefile
from sandbox.world.entities import Entity
from sandbox.world.state import Key, State
from sandbox.world.statefile import StateFileError

__all__ = ["MemoryStorage", "SqliteStorage", "StateFileError"]

BATCH_SECONDS: Final = 0.05  # a commit costs about a millisecond: twenty a second are cheap, one per change is not
BATCH_CHANGES: Final = 1000  # a burst is written sooner, so that the queue does not hold it
RETRY_SECONDS: Final = 1.0

log = logging.getLogger("sandbox.storage")


class MemoryStorage:
    """Forgets entities, since `State` holds them anyway; keeps blobs until their last use is gone."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def load(self, state: State) -> int:
        """There is never anything to restore."""
        return 0

    def put(self, kind: str, key: Key, entity: Entity) -> None: ...

    def drop(self, kind: str, key: Key) -> None: ...

    def put_blob(self, digest: str, data: bytes) -> None:
        self._blobs[digest] = data

    def drop_blob(self, digest: str) -> None:
        self._blobs.pop(digest, None)

    async def blob(self, digest: str) -> bytes | None:
        return self._blobs.get(digest)

    async def flush(self) -> None: ...

    async def close(self) -> None: ...


_Fresh = tuple[bytes]  # a tuple, because its identity tells two puts of the same bytes apart
# An entity's kind, key and record, or a blob's digest and bytes; None where it goes.
_Change = tuple[str, str, str | None] | tuple[str, _Fresh | None]
_Wake = Callable[[], object]


class SqliteStorage:
    """The state file. Opening raises `StateFileError`; `load` comes before the first change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = statefile.open_file(path)
        self._meta = statefile.read_meta(self._db)
        self._state: State | None = None
        self._turn = threading.Lock()  # whose turn it is on the one connection
        self._queue: queue.SimpleQueue[_Change | _Wake | None] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._fresh: dict[str, _Fresh] = {}  # blobs that are queued but not committed
        self._records: dict[tuple[str, str], str | None] = {}  # the writer's: what the next commit changes
        self._blobs: dict[str, _Fresh | None] = {}
        self._failure: sqlite3.Error | None = None
        self._writer = threading.Thread(target=self._write, name="sandbox-state", daemon=True)
        self._writer.start()

    def load(self, state: State) -> int:
        """Fill an empty state; returns how many entities there were, 0 in a new file."""
        with self._turn:
            try:
                count = self._load(state)
                digests: list[bytes] = [row[0] for row in self._db.execute("SELECT digest FROM blob")]
            except (sqlite3.DatabaseError, ValueError, TypeError, KeyError) as error:
                raise StateFileError(
                    f"{self.path} holds a record that cannot be read ({error}); no record was changed. "
                    f"Restore a copy of it, or name another file for --state."
                ) from error
        self._state = state
        horizon_ms = state.clock.now_ms() - TOKEN_LIFE_SECONDS * 1000  # older ones can no longer be answered
        for interaction in [i for i in state.interactions.values() if i.created_ms < horizon_ms]:
            state.remove(interaction)
        for digest in digests:  # uploads whose message was never saved, or went in a crash
            if not state.is_blob_used(digest.hex()):
                self.drop_blob(digest.hex())
        return count

    def _load(self, state: State) -> int:
        state.secret = self._meta["secret"]
        state.ids.last = int(self._meta.get("last_snowflake", "0"))
        state.clock.offset_ms = int(self._meta.get("clock_offset_ms", "0"))
        count = 0
        for kind, record in self._db.execute("SELECT kind, record FROM entity ORDER BY place"):
            state.adopt(records.decode(kind, record))
            count += 1
        for message_id, channel_id, record in self._db.execute("SELECT * FROM message ORDER BY id"):
            state.adopt(records.decode("Message", record, id=message_id, channel_id=channel_id))
            count += 1
        return count

    def put(self, kind: str, key: Key, entity: Entity) -> None:
        self._enqueue((kind, key, records.encode(entity)))

    def drop(self, kind: str, key: Key) -> None:
        self._enqueue((kind, key, None))

    def put_blob(self, digest: str, data: bytes) -> None:
        self._fresh[digest] = fresh = (bytes(data),)
        self._enqueue((digest, fresh))

    def drop_blob(self, digest: str) -> None:
        self._fresh.pop(digest, None)
        self._enqueue((digest, None))

    async def blob(self, digest: str) -> bytes | None:
        fresh = self._fresh.get(digest)
        return fresh[0] if fresh else await asyncio.to_thread(self._read_blob, digest)

    async def flush(self) -> None:
        """Wait until everything so far is in the file."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        self._queue.put(lambda: loop.call_soon_threadsafe(done.set))
        self._hurry.set()
        await done.wait()
        self._raise_failure()

    async def close(self) -> None:
        """Write what is left and let go of the file; may be called twice."""
        if self._writer.is_alive():
            self._queue.put(None)
            self._hurry.set()
            await asyncio.to_thread(self._writer.join)
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise StateFileError(
                f"{self.path} could not be written ({self._failure}); free some space or check its permissions."
            ) from self._failure

    def _enqueue(self, change: _Change) -> None:
        self._queue.put(change)
        if self._queue.qsize() > BATCH_CHANGES:
            self._hurry.set()

    def _read_blob(self, digest: str) -> bytes | None:
        try:
            key = bytes.fromhex(digest)
        except ValueError:
            return None
        with self._turn:
            row = self._db.execute("SELECT data FROM blob WHERE digest = ?", (key,)).fetchone()
        return row[0] if row else None

    # -- in the writer thread -----------------------------------------------------------------------------------------

    def _write(self) -> None:
        is_open = True
        while is_open:
            waiting, is_open = self._gather()
            with self._turn:
                self._commit()
            for wake in waiting:
                with contextlib.suppress(RuntimeError):  # the loop that waited is closed
                    wake()
        statefile.close_file(self._db)

    def _gather(self) -> tuple[list[_Wake], bool]:
        """Sleep until there is a change, let others join it, and merge them; False when this batch is the last."""
        waiting: list[_Wake] = []
        try:
            items = [self._queue.get(timeout=RETRY_SECONDS if self._failure else None)]
        except queue.Empty:
            return waiting, True  # the last commit failed: it is tried again
        self._hurry.wait(BATCH_SECONDS)
        self._hurry.clear()
        items += [self._queue.get_nowait() for _ in range(self._queue.qsize())]  # nobody else takes from it
        is_open = True
        for item in items:
            if item is None:
                is_open = False
            elif not isinstance(item, tuple):
                waiting.append(item)
            elif len(item) == 3:
                self._records[item[0], item[1]] = item[2]
            else:
                self._blobs[item[0]] = item[1]
        return waiting, is_open

    def _commit(self) -> None:
        db = self._db
        try:
            db.execute("BEGIN IMMEDIATE")
            self._write_records()
            db.executemany(
                "INSERT OR REPLACE INTO blob VALUES (?, ?)",
                [(bytes.fromhex(digest), fresh[0]) for digest, fresh in self._blobs.items() if fresh],
            )
            db.executemany(
                "DELETE FROM blob WHERE digest = ?",
                [(bytes.fromhex(digest),) for digest, fresh in self._blobs.items() if not fresh],
            )
            self._write_meta()
            db.execute("COMMIT")
        except sqlite3.Error as error:  # a full disk, most likely: keep the changes and try again with the next ones
            if db.in_transaction:
                db.execute("ROLLBACK")
            if self._failure is None:
                log.error("%s cannot be written (%s). Until it can, changes are in memory only.", self.path, error)
            self._failure = error
            return
        for digest, fresh in self._blobs.items():
            if fresh is not None and self._fresh.get(digest) is fresh:
                del self._fresh[digest]
        self._records, self._blobs, self._failure = {}, {}, None

    def _write_records(self) -> None:
        messages, others = [], []
        gone_messages, gone = [], []
        for (kind, key), record in self._records.items():
            if kind == "Message":
                channel_id, _, message_id = key.partition("/")
                if record is None:
                    gone_messages.append((int(message_id),))
                else:
                    messages.append((int(message_id), int(channel_id), record))
            elif record is None:
                gone.append((kind, key))
            else:
                others.append((kind, key, record))
        db = self._db
        db.executemany("INSERT OR REPLACE INTO message VALUES (?, ?, ?)", messages)
        db.executemany("DELETE FROM message WHERE id = ?", gone_messages)
        db.executemany(
            "INSERT INTO entity (kind, key, record) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET record = excluded.record",
            others,
        )
        db.executemany("DELETE FROM entity WHERE kind = ? AND key = ?", gone)

    def _write_meta(self) -> None:
        """Read after the batch was gathered, so the last id is never behind a committed entity's."""
        if self._state is None:
            return
        meta = {
            "last_snowflake": str(self._state.ids.last),
            "clock_offset_ms": str(self._state.clock.offset_ms),
        }
        if meta.items() - self._meta.items():
            statefile.write_meta(self._db, meta)
            self._meta.update(meta)
