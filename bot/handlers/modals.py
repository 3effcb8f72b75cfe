"""Dialogs. All that must be known of one is in its signed id, so one that was open over a restart still works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot import replies
from bot.buttons.custom_id import Press, Signer
from bot.replies import gallery

LONGEST = 4000  # characters that Discord takes in a text field
LONGEST_MORE = 2000  # further characters, in a second one: a prompt may have 6000
FIELD, MORE = "prompt", "more"


def prompt_dialog(signer: Signer, press: Press, text: str, title: str = replies.REMIX_TITLE) -> discord.ui.Modal:
    """Stopped at once: the library would wait for its end in memory, and ours is found by its id."""
    modal = discord.ui.Modal(title=title, custom_id=signer.sign(press), timeout=None)
    first, rest = halves(text)
    modal.add_item(_field(replies.REMIX_LABEL, FIELD, first, LONGEST))
    if rest:
        modal.add_item(_field(replies.REMIX_MORE, MORE, rest, LONGEST_MORE))
    modal.stop()
    return modal


def note_dialog(signer: Signer, press: Press, text: str, longest: int) -> discord.ui.Modal:
    """A member's own words about a picture; left empty they go away."""
    modal = discord.ui.Modal(title=gallery.NOTE_TITLE, custom_id=signer.sign(press), timeout=None)
    field = discord.ui.TextInput[Any](
        custom_id=FIELD, style=discord.TextStyle.paragraph, default=text, max_length=longest, required=False
    )
    modal.add_item(discord.ui.Label(text=gallery.NOTE, component=field))
    modal.stop()
    return modal


def halves(text: str) -> tuple[str, str]:
    """What fits into one field, and what is left for a second one: cut between words, since a field may lose blanks."""
    if len(text) <= LONGEST:
        return text, ""
    cut = max(text.rfind(" ", len(text) - LONGEST_MORE, LONGEST), text.rfind("\n", len(text) - LONGEST_MORE, LONGEST))
    return (text[:cut], text[cut + 1 :]) if cut > 0 else (text[:LONGEST], text[LONGEST:])


def prompt_of(data: Mapping[str, Any]) -> str:
    """What was typed into a submitted dialog."""
    first, rest = _value(data, FIELD), _value(data, MORE)
    return first + ("" if len(first) >= LONGEST else " ") + rest if rest else first


def _field(label: str, name: str, text: str, longest: int) -> discord.ui.Label[Any]:
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=name, style=discord.TextStyle.paragraph, default=text, max_length=longest, required=name == FIELD
    )
    return discord.ui.Label(text=label, component=field)


def _value(data: Mapping[str, Any], field: str) -> str:
    return next((str(part["value"]) for part in _parts(data) if part.get("custom_id") == field and "value" in part), "")


def _parts(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    inner = [*node.get("components", ()), *([node["component"]] if "component" in node else [])]
    for part in inner:
        yield from _parts(part)
