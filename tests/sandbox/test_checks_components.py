"""Components of messages, old and V2."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.checks.components import assign_ids, walk
from sandbox.rules.checks.message import check_message
from tests.sandbox.refusals import found

V2 = 1 << 15


def button(custom_id: str = "b", **fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "go", "custom_id": custom_id, **fields}


def row(*components: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def select(options: int = 1, **fields: Any) -> dict[str, Any]:
    choices = [{"label": f"{n}", "value": f"{n}"} for n in range(options)]
    return {"type": 3, "custom_id": "s", "options": choices, **fields}


def text(content: str = "hello") -> dict[str, Any]:
    return {"type": 10, "content": content}


def gallery(items: int) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": "https://example.com/a.png"}}] * items}


def container(*components: Any, **fields: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(components), **fields}


def refuse(*components: Any, flags: int = 0, files: dict[int, str] | None = None) -> set[tuple[str, str]]:
    body = {"content": None if flags else "x", "flags": flags, "components": list(components)}
    return found(lambda: check_message(body, uploads=files or {}, edit=False))


OLD_PASSES: list[list[Any]] = [
    [row(*(button(f"{r}{n}") for n in range(5))) for r in range(5)],
    [row(button("x" * 100, label="x" * 80, disabled=True, emoji={"name": "🔥", "id": None}))],
    [row(button(label=None, emoji={"name": "fire", "id": "1", "animated": False}))],
    [row({"type": 2, "style": 5, "label": "docs", "url": "https://example.com"})],
    [row({"type": 2, "style": 5, "label": "channel", "url": "discord://-/channels/1/2"})],
    [row({"type": 2, "style": 6, "sku_id": "1"})],
    [row(select(25, min_values=0, max_values=25, placeholder="x" * 150))],
    [row({"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "user"}]})],
    [row({"type": 6, "custom_id": "r"})],
    [row({"type": 7, "custom_id": "m", "max_values": 2, "default_values": [{"id": "1", "type": "role"}]})],
    [row({"type": 8, "custom_id": "c", "channel_types": [0, 15]})],
]


@pytest.mark.parametrize("components", OLD_PASSES)
def test_old_components_pass_at_their_limits(components: list[Any]) -> None:
    assert refuse(*components) == set()


C = "components.0.components.0"
OLD_REFUSED: list[tuple[list[Any], str, str]] = [
    ([row(button(f"{n}")) for n in range(6)], "components", "BASE_TYPE_MAX_LENGTH"),
    ([row(*(button(f"{n}") for n in range(6)))], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ([row()], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ([{"type": 1}], "components.0.components", "BASE_TYPE_REQUIRED"),
    ([{}], "components.0.type", "BASE_TYPE_REQUIRED"),
    ([{"type": "1"}], "components.0", "UNION_TYPE_CHOICES"),
    ([button()], "components.0", "UNION_TYPE_CHOICES"),
    ([row(row(button()))], C, "UNION_TYPE_CHOICES"),
    ([row(text())], C, "UNION_TYPE_CHOICES"),
    ([row(button("a"), button("a"))], "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    ([row(button("a", id=1), button("b", id=1))], "components.0.components.1.id", "COMPONENT_ID_DUPLICATED"),
    ([row(button(id=2**31))], f"{C}.id", "NUMBER_TYPE_MAX"),
    ([row(button("x" * 101))], f"{C}.custom_id", "BASE_TYPE_BAD_LENGTH"),
    ([row(button(""))], f"{C}.custom_id", "BASE_TYPE_BAD_LENGTH"),
    ([row(button(label="x" * 81))], f"{C}.label", "BASE_TYPE_MAX_LENGTH"),
    ([row(button(label=None))], f"{C}.label", "BASE_TYPE_REQUIRED"),
    ([row(button(style=7))], f"{C}.style", "BASE_TYPE_CHOICES"),
    ([row({"type": 2, "style": 1, "label": "x"})], f"{C}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
    ([row({"type": 2, "style": 5, "label": "x"})], f"{C}.url", "BUTTON_COMPONENT_URL_REQUIRED"),
    (
        [row(button(style=5, url="https://example.com"))],
        f"{C}.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (
        [row({"type": 2, "style": 5, "label": "x", "url": "https://example.com/" + "x" * 493})],
        f"{C}.url",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ([row({"type": 2, "style": 6})], f"{C}.sku_id", "BUTTON_COMPONENT_SKU_ID_REQUIRED"),
    ([row({"type": 2, "style": 6, "sku_id": "1", "label": "x"})], f"{C}.label", "BUTTON_COMPONENT_LABEL_NOT_ALLOWED"),
    ([row(button(emoji={"name": "fire"}))], f"{C}.emoji.name", "COMPONENT_INVALID_EMOJI"),
    ([row(button("a"), select())], "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ([row(select(26))], f"{C}.options", "BASE_TYPE_BAD_LENGTH"),
    ([row(select(0))], f"{C}.options", "BASE_TYPE_BAD_LENGTH"),
    ([row(select(2, max_values=3))], f"{C}.options", "BASE_TYPE_BAD_LENGTH"),
    ([row(select(2, min_values=2))], f"{C}.min_values", "NUMBER_TYPE_MAX"),
    ([row(select(1, max_values=26))], f"{C}.max_values", "NUMBER_TYPE_MAX"),
    ([row(select(1, placeholder="x" * 151))], f"{C}.placeholder", "BASE_TYPE_MAX_LENGTH"),
    (
        [row(select(options=0) | {"options": [{"label": "a", "value": "v"}, {"label": "b", "value": "v"}]})],
        f"{C}.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (
        [row({"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "user"}] * 2})],
        C,
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (
        [row({"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "role"}]})],
        f"{C}.default_values.0.type",
        "BASE_TYPE_CHOICES",
    ),
]


@pytest.mark.parametrize(("components", "place", "code"), OLD_REFUSED)
def test_old_components_past_their_limits_are_refused(components: list[Any], place: str, code: str) -> None:
    assert refuse(*components) == {(place, code)}


NEW_PASSES: list[list[Any]] = [
    [text("x" * 4000)],
    [text()] * 40,
    [container(*[text()] * 39)],
    [container(row(button()), gallery(10), {"type": 14, "divider": True, "spacing": 2}, accent_color=0, spoiler=False)],
    [{"type": 9, "components": [text()] * 3, "accessory": button()}],
    [{"type": 9, "components": [text()], "accessory": {"type": 11, "media": {"url": "attachment://a.png"}}}],
    [{"type": 13, "file": {"url": "attachment://a.png"}}],
    [row(button(f"{n}")) for n in range(6)],
    [gallery(8)] * 8,
]


@pytest.mark.parametrize("components", NEW_PASSES)
def test_v2_components_pass_at_their_limits(components: list[Any]) -> None:
    assert refuse(*components, flags=V2, files={0: "a.png"}) == set()


NEW_REFUSED: list[tuple[list[Any], str, str]] = [
    ([text("x" * 4001)], "components.0.content", "BASE_TYPE_BAD_LENGTH"),
    ([text("")], "components.0.content", "BASE_TYPE_BAD_LENGTH"),
    ([text("x" * 2000), text("x" * 2001)], "components", "BASE_TYPE_MAX_LENGTH"),
    ([text()] * 41, "components", "BASE_TYPE_MAX_LENGTH"),
    ([container(*[text()] * 40)], "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    ([container(*[text()] * 41)], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    ([container(container(text()))], "components.0.components.0", "UNION_TYPE_CHOICES"),
    ([container(text(), accent_color=0x1000000)], "components.0.accent_color", "NUMBER_TYPE_MAX"),
    ([gallery(0)], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    ([gallery(11)], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    ([gallery(10)] * 7, "", "0"),
    ([text("字" * 3386 + "x")], "", "0"),
    ([{"type": 9, "components": [text()]}], "components.0.accessory", "BASE_TYPE_REQUIRED"),
    (
        [{"type": 9, "components": [text()] * 4, "accessory": button()}],
        "components.0.components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    ([{"type": 9, "components": [text()], "accessory": text()}], "components.0.accessory", "UNION_TYPE_CHOICES"),
    ([{"type": 13, "file": {"url": "https://example.com/a"}}], "components.0.file.url", "URL_TYPE_INVALID_SCHEME"),
    (
        [{"type": 13, "file": {"url": "attachment://b.png"}}],
        "components.0.file.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    ([{"type": 14, "spacing": 3}], "components.0.spacing", "BASE_TYPE_CHOICES"),
    ([{"type": 18, "label": "x", "component": button()}], "components.0", "UNION_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("components", "place", "code"), NEW_REFUSED)
def test_v2_components_past_their_limits_are_refused(components: list[Any], place: str, code: str) -> None:
    assert refuse(*components, flags=V2, files={0: "a.png"}) == {(place, code)}


def test_text_that_fits_discords_bytes_passes() -> None:
    assert refuse(text("字" * 3386), flags=V2) == set()


def test_ids_are_counted_from_one_around_those_that_are_taken() -> None:
    tree = [container(text(), {"type": 14, "id": 2}, row(button())), text()]
    numbered = assign_ids(tree)
    assert [component["id"] for component in walk(numbered)] == [1, 3, 2, 4, 5, 6]
    assert "id" not in tree[0]


def test_walk_meets_accessories_and_labelled_components() -> None:
    section = {"type": 9, "components": [text()], "accessory": button()}
    label = {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "t"}}
    assert [component["type"] for component in walk([section, label, None, 5])] == [9, 10, 2, 18, 4]


def test_fields_that_a_component_does_not_have_are_not_walked() -> None:
    strange = {**text(), "components": [{}], "component": {"custom_id": 5}}
    assert refuse(strange, flags=V2) == set()
    assert refuse(row(button(accessory={"type": 3}))) == set()
