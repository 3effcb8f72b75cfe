"""The prompt language's smallest pieces, with their places: quoted text, escapes, weights, braces, links, markers.
Knows no parameter and no order. One pass of one regular expression without backtracking over more than a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

# What a backslash takes the meaning from; before anything else it is a backslash.
ESCAPABLE = '\\,{}:"“”—–-'
_BEFORE_QUOTE = r"(?<![^\s(\[{,;:—–-])"  # a quote opens at a word's start: 12" is a length
_AFTER_QUOTE = r"(?=[\s,.;:!?)\]}—–]|\Z)"
_TOKEN = re.compile(
    rf"""
    (?P<escape>\\[{re.escape(ESCAPABLE)}])
  | (?P<quote>{_BEFORE_QUOTE}(?:"[^"]*"|“[^“”]*”){_AFTER_QUOTE})
  | (?P<weight>::(?:[+-]?(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?!\w|\.\w))?)
  | (?P<open>\{{)
  | (?P<close>\}})
  | (?P<comma>,)
  | (?P<link>(?<!\S)<?https?://[^\s<>{{}}]*[^\s<>{{}},]>?)
  | (?P<marker>(?<!\S)(?:[-—–]{{2}}|—|–)[a-z][\w-]*)
  | (?P<glued>(?<=[^\s-])--[a-z]+(?![\w-]))
  | (?P<loose>(?<!\S)(?:-\s-|--\s|-)[a-z]+(?=\s[0-9.]))
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Sort(StrEnum):
    ESCAPE = "escape"
    QUOTE = "quote"
    WEIGHT = "weight"
    OPEN = "open"
    CLOSE = "close"
    COMMA = "comma"
    LINK = "link"
    MARKER = "marker"  # --name at a word's start, with whatever dashes a keyboard makes of them
    GLUED = "glued"  # word--name
    LOOSE = "loose"  # -name 5, - -name 5, -- name 5


class Token(NamedTuple):
    sort: Sort
    text: str
    start: int
    end: int


def scan(source: str, *wanted: Sort) -> Iterator[Token]:
    """The wanted tokens in order. All are recognised: a comma within quotes is no comma."""
    sorts = {sort.value: sort for sort in wanted}
    for match in _TOKEN.finditer(source):
        sort = sorts.get(match.lastgroup or "")
        if sort is not None:
            yield Token(sort, match[0], match.start(), match.end())


def squeeze(text: str) -> str:
    """White space as single spaces, none at the ends."""
    return " ".join(text.split())


def literal(source: str) -> str:
    """The text that is meant: escapes undone, white space squeezed."""
    pieces: list[str] = []
    position = 0
    for token in scan(source, Sort.ESCAPE) if "\\" in source else ():
        pieces += source[position : token.start], token.text[1]
        position = token.end
    return squeeze("".join((*pieces, source[position:])))


def split_list(source: str) -> list[str]:
    """A list's items, still escaped: commas divide, but not in quotes and not after a backslash."""
    if not any(mark in source for mark in '\\"“'):
        return source.split(",")
    items, start = [], 0
    for token in scan(source, Sort.COMMA):
        items.append(source[start : token.start])
        start = token.end
    return [*items, source[start:]]


def escape_text(text: str, *, commas: bool = False, followed_by: str = "") -> str:
    """The inverse of `literal`: written so that it reads back as this text and as nothing else."""
    whole = text + followed_by
    quoted = [(token.start, token.end) for token in scan(whole, Sort.QUOTE) if token.end <= len(text)]
    pieces: list[str] = []
    position = 0
    for start, end in (*quoted, (len(text), len(text))):
        pieces += _escape_plain(whole, position, start, commas), whole[start:end]
        position = end
    return "".join(pieces)


def _escape_plain(text: str, start: int, end: int, commas: bool) -> str:
    return "".join("\\" + c if _needs_escape(text, at, commas) else c for at, c in enumerate(text[start:end], start))


def _needs_escape(text: str, at: int, commas: bool) -> bool:
    before, character, after = text[at - 1 : at], text[at], text[at + 1 : at + 2]
    if character == "\\":
        return not after or after in ESCAPABLE
    if character == ":":
        return ":" in (before, after) or after == "/"
    if character == ",":
        return commas or not at
    if character in "-—–":
        opens = not before or before.isspace()
        return after in tuple("-—–") or (opens and (after.isalpha() or text[at + 2 : at + 3] == "-"))
    return character in '{}"“”'
