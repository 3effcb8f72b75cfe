"""Python's values come back from their columns as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import StatementError

from bot.store import members
from bot.store.columns import Json, Word, milliseconds, moment
from bot.store.members import Member
from bot.store.store import Store
from bot.store.words import State
from tests.bot.store.rows import NOW

DIALECT: Dialect = SQLiteDialect()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES.filter(lambda value: value is not None))
def test_json_comes_back_as_it_went_in(value: Any) -> None:
    column = Json()
    assert column.process_result_value(column.process_bind_param(value, DIALECT), DIALECT) == value


def test_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Json().process_bind_param({"gpu": float("nan")}, DIALECT)


@given(st.timedeltas(timedelta(), timedelta(days=90_000)).map(lambda since: datetime(1970, 1, 1, tzinfo=UTC) + since))
def test_moments_keep_their_milliseconds(value: datetime) -> None:
    kept = moment(milliseconds(value))
    assert kept <= value < kept + timedelta(milliseconds=1)


def test_moments_of_another_zone_are_the_same_moment() -> None:
    assert milliseconds(NOW.astimezone(timezone(timedelta(hours=-7)))) == milliseconds(NOW)


async def test_moment_without_a_zone_is_refused(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="offset-naive"):
        async with store.write() as tx:
            await members.save(tx, Member(id=1, created_at=naive, seen_at=naive))


def test_word_that_is_not_in_its_set_is_refused() -> None:
    with pytest.raises(ValueError, match="'asleep' is not a valid State"):
        Word(State).process_bind_param("asleep", DIALECT)  # type: ignore[arg-type]
