"""One menu for how a picture is made art of: a level of stylize and a style, each as usual until it is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from bot.buttons.custom_id import Press
from bot.desk import Desk
from bot.messages.cards import Menu, MenuKind
from bot.panels.models import MOST, Choices
from bot.panels.parameters import chosen, put

NAME = "stylize"  # in the ids of menus that were sent before
USUAL = "usual"
LEVELS: Choices = (
    ("0", "Stylize 0: your words alone"),
    ("50", "Stylize 50: low"),
    ("100", "Stylize 100: medium"),
    ("250", "Stylize 250: high"),
    ("750", "Stylize 750: very high"),
    ("1000", "Stylize 1000: all of it"),
)
RAW = "raw"
_AT_ONCE = 4  # both as they are, and what shall stand in place of them
_STYLE = "style:"  # before a style's name, which may be a number


def styles_of(desk: Desk) -> Choices:
    names = sorted(desk.engine.adapters.names)
    return ((RAW, "Raw: nothing added to your words"), *((name, f"Style {name}") for name in names))


def style_menu(press: Press, text: str, styles: Choices) -> Menu:
    """What is not among the choices was typed elsewhere, and is shown as well."""
    level, style = chosen(text, "stylize"), chosen(text, "style")
    levels = LEVELS if level is None or level in dict(LEVELS) else ((level, f"Stylize {level}"), *LEVELS)
    named = styles if style is None or style in dict(styles) else ((style, f"Style {style}"), *styles)
    options = ((USUAL, "Style: as the words say"), *levels, *((_STYLE + name, title) for name, title in named))
    now = tuple(one for one in (level, _STYLE + style if style else None) if one is not None)
    return Menu(MenuKind.WORDS, press, "Style", now or (USUAL,), _AT_ONCE, options[:MOST])


def restyled(text: str, values: Sequence[str]) -> str:
    """With what is chosen now; of two of a kind, the one that was not there before."""
    before = {"stylize": chosen(text, "stylize"), "style": chosen(text, "style")}
    if USUAL in values and any(before.values()):
        values = ()
    picked = [value for value in values if value != USUAL]
    now = {
        "stylize": [value for value in picked if not value.startswith(_STYLE)],
        "style": [value.removeprefix(_STYLE) for value in picked if value.startswith(_STYLE)],
    }
    for name, found in now.items():
        text = put(text, name, next((one for one in found if one != before[name]), found[0] if found else ""))
    return text
