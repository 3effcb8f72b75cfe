"""The data folder, opened: one transaction to read or to write a use, and the originals.

Which queries run in a transaction is not known here.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import pictures
from bot.store.columns import moment
from bot.store.errors import StoreBusyError, StoreClosedError, disk_errors
from bot.store.files import Files
from bot.store.folder import Folder
from bot.store.migrations import bring_up
from bot.store.restore import put_in_place
from bot.store.sqlite import check, check_references, open_keeper, open_readers, open_writer
from bot.store.transactions import Reading, Writing, to_the_end
from bot.store.turn import Turn
from bot.store.vectors import VectorFiles

Clock = Callable[[], int]  # milliseconds since the epoch
ORPHAN_AGE: Final = timedelta(hours=1)
CLOSE_SECONDS: Final = 5.0


class Store:
    """Open it with `Store.open`; then `write` and `read` are one transaction each."""

    def __init__(
        self, writer: AsyncEngine, readers: AsyncEngine, files: Files, vectors: VectorFiles, clock: Clock
    ) -> None:
        self.files, self.vectors = files, vectors
        self._writer, self._readers = writer, readers
        self._clock = clock
        self._turn = Turn()
        self._is_open, self._uses, self._unused = True, 0, asyncio.Event()
        self._refused_at = float("-inf")  # when the database was last found locked by another program

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, clock: Clock, thorough: bool = False) -> AsyncIterator[Store]:
        """The store in this data folder, checked and of this program's schema. Raises StoreError, and OSError about
        what may not be read or written."""
        folder = Folder(path)
        with disk_errors():
            folder.make()
        with folder.locked():
            folder.demand_use()
            await asyncio.to_thread(_make_ready, folder, thorough)
            writer, readers = open_writer(folder.database), open_readers(folder.database)
            store = cls(writer, readers, Files(folder.files), VectorFiles(folder.vectors), clock)
            try:
                yield store
            finally:
                await to_the_end(store._close())

    def now(self) -> datetime:
        return moment(self._clock())

    @asynccontextmanager
    async def write(self, *, hurried: bool = False) -> AsyncIterator[Writing]:
        """The one transaction that writes; it is committed at the end, or nothing of it is if anything is raised.
        `hurried` goes before others that wait: somebody's three seconds are running.

        Cancelled while it commits it may be committed all the same: give what must not happen twice a unique key.
        """
        asked_at = time.monotonic()
        async with self._turn.taken(hurried=hurried):
            if asked_at <= self._refused_at:
                # One waited in vain for another program while this one stood in line: one after the other they would
                # come to wait far longer than a member does.
                raise StoreBusyError
            async with self._noting_refusals(), self._use(self._writer) as connection:
                yield Writing(connection)
                await to_the_end(connection.commit())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reading]:
        """A transaction that sees one state of the database and changes nothing."""
        async with self._use(self._readers) as connection:
            yield Reading(connection)

    @asynccontextmanager
    async def _noting_refusals(self) -> AsyncIterator[None]:
        try:
            yield
        except StoreBusyError:
            self._refused_at = time.monotonic()
            raise

    @asynccontextmanager
    async def _use(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Whoever comes after the end, such as a handler that was still under way, must not open the file again."""
        if not self._is_open:
            raise StoreClosedError
        self._uses += 1
        try:
            async with _connected(engine) as connection:
                yield connection
        finally:
            self._uses -= 1
            self._unused.set()

    async def _close(self) -> None:
        """A pool that is closed opens anew for whoever still asks, outside of the folder's lock: so nobody may ask, and
        what has begun is waited for. Nothing in it waits for others, so that is soon."""
        self._is_open = False
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._uses:
                    self._unused.clear()
                    await self._unused.wait()
        await self._readers.dispose()
        self.vectors.close()
        await self._writer.dispose()  # the last to go: whoever goes last writes the log back into the database

    async def sweep(self, age: timedelta = ORPHAN_AGE) -> int:
        """Remove files that no row names and that are no longer new: how many."""
        async with self.read() as tx:
            named = await pictures.named_files(tx)
        return await self.files.sweep(named, age.total_seconds())

    async def checkpoint(self) -> bool:
        """Empty the log, so that what was deleted is in no file any more. False if a reader still needs it."""
        async with self._turn.taken():
            return await to_the_end(_truncate_log(self._writer))


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    connection = engine.connect()
    try:
        await to_the_end(_begin(connection))
        yield connection
    finally:
        if connection.sync_connection is not None:
            await to_the_end(connection.close())  # rolls back what was not committed


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin()


async def _truncate_log(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection  # SQLAlchemy would begin a transaction first
        assert raw is not None
        async with raw.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
            is_busy, _, _ = await cursor.fetchone()
    return not is_busy


def _make_ready(folder: Folder, thorough: bool) -> None:
    put_in_place(folder)
    shutil.rmtree(folder.thumbnails, ignore_errors=True)
    engine = open_keeper(folder.database)
    try:
        with disk_errors(), engine.connect() as connection:
            folder.database.chmod(0o600)
            check(connection, folder.database, thorough=thorough)
            bring_up(connection, folder.database)
            check_references(connection, folder.database)  # a migration may have broken some: then it never happened
            connection.commit()
    finally:
        engine.dispose()
