"""A statement takes one turn of its connection's thread, and nothing else is different."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.sqlite import open_writer


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = open_writer(tmp_path / "some.sqlite")
    async with opened.begin() as tx:
        await tx.execute(text("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
    yield opened
    await opened.dispose()


@pytest.fixture
def turns(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the connection's thread was asked to do."""
    import aiosqlite

    asked: list[object] = []
    real = aiosqlite.Connection._execute

    async def execute(self: aiosqlite.Connection, work: Any, *arguments: Any, **more: Any) -> Any:
        asked.append(work)
        return await real(self, work, *arguments, **more)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", execute)
    return asked


async def test_a_transaction_takes_a_turn_for_each_statement(engine: AsyncEngine, turns: list[object]) -> None:
    async with engine.begin() as tx:
        await tx.execute(text("INSERT INTO words (word) VALUES ('red')"))
        rows = (await tx.execute(text("SELECT id, word FROM words"))).all()
    assert [tuple(row) for row in rows] == [(1, "red")]
    assert len(turns) == 4, "to begin, the two, to commit; nothing to roll back"


async def test_rows_counts_and_returned_rows_are_told(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        many = [{"word": word} for word in ("red", "green", "blue")]
        await tx.execute(text("INSERT INTO words (word) VALUES (:word)"), many)
        changed = await tx.execute(text("UPDATE words SET word = word || '!' WHERE id > 1"))
        assert changed.rowcount == 2
        given = await tx.execute(text("INSERT INTO words (word) VALUES ('pink') RETURNING id, word"))
        assert [tuple(row) for row in given] == [(4, "pink")]
        found = await tx.execute(text("SELECT word FROM words ORDER BY id"))
        assert found.keys() == ["word"]
        assert list(found.scalars()) == ["red", "green!", "blue!", "pink"]
        assert (await tx.execute(text("SELECT word FROM words WHERE id = 9"))).first() is None


async def test_what_fails_is_raised_and_rolled_back_when_the_connection_comes_back(engine: AsyncEngine) -> None:
    for _ in range(2):  # on the same connection: a transaction left open would refuse the second BEGIN
        async with engine.connect() as connection:
            await connection.execute(text("INSERT INTO words (word) VALUES ('red')"))
            with pytest.raises(IntegrityError):
                await connection.execute(text("INSERT INTO words (word) VALUES ('red')"))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM words"))).scalar() == 0
