"""How Python's values lie in SQLite's columns: moments, flags, words and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def moment(milliseconds: int) -> datetime:
    """Since the epoch."""
    return _EPOCH + milliseconds * _MILLISECOND


def milliseconds(moment: datetime) -> int:
    """Since the epoch, rounded down. A moment without a zone is a TypeError: nobody knows when it is."""
    return (moment - _EPOCH) // _MILLISECOND


def new_row(value: Any) -> dict[str, Any]:
    """Of a dataclass whose id the store is still to give."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name != "id"}


class Moment(TypeDecorator[datetime]):
    """An aware datetime, as milliseconds since the epoch: they sort, and no zone or text format can be got wrong."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Flag(TypeDecorator[bool]):
    """A bool as 0 or 1: a strict table has no type for it."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Word(TypeDecorator[StrEnum]):
    """One word of a closed set."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Json(TypeDecorator[Any]):
    """JSON text. Lists come back as tuples, so that values stay comparable and are not changed in place by accident."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else _frozen(json.loads(value))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, Mapping):
        return {key: _frozen(part) for key, part in value.items()}
    return value
