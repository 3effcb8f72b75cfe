"""Buttons, menus and links as the view that discord.py sends. Knows no message and no channel."""

from __future__ import annotations

from typing import Any, assert_never

import discord

from bot.buttons.custom_id import Press, Signer
from bot.messages.cards import Link, Menu, MenuKind, Premium, Rows, Tone

_STYLES = {
    Tone.PLAIN: discord.ButtonStyle.secondary,
    Tone.PRESSED: discord.ButtonStyle.primary,
    Tone.DANGER: discord.ButtonStyle.danger,
}


def make_view(
    signer: Signer, rows: Rows, menus: tuple[Menu, ...], links: tuple[Link | Premium, ...]
) -> discord.ui.View:
    """Stopped at once: the library would keep every view in memory, and ours are answered by their ids."""
    made = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            made.add_item(
                discord.ui.Button(
                    style=_STYLES[button.tone],
                    label=button.label or None,
                    emoji=button.emoji or None,
                    custom_id=signer.sign(Press(button.action, button.job, button.cell, button.extra)),
                    row=number,
                )
            )
    for link in links:
        made.add_item(_outward(link))
    for menu in menus:
        made.add_item(_select(menu, signer.sign(menu.press)))
    made.stop()
    return made


def _outward(link: Link | Premium) -> discord.ui.Button[Any]:
    if isinstance(link, Premium):
        return discord.ui.Button(style=discord.ButtonStyle.premium, sku_id=link.sku)
    return discord.ui.Button(label=link.label, url=link.address)


def _select(menu: Menu, custom_id: str) -> discord.ui.Item[Any]:
    shared: dict[str, Any] = {
        "custom_id": custom_id,
        "placeholder": menu.title,
        "min_values": 0,
        "max_values": menu.most,
    }
    match menu.kind:
        case MenuKind.CHANNELS | MenuKind.GALLERIES:
            kinds = [discord.ChannelType.text, discord.ChannelType.forum]
            if menu.kind is MenuKind.GALLERIES:
                kinds.append(discord.ChannelType.media)
            chosen = [
                discord.SelectDefaultValue(id=int(v), type=discord.SelectDefaultValueType.channel) for v in menu.chosen
            ]
            return discord.ui.ChannelSelect(channel_types=kinds, default_values=chosen, **shared)
        case MenuKind.ROLES:
            roles = [
                discord.SelectDefaultValue(id=int(v), type=discord.SelectDefaultValueType.role) for v in menu.chosen
            ]
            return discord.ui.RoleSelect(default_values=roles, **shared)
        case MenuKind.WORDS:
            options = [
                discord.SelectOption(label=label[:100], value=value, default=value in menu.chosen)
                for value, label in menu.choices
            ]
            shared["max_values"] = min(menu.most, len(options))
            return discord.ui.Select(options=options, **shared)
    assert_never(menu.kind)
