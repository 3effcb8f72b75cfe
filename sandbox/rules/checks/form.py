"""Small checks that are put together into forms. A check reports to `Faults` and never raises, whatever it is given.

Integers sent as strings, which Discord converts, are refused here except for snowflakes and bit sets: what passes a
check must have the type that the rest of the sandbox computes with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sandbox.rules import ids, limits
from sandbox.rules.errors import INVALID_JSON, Faults, Path

Check = Callable[[object, Path, Faults], None]

INT32 = (-(2**31), 2**31 - 1)


def hold(body: object, check: Check, path: Path = ()) -> None:
    """Raise what `check` finds. The only entry to a form, so no form meets a body that is too deep to walk."""
    if is_too_deep(body):
        raise INVALID_JSON()
    faults = Faults()
    check(body, path, faults)
    faults.raise_if_any()


def is_too_deep(body: object, levels: int = limits.JSON_DEPTH) -> bool:
    layer: list[Any] = [body]
    for _ in range(levels + 1):
        layer = [child for value in layer for child in children(value)]
        if not layer:
            return False
    return True


def children(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def without_nulls(value: Any) -> Any:
    """A copy in which what was null is absent, as Discord keeps and shows it."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def shown(value: object) -> str:
    """A value as it appears in a sentence: short, whatever it is."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    # CPython refuses to print integers of more than 4300 digits.
    if isinstance(value, int) and value.bit_length() > 256:
        return "…"
    return str(value)[:100]


def require(path: Path, faults: Faults) -> None:
    faults.add(path, "BASE_TYPE_REQUIRED", "This field is required")


def check_length(length: int, low: int, high: int | None, path: Path, faults: Faults) -> bool:
    if length >= low and (high is None or length <= high):
        return True
    if high is None:
        faults.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {low} or more in length.")
    elif low == 0:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    else:
        faults.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
    return False


def check_range(value: float, low: float | None, high: float | None, kind: str, path: Path, faults: Faults) -> None:
    if low is not None and value < low:
        faults.add(path, "NUMBER_TYPE_MIN", f"{kind} value should be greater than or equal to {low}.")
    elif high is not None and value > high:
        faults.add(path, "NUMBER_TYPE_MAX", f"{kind} value should be less than or equal to {high}.")


def anything(value: object, path: Path, faults: Faults) -> None:
    """For fields that the sandbox stores or ignores without looking."""


def text(
    low: int = 0, high: int | None = None, *, pattern: re.Pattern[str] | None = None, filled: bool = False
) -> Check:
    """A string. `filled`: Discord calls an empty one missing. Surrounding blanks do not count, as Discord strips."""

    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, str):
            faults.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{shown(value)}" as string.')
        elif filled and not value.strip():
            require(path, faults)
        elif check_length(len(value.strip()), low, high, path, faults) and pattern and not pattern.fullmatch(value):
            faults.add(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")

    return check


def integer(low: int | None = INT32[0], high: int | None = INT32[1]) -> Check:
    def check(value: object, path: Path, faults: Faults) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            faults.add(path, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')
        else:
            check_range(value, low, high, "int", path, faults)

    return check


def number(low: float | None = None, high: float | None = None) -> Check:
    def check(value: object, path: Path, faults: Faults) -> None:
        if not is_number(value):
            faults.add(path, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not float.')
        else:
            check_range(cast(float, value), low, high, "float", path, faults)

    return check


def is_number(value: object) -> bool:
    """JSON numbers only: Python's parser also lets NaN and infinities through, and integers beyond any double."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value.bit_length() <= 1023 if isinstance(value, int) else math.isfinite(value)


def boolean(value: object, path: Path, faults: Faults) -> None:
    if not isinstance(value, bool):
        faults.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: object, path: Path, faults: Faults) -> None:
    if ids.parse(value) is None:
        faults.add(path, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not snowflake.')


def bits(value: object, path: Path, faults: Faults) -> None:
    """Permissions: a string of digits, or a number as older libraries send it."""
    if ids.parse(value) is None:
        faults.add(path, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')


def moment(value: object, path: Path, faults: Faults) -> None:
    if not isinstance(value, str) or parse_moment(value) is None:
        faults.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {shown(value)}. Should be ISO8601.")


def parse_moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def one_of(values: Iterable[int | str]) -> Check:
    choices = [value if isinstance(value, str) else int(value) for value in values]
    named = ", ".join(repr(choice) for choice in (sorted(choices, key=str) if isinstance(choices[0], str) else choices))

    def check(value: object, path: Path, faults: Faults) -> None:
        if isinstance(choices[0], int) and (isinstance(value, bool) or not isinstance(value, int)):
            faults.add(path, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')
        elif not isinstance(value, str | int) or value not in choices:
            faults.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{named}}}.")

    return check


def list_of(item: Check, low: int = 0, high: int | None = None, *, unique: bool = False) -> Check:
    """Items past a broken limit are not looked at: a million of them must not make a million sentences."""

    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, list):
            faults.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        if not check_length(len(value), low, high, path, faults):
            return
        for index, entry in enumerate(value):
            if entry is None:
                message = "List item values of ModelType are required"
                faults.add((*path, index), "LIST_ITEM_VALUE_REQUIRED", message)
            else:
                item(entry, (*path, index), faults)
        if unique:
            check_unique([str(shown(entry)) for entry in value], path, faults)

    return check


def check_unique(keys: list[str], path: Path, faults: Faults) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            faults.add((*path, index), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        seen.add(key)


def nullable(check: Check) -> Check:
    def check_value(value: object, path: Path, faults: Faults) -> None:
        if value is not None:
            check(value, path, faults)

    return check_value


def object_of(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """A required field must be there and not null; an optional one may be missing or null. Others are ignored."""
    optional = optional or {}

    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        for name, field in required.items():
            if value.get(name) is None:
                require((*path, name), faults)
            else:
                field(value[name], (*path, name), faults)
        for name, field in optional.items():
            if value.get(name) is not None:
                field(value[name], (*path, name), faults)

    return check


def partial_of(fields: Mapping[str, Check]) -> Check:
    """For a PATCH: a field may be missing, but not null."""
    whole = object_of({}, fields)

    def check(value: object, path: Path, faults: Faults) -> None:
        whole(value, path, faults)
        if isinstance(value, dict):
            for name in fields.keys() & value.keys():
                if value[name] is None:
                    require((*path, name), faults)

    return check


def both(*checks: Check) -> Check:
    def check(value: object, path: Path, faults: Faults) -> None:
        for each in checks:
            each(value, path, faults)

    return check


def dict_of(keys: Collection[str], item: Check) -> Check:
    """A mapping such as localisations."""
    choices = ", ".join(repr(key) for key in sorted(keys))

    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for key, entry in value.items():
            if key not in keys:
                faults.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{choices}}}.")
                return
            if entry is not None:
                item(entry, (*path, key), faults)

    return check


def union_of(kinds: Mapping[int, Check]) -> Check:
    """Objects told apart by their `type`."""
    choices = tuple(int(kind) for kind in kinds)
    by_type = {int(kind): check for kind, check in kinds.items()}

    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        kind = value.get("type")
        if kind is None:
            require((*path, "type"), faults)
        elif isinstance(kind, bool) or not isinstance(kind, int) or kind not in by_type:
            faults.add(path, "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {choices}.')
        else:
            by_type[kind](value, path, faults)

    return check
