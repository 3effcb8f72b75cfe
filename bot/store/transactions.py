"""What a query is given: one transaction to read in, or to read and write in. A type of its own for each, so that no
query which writes is ever handed one of the readers' connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Let work finish even if its caller is cancelled meanwhile, and tell the caller only then.

    A statement that is cancelled half-way would cost the one writing connection, and a commit might or might not
    have happened while the next transaction begins.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


class Reading:
    """One consistent view of the database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        result = await to_the_end(self._connection.execute(query, values))
        return result.mappings().all()

    async def first(self, query: Executable, values: Mapping[str, Any] | None = None) -> RowMapping | None:
        rows = await self.all(query, values)
        return rows[0] if rows else None

    async def value(self, query: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        row = await self.first(query, values)
        return None if row is None else next(iter(row.values()))


class Writing(Reading):
    """The one transaction that changes anything. Await neither network nor GPU inside: everyone else waits."""

    async def change(self, statement: Executable, values: Sequence[Mapping[str, Any]] | None = None) -> int:
        """How many rows were changed."""
        result = await to_the_end(self._connection.execute(statement, values))
        return result.rowcount
