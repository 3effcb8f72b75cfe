"""Where a job's one message is, and how it is reached: by the interaction's token while that lives, then by the bot's
own, by a new message where it was deleted, by direct message where the channel is closed to us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot import replies
from bot.frame.fail_points import FailPoint, reached
from bot.messages.cards import Card, Rows
from bot.messages.lanes import Locks
from bot.messages.posting import bears
from bot.messages.sending import (
    AsleepError,
    MessageGoneError,
    RefusedError,
    Sender,
    Sent,
    TokenGoneError,
    UnreachableError,
)
from bot.store import placeholders
from bot.store.jobs import Job
from bot.store.placeholders import Placeholder, Post
from bot.store.store import Store


class Placing:
    def __init__(self, store: Store, sender: Sender, now: Callable[[], datetime]) -> None:
        self._store, self._sender, self._now = store, sender, now
        self._locks = Locks()

    def lock(self, job_id: str) -> asyncio.Lock:
        """One writer of a job's message at a time: a late preview must not cover the answer."""
        return self._locks.of(job_id)

    async def edit(self, place: Placeholder, card: Card) -> Sent:
        """In place, or not at all."""
        if place.message_id is None:
            raise MessageGoneError("It was never written.")
        if self._has_token(place):
            with suppress(TokenGoneError, AsleepError):  # a token wakes no thread
                return await self._sender.edit_by_token(
                    place.webhook_token or "", place.message_id, card, place.limit_bytes
                )
        if place.ephemeral:
            raise UnreachableError("Only the interaction's token reached it, and that is over.")
        # Also where the bot may not post: its own messages it may edit wherever it sees them.
        return await self._sender.edit(place.channel_id, place.message_id, card, self._limit(place))

    async def edit_buttons(self, place: Placeholder, rows: Rows) -> None:
        """Its buttons alone; the words and files stay."""
        if place.message_id is None or place.ephemeral or place.by_token:
            raise UnreachableError("It is not worth a token.")
        await self._sender.edit_buttons(place.channel_id, place.message_id, rows)

    async def put(self, job: Job, card: Card) -> Sent | None:
        """Into the job's message if there is one, else into a new one, else to the member. Call it under the lock:
        what was known of the message before may be outdated."""
        async with self._store.read() as tx:
            place = await placeholders.find(tx, job.id)
        if place is None:
            return None
        place = await self.found(job, place)
        if place.message_id is not None:
            try:
                return await self.edit(place, card)
            except MessageGoneError:
                pass
            except UnreachableError:
                return await self.direct(job, card)
            except RefusedError:  # what a server's rules block in its channel may be said in private
                with suppress(MessageGoneError, UnreachableError, RefusedError):
                    await self.edit(place, Card(replies.REFUSED_HERE))
                return await self.direct(job, card)
        return await self._anew(job, place, card)

    async def remove(self, place: Placeholder) -> None:
        """Its message, if there is one; by the interaction's token where the bot itself does not reach it."""
        if place.message_id is None or place.ephemeral:
            return
        token = place.webhook_token if self._has_token(place) else None
        if token is not None and place.by_token:
            await self._sender.delete_by_token(token, place.message_id)
            return
        try:
            await self._sender.delete(place.channel_id, place.message_id)
        except UnreachableError as error:
            if token is None:
                raise
            try:
                await self._sender.delete_by_token(token, place.message_id)
            except TokenGoneError:
                raise error from error.__cause__

    async def clear(self, job: Job, place: Placeholder, card: Card) -> None:
        """Its message, if there is one, says no more than that. Call it under the lock."""
        place = await self.found(job, place)
        with suppress(MessageGoneError, UnreachableError):
            await self.edit(place, card)

    async def found(self, job: Job, place: Placeholder) -> Placeholder:
        """With its message, if one was written and the program ended before it was noted."""
        if place.message_id is not None:
            return place
        message = None
        if self._has_token(place):
            message = await self._sender.find_answer(place.webhook_token or "", ephemeral=place.ephemeral)
        if message is None and not (place.ephemeral or place.by_token):
            with suppress(UnreachableError):
                message = await self._sender.find(place.channel_id, bears(f":{job.id}:"))
        if message is None:
            return place
        await self._remember(job.id, place, Sent(place.channel_id, message))
        return replace(place, message_id=message)

    async def _anew(self, job: Job, place: Placeholder, card: Card) -> Sent:
        """By a new message. Where somebody deleted the first one, a second may be there already."""
        if place.ephemeral or place.by_token:
            return await self.direct(job, card)
        # Discord answers a nonce that it remembers with the message of then: the one that was deleted.
        nonce = job.id if place.message_id is None else f"g{place.message_id}"
        limit, there = self._limit(place), None
        try:
            if place.message_id is not None:
                there = await self._sender.find(place.channel_id, bears(f":{job.id}:"))
            if there is not None:
                sent = await self._sender.edit(place.channel_id, there, card, limit)
            else:
                sent = await self._sender.create(place.channel_id, card, limit, nonce=nonce, reply_to=place.reply_to)
        except (UnreachableError, RefusedError):
            return await self.direct(job, card)
        reached(FailPoint.PLACED)
        await self._remember(job.id, place, sent)
        return sent

    async def direct(self, job: Job, card: Card) -> Sent:
        """To the member alone; its buttons work there as well."""
        channel = await self._sender.direct_channel(job.member_id)
        message = await self._sender.find(channel, bears(f":{job.id}:"), limit=20)
        limit = self._sender.limit_of(None)
        if message is not None:
            sent = await self._sender.edit(channel, message, card, limit)
        else:
            sent = await self._sender.create(channel, card, limit, nonce=f"d{job.id}")
        reached(FailPoint.PLACED)
        async with self._store.write() as tx:
            await placeholders.add_post(tx, Post(sent.message, sent.channel, job.id, "direct"))
        return sent

    async def _remember(self, job_id: str, place: Placeholder, sent: Sent) -> None:
        async with self._store.write() as tx:
            if place.message_id is None:
                await placeholders.appear(tx, job_id, sent.channel, sent.message)
            else:
                await placeholders.move(tx, job_id, place.message_id, sent.channel, sent.message)

    def _has_token(self, place: Placeholder) -> bool:
        return bool(place.webhook_token) and place.token_until is not None and self._now() < place.token_until

    def _limit(self, place: Placeholder) -> int:
        return max(place.limit_bytes, self._sender.limit_of(None))
