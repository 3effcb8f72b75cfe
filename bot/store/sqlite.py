"""SQLite as this store uses it: one connection that writes, some that read, each pragma with its reason.

Every transaction says how it begins. The driver's own way begins none for a SELECT, and loses updates without a word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store.driver import take_one_turn
from bot.store.errors import StoreBusyError, StoreDamagedError, StoreFullError

READERS: Final = 4
_COMMON: Final[Mapping[str, int | str]] = {
    "foreign_keys": 1,  # off by default, for each connection anew
    "busy_timeout": 2000,  # another program may look in; a command is still answered within its three seconds
    "mmap_size": 0,  # a damaged page is then an error, not a dead process
    "temp_store": 2,  # sorting spills to memory: prompts do not end up in temporary files
}
WRITER: Final[Mapping[str, int | str]] = {
    "journal_mode": "wal",  # readers never wait for the writer, nor it for them
    "synchronous": 2,  # FULL: what was committed outlives a power cut; costs 0.2 ms a commit
    "secure_delete": 1,  # what a member deletes is overwritten
    "wal_autocheckpoint": 1000,  # 4 MB; the writer alone checkpoints (two at once can damage SQLite before 3.51.3)
    "journal_size_limit": 64 * 2**20,  # a log that once grew long is cut again
    "recursive_triggers": 1,  # else INSERT OR REPLACE deletes past the ledger's triggers
    **_COMMON,
}
READER: Final[Mapping[str, int | str]] = {
    "query_only": 1,  # a query that writes is an error here, not a second writer
    "wal_autocheckpoint": 0,  # see above
    **_COMMON,
}


def open_writer(database: Path) -> AsyncEngine:
    """Of one connection: writers queue here in order, and not at SQLite's lock, which knows no order."""
    engine = _open(database, pool_size=1, max_overflow=0)
    _prepare(engine.sync_engine, WRITER, "BEGIN IMMEDIATE")  # a plain BEGIN that writes later fails at once if it lost
    return engine


def open_readers(database: Path) -> AsyncEngine:
    engine = _open(database, pool_size=READERS, max_overflow=0)
    _prepare(engine.sync_engine, READER, "BEGIN")  # one view of the database until its end
    return engine


def open_keeper(database: Path) -> Engine:
    """For what happens before and after the bot's life, in a thread: checks, migrations, the last checkpoint.

    Foreign keys are off: a migration that rebuilds a table would empty those that refer to it.
    """
    url = URL.create("sqlite", database=str(database))
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None})
    _prepare(engine, {**WRITER, "foreign_keys": 0}, "BEGIN IMMEDIATE")
    return engine


def check(connection: Connection, database: Path, *, thorough: bool = False) -> None:
    """Raises StoreDamagedError. Thorough also compares every index with its table, and takes longer."""
    kind = "integrity_check" if thorough else "quick_check"
    problem = connection.exec_driver_sql(f"PRAGMA {kind}(1)").scalar()
    if problem != "ok":
        raise StoreDamagedError(database, str(problem).splitlines()[0])


def check_references(connection: Connection, database: Path) -> None:
    """Raises StoreDamagedError if a row refers to one that is not there."""
    if stray := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreDamagedError(database, f"a row of {stray[0]} refers to a row of {stray[2]} that is not there")


def _open(database: Path, **options: Any) -> AsyncEngine:
    url = URL.create("sqlite+aiosqlite", database=str(database))
    engine = create_async_engine(url, connect_args={"isolation_level": None}, **options)
    take_one_turn(engine.sync_engine)
    return engine


def _prepare(engine: Engine, pragmas: Mapping[str, int | str], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_so(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF  # extended codes sit above
        if code == sqlite3.SQLITE_FULL:
            raise StoreFullError from context.original_exception
        if code == sqlite3.SQLITE_BUSY:
            raise StoreBusyError from context.original_exception
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            path = str(engine.url.database)
            raise StoreDamagedError(path, str(context.original_exception)) from context.original_exception
