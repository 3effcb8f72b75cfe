"""How a server wants the bot: where it paints, who may ask, its model, its gallery, its reaction bar."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot import replies
from bot.buttons.custom_id import Action, Press
from bot.buttons.emoji import BAR_CHOICES
from bot.desk import Desk, asker_of, values_of
from bot.errors import NotManagerError
from bot.messages.cards import Button, Card, Menu, MenuKind
from bot.panels.models import Choices, paintable
from bot.panels.words import PREFIX, keep_words, words_here
from bot.replies import community, exhibits, hints, language
from bot.store import servers
from bot.store.servers import Server
from bot.store.transactions import Writing

CHANNELS, PAINTERS, MODEL, BAR = "channels", "painters", "model", "bar"
OPEN = "open"  # a button that shows the menus
MOST_BAR = 4
MOST_CHOSEN = 25


def setup_card(desk: Desk, server: Server, models: Choices) -> Card:
    """Four menus, each of which says what is chosen now, and the way to the gallery's own."""
    titled = tuple((name, hints.choice(f"The model: {title}", "", is_own=True)) for name, title in models)
    menus = (
        Menu(
            MenuKind.CHANNELS, _press(CHANNELS), "Where I paint (none: everywhere)", _ids(server, CHANNELS), MOST_CHOSEN
        ),
        Menu(MenuKind.ROLES, _press(PAINTERS), "Who may paint (none: everyone)", _ids(server, PAINTERS), MOST_CHOSEN),
        Menu(MenuKind.WORDS, _press(MODEL), "The model", (server.default_model or desk.default_model,), 1, titled),
        Menu(MenuKind.WORDS, _press(BAR), "Reactions under each grid", server.bar, MOST_BAR, _bar_words()),
    )
    words = filter(None, (replies.SETUP, words_here(server), language.SETUP_MORE))
    gallery = Button(Action.MAKE_GALLERY, "", exhibits.OPEN, "🖼️", extra=OPEN)
    more = Button(Action.COMMUNITY, "", community.OPEN, "🗳️", extra=OPEN)
    return Card(replies.shortened("\n".join(words), replies.MESSAGE_LIMIT), ((gallery, more),), menus=menus)


async def setup_of(desk: Desk, server_id: int) -> Card:
    async with desk.store.write(hurried=True) as tx:
        server = await known_server(tx, desk, server_id)
    return setup_card(desk, server, await asyncio.to_thread(paintable, desk))


async def known_server(tx: Writing, desk: Desk, server_id: int) -> Server:
    server = await servers.find(tx, server_id)
    if server is None:
        server = Server(id=server_id, joined_at=desk.now())
        await servers.save(tx, server)
    return server


async def change(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    asker = asker_of(interaction)
    if asker.server is None or not asker.manages:
        raise NotManagerError
    if press.extra == OPEN:
        await _show(interaction, desk, asker.server)
        return
    if press.extra.startswith(PREFIX):
        told = await keep_words(desk, asker.server, press.extra.removeprefix(PREFIX), interaction.data or {})
        await interaction.response.send_message(told, ephemeral=True)
        return
    async with desk.store.write(hurried=True) as tx:
        await servers.save(
            tx, _changed(await known_server(tx, desk, asker.server), press.extra, values_of(interaction))
        )
    parts = await desk.sender.parts(await setup_of(desk, asker.server), 0)
    await interaction.response.edit_message(content=parts["content"], view=parts["view"])


async def _show(interaction: discord.Interaction[Any], desk: Desk, server_id: int) -> None:
    parts = await desk.sender.parts(await setup_of(desk, server_id), 0)
    await interaction.response.send_message(parts["content"], view=parts["view"], ephemeral=True)


def _changed(server: Server, what: str, values: Sequence[str]) -> Server:
    match what:
        case "model":
            return replace(server, default_model=values[0] if values else None)
        case "bar":
            return replace(server, bar=tuple(value for value in values if value in BAR_CHOICES)[:MOST_BAR])
        case "channels" | "painters":
            return replace(server, settings={**server.settings, what: [int(value) for value in values]})
    return server


def _press(what: str) -> Press:
    return Press(Action.SETUP, extra=what)


def _ids(server: Server, what: str) -> tuple[str, ...]:
    return tuple(str(number) for number in server.settings.get(what, ()))


def _bar_words() -> tuple[tuple[str, str], ...]:
    return tuple((emoji, emoji) for emoji in BAR_CHOICES)
