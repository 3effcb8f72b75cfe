"""Every connection is set up as it must be, no update is lost, and SQLite's troubles are told as ours."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import jobs, meta, sqlite
from bot.store.errors import StoreBusyError, StoreDamagedError, StoreFullError
from bot.store.sqlite import READER, READERS, WRITER, open_readers, open_writer
from bot.store.store import Store
from bot.store.transactions import Reading
from tests.bot.store.rows import make_job


async def read_pragmas(engine: AsyncEngine, count: int, names: list[str]) -> list[dict[str, Any]]:
    """Of as many connections as the pool gives out at once."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(engine.connect()) for _ in range(count)]
        return [
            {name: (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in names}
            for connection in connections
        ]


async def test_every_pooled_connection_has_its_pragmas(store: Store) -> None:
    (writer,) = await read_pragmas(store._writer, 1, list(WRITER))
    assert writer == dict(WRITER)
    readers = await read_pragmas(store._readers, READERS, [*READER, "journal_mode"])
    assert readers == [{**READER, "journal_mode": "wal"}] * READERS


async def test_pools_have_no_more_connections_than_were_checked(store: Store) -> None:
    for engine, size in ((store._writer, 1), (store._readers, READERS)):
        assert engine.pool.size() == size  # type: ignore[attr-defined]
        assert engine.pool._max_overflow == 0  # type: ignore[attr-defined]


async def test_no_update_of_several_that_read_and_write_is_lost(store: Store) -> None:
    async with store.write() as tx:
        await meta.put(tx, "count", "0")

    async def count_on() -> None:
        for _ in range(25):
            async with store.write() as tx:
                await meta.put(tx, "count", str(int(await meta.find(tx, "count") or "") + 1))

    await asyncio.gather(*(count_on() for _ in range(4)))
    async with store.read() as after:
        assert await meta.find(after, "count") == "100"


async def test_no_update_is_lost_between_two_programs_either(store: Store, tmp_path: Path) -> None:
    """Two pools, so that SQLite's own lock decides and not our queue: this is what BEGIN IMMEDIATE is for."""
    other = open_writer(tmp_path / "data" / "atelier.sqlite")
    change = text("UPDATE meta SET value = :value WHERE key = 'count'")
    async with store.write() as tx:
        await meta.put(tx, "count", "0")

    async def count_on(engine: AsyncEngine) -> None:
        for _ in range(25):
            async with engine.begin() as connection:
                found = await connection.execute(text("SELECT value FROM meta WHERE key = 'count'"))
                await connection.execute(change, {"value": str(int(found.scalar_one()) + 1)})

    await asyncio.gather(count_on(store._writer), count_on(other))
    await other.dispose()
    async with store.read() as after:
        assert await meta.find(after, "count") == "50"


async def test_plain_begin_would_not_do(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant that the test above is for: what has read before it writes fails, however long it would wait."""
    database = tmp_path / "data" / "atelier.sqlite"
    plain = [sqlite._open(database, pool_size=1, max_overflow=0) for _ in range(2)]
    for engine in plain:
        sqlite._prepare(engine.sync_engine, WRITER, "BEGIN")
    count = text("SELECT count(*) FROM meta")
    async with plain[0].connect() as slow:
        await slow.execute(count)
        async with plain[1].begin() as quick:
            await quick.execute(text("INSERT INTO meta VALUES ('quick', '')"))
        with pytest.raises(StoreBusyError):
            await slow.execute(text("INSERT INTO meta VALUES ('slow', '')"))
    for engine in plain:
        await engine.dispose()


async def test_reader_cannot_write_even_by_mistake(store: Store) -> None:
    with pytest.raises(OperationalError, match="readonly database"):
        async with store.read() as tx:
            await tx.all(text("DELETE FROM jobs"))


async def test_reader_sees_one_state_until_its_end(store: Store) -> None:
    async with store.read() as before:
        assert await meta.find(before, "key") is None
        async with store.write() as tx:
            await meta.put(tx, "key", "value")
        assert await meta.find(before, "key") is None
    async with store.read() as after:
        assert await meta.find(after, "key") == "value"


async def insert_many(store: Store) -> None:
    async with store.write() as tx:
        for number in range(1000):
            await jobs.insert(tx, make_job(f"JOB{number}", text="x" * 2000))


async def test_full_disk_is_told_and_leaves_everything_as_it_was(store: Store) -> None:
    async with store.write() as tx:
        await meta.put(tx, "kept", "yes")
        pages = await tx.value(text("PRAGMA page_count"))
        await tx.value(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreFullError, match="The disk is full"):
        await insert_many(store)
    async with store.read() as tx:
        assert await jobs.find(tx, "JOB0") is None
        assert await meta.find(tx, "kept") == "yes"
    async with store.write() as tx:
        await tx.value(text("PRAGMA max_page_count = 1000000"))
    async with store.write() as tx:  # there is room again: the very next one works
        assert await jobs.insert(tx, make_job())


async def test_database_that_another_program_keeps_is_told(store: Store, tmp_path: Path) -> None:
    async with store.write() as tx:
        await tx.value(text("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(tmp_path / "data" / "atelier.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="Another program keeps"):
            async with store.write() as tx:
                await meta.put(tx, "key", "value")
        other.execute("ROLLBACK")
    async with store.write() as tx:
        await meta.put(tx, "key", "value")


async def test_page_that_is_damaged_while_the_bot_runs_is_told(tmp_path: Path) -> None:
    database = tmp_path / "atelier.sqlite"
    with closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE stones (weight)")
        made.executemany("INSERT INTO stones VALUES (?)", [("x" * 500,)] * 200)
        made.commit()
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    readers = open_readers(database)
    with pytest.raises(StoreDamagedError, match="bot restore FILE"):
        async with readers.connect() as connection:
            await Reading(connection).all(text("SELECT * FROM stones"))
    await readers.dispose()
