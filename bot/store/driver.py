"""The driver under SQLAlchemy, with fewer turns of a connection's thread: the stock cursor takes one each to open, run,
fetch and close, and every turn wakes two threads and waits for the interpreter's lock twice. Here a statement is one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util import EMPTY_DICT


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """All rows at once: no query of ours reads more than it needs."""

    __slots__ = ()

    def __init__(self, adapt_connection: AsyncAdapt_dbapi_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = deque()
        self._soft_closed_memoized = EMPTY_DICT

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run(lambda connection: connection.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run(lambda connection: connection.executemany(operation, seq_of_parameters))

    async def _run(self, work: Callable[[Any], Any]) -> None:
        def run() -> tuple[Any, list[Any]]:
            cursor = work(self._connection._conn)
            try:
                return cursor, cursor.fetchall() if cursor.description else []
            finally:
                cursor.close()  # what it says of itself stays

        async with self._adapt_connection._execute_mutex:
            self._cursor, rows = await self._connection._execute(run)
        self._rows = deque(rows)

    async def _async_soft_close(self) -> None:
        """It is closed already."""

    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor

    def rollback(self) -> None:
        """The pool asks for one whenever a connection comes back, also after a commit."""
        if self._connection.in_transaction:
            super().rollback()


def take_one_turn(engine: Engine) -> None:
    """For each statement, on all connections that this engine opens from now on."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: object, arguments: list[Any], options: dict[str, Any]) -> _Connection:
        stock = dialect.connect(*arguments, **options)
        return _Connection(stock.dbapi, stock._connection)
