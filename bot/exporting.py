"""All pictures of a member, sent by direct message in as many zips as they need. What is to be sent and how far it is
stands in a row, so that a restart goes on where the last part ended.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import discord

from bot.messages.cards import Card, Document
from bot.messages.lanes import Later
from bot.messages.sending import (
    HEADROOM,
    MessageGoneError,
    RefusedError,
    RevokedError,
    Sender,
    TokenGoneError,
    TooLargeError,
    UnreachableError,
)
from bot.packing import Packed, fitting, pack
from bot.replies import gallery as replies
from bot.store import archive, exports, notes, pictures
from bot.store.errors import StoreBusyError, StoreFullError
from bot.store.exports import Export
from bot.store.store import Store

_log = logging.getLogger(__name__)
BATCH = 200  # pictures that are looked at for one part
LOOK_SECONDS = 60.0
PAUSE_SECONDS = 5.0


class Exporter:
    def __init__(self, store: Store, sender: Sender) -> None:
        self._store, self._sender = store, sender
        self._news = asyncio.Event()

    def poke(self) -> None:
        """There is another export to be made."""
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled, one part after the other, whoever waits longest first."""
        while True:
            self._news.clear()
            pause = LOOK_SECONDS
            try:
                while await self._go_on():
                    pass
            except (Later, StoreBusyError, StoreFullError, RevokedError) as error:
                _log.warning("An export cannot go on now: %s", error)
                pause = getattr(error, "after", None) or PAUSE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):  # `wait_for` of Python 3.11 may lose a cancellation
                    await self._news.wait()

    async def _go_on(self) -> bool:
        """A part; False if nothing is to be exported."""
        async with self._store.read() as tx:
            export = await exports.under_way(tx)
        if export is None:
            return False
        try:
            await self._part(export)
        except (UnreachableError, RefusedError, TooLargeError) as error:
            await self._end(export, replies.EXPORT_CLOSED, str(error))
        except (Later, StoreBusyError, StoreFullError, RevokedError):
            raise
        except Exception as error:  # a border: one export that breaks must not stop the others
            if self._sender.is_closed:
                raise Later("the connection to Discord was closed") from error
            _log.exception("The export %d broke.", export.id)
            await self._end(export, replies.EXPORT_BROKE, type(error).__name__)
        return True

    async def _part(self, export: Export) -> None:
        found = await self._next(export)
        if not found:
            await self._end(export, replies.exported(export.done, export.parts), None)
            return
        limit = self._sender.limit_of(None) - HEADROOM
        chosen = fitting(found, limit)
        channel = await self._sender.direct_channel(export.member_id)
        number, done = export.parts + 1, export.done + len(chosen)
        mark = f"{export.id}-{int(export.created_at.timestamp()):x}"  # after a restore numbers are given once more
        name = f"pictures-{mark}-part-{number}.zip"
        # The program may have ended between sending it and noting that.
        if await self._sender.find(channel, lambda message: _has(message, name), limit=20) is None:
            data = await asyncio.to_thread(pack, chosen, self._store.files.path, limit)
            card = Card(replies.export_part(number, done, export.total), files=(Document(name, data),))
            await self._sender.create(channel, card, limit, nonce=f"x{mark}.{number}")
        async with self._store.write() as tx:
            await exports.advance(tx, export.id, chosen[-1].picture.id, len(chosen))
        await self._tell(export, replies.exporting(done, max(done, export.total), number))

    async def _next(self, export: Export) -> list[Packed]:
        async with self._store.read() as tx:
            found = await archive.own_after(tx, export.member_id, export.last_id, BATCH)
            noted = await notes.of_pictures(tx, export.member_id, [one.id for one in found])
            stored = [await pictures.find(tx, one.job_id, one.cell) for one in found]
        return [
            Packed(one, row.recipe, row.bytes, noted.get(one.id, ""))
            for one, row in zip(found, stored, strict=True)
            if row is not None
        ]

    async def _end(self, export: Export, told: str, error: str | None) -> None:
        async with self._store.write() as tx:
            await exports.end(tx, export.id, self._store.now(), error)
        await self._tell(export, told)

    async def _tell(self, export: Export, text: str) -> None:
        """In the answer to the command, for as long as that can be edited."""
        if export.message_id is None or export.webhook_token is None:
            return
        with suppress(TokenGoneError, MessageGoneError, UnreachableError, RefusedError, Later):
            await self._sender.edit_by_token(export.webhook_token, export.message_id, Card(text), 0)


def _has(message: discord.Message, name: str) -> bool:
    return any(file.filename == name for file in message.attachments)
