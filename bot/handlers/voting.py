"""Votes: the reactions under posts of the gallery, counted as they come, and read again after each time away. What is
deleted there by hand is noticed here as well.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection

import discord

from bot.buttons.custom_id import Action
from bot.buttons.emoji import meaning
from bot.desk import Desk
from bot.messages.exhibiting import find_as_made
from bot.messages.lanes import Later
from bot.messages.posting import Posting
from bot.messages.sending import MessageGoneError, RefusedError, UnreachableError
from bot.store import exhibits
from bot.store.errors import StoreBusyError, StoreError, StoreFullError
from bot.store.exhibits import Cast, Exhibit

_log = logging.getLogger(__name__)
PAGE = 50
PACE_SECONDS = 0.25  # between two posts: reading again is never in a hurry, and members are
REST_SECONDS = 5.0
TRIES = 3
AGAINST = frozenset("👎💩🤮🚫")
LIKES = (Action.BOOKMARK, Action.PUBLISH)
_SELECTOR = "\N{VARIATION SELECTOR-16}"
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")  # of skin: a thumb has one of its own for whoever chose it in Discord


def is_vote(emoji: str) -> bool:
    """Any friendly reaction, but for those that ask the bot for something."""
    deed = meaning(emoji)
    return deed[0] in LIKES if deed is not None else _TONES.sub("", emoji.replace(_SELECTOR, "")) not in AGAINST


class Tally:
    """`_changed` are the posts of which news came: what was read of them meanwhile may be outdated."""

    def __init__(self) -> None:
        self._changed: set[int] = set()
        self._reading = asyncio.Lock()

    async def voted(self, desk: Desk, payload: discord.RawReactionActionEvent, *, is_there: bool) -> None:
        """A reaction came or went."""
        if not is_vote(str(payload.emoji)) or (payload.member is not None and payload.member.bot):
            return
        with desk.answering():
            async with desk.store.read() as tx:
                exhibit = await exhibits.by_message(tx, payload.message_id)
                job = await find_as_made(tx, exhibit.job_id) if exhibit is not None else None
            if exhibit is None or job is None or job.member_id == payload.user_id:
                return
            self._changed.add(payload.message_id)
            cast = (payload.user_id, _bare(payload.emoji))
            async with desk.store.write() as tx:
                await (exhibits.vote if is_there else exhibits.unvote)(tx, exhibit, payload.message_id, cast)

    async def cleared(self, desk: Desk, message: int) -> None:
        """A moderator took reactions away: what is left is read anew."""
        with desk.answering():
            async with desk.store.read() as tx:
                exhibit = await exhibits.by_message(tx, message)
            if exhibit is not None:
                self._changed.add(message)
                await self._read(desk, exhibit)

    async def catch_up(self, desk: Desk) -> None:
        """Every post's reactions as they are by now, the newest posts first."""
        async with self._reading:
            try:
                await self._read_all(desk)
            except StoreError as error:
                _log.warning("Not all votes that came meanwhile are known: %s", error)
            desk.votes_known.set()

    async def _read_all(self, desk: Desk) -> None:
        before: int | None = None
        while True:
            async with desk.store.read() as tx:
                page = await exhibits.hanging(tx, PAGE, before)
            for exhibit in page:
                await self._read(desk, exhibit)
                await asyncio.sleep(PACE_SECONDS)
            if len(page) < PAGE:
                return
            before = page[-1].id

    async def _read(self, desk: Desk, exhibit: Exhibit) -> None:
        for _ in range(TRIES):
            try:
                if await self._read_once(desk, exhibit):
                    return
            except Later as later:
                await asyncio.sleep(later.after if later.after is not None else REST_SECONDS)
            except (UnreachableError, RefusedError, StoreBusyError, StoreFullError) as error:
                _log.info("The votes for exhibit %d cannot be read: %s", exhibit.id, error)
                return

    async def _read_once(self, desk: Desk, exhibit: Exhibit) -> bool:
        """False if there was news of it meanwhile."""
        message = exhibit.message_id
        if message is None:
            return True
        self._changed.discard(message)
        async with desk.store.read() as tx:
            job = await find_as_made(tx, exhibit.job_id)
        try:
            found = await _casts(desk, exhibit, message, job.member_id if job is not None else 0)
        except MessageGoneError:
            await vanished(desk, messages=[message])
            return True
        async with desk.store.write() as tx:
            if message in self._changed:
                return False
            await exhibits.recount(tx, exhibit, message, found)
        return True


async def vanished(desk: Desk, *, messages: Collection[int] = (), channels: Collection[int] = ()) -> None:
    """What is deleted; threads are channels. Of most we know nothing, and none of those costs a write."""
    with desk.answering():
        async with desk.store.read() as tx:
            if not await exhibits.is_at(tx, messages, channels):
                return
        async with desk.store.write() as tx:
            gone = await exhibits.lost(tx, messages, channels)
        if gone:
            _log.info("Posts of %d exhibits were deleted in Discord.", gone)


async def _casts(desk: Desk, exhibit: Exhibit, message: int, maker: int) -> list[Cast]:
    channel = exhibit.thread_id or exhibit.channel_id
    reactions = Posting(desk.sender).reactions(channel, message)
    return [(member, _bare(emoji)) async for member, emoji in reactions if member != maker and is_vote(str(emoji))]


def _bare(emoji: discord.PartialEmoji) -> str:
    """Its name may change; a custom one is known by its number."""
    return str(emoji.id) if emoji.id is not None else str(emoji.name).replace(_SELECTOR, "")
