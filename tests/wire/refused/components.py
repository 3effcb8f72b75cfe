"""Wrong components, of both kinds."""

from __future__ import annotations

from typing import Final

from tests.wire.refused.messages import SEND
from tests.wire.refused.refusal import (
    Json,
    Refusal,
    button,
    container,
    form,
    gallery,
    layout,
    options,
    row,
    rows,
    section,
    select,
    text,
)

FIRST: Final = "components.0.components.0"


def _message(title: str, body: Json, at: str) -> Refusal:
    return form(title, "POST", SEND, body, at)


ROWS: Final = [
    _message(
        "six rows", {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]}, "components"
    ),
    _message("six buttons in a row", rows(*[button(custom_id=str(n)) for n in range(6)]), "components.0"),
    _message("row without anything", rows(), "components.0.components"),
    _message("button beside a select", rows(button(), select()), "components.0"),
    _message("two selects in a row", rows(select(), select(custom_id="other")), "components.0"),
    _message("one custom_id twice", rows(button(), button()), "components.0"),
    _message(
        "one custom_id in two rows", {"content": "x", "components": [row(button()), row(button())]}, "components.1"
    ),
    _message("row inside a row", rows(row(button())), FIRST),
    _message("component of an unknown type", rows({"type": 99}), FIRST),
    _message("text input in a message", rows({"type": 4, "custom_id": "a", "style": 1}), FIRST),
    _message("button without a row", {"content": "x", "components": [button()]}, "components.0"),
]
BUTTONS: Final = [
    _message("label of 81", rows(button(label="x" * 81)), f"{FIRST}.label"),
    _message("custom_id of 101", rows(button(custom_id="x" * 101)), f"{FIRST}.custom_id"),
    _message("button without a custom_id", rows({"type": 2, "style": 1, "label": "x"}), FIRST),
    _message("button with neither label nor emoji", rows({"type": 2, "style": 1, "custom_id": "x"}), FIRST),
    _message("emoji of nobody on a button", rows(button(emoji={"id": "1"})), f"{FIRST}.emoji"),
    _message("word for an emoji on a button", rows(button(emoji={"name": "nonsense"})), f"{FIRST}.emoji"),
    _message("button for another's SKU", rows({"type": 2, "style": 6, "sku_id": "1"}), f"{FIRST}.sku_id"),
    _message("style that is none", rows(button(style=7)), f"{FIRST}.style"),
    _message("link button with a custom_id", rows(button(style=5, url="https://example.org")), FIRST),
    _message("link button without a link", rows({"type": 2, "style": 5, "label": "x"}), FIRST),
    _message("plain button with a link", rows(button(url="https://example.org")), FIRST),
    _message(
        "link of an unknown scheme on a button",
        rows({"type": 2, "style": 5, "label": "x", "url": "gopher://example.org"}),
        f"{FIRST}.url",
    ),
    _message(
        "link of 513 on a button",
        rows({"type": 2, "style": 5, "label": "x", "url": "https://example.org/" + "x" * 493}),
        f"{FIRST}.url",
    ),
    _message("premium button without a SKU", rows({"type": 2, "style": 6}), FIRST),
    _message("premium button with a label", rows({"type": 2, "style": 6, "sku_id": "1", "label": "Buy"}), FIRST),
]
SELECTS: Final = [
    _message("26 options", rows(select(options=options(26))), f"{FIRST}.options"),
    _message("select without options", rows(select(options=[])), f"{FIRST}.options"),
    _message("placeholder of 151", rows(select(placeholder="x" * 151)), f"{FIRST}.placeholder"),
    _message(
        "option label of 101", rows(select(options=[{"label": "x" * 101, "value": "a"}])), f"{FIRST}.options.0.label"
    ),
    _message("one option value twice", rows(select(options=options(1) * 2)), f"{FIRST}.options"),
    _message("at least two of at most one", rows(select(min_values=2, max_values=1, options=options(3))), FIRST),
    _message("at most 26 values", rows(select(max_values=26, options=options(3))), f"{FIRST}.max_values"),
]
V2: Final = [
    _message("new components with content", layout(text(), content="x"), "content"),
    _message("new components with embeds", layout(text(), embeds=[{"title": "x"}]), "embeds"),
    _message("new component without its flag", {"content": "x", "components": [text()]}, "components.0"),
    Refusal("new components without any", "POST", SEND, layout(), 400, 50006),
    _message("41 components", layout(*[text()] * 41), "components"),
    _message(
        "41 components counted through nesting", layout(*[container(text(), text(), text())] * 10, text()), "components"
    ),
    _message("text of 4001", layout(text("x" * 4001)), "components.0.content"),
    _message("texts of 4001 in all", layout(text("x" * 2000), text("x" * 2001)), "components"),
    _message("text without words", layout(text("")), "components.0.content"),
    _message("gallery of eleven", layout(gallery(11)), "components.0.items"),
    _message("gallery of none", layout(gallery(0)), "components.0.items"),
    _message("section of four texts", layout(section(4)), "components.0.components"),
    _message("section without its accessory", layout({"type": 9, "components": [text()]}), "components.0.accessory"),
    _message("container inside a container", layout(container(container(text()))), "components.0.components.0"),
    _message("container without anything", layout(container()), "components.0.components"),
    _message(
        "thumbnail by itself", layout({"type": 11, "media": {"url": "https://example.org/a.png"}}), "components.0"
    ),
    _message("separator of a third size", layout(text(), {"type": 14, "spacing": 3}), "components.1.spacing"),
    _message(
        "picture that was not sent",
        layout({"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}),
        "components.0",
    ),
    _message(
        "file from elsewhere", layout({"type": 13, "file": {"url": "https://example.org/a.pdf"}}), "components.0.file"
    ),
    _message("one component id twice", layout(text() | {"id": 7}, text() | {"id": 7}), "components"),
    _message(
        "colour past white on a container",
        layout(container(text()) | {"accent_color": 0x1000000}),
        "components.0.accent_color",
    ),
]

TABLE: Final = [*ROWS, *BUTTONS, *SELECTS, *V2]
