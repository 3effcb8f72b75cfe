"""Wrong commands."""

from __future__ import annotations

from typing import Final

from tests.wire.refused.refusal import MISSING, Json, Refusal, form

COMMANDS: Final = "/applications/{app}/commands"


def _command(title: str, at: str, **changes: Json) -> Refusal:
    return form(title, "POST", COMMANDS, {"name": "paint", "description": "Paint a picture", **changes}, at)


def _option(title: str, at: str, **changes: Json) -> Refusal:
    option = {"type": 3, "name": "prompt", "description": "What", **changes}
    return _command(title, f"options.0{at}", options=[option])


def _word(name: str = "prompt", **changes: Json) -> Json:
    return {"type": 3, "name": name, "description": "What", **changes}


def _choices(count: int) -> Json:
    return [{"name": f"Choice {n}", "value": str(n)} for n in range(count)]


SHAPES: Final = [
    _command("command name with a capital", "name", name="Paint"),
    _command("command name with a blank", "name", name="paint it"),
    _command("command name of 33", "name", name="x" * 33),
    _command("command without a description", "description", description=""),
    _command("description of 101", "description", description="x" * 101),
    _command("command of an unknown type", "type", type=9),
    form("command without a name", "POST", COMMANDS, {"description": "x"}, "name"),
    form(
        "user command with a description", "POST", COMMANDS, {"name": "U", "type": 2, "description": "x"}, "description"
    ),
    _command("26 options of a command", "options", options=[_word(f"o{n}") for n in range(26)]),
    _command("one option name twice", "options", options=[_word(), _word()]),
    _command("required option after an optional one", "options.1", options=[_word("a"), _word("b", required=True)]),
    _command(
        "sub-command beside an option", "options", options=[{"type": 1, "name": "s", "description": "x"}, _word()]
    ),
    _command(
        "sub-command inside a sub-command",
        "options.0.options.0",
        options=[
            {"type": 1, "name": "s", "description": "x", "options": [{"type": 1, "name": "t", "description": "x"}]}
        ],
    ),
    _command(
        "command of more than 8000 characters",
        "",
        options=[
            _word(f"o{n}", choices=[{"name": f"{k:x>100}", "value": f"{k:y>100}"} for k in range(25)]) for n in "ab"
        ],
    ),
]
OPTIONS: Final = [
    _option("option name of 33", ".name", name="x" * 33),
    _option("option without a description", ".description", description=""),
    _option("option of an unknown type", "", type=12),
    _option("26 choices of an option", ".choices", choices=_choices(26)),
    _option("choice name of 101", ".choices.0.name", choices=[{"name": "x" * 101, "value": "a"}]),
    _option("choice value of 101", ".choices.0.value", choices=[{"name": "a", "value": "x" * 101}]),
    _option("word as a number's choice", ".choices.0.value", type=4, choices=[{"name": "a", "value": "many"}]),
    _option("choices beside autocomplete", "", choices=_choices(1), autocomplete=True),
    _option("string of at least 6001", ".min_length", min_length=6001),
    _option("number past 2^53", ".max_value", type=4, max_value=2**53),
]
LIMITS: Final = [
    Refusal(
        "101 commands",
        "PUT",
        COMMANDS,
        [{"name": f"c{n}", "description": "x"} for n in range(101)],
        400,
        30032,
    ),
    Refusal("16 user commands", "PUT", COMMANDS, [{"name": f"U{n}", "type": 2} for n in range(16)], 400, 30032),
    form("one command name twice", "PUT", COMMANDS, [{"name": "a", "description": "x"}] * 2, ""),
    Refusal("command that never was", "GET", COMMANDS + f"/{MISSING}", None, 404, 10063),
    Refusal("change of a command that never was", "PATCH", COMMANDS + f"/{MISSING}", {"name": "a"}, 404, 10063),
    Refusal("deleting a command that never was", "DELETE", COMMANDS + f"/{MISSING}", None, 404, 10063),
    Refusal("commands of another's application", "GET", "/applications/{rivalapp}/commands", None, 403, 20012),
    Refusal("commands of no application", "GET", f"/applications/{MISSING}/commands", None, 404, 10002),
    Refusal(
        "commands for a server one is not in",
        "POST",
        "/applications/{app}/guilds/{foreign}/commands",
        {"name": "a", "description": "x"},
        403,
        50001,
    ),
]

TABLE: Final = [*SHAPES, *OPTIONS, *LIMITS]
