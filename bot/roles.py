"""Roles that stand for plans: those that members bring, and those that a plan brings them. Roles come with every
interaction of a member; whoever is not heard of is asked for once an hour, so no privileged intent is needed.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import aiohttp
import discord

from bot.plans import role_plans
from bot.plans.book import PlanBook
from bot.store import given_roles
from bot.store.errors import StoreError
from bot.store.store import Store

_log: Final = logging.getLogger(__name__)
EVERY_SECONDS: Final = 3600.0
_LOST: Final = (discord.DiscordException, aiohttp.ClientError, OSError, StoreError)
REASON: Final = "As the plan of this member is"


class Roles:
    def __init__(self, client: discord.Client, store: Store, book: PlanBook) -> None:
        self._client, self._store, self._book = client, store, book
        self._poked = asyncio.Event()
        self._refused: set[int] = set()  # roles that we could not give or take, as was told

    def poke(self) -> None:
        """Somebody's plan may have become another."""
        self._poked.set()

    async def met(self, interaction: discord.Interaction[Any]) -> None:
        """A member shows the roles that they have where they ask."""
        member = interaction.user
        if not self._book.plans.roles or not isinstance(member, discord.Member) or member.guild.unavailable:
            return
        if interaction.is_guild_integration():
            try:
                await self._take(member.guild.id, member.id, frozenset(role.id for role in member.roles))
            except StoreError as error:  # what they came for must not fail by it
                _log.warning("The roles of member %d could not be noted: %s", member.id, error)

    async def run(self) -> None:
        """Until it is cancelled: everybody at the start and once an hour, plans' own roles whenever plans change."""
        await self._client.wait_until_ready()
        await self._ask_for_all()
        while True:
            self._poked.clear()
            await self._bring()
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._poked.wait()
            except TimeoutError:
                await self._ask_for_all()

    async def _take(self, server: int, member_id: int, roles: frozenset[int]) -> None:
        plans, now = self._book.plans, self._store.now()
        async with self._store.read() as tx:
            if await role_plans.told(tx, plans, server, member_id, roles, now):
                return
        async with self._store.write() as tx:
            changed = await role_plans.take_roles(tx, plans, server, member_id, roles, now)
        if changed:
            self.poke()

    async def _ask_for_all(self) -> None:
        """Whoever has a plan by a role: do they have the role still?"""
        async with self._store.read() as tx:
            places = await role_plans.holders(tx, self._store.now())
        for server, member_id in places:
            try:
                await self._ask_for(server, member_id)
            except _LOST as error:
                _log.warning("The roles of member %d are not known; they are asked for later: %s", member_id, error)

    async def _ask_for(self, server: int, member_id: int) -> None:
        try:
            told: Any = await self._client.http.get_member(server, member_id)
        except (discord.NotFound, discord.Forbidden):  # the member has left that server, or we have
            told = {"roles": []}
        await self._take(server, member_id, frozenset(map(int, told["roles"])))

    async def _bring(self) -> None:
        """What plans bring is given and taken, as far as we may."""
        async with self._store.read() as tx:
            deserved = await role_plans.deserved(tx, self._book.plans, self._store.now())
            given = await given_roles.every(tx)
        try:
            for member_id, role in sorted(deserved - given):
                if await self._change(member_id, role, give=True):
                    async with self._store.write() as tx:
                        await given_roles.add(tx, member_id, role, self._store.now())
            for member_id, role in sorted(given - deserved):
                if await self._change(member_id, role, give=False):
                    async with self._store.write() as tx:
                        await given_roles.remove(tx, member_id, role)
        except _LOST as error:
            _log.warning("Not every role could follow its plan; it is tried again later: %s", error)

    async def _change(self, member_id: int, role: int, *, give: bool) -> bool:
        """Whether the role is now as it shall be. What we may not do is told once."""
        server = next((guild.id for guild in self._client.guilds if guild.get_role(role) is not None), None)
        http = self._client.http
        try:
            if server is None and any(guild.unavailable for guild in self._client.guilds):
                return False  # it may be a role of one that Discord has not told of yet
            if server is None:
                return self._refuse(role, "no server that I am in has such a role", done=not give)
            await (http.add_role if give else http.remove_role)(server, member_id, role, reason=REASON)
        except discord.NotFound:
            return not give  # not on that server: there is nothing to take, and what is to be given waits
        except discord.Forbidden:
            return self._refuse(role, "I need Manage Roles, and a role of my own above it", done=False)
        self._refused.discard(role)
        return True

    def _refuse(self, role: int, why: str, *, done: bool) -> bool:
        if role not in self._refused:
            self._refused.add(role)
            _log.warning("Role %d cannot follow its plan: %s.", role, why)
        return done
