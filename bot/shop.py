"""Discord's shop: asks it what members have bought, and takes that up. What an event says is never believed by itself:
it only says about whom to ask. So whatever is late, twice, out of order or was missed, the next answer puts right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, Final

import aiohttp
import discord

from bot.plans.book import PlanBook
from bot.plans.discord_plans import LOOKED_AT_AGAIN, Entitlement, Next, Period, take_up
from bot.store import memberships
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.words import Source

_log: Final = logging.getLogger(__name__)
EVERY_SECONDS: Final = 3600.0
AGAIN_SECONDS: Final = 60.0
PAGE: Final = 100  # entitlements that Discord tells at once
SUBSCRIPTION: Final = 8  # the type of such an entitlement
_LOST: Final = (discord.DiscordException, aiohttp.ClientError, OSError, StoreError)
Json = dict[str, Any]


class Shop:
    """`changed` is told when somebody's plan may have become another."""

    def __init__(self, client: discord.Client, store: Store, book: PlanBook, changed: Callable[[], None]) -> None:
        self._client, self._store, self._book, self._changed = client, store, book, changed
        self._members: set[int] = set()
        self._all = self._is_first = True
        self._finished: set[tuple[int, bool]] = set()  # taken up, and nothing more comes of them but a refund
        self._poked = asyncio.Event()
        self._looking = asyncio.Lock()  # an older answer must not be taken up after a newer one

    def heard(self, member_id: int | None) -> None:
        """Something was bought, renewed, cancelled or refunded by this member."""
        if member_id is not None:
            self._members.add(member_id)
            self._poked.set()

    def look(self) -> None:
        """At everything, soon."""
        self._all = True
        self._poked.set()

    async def run(self) -> None:
        """Until it is cancelled: everything at the start and once an hour, one member whenever they are heard of."""
        while True:
            self._poked.clear()
            wait = EVERY_SECONDS if await self.catch_up() else AGAIN_SECONDS
            try:
                async with asyncio.timeout(wait):
                    await self._poked.wait()
            except TimeoutError:
                self._all = self._all or wait == EVERY_SECONDS

    async def catch_up(self) -> bool:
        """Whether all that was to be looked at could be."""
        async with self._looking:
            return await self._catch_up()

    async def _catch_up(self) -> bool:
        every, members = self._all, sorted(self._members)
        self._all = False
        self._members.clear()
        done = True
        for member_id in [None] if every else members:
            try:
                done &= await self._look(member_id)
            except _LOST as error:
                _log.warning("Discord's shop did not answer; it is asked again in a minute: %s", error)
                done = False
                self._all |= member_id is None
                self._members.update([] if member_id is None else [member_id])
        return done

    async def _look(self, member_id: int | None) -> bool:
        """At what this member has, or at what everybody has. False if something of it has to be asked for again."""
        found = {entitlement.id: entitlement async for entitlement in self._entitlements(member_id)}
        done = True
        for entitlement in found.values():
            if (entitlement.id, entitlement.is_deleted) in self._finished:
                continue
            if not await self._take_up(entitlement, is_news=self._is_first or member_id is not None):
                self._members.add(entitlement.member_id)
                done = False
        if member_id is None:
            await self._look_for_lost(frozenset(found))
            self._is_first = False
        self._changed()
        return done

    async def _take_up(self, sold: Entitlement, *, is_news: bool) -> bool:
        now = self._store.now()
        period = await self._period(sold, is_news=is_news)
        async with self._store.write() as tx:
            left = await take_up(tx, self._book.plans, sold, period, now)
        if left is Next.CONSUME:
            await self._consume(sold)
        elif sold.is_deleted or sold.is_consumed or (sold.ends_at is not None and sold.ends_at <= now):
            self._finished.add((sold.id, sold.is_deleted))
        return left is not Next.ASK_AGAIN

    async def _consume(self, sold: Entitlement) -> None:
        """After its time is granted: whatever happens in between, the next look does this alone."""
        try:
            await self._client.http.consume_entitlement(self._application, sold.id)
        except discord.DiscordServerError:
            raise
        except discord.HTTPException as error:
            _log.warning("The pack of entitlement %d cannot be consumed; is its SKU a consumable? %s", sold.id, error)
        else:
            _log.info("Member %d bought a pack; entitlement %d is consumed.", sold.member_id, sold.id)

    async def _look_for_lost(self, told: frozenset[int]) -> None:
        """What Discord lists no more: does it know it still? If not, it ends."""
        async with self._store.read() as tx:
            known = await memberships.active(tx, self._store.now(), Source.DISCORD)
        for membership in known:
            if int(membership.external_id) in told:
                continue
            try:
                await self._client.http.get_entitlement(self._application, int(membership.external_id))
            except discord.NotFound:
                _log.warning("Discord knows entitlement %s no more; that plan ends.", membership.external_id)
                async with self._store.write() as tx:
                    await memberships.end(tx, Source.DISCORD, membership.external_id, self._store.now())

    async def _entitlements(self, member_id: int | None) -> AsyncIterator[Entitlement]:
        """Also what has ended or was refunded: its end may be what was missed."""
        after: int | None = None
        while True:
            rows: Any = await self._client.http.get_entitlements(
                self._application, user_id=member_id, after=after, limit=PAGE, exclude_deleted=False
            )
            for row in rows:
                if (found := _entitlement(row)) is not None:
                    yield found
            if len(rows) < PAGE:
                return
            after = max(int(row["id"]) for row in rows)

    async def _period(self, sold: Entitlement, *, is_news: bool) -> Period | None:
        """That of its subscription, if that is about this entitlement and not about one that has followed it. A request
        each, so those are not asked for that can say nothing new."""
        now = self._store.now()
        has_ended = not sold.is_deleted and sold.ends_at is not None and sold.ends_at <= now
        if not sold.is_subscription or has_ended or self._book.plans.sold_as(sold.sku) is None:
            return None
        async with self._store.read() as tx:
            known = await memberships.find(tx, Source.DISCORD, sold.key)
        if known is not None and known.ends_at is not None and not (is_news or sold.is_deleted):
            known_period = Period(known.starts_at, known.ends_at)
            if known_period.ends_at > now + LOOKED_AT_AGAIN:
                return known_period
        rows: Any = await self._client.http.list_sku_subscriptions(sold.sku, limit=50, user_id=sold.member_id)
        periods = [_period(row) for row in rows if str(sold.id) in row["entitlement_ids"]]
        return max(periods, key=lambda period: period.starts_at, default=None)

    @property
    def _application(self) -> int:
        number = self._client.application_id
        assert number is not None  # it is known from the login on, and nothing is asked before
        return number


def _entitlement(row: Json) -> Entitlement | None:
    """None if it is a server's: plans are members'."""
    member_id = int(row.get("user_id") or 0)
    if not member_id or row.get("guild_id"):
        return None
    starts_at = discord.utils.parse_time(row.get("starts_at")) or discord.utils.snowflake_time(int(row["id"]))
    return Entitlement(
        id=int(row["id"]),
        sku=int(row["sku_id"]),
        member_id=member_id,
        starts_at=starts_at,
        ends_at=discord.utils.parse_time(row.get("ends_at")),
        is_deleted=bool(row["deleted"]),
        is_consumed=bool(row.get("consumed")),
        # A test entitlement may have that type, too (nothing documents which): by its missing dates it is known.
        is_subscription=row["type"] == SUBSCRIPTION and bool(row.get("starts_at")),
    )


def _period(row: Json) -> Period:
    return Period(*(datetime.fromisoformat(row[f"current_period_{word}"]) for word in ("start", "end")))
