"""Reads a `.env` file: `NAME=value` a line, quotes and comments allowed, nothing expanded. A wrong line is told with
its number, and all wrong lines at once. Knows no settings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED: Final = re.compile(r"""(?P<quote>["'])(?P<inner>.*?)(?P=quote)\s*(?:#.*)?""")
_COMMENT: Final = re.compile(r"(?:^|\s+)#.*")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """`lines` tells where each name stands. Values are kept out of its representation: some are secret."""

    path: Path
    values: dict[str, str] = field(default_factory=dict, repr=False)
    lines: dict[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def read_env_file(path: Path) -> EnvFile:
    """What the file says; nothing at all if it is not there."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return EnvFile(path)
    except UnicodeDecodeError:
        return EnvFile(path, faults=(f"{path} is not written in UTF-8; save it again as UTF-8.",))
    except OSError as error:
        return EnvFile(path, faults=(f"{path} cannot be read ({error.strerror}); check who may read it.",))
    return _parse(path, text)


def _parse(path: Path, text: str) -> EnvFile:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            name, value = _pair(stripped)
            if name in lines:
                raise ValueError(f"sets {name} again, after line {lines[name]}; keep one of the two.")
        except ValueError as error:
            faults.append(f"{path}, line {number}, {error}")
            continue
        values[name], lines[name] = value, number
    return EnvFile(path, values, lines, tuple(faults))


def _pair(line: str) -> tuple[str, str]:
    """Raises ValueError without repeating the line: it may hold a secret."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("is no setting; write NAME=value, or begin a comment with #.")
    value = found["value"]
    if not value.startswith(('"', "'")):
        return found["name"], _COMMENT.sub("", value).strip()
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise ValueError(f"sets {found['name']} to a text whose quote is not closed; close it, or use none.")
    return found["name"], quoted["inner"]
