"""discord.py's client: what is heard is handed on, in one place. Nothing is decided here, and nothing that members ask
for depends on `on_ready`: interactions arrive before it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot import replies
from bot.commands import ALL
from bot.desk import Desk
from bot.frame import rights
from bot.handlers import joining, presses
from bot.handlers.answering import say
from bot.handlers.reactions import reacted, unreacted
from bot.handlers.voting import Tally, vanished
from bot.store import meta

_log = logging.getLogger(__name__)
LONGEST_WAIT = 30.0  # for a rate limit, before a message is put off instead


class Tree(app_commands.CommandTree["Painter"]):
    async def interaction_check(self, interaction: discord.Interaction[Painter], /) -> bool:
        """Before any command: a role that a member has got or lost counts for what they ask now."""
        if interaction.type is discord.InteractionType.application_command:
            await interaction.client.desk.roles.met(interaction)
        return True

    async def on_error(self, interaction: discord.Interaction[Painter], error: app_commands.AppCommandError) -> None:
        """What the library refuses before a command of ours runs; ours answer for themselves."""
        _log.error("A command could not be run.", exc_info=error)
        await say(interaction, replies.BUSY)


class Painter(discord.AutoShardedClient):
    """`desk` is set before the client logs in."""

    desk: Desk

    def __init__(self, **options: Any) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody asked for voice
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._answered)
        super().__init__(
            intents=rights.intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            http_trace=trace,
            **options,
        )
        self._under_way: set[asyncio.Task[Any]] = set()
        self._entering = asyncio.Lock()
        self.tally = Tally()
        self.tree = Tree(self)
        for command in ALL:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.desk.command_ids = await self._make_known()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            await self.desk.roles.met(interaction)
            await presses.handle(interaction)

    async def on_entitlement_create(self, entitlement: discord.Entitlement) -> None:
        self.desk.shop.heard(entitlement.user_id)

    async def on_entitlement_update(self, entitlement: discord.Entitlement) -> None:
        self.desk.shop.heard(entitlement.user_id)

    async def on_entitlement_delete(self, entitlement: discord.Entitlement) -> None:
        self.desk.shop.heard(entitlement.user_id)

    async def on_subscription_create(self, subscription: discord.Subscription) -> None:
        self.desk.shop.heard(subscription.user_id)

    async def on_subscription_update(self, subscription: discord.Subscription) -> None:
        self.desk.shop.heard(subscription.user_id)

    async def on_subscription_delete(self, subscription: discord.Subscription) -> None:
        self.desk.shop.heard(subscription.user_id)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.user_id != self.application_id:
            await self.tally.voted(self.desk, payload, is_there=True)
            await reacted(self.desk, payload)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.user_id != self.application_id:
            await self.tally.voted(self.desk, payload, is_there=False)
            await unreacted(self.desk, payload)

    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        await self.tally.cleared(self.desk, payload.message_id)

    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        await self.tally.cleared(self.desk, payload.message_id)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await vanished(self.desk, messages=[payload.message_id])

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await vanished(self.desk, messages=payload.message_ids)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await vanished(self.desk, channels=[payload.thread_id])

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await vanished(self.desk, channels=[channel.id])

    async def on_ready(self) -> None:
        _log.info("On Discord as %s. Servers: %d.", self.user, len(self.guilds))
        await self._beside(self.tally.catch_up(self.desk))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """One of ours, at each start: before `on_ready`, or later when Discord is slow to tell of it."""
        await self._beside(self._enter(guild))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._beside(self._enter(guild))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await joining.leave(self.desk, guild)

    async def close(self) -> None:
        """Whoever is being greeted is greeted at the next start, which also reads the votes again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await super().close()

    async def _answered(self, session: object, context: object, about: aiohttp.TraceRequestEndParams) -> None:
        """A limit on all that we send is told with one request, and must not be learnt anew with each of the others;
        the library does not tell it from a limit on that one."""
        headers = about.response.headers
        if about.response.status == 429 and "X-RateLimit-Global" in headers:
            self.desk.delivery.pause(float(headers.get("Retry-After", 1)))

    async def _enter(self, guild: discord.Guild) -> None:
        """One after the other: at a start all servers come at once."""
        async with self._entering:
            if self.get_guild(guild.id) is not None:  # not thrown out while others were entered
                await joining.enter(self.desk, guild)

    async def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """What may take long and is given up when we close."""
        task = asyncio.current_task()
        assert task is not None  # every handler runs in one
        self._under_way.add(task)
        try:
            await work
        finally:
            self._under_way.discard(task)

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
