"""Dialogs. All that must be known of one is in its signed id, so one that was open over a restart still works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot import replies
from bot.buttons.custom_id import Press, Signer

LONGEST = 4000  # characters that Discord takes in a text field
FIELD = "prompt"


def prompt_dialog(signer: Signer, press: Press, text: str, title: str = replies.REMIX_TITLE) -> discord.ui.Modal:
    """Stopped at once: the library would wait for its end in memory, and ours is found by its id."""
    modal = discord.ui.Modal(title=title, custom_id=signer.sign(press), timeout=None)
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=FIELD, style=discord.TextStyle.paragraph, default=text[:LONGEST], max_length=LONGEST
    )
    modal.add_item(discord.ui.Label(text=replies.REMIX_LABEL, component=field))
    modal.stop()
    return modal


def value_of(data: Mapping[str, Any], field: str = FIELD) -> str:
    """What was typed into a field of a submitted dialog."""
    return next((str(part["value"]) for part in _parts(data) if part.get("custom_id") == field and "value" in part), "")


def _parts(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    inner = [*node.get("components", ()), *([node["component"]] if "component" in node else [])]
    for part in inner:
        yield from _parts(part)
