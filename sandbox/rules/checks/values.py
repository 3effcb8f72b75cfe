"""What a member typed into a command, held against the options that the command was registered with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.rules import ids, limits
from sandbox.rules.checks.form import (
    Check,
    anything,
    boolean,
    check_length,
    hold,
    integer,
    is_number,
    list_of,
    number,
    object_of,
    require,
    shown,
    snowflake,
    text,
)
from sandbox.rules.errors import Faults, Json, Path
from sandbox.rules.kinds import OptionType

NESTED = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
SAFE_INTEGER = integer(-limits.LARGEST_INTEGER, limits.LARGEST_INTEGER)
SAFE_NUMBER = number(-limits.LARGEST_INTEGER, limits.LARGEST_INTEGER)
FORMS: Mapping[int, Check] = {
    OptionType.STRING: text(0, limits.STRING_OPTION_CHARACTERS),
    OptionType.INTEGER: SAFE_INTEGER,
    OptionType.NUMBER: SAFE_NUMBER,
    OptionType.BOOLEAN: boolean,
}
# Where an id must be found in `resolved`; a mentionable is a member or a role.
RESOLVED: Mapping[int, tuple[str, ...]] = {
    OptionType.USER: ("users",),
    OptionType.CHANNEL: ("channels",),
    OptionType.ROLE: ("roles",),
    OptionType.MENTIONABLE: ("users", "roles"),
    OptionType.ATTACHMENT: ("attachments",),
}
GIVEN = list_of(
    object_of({"name": text()}, {"value": anything, "options": anything, "focused": boolean, "type": integer()}),
    0,
    limits.COMMAND_OPTIONS,
)


def check_values(
    options: list[Json] | None, given: object, *, resolved: Mapping[str, Any] | None = None, autocomplete: bool = False
) -> None:
    """`options`: the command's definition. `given`: the interaction's `data.options`."""
    faults = Faults()
    focused = check_level(options or [], given, resolved or {}, autocomplete, ("options",), faults)
    if autocomplete and focused != 1 and not faults.found:
        faults.add(("options",), "APPLICATION_COMMAND_OPTIONS_FOCUSED_INVALID", "Exactly one option must be focused")
    faults.raise_if_any()


def check_level(
    options: list[Json], given: object, resolved: Mapping[str, Any], autocomplete: bool, path: Path, faults: Faults
) -> int:
    """Check one level and those below it; how many options have the focus. The definition bounds the depth."""
    given = [] if given is None else given
    hold(given, GIVEN, path)
    if not isinstance(given, list):
        return 0
    known = {option["name"]: option for option in options}
    named: set[str] = set()
    focused = 0
    for index, entry in enumerate(given):
        place = (*path, index)
        option = known.get(entry["name"])
        if option is None or option["name"] in named:
            message = f"Option {shown(entry['name'])} is unknown or given twice"
            faults.add((*place, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
        elif option["type"] in NESTED:
            below = option.get("options") or []
            focused += check_level(below, entry.get("options"), resolved, autocomplete, (*place, "options"), faults)
        elif autocomplete and entry.get("focused"):
            focused += check_focus(option, entry, place, faults)
        elif autocomplete and entry.get("value") is None:
            require((*place, "value"), faults)
        else:
            check_value(option, entry.get("value"), resolved, (*place, "value"), faults)
        named.add(entry["name"])
    check_missing(options, named, autocomplete, path, faults)
    return focused


def check_missing(options: list[Json], named: set[str], autocomplete: bool, path: Path, faults: Faults) -> None:
    if options and options[0]["type"] in NESTED:
        if len(named) != 1:
            message = "Exactly one sub-command must be chosen"
            faults.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        return
    for option in options:
        if option.get("required") and option["name"] not in named and not autocomplete:
            require((*path, option["name"]), faults)


def check_focus(option: Json, entry: Json, path: Path, faults: Faults) -> int:
    """While it is being typed even a number is text, and need not be complete."""
    if not option.get("autocomplete"):
        message = f"Option {option['name']} has no autocomplete"
        faults.add((*path, "focused"), "APPLICATION_COMMAND_OPTIONS_FOCUSED_INVALID", message)
    value = entry.get("value", "")
    if option["type"] == OptionType.STRING or not is_number(value):
        FORMS[OptionType.STRING](value, (*path, "value"), faults)
    return 1


def check_value(option: Json, value: object, resolved: Mapping[str, Any], path: Path, faults: Faults) -> None:
    kind = option["type"]
    if value is None:
        require(path, faults)
    elif kind in RESOLVED:
        check_resolved(option, value, resolved, path, faults)
    elif kind in FORMS:
        before = len(faults.found)
        FORMS[kind](value, path, faults)
        if len(faults.found) == before:
            check_bounds(option, value, path, faults)


def check_bounds(option: Json, value: Any, path: Path, faults: Faults) -> None:
    """For a value of the right type."""
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        named = ", ".join(repr(choice["value"]) for choice in choices)
        faults.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{named}}}.")
    if isinstance(value, str):
        low, high = option.get("min_length") or 0, option.get("max_length")
        check_length(len(value), low, limits.STRING_OPTION_CHARACTERS if high is None else high, path, faults)
    elif option["type"] in (OptionType.INTEGER, OptionType.NUMBER):
        form = integer if option["type"] == OptionType.INTEGER else number
        form(option.get("min_value"), option.get("max_value"))(value, path, faults)


def check_resolved(option: Json, value: object, resolved: Mapping[str, Any], path: Path, faults: Faults) -> None:
    before = len(faults.found)
    snowflake(value, path, faults)
    if len(faults.found) > before:
        return
    key = str(ids.parse(value))
    places = RESOLVED[option["type"]]
    if not any(key in (resolved.get(place) or {}) for place in places):
        message = f"{shown(value)} is not resolved in {' or '.join(places)}"
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", message)
        return
    allowed = option.get("channel_types")
    if allowed and resolved["channels"][key].get("type") not in allowed:
        message = "Channel is not of a type that this option allows"
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", message)
