"""A server is entered, greeted or left, by the operator's word. What is set up there is `panels/setup.py`'s."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import discord

from bot import replies
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.messages.cards import Button, Card
from bot.messages.lanes import Later
from bot.messages.sending import RefusedError, RevokedError, UnreachableError
from bot.panels.setup import OPEN, known_server
from bot.store import servers

_log = logging.getLogger(__name__)
GREETED = "greeted"
PAUSES = (1.0, 2.0, 4.0)  # seconds before further tries: other servers wait meanwhile
_LOST = (UnreachableError, RefusedError, RevokedError, Later)


async def enter(desk: Desk, guild: discord.Guild) -> None:
    """At every start, and when somebody adds us. A server that may have us is greeted once; from any other we part with
    a word."""
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
        is_greeted = bool(server.settings.get(GREETED))
        if desk.settings.uses_sandbox and not is_greeted:
            server = replace(server, gallery_channel_id=_gallery_of(guild))
        await servers.save(tx, replace(server, left_at=None))
    if not (desk.welcomes(guild.id) if server.allowed is None else server.allowed):
        await _part(desk, guild)
    elif not is_greeted and await _speak(desk, guild, greeting(desk), "w"):
        async with desk.store.write() as tx:
            server = await known_server(tx, desk, guild.id)
            await servers.save(tx, replace(server, settings={**server.settings, GREETED: True}))


async def leave(desk: Desk, guild: discord.Guild) -> None:
    """We were thrown out, or have left."""
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
        await servers.save(tx, replace(server, left_at=desk.now()))


def greeting(desk: Desk) -> Card:
    """What a newcomer reads first: what to type, and a button for more."""
    words = [replies.greeting(desk.command("imagine"), desk.command("help"))]
    if desk.paints_cards:
        words.append(replies.CARDS)
    words.append(replies.AT_HOME if desk.settings.uses_sandbox else replies.for_managers(desk.command("setup")))
    more = Button(Action.HELP, "", "Show me how", "💡")
    return Card("\n\n".join(words), ((more, Button(Action.SETUP, "", "Set me up", "🔧", extra=OPEN)),))


async def _part(desk: Desk, guild: discord.Guild) -> None:
    await _speak(desk, guild, Card(replies.FAREWELL), "b")
    _log.info("Leaving server %d: ALLOWED_SERVERS does not name it.", guild.id)
    try:
        await guild.leave()
    except discord.HTTPException as error:
        _log.warning("Server %d could not be left: %s", guild.id, error)


async def _speak(desk: Desk, guild: discord.Guild, card: Card, mark: str) -> bool:
    """Where newcomers are greeted, or anywhere that we may write; a server without such a place hears nothing. The mark
    tells this word from the others: for some minutes Discord answers a nonce with the message that had it first."""
    for place in (guild.system_channel, *guild.text_channels):
        if place is not None and place.permissions_for(guild.me).send_messages:
            return await _say(desk, place.id, card, f"{mark}{guild.id}")
    return False


async def _say(desk: Desk, channel: int, card: Card, nonce: str) -> bool:
    """A bad moment of Discord is waited out: of this server it tells us no more before the next start."""
    for pause in (*PAUSES, None):
        try:
            await desk.sender.create(channel, card, 0, nonce=nonce)
        except _LOST as error:
            if pause is None or not isinstance(error, Later):
                _log.info("The word to channel %d did not arrive: %s", channel, error)
                return False
            await asyncio.sleep(pause)
        else:
            break
    return True


def _gallery_of(guild: discord.Guild) -> int | None:
    """The forum that a Discord of one's own starts with."""
    return next((forum.id for forum in guild.forums if forum.name == "gallery"), None)
