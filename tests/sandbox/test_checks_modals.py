"""Dialogs, what members send back from them, and which answer an interaction takes."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.checks.callbacks import check_callback
from sandbox.rules.checks.modals import check_modal, check_selection, check_submission
from tests.sandbox.refusals import found

OPTIONS = [{"label": f"{n}", "value": f"{n}"} for n in range(11)]


def label(component: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Label", "component": {"custom_id": "c", **component}, **fields}


def modal(*components: Any, **fields: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "Title", "components": list(components), **fields}


def text_input(**fields: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, **fields}


ONE = label(text_input())
DISPLAY = {"type": 10, "content": "read this"}

MODALS: list[tuple[Any, str | None, str]] = [
    (modal(ONE), None, ""),
    (modal(ONE, title="x" * 45, custom_id="x" * 100), None, ""),
    (modal(DISPLAY, DISPLAY, DISPLAY, DISPLAY, DISPLAY), None, ""),
    (modal({"type": 1, "components": [text_input(custom_id="c", label="old")]}), None, ""),
    (modal(label(text_input(min_length=0, max_length=4000, value="x" * 4000, placeholder="x" * 100))), None, ""),
    (modal(label({"type": 19, "min_values": 0, "max_values": 10, "required": False})), None, ""),
    (modal(label({"type": 21, "options": OPTIONS[:2]})), None, ""),
    (modal(label({"type": 22, "options": OPTIONS[:10], "min_values": 0, "max_values": 10})), None, ""),
    (modal(label({"type": 23, "default": True})), None, ""),
    (modal(label({"type": 3, "options": OPTIONS, "required": False}), label({"type": 8, "custom_id": "d"})), None, ""),
    (modal(ONE, title="x" * 46), "title", "BASE_TYPE_BAD_LENGTH"),
    (modal(ONE, custom_id="x" * 101), "custom_id", "BASE_TYPE_BAD_LENGTH"),
    (modal(), "components", "BASE_TYPE_BAD_LENGTH"),
    (modal(*[DISPLAY] * 6), "components", "BASE_TYPE_BAD_LENGTH"),
    (modal(ONE, ONE), "components.1.component.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (modal({"type": 17, "components": [DISPLAY]}), "components.0", "UNION_TYPE_CHOICES"),
    (modal(label({"type": 2, "style": 1})), "components.0.component", "UNION_TYPE_CHOICES"),
    (modal(label(text_input(), label="x" * 46)), "components.0.label", "BASE_TYPE_BAD_LENGTH"),
    (modal(label(text_input(), description="x" * 101)), "components.0.description", "BASE_TYPE_BAD_LENGTH"),
    (modal(label(text_input(max_length=4001))), "components.0.component.max_length", "NUMBER_TYPE_MAX"),
    (modal(label(text_input(min_length=5, max_length=4))), "components.0.component.min_length", "NUMBER_TYPE_MAX"),
    (modal(label({"type": 19, "max_values": 11})), "components.0.component.max_values", "NUMBER_TYPE_MAX"),
    (modal(label({"type": 21, "options": OPTIONS[:1]})), "components.0.component.options", "BASE_TYPE_BAD_LENGTH"),
    (modal(label({"type": 22, "options": OPTIONS})), "components.0.component.options", "BASE_TYPE_BAD_LENGTH"),
    (
        modal(label({"type": 5, "disabled": True})),
        "components.0.component.disabled",
        "COMPONENT_DISABLED_IN_MODAL",
    ),
    (
        modal({"type": 1, "components": [text_input(custom_id="c")]}),
        "components.0.components.0.label",
        "BASE_TYPE_REQUIRED",
    ),
]


@pytest.mark.parametrize(("data", "place", "code"), MODALS)
def test_dialog_passes_or_is_refused_at_its_place(data: Any, place: str | None, code: str) -> None:
    expected = set() if place is None else {(place, code)}
    assert found(lambda: check_modal(data)) == expected


def answer(**fields: Any) -> dict[str, Any]:
    return {"custom_id": "m", "components": [{"type": 18, "id": 1, "component": {"custom_id": "c", **fields}}]}


ANSWERS: list[tuple[dict[str, Any], Any, set[tuple[str, str]]]] = [
    (text_input(min_length=2, max_length=3), answer(value="abc"), set()),
    (text_input(required=False), answer(value=""), set()),
    (text_input(), answer(value=""), {("components.0.component.value", "BASE_TYPE_REQUIRED")}),
    (text_input(max_length=3), answer(value="abcd"), {("components.0.component.value", "BASE_TYPE_MAX_LENGTH")}),
    (text_input(), answer(custom_id="other", value="x"), {
        ("components.0.component.custom_id", "COMPONENT_VALIDATION_FAILED"),
        ("components.c.value", "BASE_TYPE_REQUIRED"),
    }),
    ({"type": 3, "options": OPTIONS}, answer(values=["3"]), set()),
    ({"type": 3, "options": OPTIONS}, answer(values=["99"]), {
        ("components.0.component.values.0", "COMPONENT_VALIDATION_FAILED")
    }),
    ({"type": 3, "options": OPTIONS}, answer(values=["1", "2"]), {
        ("components.0.component.values", "BASE_TYPE_BAD_LENGTH")
    }),
    ({"type": 5, "required": False}, answer(values=[]), set()),
    ({"type": 5}, answer(values=["someone"]), {("components.0.component.values.0", "COMPONENT_VALIDATION_FAILED")}),
    ({"type": 19, "max_values": 2}, answer(values=["1", "2"]), set()),
    ({"type": 21, "options": OPTIONS[:2]}, answer(value="1"), set()),
    ({"type": 21, "options": OPTIONS[:2], "required": False}, answer(value=None), set()),
    ({"type": 21, "options": OPTIONS[:2]}, answer(value=None), {
        ("components.0.component.value", "BASE_TYPE_BAD_LENGTH")
    }),
    ({"type": 22, "options": OPTIONS[:3]}, answer(values=["0", "1", "2"]), set()),
    ({"type": 23}, answer(value=True), set()),
    ({"type": 23}, answer(value="on"), {("components.0.component.value", "BOOLEAN_TYPE_CONVERT")}),
]  # fmt: skip


@pytest.mark.parametrize(("component", "submitted", "expected"), ANSWERS)
def test_answer_fits_the_dialog_that_was_shown(
    component: dict[str, Any], submitted: Any, expected: set[tuple[str, str]]
) -> None:
    assert found(lambda: check_submission(modal(label(component)), submitted)) == expected


def test_selection_is_held_against_the_menu() -> None:
    menu = {"type": 3, "custom_id": "s", "options": OPTIONS, "max_values": 2}
    assert found(lambda: check_selection(menu, ["1", "2"])) == set()
    assert found(lambda: check_selection(menu, ["1", "1"])) == {("data.values.1", "SET_TYPE_ALREADY_CONTAINS_VALUE")}
    assert found(lambda: check_selection(menu, [])) == {("data.values", "BASE_TYPE_BAD_LENGTH")}


COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
CALLBACKS: list[tuple[int, Any, set[tuple[str, str]]]] = [
    (1, {"type": 1}, set()),
    (COMMAND, {"type": 4, "data": {"content": "x", "flags": 64}}, set()),
    (COMMAND, {"type": 4}, {("", "50006")}),
    (COMMAND, {"type": 4, "data": {"content": "x" * 2001}}, {("data.content", "BASE_TYPE_MAX_LENGTH")}),
    (COMMAND, {"type": 5}, set()),
    (COMMAND, {"type": 5, "data": {"flags": 64 | 1 << 15}}, set()),
    (COMMAND, {"type": 5, "data": {"flags": "x"}}, {("data.flags", "NUMBER_TYPE_COERCE")}),
    (COMMAND, {"type": 6}, {("type", "BASE_TYPE_CHOICES")}),
    (COMMAND, {"type": 8, "data": {"choices": []}}, {("type", "BASE_TYPE_CHOICES")}),
    (COMMAND, {"type": 9, "data": modal(ONE)}, set()),
    (COMMAND, {"type": 9}, {("data", "BASE_TYPE_REQUIRED")}),
    (COMMAND, {"type": 9, "data": modal()}, {("data.components", "BASE_TYPE_BAD_LENGTH")}),
    (COMMAND, {}, {("type", "BASE_TYPE_REQUIRED")}),
    (COMPONENT, {"type": 6}, set()),
    (COMPONENT, {"type": 7, "data": {"content": ""}}, set()),
    (COMPONENT, {"type": 7, "data": {"embeds": 1}}, {("data.embeds", "LIST_TYPE_CONVERT")}),
    (SUBMIT, {"type": 9, "data": modal(ONE)}, {("type", "BASE_TYPE_CHOICES")}),
    (SUBMIT, {"type": 7, "data": {}}, {("type", "BASE_TYPE_CHOICES")}),
    (AUTOCOMPLETE, {"type": 4, "data": {"content": "x"}}, {("type", "BASE_TYPE_CHOICES")}),
    (AUTOCOMPLETE, {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}] * 25}}, set()),
    (AUTOCOMPLETE, {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}] * 26}}, {
        ("data.choices", "BASE_TYPE_MAX_LENGTH")
    }),
    (AUTOCOMPLETE, {"type": 8, "data": {"choices": [{"name": "n" * 101, "value": "v"}]}}, {
        ("data.choices.0.name", "BASE_TYPE_BAD_LENGTH")
    }),
    (AUTOCOMPLETE, {"type": 8, "data": {"choices": [{"name": "n", "value": 1}]}}, {
        ("data.choices.0.value", "STRING_TYPE_CONVERT")
    }),
]  # fmt: skip


@pytest.mark.parametrize(("interaction_type", "body", "expected"), CALLBACKS)
def test_callback_fits_the_interaction(interaction_type: int, body: Any, expected: set[tuple[str, str]]) -> None:
    assert found(lambda: check_callback(body, interaction_type=interaction_type, uploads={})) == expected


def test_dialog_opened_from_a_message_may_update_it() -> None:
    body = {"type": 7, "data": {"content": "new"}}
    assert found(lambda: check_callback(body, interaction_type=SUBMIT, uploads={}, from_message=True)) == set()


def test_suggestions_for_a_number_are_numbers() -> None:
    body = {"type": 8, "data": {"choices": [{"name": "n", "value": "1"}]}}
    assert found(lambda: check_callback(body, interaction_type=AUTOCOMPLETE, uploads={}, option_type=4)) == {
        ("data.choices.0.value", "NUMBER_TYPE_COERCE")
    }
