"""Wrong answers to interactions. Each row's preparation makes an interaction of its own kind."""

from __future__ import annotations

from typing import Final

from tests.wire.refused.refusal import (
    COMPONENTS_V2,
    EPHEMERAL,
    MISSING,
    Json,
    Refusal,
    button,
    form,
    row,
    text,
)

CALLBACK: Final = "/interactions/{interaction}/{token}/callback"
FOLLOWUP: Final = "/webhooks/{app}/{token}"
ORIGINAL: Final = FOLLOWUP + "/messages/@original"


def message(**data: Json) -> Json:
    return {"type": 4, "data": data}


def label(component: Json, title: str = "Words") -> Json:
    return {"type": 18, "label": title, "component": component}


def text_input(custom_id: str = "words", **more: Json) -> Json:
    return {"type": 4, "style": 1, "custom_id": custom_id, **more}


def modal(*components: Json, **changes: Json) -> Json:
    return {"type": 9, "data": {"custom_id": "m", "title": "Tell", "components": list(components), **changes}}


def _modal(title: str, body: Json, at: str) -> Refusal:
    return form(title, "POST", CALLBACK, body, at, after="command")


def _answer(title: str, body: Json, at: str, after: str = "command") -> Refusal:
    return form(title, "POST", CALLBACK, body, at, after=after)


OK: Final = message(content="x")
TIMES: Final = [
    Refusal("answer after three seconds", "POST", CALLBACK, OK, 404, 10062, after="late"),
    Refusal("second answer", "POST", CALLBACK, OK, 400, 40060, after="answered"),
    Refusal("second deferral", "POST", CALLBACK, {"type": 5}, 400, 40060, after="deferred"),
    Refusal("answer to nothing", "POST", f"/interactions/{MISSING}/x/callback", OK, 404, 10062),
    Refusal(
        "answer with a wrong token",
        "POST",
        "/interactions/{interaction}/wrong/callback",
        OK,
        404,
        10062,
        after="command",
    ),
    Refusal("edit after fifteen minutes", "PATCH", ORIGINAL, {"content": "x"}, 401, 50027, after="expired"),
    Refusal("followup after fifteen minutes", "POST", FOLLOWUP, {"content": "x"}, 401, 50027, after="expired"),
    Refusal("followup with a wrong token", "POST", "/webhooks/{app}/wrong", {"content": "x"}, 401, 50027),
    Refusal("followup before the answer", "POST", FOLLOWUP, {"content": "x"}, 404, 10015, after="command"),
    Refusal("original before the answer", "GET", ORIGINAL, None, 404, 10015, after="command"),
    Refusal("original after its deletion", "GET", ORIGINAL, None, 404, 10008, after="deleted"),
    Refusal("followup that never was", "GET", FOLLOWUP + f"/messages/{MISSING}", None, 404, 10008, after="answered"),
    Refusal(
        "sixth followup of a user's own app", "POST", FOLLOWUP, {"content": "x"}, 400, 40094, after="five followups"
    ),
]
EPHEMERALS: Final = [
    Refusal(
        "ephemeral message by its channel",
        "GET",
        "/channels/{text}/messages/{whisper}",
        None,
        404,
        10008,
        after="whisper",
    ),
    Refusal(
        "edit of an ephemeral message by its channel",
        "PATCH",
        "/channels/{text}/messages/{whisper}",
        {"content": "x"},
        404,
        10008,
        after="whisper",
    ),
    Refusal(
        "reaction to an ephemeral message",
        "PUT",
        "/channels/{text}/messages/{whisper}/reactions/👍/@me",
        None,
        404,
        10008,
        after="whisper",
    ),
]
ANSWERS: Final = [
    _answer("answer of an unknown type", {"type": 11}, "type"),
    _answer("answer without a type", {"data": {"content": "x"}}, "type"),
    _answer("deferred update of a command", {"type": 6}, "type"),
    _answer("update of a command", {"type": 7, "data": {"content": "x"}}, "type"),
    _answer("choices for a command", {"type": 8, "data": {"choices": []}}, "type"),
    _answer("message for an autocomplete", OK, "type", "autocomplete"),
    _answer("modal after a modal", modal(label(text_input())), "type", "modal"),
    Refusal("answer without words", "POST", CALLBACK, {"type": 4, "data": {}}, 400, 50006, after="command"),
    _answer("answer of 2001 characters", message(content="x" * 2001), "data.content"),
    _answer(
        "new components with content in an answer",
        message(content="x", flags=COMPONENTS_V2, components=[text()]),
        "data.content",
    ),
    _answer("eleven embeds in an answer", message(embeds=[{"title": "x"}] * 11), "data.embeds"),
    _answer(
        "one custom_id twice in an answer",
        message(content="x", components=[row(button(), button())]),
        "data.components.0",
    ),
    form("edit to 2001 characters by token", "PATCH", ORIGINAL, {"content": "x" * 2001}, "content", after="deferred"),
    form(
        "edit to new components with content",
        "PATCH",
        ORIGINAL,
        {"content": "x", "flags": COMPONENTS_V2, "components": [text()]},
        "content",
        after="deferred",
    ),
    form("followup of 2001 characters", "POST", FOLLOWUP, {"content": "x" * 2001}, "content", after="answered"),
    Refusal("followup without words", "POST", FOLLOWUP, {"flags": EPHEMERAL}, 400, 50006, after="answered"),
]
CHOICES: Final = [
    _answer(
        "26 choices of an autocomplete",
        {"type": 8, "data": {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]}},
        "data.choices",
        "autocomplete",
    ),
    _answer(
        "choice of 101 characters",
        {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": "a"}]}},
        "data.choices.0.name",
        "autocomplete",
    ),
    _answer(
        "number as a choice of words",
        {"type": 8, "data": {"choices": [{"name": "a", "value": 1}]}},
        "data.choices.0.value",
        "autocomplete",
    ),
]
MODALS: Final = [
    _modal("modal title of 46", modal(label(text_input()), title="x" * 46), "data.title"),
    _modal(
        "modal without a title",
        {"type": 9, "data": {"custom_id": "m", "components": [label(text_input())]}},
        "data.title",
    ),
    _modal("modal custom_id of 101", modal(label(text_input()), custom_id="x" * 101), "data.custom_id"),
    _modal("modal of six labels", modal(*[label(text_input(f"w{n}")) for n in range(6)]), "data.components"),
    _modal("modal of nothing", modal(), "data.components"),
    _modal("one custom_id twice in a modal", modal(label(text_input()), label(text_input())), "data.components.1"),
    _modal("label of 46", modal(label(text_input(), "x" * 46)), "data.components.0.label"),
    _modal("label of nothing", modal({"type": 18, "label": "x"}), "data.components.0.component"),
    _modal("button in a modal", modal(label(button())), "data.components.0"),
    _modal("text of at most 4001", modal(label(text_input(max_length=4001))), "data.components.0.component.max_length"),
    _modal(
        "placeholder of 101", modal(label(text_input(placeholder="x" * 101))), "data.components.0.component.placeholder"
    ),
    _modal(
        "upload of eleven",
        modal(label({"type": 19, "custom_id": "f", "max_values": 11})),
        "data.components.0.component.max_values",
    ),
    _modal(
        "radio group of one",
        modal(label({"type": 21, "custom_id": "r", "options": [{"label": "a", "value": "a"}]})),
        "data.components.0.component.options",
    ),
]

TABLE: Final = [*TIMES, *EPHEMERALS, *ANSWERS, *CHOICES, *MODALS]
