"""discord.py's client: what is heard is handed on, in one place. Nothing is decided here, and nothing that members ask
for depends on `on_ready`: interactions arrive before it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot import replies
from bot.commands import ALL
from bot.desk import Desk
from bot.handlers import presses
from bot.handlers.answering import say
from bot.handlers.reactions import reacted, unreacted
from bot.panels.setup import known_server
from bot.store import meta, servers

_log = logging.getLogger(__name__)
INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True, dm_reactions=True)
LONGEST_WAIT = 30.0  # for a rate limit, before a message is put off instead


class Tree(app_commands.CommandTree["Painter"]):
    async def on_error(self, interaction: discord.Interaction[Painter], error: app_commands.AppCommandError) -> None:
        """What the library refuses before a command of ours runs; ours answer for themselves."""
        _log.error("A command could not be run.", exc_info=error)
        await say(interaction, replies.BUSY)


class Painter(discord.AutoShardedClient):
    """`desk` is set before the client logs in."""

    desk: Desk

    def __init__(self, **options: Any) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._answered)
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            http_trace=trace,
            **options,
        )
        self.tree = Tree(self)
        for command in ALL:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.desk.command_ids = await self._make_known()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            await presses.handle(interaction)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.user_id != self.application_id:
            await reacted(self.desk, payload)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.user_id != self.application_id:
            await unreacted(self.desk, payload)

    async def on_ready(self) -> None:
        for guild in self.guilds:
            await self._enter(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._enter(guild, greets=True)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        async with self.desk.store.write() as tx:
            server = await known_server(tx, self.desk, guild.id)
            await servers.save(tx, replace(server, left_at=self.desk.now()))

    async def _answered(self, session: object, context: object, about: aiohttp.TraceRequestEndParams) -> None:
        """A limit on all that we send is told with one request, and must not be learnt anew with each of the others;
        the library does not tell it from a limit on that one."""
        headers = about.response.headers
        if about.response.status == 429 and "X-RateLimit-Global" in headers:
            self.desk.delivery.pause(float(headers.get("Retry-After", 1)))

    async def _enter(self, guild: discord.Guild, *, greets: bool = False) -> None:
        """A server that may have us is greeted once; from any other we part with a word."""
        async with self.desk.store.write() as tx:
            is_new = await servers.find(tx, guild.id) is None
            server = await known_server(tx, self.desk, guild.id)
            if self.desk.settings.uses_sandbox and server.gallery_channel_id is None:
                server = replace(server, gallery_channel_id=_gallery_of(guild))
            await servers.save(tx, replace(server, left_at=None))
        allowed = self.desk.welcomes(guild.id) if server.allowed is None else server.allowed
        if not allowed:
            await _speak(guild, replies.FAREWELL)
            await guild.leave()
        elif greets and is_new:
            await _speak(guild, replies.greeting(self.desk.command("help"), self.desk.command("setup")))

    async def _make_known(self) -> dict[str, int]:
        """Discord is told of our commands when they have changed, and only then: it counts."""
        told = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        told += [menu.to_dict(self.tree) for menu in self.tree.get_commands(type=discord.AppCommandType.message)]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
        key = f"commands:{self.application_id}"
        async with self.desk.store.read() as tx:
            known = json.loads(await meta.find(tx, key) or "{}")
        if known.get("digest") == digest:
            return {str(name): int(number) for name, number in known["ids"].items()}
        ids = {command.name: command.id for command in await self.tree.sync()}
        async with self.desk.store.write() as tx:
            await meta.put(tx, key, json.dumps({"digest": digest, "ids": ids}))
        _log.info("Discord was told of %d commands.", len(ids))
        return ids


def _gallery_of(guild: discord.Guild) -> int | None:
    return next((forum.id for forum in guild.forums if forum.name == "gallery"), None)


async def _speak(guild: discord.Guild, text: str) -> None:
    """Where newcomers are greeted, or anywhere that we may write; a server without such a place hears nothing."""
    places = [guild.system_channel, *guild.text_channels]
    for place in places:
        if place is not None and place.permissions_for(guild.me).send_messages:
            try:
                await place.send(text)
            except discord.HTTPException as error:
                _log.info("The word to server %d did not arrive: %s", guild.id, error)
            return
