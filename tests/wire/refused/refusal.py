"""One wrong request and what Discord answers to it; names in braces are filled from the world of the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Json = Any

COMPONENTS_V2: Final = 1 << 15
EPHEMERAL: Final = 1 << 6
MISSING: Final = "1"  # an id that nothing has
FORM: Final = 50035


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the table. `at` is where a form error must stand, in dots; `after` names a preparation."""

    title: str
    method: str
    path: str
    body: Json
    status: int
    code: int
    at: str = ""
    who: str = "bot"
    after: str = ""


def form(title: str, method: str, path: str, body: Json, at: str, *, after: str = "") -> Refusal:
    """A body that Discord calls an invalid form."""
    return Refusal(title, method, path, body, 400, FORM, at, after=after)


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def button(label: str = "Again", custom_id: str = "again", **more: Json) -> Json:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id, **more}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def rows(*components: Json) -> Json:
    """A message with one row."""
    return {"content": "x", "components": [row(*components)]}


def select(**changes: Json) -> Json:
    return {"type": 3, "custom_id": "size", "options": [{"label": "Small", "value": "small"}], **changes}


def options(count: int) -> Json:
    return [{"label": f"Size {n}", "value": str(n)} for n in range(count)]


def layout(*components: Json, **more: Json) -> Json:
    """A Components V2 message."""
    return {"flags": COMPONENTS_V2, "components": list(components), **more}


def gallery(count: int) -> Json:
    return {"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}] * count}


def section(texts: int = 1, **more: Json) -> Json:
    return {"type": 9, "components": [text()] * texts, **({"accessory": button()} | more)}


def container(*components: Json) -> Json:
    return {"type": 17, "components": list(components)}


def fill(value: Json, names: dict[str, str]) -> Json:
    """The same with names in braces replaced, in strings at any depth."""
    match value:
        case str():
            for name, meaning in names.items():
                value = value.replace("{" + name + "}", meaning)
            return value
        case list():
            return [fill(item, names) for item in value]
        case dict():
            return {key: fill(item, names) for key, item in value.items()}
        case _:
            return value


def places(errors: Json, path: tuple[str, ...] = ()) -> list[str]:
    """Where a form error says that something is wrong."""
    found = [".".join(path)] if "_errors" in errors else []
    for key, inner in errors.items():
        if key != "_errors":
            found += places(inner, (*path, key))
    return found
