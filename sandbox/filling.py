"""How a client fills in what an application asks for: options, components, dialogs, files. For `member.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


def components(message: Json) -> Iterator[Json]:
    """Every component of a message or modal, nested ones too."""
    waiting = list(message.get("components", []))
    while waiting:
        component = waiting.pop(0)
        yield component
        inner = [*component.get("components", []), component.get("accessory"), component.get("component")]
        waiting[:0] = [one for one in inner if one]


def component_named(message: Json, name: str) -> Json:
    for component in components(message):
        emoji = (component.get("emoji") or {}).get("name")
        if name in (component.get("custom_id"), component.get("label"), component.get("placeholder"), emoji):
            return component
    offered = [
        c.get("label") or c.get("placeholder") or c.get("custom_id") for c in components(message) if "custom_id" in c
    ]
    raise KeyError(f"The message has no component {name!r}; it has {offered}")


def path_of(message: Json) -> str:
    return f"/channels/{message['channel_id']}/messages/{message['id']}"


def typed_options(
    options: list[Json], path: list[str], given: Json, files: tuple[File, ...], focused: str | None
) -> list[Json]:
    """Option values as the client sends them, inside the sub-commands that `path` names."""
    if path:
        branch = next(option for option in options if option["name"] == path[0])
        inner = typed_options(branch.get("options", []), path[1:], given, files, focused)
        return [{"type": branch["type"], "name": branch["name"], "options": inner}]
    known = {option["name"]: option for option in options}
    typed = []
    for name, value in given.items():
        if name not in known:
            raise KeyError(f"The command has no option {name!r}; it has {sorted(known)}")
        sent: Json = {"type": known[name]["type"], "name": name}
        sent["value"] = str(files.index(value)) if isinstance(value, File) else value
        if name == focused:
            sent["focused"] = True
        typed.append(sent)
    return typed


def filled(component: Json, values: Mapping[str, Any], files: list[File]) -> Json:
    view: Json = {"type": component["type"], "id": component.get("id", 0)}
    if "component" in component:
        view["component"] = filled(component["component"], values, files)
    if "components" in component:
        view["components"] = [filled(inner, values, files) for inner in component["components"]]
    custom_id = component.get("custom_id")
    if custom_id is None:
        return view
    view["custom_id"] = custom_id
    value = values.get(custom_id, component.get("value"))
    if isinstance(value, File):
        value = [value]
    if component["type"] in (3, 5, 6, 7, 8, 19, 22):  # those that hold several values
        chosen = list(value or [])
        view["values"] = [index_of(one, files) if isinstance(one, File) else one for one in chosen]
    else:
        view["value"] = value if value is not None or component["type"] != 4 else ""
    return view


def index_of(file: File, files: list[File]) -> str:
    files.append(file)
    return str(len(files) - 1)
