"""The prompt desk: parameters by menus, for those who type none. What lies on it is kept for the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.buttons.custom_id import Action, Press
from bot.desk import Desk
from bot.messages.cards import Button, Card, Menu, MenuKind, Tone
from bot.panels import styling
from bot.panels.models import MOST, Choices, paintable
from bot.panels.parameters import chosen, put
from bot.panels.styling import restyled, style_menu, styles_of
from bot.replies import language
from bot.store import preferences
from engine import Speed

OPEN, WORDS, PAINT = "open", "words", "paint"  # a button that shows it, one for the dialog, and the dialog's own
USUAL = "usual"
SHAPES: Choices = tuple(
    (ratio, f"{ratio} {what}")
    for ratio, what in (
        ("1:1", "square"),
        ("3:2", "photo"),
        ("4:3", "screen"),
        ("16:9", "wide"),
        ("21:9", "cinema"),
        ("2:3", "portrait photo"),
        ("3:4", "portrait"),
        ("9:16", "phone"),
    )
)
CHAOTIC: Choices = tuple((str(level), f"Chaos {level}") for level in (0, 10, 25, 50, 75, 100))


def desk_card(text: str, models: Choices, styles: Choices) -> Card:
    begin = Button(Action.DESK, "", "Say what to paint", "✏️", extra=WORDS)
    modes = tuple(_mode(speed, text) for speed in Speed)
    menus = (
        _menu("model", "Model", models, text),
        _menu("aspect", "Shape", SHAPES, text),
        style_menu(Press(Action.DESK, extra=styling.NAME), text, styles),
        _menu("chaos", "Chaos", CHAOTIC, text),
    )
    return Card(f"{language.DESK}\n{language.on_desk(text)}", ((begin, *modes),), menus=menus)


async def desk_of_member(desk: Desk, member_id: int) -> Card:
    models = await asyncio.to_thread(paintable, desk)
    async with desk.store.read() as tx:
        return desk_card((await preferences.find(tx, member_id)).desk, models, styles_of(desk))


async def choose(desk: Desk, member_id: int, press: Press, data: Mapping[str, Any]) -> None:
    """What a menu or a mode's button says lies on the desk from now on."""
    name, _, wanted = press.extra.partition(".")
    values = data.get("values", ())
    if values:
        wanted = str(values[0]) if values[0] != USUAL else ""
    async with desk.store.write(hurried=True) as tx:
        own = await preferences.find(tx, member_id)
        styled = restyled(own.desk, [str(value) for value in values]) if name == styling.NAME else None
        await preferences.save(tx, replace(own, desk=put(own.desk, name, wanted) if styled is None else styled))


def _mode(speed: Speed, text: str) -> Button:
    """Pressed again, it is as usual."""
    is_on = chosen(text, speed.value) is not None
    tone = Tone.PRESSED if is_on else Tone.PLAIN
    return Button(Action.DESK, "", speed.value.title(), tone=tone, extra=f"{speed.value}.{'' if is_on else 'on'}")


def _menu(name: str, title: str, choices: Choices, text: str) -> Menu:
    now = chosen(text, name)
    known = choices if now is None or now in dict(choices) else ((now, now), *choices)
    options = ((USUAL, f"{title}: as usual"), *known)[:MOST]
    return Menu(MenuKind.WORDS, Press(Action.DESK, extra=name), title, (now or USUAL,), 1, options)
