"""Application commands as an application registers them. What a member types into one is in `values`."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.rules import limits
from sandbox.rules.checks.callbacks import CHOICE_VALUES, choices_of
from sandbox.rules.checks.form import (
    Check,
    anything,
    bits,
    boolean,
    check_length,
    dict_of,
    hold,
    integer,
    list_of,
    number,
    object_of,
    one_of,
    partial_of,
    shown,
    snowflake,
    text,
    union_of,
)
from sandbox.rules.checks.values import check_values
from sandbox.rules.errors import ApiError, Faults, Json, Path
from sandbox.rules.kinds import LOCALES, ChannelType, CommandType, ContextType, InstallType, OptionType

__all__ = ["check_command", "check_command_permissions", "check_commands", "check_count", "check_values"]

COUNTS: Mapping[int, int] = {
    CommandType.CHAT_INPUT: limits.CHAT_COMMANDS,
    CommandType.USER: limits.USER_COMMANDS,
    CommandType.MESSAGE: limits.MESSAGE_COMMANDS,
    CommandType.PRIMARY_ENTRY_POINT: limits.ENTRY_POINT_COMMANDS,
}
# Virama and vowel signs are no letters (\p{L}), so the pattern names these two scripts by themselves.
SCRIPTS = (range(0x0900, 0x0980), range(0xA8E0, 0xA900), range(0x0E01, 0x0E5C))


def is_chat_name(name: str) -> bool:
    r"""Discord's `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where the script has cases."""
    fits = all(
        character in "-_'"
        or unicodedata.category(character)[0] in "LN"
        or any(ord(character) in script for script in SCRIPTS)
        for character in name
    )
    return fits and name == name.lower()


