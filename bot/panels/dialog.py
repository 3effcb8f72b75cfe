"""A dialog of short text fields, and what was typed into it. All that must be known of it is in its signed id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.buttons.custom_id import Press, Signer

LONGEST_TITLE = 45  # Discord's limit for titles and labels


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    text: str = ""
    hint: str = ""
    longest: int = 400


def dialog(signer: Signer, press: Press, title: str, fields: tuple[Field, ...]) -> discord.ui.Modal:
    """Stopped at once: the library would wait for its end in memory, and ours is found by its id."""
    modal = discord.ui.Modal(title=title[:LONGEST_TITLE], custom_id=signer.sign(press), timeout=None)
    for field in fields:
        typed: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=field.name,
            style=discord.TextStyle.short,
            default=field.text or None,
            placeholder=field.hint or None,
            max_length=field.longest,
            required=False,
        )
        modal.add_item(discord.ui.Label(text=field.label[:LONGEST_TITLE], component=typed))
    modal.stop()
    return modal


def submitted(data: Mapping[str, Any]) -> Mapping[str, str]:
    """What stands in each field, by its name."""
    return {str(part["custom_id"]): str(part["value"]).strip() for part in _parts(data) if "value" in part}


def _parts(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for part in [*node.get("components", ()), *([node["component"]] if "component" in node else [])]:
        yield from _parts(part)
