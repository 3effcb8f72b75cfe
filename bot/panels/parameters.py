"""Parameters that menus choose, kept as the text that stands behind a prompt. The prompt language reads and writes
it.
"""

from __future__ import annotations

from dataclasses import replace

from engine import BY_NAME, Prompt, parse, render

_WORD = "x"  # a text is no prompt without one


def chosen(text: str, name: str) -> str | None:
    """The value of a parameter, as it is written."""
    value = dict(_read(text).settings).get(name)
    return None if value is None else BY_NAME[name].kind.write(value)


def put(text: str, name: str, value: str) -> str:
    """With that value, in place of any before and of whatever it goes against; without, if it is empty."""
    row = BY_NAME[name]
    gone = {name, *(other.name for other in BY_NAME.values() if row.choice and other.choice == row.choice)}
    kept = [(key, known) for key, known in _read(text).settings if key not in gone]
    if value:
        kept.append((name, row.kind.read(value)))
    return render(replace(_read(""), parts=(), settings=tuple(kept)))


def _read(text: str) -> Prompt:
    return parse(f"{_WORD} {text}")
