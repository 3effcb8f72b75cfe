"""What may come next while a prompt is typed: names after `--`, then what the parameter takes. Knows the table and the
names that it is given, no member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.language.kinds import Choice, Takes
from engine.language.parameters import BY_SPELLING, TABLE

_NAME = re.compile(r"(?<!\S)(?:[-—–]{2}|—|–)([a-z][\w-]*)?\Z", re.IGNORECASE)
_VALUE = re.compile(r"(?<!\S)(?:[-—–]{2}|—|–)([a-z][\w-]*)[ =]+([^\s\"]*)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` is the whole prompt as it would be; `hint` says what it means, in one line."""

    text: str
    hint: str


def complete(
    text: str, names: Mapping[str, Sequence[str]] = MappingProxyType({}), most: int = 25
) -> tuple[Completion, ...]:
    """For the end of what was typed; nothing where text is being written."""
    if name := _NAME.search(text):
        return tuple(_rows(text[: name.start()], (name[1] or "").lower()))[:most]
    if value := _VALUE.search(text):
        return tuple(_values(text[: value.start(2)], value[1].lower(), value[2].lower(), names))[:most]
    return ()


def _rows(before: str, begun: str) -> list[Completion]:
    """Parameters that the prompt does not have yet, those that begin so."""
    said = {word.lstrip("-—–").lower() for word in before.split() if word[:1] in "-—–"}
    taken = {row.choice or row.name for row in TABLE if said & set(row.spellings)}
    return [
        Completion(f"{before}{row.flag}" + (" " if row.kind.takes is not Takes.NOTHING else ""), row.hint)
        for row in TABLE
        if (row.choice or row.name) not in taken and any(one.startswith(begun) for one in row.spellings)
    ]


def _values(before: str, name: str, begun: str, names: Mapping[str, Sequence[str]]) -> list[Completion]:
    row = BY_SPELLING.get(name)
    if row is None or row.kind.takes is not Takes.ONE:
        return []
    options = row.kind.options if isinstance(row.kind, Choice) else names.get(row.name, ())
    found = [Completion(before + option, row.hint) for option in options if option.startswith(begun)]
    return found or [Completion(before + begun, row.hint)] * (not options)
