"""Commands as they are registered, and what members type into them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.checks.commands import check_command, check_commands, check_count
from sandbox.rules.checks.values import check_values
from tests.sandbox.refusals import found


def command(*options: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "paint", "description": "Paint a picture", "options": list(options), **fields}


def option(kind: int = 3, name: str = "prompt", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "What to paint", **fields}


def choices(count: int) -> list[dict[str, Any]]:
    return [{"name": f"{n}", "value": f"{n}"} for n in range(count)]


PASSES: list[dict[str, Any]] = [
    command(),
    command(name="x" * 32, description="x" * 100),
    command(name="desenhar-já_2"),
    command(name="ทดสอบ"),
    command(name="चित्र"),
    command(name="絵を描く"),
    command(*(option(name=f"o{n}") for n in range(25))),
    command(option(required=True), option(name="b"), option(name="c", autocomplete=True)),
    command(option(choices=choices(25))),
    command(option(min_length=0, max_length=6000)),
    command(option(4, min_value=-(2**53) + 1, max_value=2**53 - 1)),
    command(option(10, min_value=0.5, max_value=1.5)),
    command(option(7, channel_types=[0, 15])),
    command(*(option(kind, name=f"o{kind}") for kind in range(3, 12))),
    command(option(1, options=[option()]), option(2, "group", options=[option(1, options=[option(required=True)])])),
    command(default_member_permissions="8", contexts=[0, 1, 2], integration_types=[0, 1], nsfw=True),
    command(name_localizations={"de": "malen", "fr": None}, description_localizations={"en-GB": "Paint"}),
    {"type": 2, "name": "Show Profile"},
    {"type": 3, "name": "x" * 32, "description": ""},
    {"type": 4, "name": "launch", "description": "Launch", "handler": 2},
]


@pytest.mark.parametrize("body", PASSES)
def test_command_passes_at_its_limits(body: Any) -> None:
    assert found(lambda: check_command(body)) == set()


NAME = "APPLICATION_COMMAND_INVALID_NAME"
LONG = {"de": "x" * 100, "fr": "x" * 100, "ja": "x" * 100, "pl": "x" * 100}
REFUSED: list[tuple[Any, str, str]] = [
    ({"description": "x"}, "name", "BASE_TYPE_REQUIRED"),
    ({"name": "x"}, "description", "BASE_TYPE_REQUIRED"),
    (command(name="x" * 33), "name", "BASE_TYPE_BAD_LENGTH"),
    (command(name=""), "name", "BASE_TYPE_BAD_LENGTH"),
    (command(description="x" * 101), "description", "BASE_TYPE_BAD_LENGTH"),
    (command(type="CHAT_INPUT"), "type", "NUMBER_TYPE_COERCE"),
    (command(*(option(name=f"o{n}") for n in range(26))), "options", "BASE_TYPE_MAX_LENGTH"),
    (command(option("STRING")), "options.0", "UNION_TYPE_CHOICES"),  # type: ignore[arg-type]
    (command(option(12)), "options.0", "UNION_TYPE_CHOICES"),
    (command(option(), option()), "options.1", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
    (command(option(), option(name="b", required=True)), "options.1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
    (command(option(), option(1, "sub")), "options.1", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    (command(option(choices=choices(26))), "options.0.choices", "BASE_TYPE_MAX_LENGTH"),
    (
        command(option(choices=[{"name": "n", "value": "v" * 101}])),
        "options.0.choices.0.value",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (command(option(4, choices=[{"name": "n", "value": "1"}])), "options.0.choices.0.value", "NUMBER_TYPE_COERCE"),
    (command(option(4, choices=[{"name": "n", "value": 2**53}])), "options.0.choices.0.value", "NUMBER_TYPE_MAX"),
    (
        command(option(choices=choices(1), autocomplete=True)),
        "options.0.autocomplete",
        "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
    ),
    (command(option(max_length=6001)), "options.0.max_length", "NUMBER_TYPE_MAX"),
    (command(option(min_length=2, max_length=1)), "options.0.min_length", "NUMBER_TYPE_MAX"),
    (command(option(4, min_value=2, max_value=1)), "options.0.min_value", "NUMBER_TYPE_MAX"),
    (command(option(4, max_value=2**53)), "options.0.max_value", "NUMBER_TYPE_MAX"),
    (command(option(7, channel_types=[99])), "options.0.channel_types.0", "BASE_TYPE_CHOICES"),
    (command(option(1, options=[option(1, "x")])), "options.0.options.0", "UNION_TYPE_CHOICES"),
    (command(option(2, options=[option(2, "x")])), "options.0.options.0", "UNION_TYPE_CHOICES"),
    (command(option(2, options=[option()])), "options.0.options.0", "UNION_TYPE_CHOICES"),
    (
        command(option(1, options=[option(), option(name="b", required=True)])),
        "options.0.options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (command(contexts=[]), "contexts", "BASE_TYPE_BAD_LENGTH"),
    (command(contexts=[3]), "contexts.0", "BASE_TYPE_CHOICES"),
    (command(integration_types=[0, 0]), "integration_types.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
    (command(default_member_permissions="all"), "default_member_permissions", "NUMBER_TYPE_COERCE"),
    (command(name_localizations={"xx": "x"}), "name_localizations", "BASE_TYPE_CHOICES"),
    (command(name_localizations=[]), "name_localizations", "DICT_TYPE_CONVERT"),
    ({"type": 2, "name": "x", "description": "x"}, "description", "BASE_TYPE_MAX_LENGTH"),
]


@pytest.mark.parametrize(("body", "place", "code"), REFUSED)
def test_command_past_its_limits_is_refused(body: Any, place: str, code: str) -> None:
    assert found(lambda: check_command(body)) == {(place, code)}


def test_command_ends_at_8000_characters_of_its_whole_tree() -> None:
    """One character each for name and description of the command, then 20 options of 399 and one of 18."""
    filled = [{"name": "n" * 98, "value": "v" * 98}, {"name": "m" * 98, "value": "w" * 99}]
    whole = [option(name=f"o{n:03}", choices=filled) | {"description": "xx"} for n in range(20)]
    last = option(name="last") | {"description": "x" * 14}
    body = command(*whole, last, name="p", description="d")
    assert found(lambda: check_command(body)) == set()
    last["description"] += "x"
    assert found(lambda: check_command(body)) == {("", "APPLICATION_COMMAND_TOO_LARGE")}


def test_only_the_longest_translation_counts_towards_the_size() -> None:
    body = command(*(option(name=f"o{n}", description_localizations=LONG) for n in range(25)))
    assert found(lambda: check_command(body)) == set()


@pytest.mark.parametrize("name", ["Paint", "paint me", "paint!", "🎨", "ÉTÉ"])
def test_chat_names_are_lower_case_words(name: str) -> None:
    assert found(lambda: check_command(command(name=name))) == {("name", "STRING_TYPE_REGEX"), ("name", NAME)}


def test_patch_needs_no_field_but_takes_no_null_name() -> None:
    assert found(lambda: check_command({"nsfw": True}, partial=True)) == set()
    assert found(lambda: check_command({"name": None}, partial=True)) == {("name", "BASE_TYPE_REQUIRED")}
    assert found(lambda: check_command({"name": "Show Profile"}, partial=True, kind=2)) == set()


def test_bulk_overwrite_names_each_wrong_command() -> None:
    body = [command(), command(), {"type": 2, "name": "paint"}, {"name": "ok"}]
    assert found(lambda: check_commands(body[:3])) == {("1", "APPLICATION_COMMANDS_DUPLICATE_NAME")}
    assert found(lambda: check_commands([{"name": "a"}, {"name": "b"}])) == {
        ("0.description", "BASE_TYPE_REQUIRED"),
        ("1.description", "BASE_TYPE_REQUIRED"),
    }


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
def test_number_of_commands_of_each_type_is_limited(kind: int, most: int) -> None:
    def body(count: int) -> list[dict[str, Any]]:
        text = {"description": "x"} if kind == 1 else {}
        return [{"type": kind, "name": f"c{n}", **text} for n in range(count)]

    assert found(lambda: check_commands(body(most))) == set()
    assert found(lambda: check_commands(body(most + 1))) == {("", "30032")}
    assert found(lambda: check_count(kind, most + 1)) == {("", "30032")}


def give(name: str, value: Any, **fields: Any) -> dict[str, Any]:
    return {"name": name, "value": value, **fields}


RESOLVED = {"users": {"1": {}}, "channels": {"2": {"type": 15}}, "roles": {"3": {}}, "attachments": {"4": {}}}
V = "options.0.value"
VALUES: list[tuple[list[Any], Any, set[tuple[str, str]]]] = [
    ([], None, set()),
    ([option(required=True)], [give("prompt", "a house")], set()),
    ([option(required=True)], [], {("options.prompt", "BASE_TYPE_REQUIRED")}),
    ([option()], [give("other", "x")], {("options.0.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID")}),
    ([option()], [give("prompt", "x" * 6000)], set()),
    ([option()], [give("prompt", "x" * 6001)], {(V, "BASE_TYPE_MAX_LENGTH")}),
    ([option(min_length=2)], [give("prompt", "x")], {(V, "BASE_TYPE_BAD_LENGTH")}),
    ([option(choices=choices(2))], [give("prompt", "1")], set()),
    ([option(choices=choices(2))], [give("prompt", "2")], {(V, "BASE_TYPE_CHOICES")}),
    ([option(4)], [give("prompt", 2**53 - 1)], set()),
    ([option(4)], [give("prompt", 2**53)], {(V, "NUMBER_TYPE_MAX")}),
    ([option(4)], [give("prompt", -(2**53))], {(V, "NUMBER_TYPE_MIN")}),
    ([option(4, max_value=3)], [give("prompt", 4)], {(V, "NUMBER_TYPE_MAX")}),
    ([option(4)], [give("prompt", "4")], {(V, "NUMBER_TYPE_COERCE")}),
    ([option(10, min_value=0.5)], [give("prompt", 0.4)], {(V, "NUMBER_TYPE_MIN")}),
    ([option(5)], [give("prompt", 1)], {(V, "BOOLEAN_TYPE_CONVERT")}),
    ([option(6)], [give("prompt", "1")], set()),
    ([option(6)], [give("prompt", "9")], {(V, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID")}),
    ([option(9)], [give("prompt", "3")], set()),
    ([option(11)], [give("prompt", "4")], set()),
    ([option(7, channel_types=[15])], [give("prompt", "2")], set()),
    ([option(7, channel_types=[0])], [give("prompt", "2")], {(V, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID")}),
    ([option(1, "sub", options=[option()])], [{"name": "sub", "options": [give("prompt", "x")]}], set()),
    ([option(1, "sub"), option(1, "two")], [], {("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID")}),
    (
        [option(2, "group", options=[option(1, "sub", options=[option(required=True)])])],
        [{"name": "group", "options": [{"name": "sub"}]}],
        {("options.0.options.0.options.prompt", "BASE_TYPE_REQUIRED")},
    ),
]


@pytest.mark.parametrize(("options", "given", "expected"), VALUES)
def test_values_fit_the_definition(options: list[Any], given: Any, expected: set[tuple[str, str]]) -> None:
    assert found(lambda: check_values(options, given, resolved=RESOLVED)) == expected


def test_autocomplete_has_exactly_one_focus() -> None:
    options = [option(required=True, autocomplete=True), option(4, "seed", required=True)]
    focus = give("prompt", "a ho", focused=True)
    nobody = {("options", "APPLICATION_COMMAND_OPTIONS_FOCUSED_INVALID")}
    assert found(lambda: check_values(options, [focus], autocomplete=True)) == set()
    assert found(lambda: check_values(options, [give("prompt", "x")], autocomplete=True)) == nobody
    assert found(lambda: check_values(options, [give("seed", "1", focused=True)], autocomplete=True)) == {
        ("options.0.focused", "APPLICATION_COMMAND_OPTIONS_FOCUSED_INVALID")
    }
