"""A recipe as JSON and back: versioned, strict (an unknown field is a fault, not a guess), and with one canonical form,
so that equal recipes have equal hashes on every machine. All faults of a text are told at once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from engine.errors import DataFault, RecipeError
from engine.recipe import VERSION, Recipe

_Faults = list[DataFault]
_MISSING = object()


def to_json(recipe: Recipe) -> str:
    """The canonical form: sorted keys, no spaces, ASCII, fields at their defaults included. Credits are in it where
    there are some: so the hashes of recipes from before there were any stay what they are."""
    fields = {"recipe": VERSION, **_plain(recipe)}
    if not recipe.credits:
        del fields["credits"]
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)


def recipe_hash(recipe: Recipe) -> str:
    """What identifies the picture that was asked for: `exact`, the environment and credits take no part."""
    return hashlib.sha256(to_json(recipe.asked()).encode()).hexdigest()


def from_json(text: str) -> Recipe:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError([DataFault("recipe", f"is no JSON ({error}).", "Use the text that was embedded.")]) from None
    faults: _Faults = []
    if not isinstance(data, dict) or "recipe" not in data:
        faults.append(DataFault("recipe", "has no version.", "Use a text that this program wrote."))
    elif data["recipe"] != VERSION:
        problem = f"has version {str(data['recipe'])[:20]}, and {VERSION} is known here."
        faults.append(DataFault("recipe", problem, "Update the program."))
    if faults:
        raise RecipeError(faults)
    fields = {name: value for name, value in data.items() if name != "recipe"}
    recipe = _read(Recipe, fields, "", faults)
    if faults or not isinstance(recipe, Recipe):
        raise RecipeError(faults)
    return recipe


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain_field(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value + 0.0 if isinstance(value, float) else value  # minus zero equals zero, and is written like it


def _plain_field(name: str, value: Any) -> Any:
    """Pairs are written as an object: they are named values."""
    return dict(value) if name in _PAIRS else _plain(value)


_PAIRS = ("extras", "packages")


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return types.MappingProxyType(get_type_hints(cls))


def _read(kind: Any, data: Any, where: str, faults: _Faults) -> Any:
    """`data` as a value of `kind`, or None with a fault told."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType) and type(None) in arguments:
        return None if data is None else _read(arguments[0], data, where, faults)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _read_object(kind, data, where, faults)
    if origin is tuple:
        return _read_items(arguments[0], data, where, faults)
    if kind is float and type(data) is int:
        data = float(data) if abs(data) < 2**53 else data
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if isinstance(data, str) and data in list(kind):
            return kind(data)
        return _fail(faults, where, data, "one of " + ", ".join(kind))
    return data if type(data) is kind else _fail(faults, where, data, f"a value of type {kind.__name__}")


def _read_object(cls: type, data: Any, where: str, faults: _Faults) -> Any:
    if not isinstance(data, dict):
        return _fail(faults, where, data, "an object")
    hints, before, read = _hints(cls), len(faults), {}
    for name in data.keys() - hints.keys():
        faults.append(DataFault(_join(where, name), "is not known.", "Remove it, or update the program."))
    for field in dataclasses.fields(cls):
        value = data.get(field.name, _MISSING)
        place = _join(where, field.name)
        if value is not _MISSING:
            reader = _read_pairs if field.name in _PAIRS else _read
            read[field.name] = reader(hints[field.name], value, place, faults)
        elif field.default is dataclasses.MISSING:
            faults.append(DataFault(place, "is missing.", "Add it."))
    if len(faults) > before:
        return None
    try:
        return cls(**read)
    except RecipeError as error:
        faults.extend(error.faults)
        return None


def _read_items(kind: Any, data: Any, where: str, faults: _Faults) -> Any:
    if not isinstance(data, list):
        return _fail(faults, where, data, "a list")
    return tuple(_read(kind, item, f"{where}[{index}]", faults) for index, item in enumerate(data))


def _read_pairs(kind: Any, data: Any, where: str, faults: _Faults) -> Any:
    if not isinstance(data, dict):
        return _fail(faults, where, data, "an object")
    wanted = get_args(get_args(kind)[0])[1]
    kinds = get_args(wanted) or (wanted,)
    for name, value in data.items():
        if type(value) not in kinds:
            _fail(faults, f"{where}.{name}", value, "a value of type " + " or ".join(kind.__name__ for kind in kinds))
    return tuple(sorted(data.items()))


def _fail(faults: _Faults, where: str, data: Any, wanted: str) -> None:
    faults.append(DataFault(where or "recipe", f"is {json.dumps(data)[:40]}.", f"Use {wanted}."))


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