def chat_name(value: object, path: Path, faults: Faults) -> None:
    if not isinstance(value, str):
        faults.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{shown(value)}" as string.')
    elif check_length(len(value), *limits.COMMAND_NAME, path, faults) and not is_chat_name(value):
        faults.add(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
        faults.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


DESCRIPTION = text(*limits.COMMAND_DESCRIPTION)
NAMED: Mapping[str, Check] = {"name": chat_name, "description": DESCRIPTION}
LOCALIZED: Mapping[str, Check] = {
    "name_localizations": dict_of(LOCALES, chat_name),
    "description_localizations": dict_of(LOCALES, DESCRIPTION),
}
VALUE_FIELDS: Mapping[str, Check] = {**LOCALIZED, "required": boolean}


def option_of(**extra: Check) -> Check:
    return object_of(NAMED, {**VALUE_FIELDS, **extra})


def numeric(kind: OptionType, bound: Check) -> Check:
    return option_of(choices=choices_of(kind), autocomplete=boolean, min_value=bound, max_value=bound)


BASIC: Mapping[int, Check] = {
    OptionType.STRING: option_of(
        choices=choices_of(OptionType.STRING),
        autocomplete=boolean,
        min_length=integer(0, limits.STRING_OPTION_CHARACTERS),
        max_length=integer(1, limits.STRING_OPTION_CHARACTERS),
    ),
    OptionType.INTEGER: numeric(OptionType.INTEGER, CHOICE_VALUES[OptionType.INTEGER]),
    OptionType.BOOLEAN: option_of(),
    OptionType.USER: option_of(),
    OptionType.CHANNEL: option_of(channel_types=list_of(one_of(ChannelType), 0, len(ChannelType), unique=True)),
    OptionType.ROLE: option_of(),
    OptionType.MENTIONABLE: option_of(),
    OptionType.NUMBER: numeric(OptionType.NUMBER, number(-limits.LARGEST_INTEGER, limits.LARGEST_INTEGER)),
    OptionType.ATTACHMENT: option_of(file_types=list_of(text(1, 100), 0, 100)),
}
SUB_COMMAND = option_of(options=list_of(union_of(BASIC), 0, limits.COMMAND_OPTIONS))
GROUP = option_of(
    options=list_of(union_of({OptionType.SUB_COMMAND: SUB_COMMAND}), 0, limits.COMMAND_OPTIONS),
)
OPTIONS = list_of(
    union_of({OptionType.SUB_COMMAND: SUB_COMMAND, OptionType.SUB_COMMAND_GROUP: GROUP, **BASIC}),
    0,
    limits.COMMAND_OPTIONS,
)
SETTINGS: Mapping[str, Check] = {
    "default_member_permissions": bits,
    "dm_permission": boolean,
    "default_permission": boolean,
    "nsfw": boolean,
    "contexts": list_of(one_of(ContextType), 1, len(ContextType), unique=True),
    "integration_types": list_of(one_of(InstallType), 1, len(InstallType), unique=True),
    "handler": one_of((1, 2)),
    "type": one_of(CommandType),
    "id": snowflake,
}
CHAT_FIELDS: Mapping[str, Check] = {**SETTINGS, **LOCALIZED, "options": OPTIONS}
MENU_NAME = text(*limits.COMMAND_NAME)
MENU_FIELDS: Mapping[str, Check] = {
    **SETTINGS,
    "name_localizations": dict_of(LOCALES, MENU_NAME),
    # [D]: empty for user and message commands; their `options` are not looked at.
    "description": text(0, 0),
    "description_localizations": anything,
}
ENTRY_FIELDS: Mapping[str, Check] = {**MENU_FIELDS, "description": text(0, limits.COMMAND_DESCRIPTION[1])}


def form_of(kind: int, *, partial: bool) -> Check:
    names: Mapping[str, Check] = NAMED if kind == CommandType.CHAT_INPUT else {"name": MENU_NAME}
    others = {
        CommandType.CHAT_INPUT: CHAT_FIELDS,
        CommandType.PRIMARY_ENTRY_POINT: ENTRY_FIELDS,
    }.get(CommandType(kind), MENU_FIELDS)
    if not partial:
        return object_of(names, others)
    named, rest = partial_of(names), object_of({}, others)

    def check(value: object, path: Path, faults: Faults) -> None:
        rest(value, path, faults)
        if isinstance(value, dict):
            named(value, path, faults)

    return check


FORMS: Mapping[tuple[int, bool], Check] = {
    (kind, partial): form_of(kind, partial=partial) for kind in CommandType for partial in (False, True)
}


def check_command(body: object, *, partial: bool = False, kind: int | None = None) -> None:
    """`partial`: a PATCH, to a command of type `kind`, which no request can change."""
    hold(body, anything)
    faults = Faults()
    find_faults(body, type_of(body) if kind is None else kind, partial, (), faults)
    faults.raise_if_any()


def find_faults(body: object, kind: int, partial: bool, path: Path, faults: Faults) -> None:
    before = len(faults.found)
    FORMS[kind, partial](body, path, faults)
    if len(faults.found) > before or not isinstance(body, dict) or kind != CommandType.CHAT_INPUT:
        return
    check_options(body.get("options") or [], (*path, "options"), faults)
    if count_characters(body) > limits.COMMAND_CHARACTERS:
        message = f"Command exceeds maximum size ({limits.COMMAND_CHARACTERS})"
        faults.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def type_of(body: object) -> int:
    """A wrong type falls back to chat input, whose form then says so."""
    kind = body.get("type") if isinstance(body, dict) else None
    is_known = isinstance(kind, int) and not isinstance(kind, bool) and kind in COUNTS
    return kind if is_known and isinstance(kind, int) else CommandType.CHAT_INPUT


def check_options(options: list[Json], path: Path, faults: Faults) -> None:
    """Recursive over at most three levels: the form has seen to that."""
    nested = {OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP}
    seen: set[str] = set()
    has_optional = False
    for index, option in enumerate(options):
        place = (*path, index)
        if option["name"] in seen:
            message = f"Option name {option['name']} is already used in these options"
            faults.add(place, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
        seen.add(option["name"])
        if (option["type"] in nested) != (options[0]["type"] in nested):
            message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
            faults.add(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        if option.get("required") and has_optional:
            message = "Required options must be placed before non-required options"
            faults.add(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        has_optional = has_optional or not option.get("required")
        check_option(option, place, faults)
        check_options(option.get("options") or [], (*place, "options"), faults)


def check_option(option: Json, path: Path, faults: Faults) -> None:
    choices: list[Json] = option.get("choices") or []
    if choices and option.get("autocomplete"):  # unpublished code
        message = "Choices and autocomplete are mutually exclusive"
        faults.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    for key in ("name", "value"):
        for value, times in Counter(choice[key] for choice in choices).items():
            if times > 1:  # unpublished code
                message = f"Choice {key} {shown(value)} is already used in this option"
                faults.add((*path, "choices"), f"APPLICATION_COMMAND_OPTIONS_CHOICE_{key.upper()}_INVALID", message)
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        least, most = option.get(low), option.get(high)
        if least is not None and most is not None and least > most:
            faults.add((*path, low), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def count_characters(node: Json) -> int:
    """Names, descriptions and values of a command and all below it; of translations only the longest counts."""
    total = sum(longest(node, name) for name in ("name", "description"))
    total += sum(count_characters(each) for each in node.get("options") or [])
    for choice in node.get("choices") or []:
        total += longest(choice, "name") + len(str(choice["value"]))
    return total


def longest(node: Json, name: str) -> int:
    translations: Mapping[str, Any] = node.get(f"{name}_localizations") or {}
    return max(len(each) for each in (node.get(name) or "", *translations.values()) if each is not None)


def check_commands(body: object) -> None:
    """A bulk overwrite: the whole set, or nothing of it."""
    # `null` empties the set, as `[]` does. [S]
    hold(body if body is not None else [], list_of(object_of({}), 0, sum(COUNTS.values())))
    if not isinstance(body, list):
        return
    faults = Faults()
    for index, command in enumerate(body):
        find_faults(command, type_of(command), False, (index,), faults)
    faults.raise_if_any()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(body):
        key = (type_of(command), command["name"])
        if key in seen:
            message = "Application command names must be unique"
            faults.add((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    faults.raise_if_any()
    for kind, count in Counter(map(type_of, body)).items():
        check_count(kind, count)


def check_count(kind: int, count: int) -> None:
    """Whether so many commands of one type may exist, globally or in one guild."""
    if count > COUNTS[kind]:
        message = f"Maximum number of application commands reached ({COUNTS[kind]})"
        raise ApiError(400, 30032, message)


PERMISSION = object_of({"id": snowflake, "type": one_of((1, 2, 3)), "permission": boolean})


def check_command_permissions(body: object) -> None:
    hold(body, object_of({"permissions": list_of(PERMISSION, 0, limits.COMMAND_PERMISSIONS)}))
