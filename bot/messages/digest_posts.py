"""A week's best on one sheet, posted once and kept true: a picture that may not be shown any more leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot import visibility
from bot.buttons.custom_id import Action
from bot.community.calendar import WEEK, Week
from bot.community.features import Feature, is_on
from bot.drawings.contact import Shot, draw_sheet
from bot.frame.fail_points import FailPoint, reached
from bot.messages.cards import Button, Card, Document
from bot.messages.exhibiting import link_of
from bot.messages.lanes import Locks
from bot.messages.posting import Posting, says
from bot.messages.sending import MessageGoneError, Sender, Sent, UnreachableError
from bot.replies import WORDLESS
from bot.replies import community as words
from bot.store import archive, digests, exhibits, servers
from bot.store.archive import Archived
from bot.store.digests import Digest
from bot.store.outbox import Letter
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import Hanging
from bot.thumbnails import SMALL, Thumbnails


class DigestPosts:
    def __init__(self, store: Store, sender: Sender, thumbnails: Thumbnails) -> None:
        self._store, self._sender, self._posting = store, sender, Posting(sender)
        self._thumbnails = thumbnails
        self._locks = Locks()

    async def tell(self, letter: Letter) -> Sent | None:
        number = int(letter.payload.get("digest", 0))
        async with self._locks.of(number):
            async with self._store.read() as tx:
                digest = await digests.find(tx, number)
                server = await servers.find(tx, digest.server_id) if digest is not None else None
                shown = await _shown(tx, digest) if digest is not None else []
                lines = [await _line(tx, digest, *one) for one in enumerate(shown, 1)] if digest is not None else []
            if digest is None or server is None:
                return None
            more = Button(Action.TOP, "", words.MORE, "🏆", extra="week")
            rows = ((more,),) if is_on(server.settings, Feature.TOP) else ()
            card = replace(await self._card(digest, shown, lines), rows=rows)
            sent = _sent(digest)
            if sent is None and letter.tries > 1:  # also if nothing of it may be shown by now
                sent = await self._posting.find(digest.channel_id, says(card.text))
            if sent is not None:
                limit = self._sender.limit_of(digest.server_id)
                with suppress(MessageGoneError, UnreachableError):
                    await self._sender.edit(sent.channel, sent.message, card, limit)
            elif shown:
                name, nonce = words.digest_name(week_of(digest)), f"dg{digest.id}"
                sent = await self._posting.create(digest.channel_id, name, card, nonce=nonce, tags=())
            if sent is not None and digest.message_id is None:
                reached(FailPoint.PLACED)
                async with self._store.write() as tx:
                    await digests.appear(tx, digest.id, sent.channel, sent.message)
            return sent

    async def _card(self, digest: Digest, shown: Sequence[tuple[Archived, int]], lines: Sequence[str]) -> Card:
        week = week_of(digest)
        text = words.digest(week, lines)
        small = await self._thumbnails.several([picture.sha256 for picture, _ in shown], SMALL)
        shots = [
            Shot(small[picture.sha256], f"{place} · {words.votes(votes)}")
            for place, (picture, votes) in enumerate(shown, 1)
            if picture.sha256 in small
        ]
        if not shots:
            return Card(text)
        sheet = await asyncio.to_thread(draw_sheet, words.digest_name(week).replace("·", "-"), shots)
        everybody = visibility.everybody_on(digest.server_id)
        alts = [visibility.alt_of(picture, everybody) or WORDLESS for picture, _ in shown]
        told = "; ".join(f"{place}. {alt}" for place, alt in enumerate(alts, 1))[: visibility.ALT_LIMIT]
        return Card(text, files=(Document(f"{digest.week}.jpg", sheet, told),))


def _sent(digest: Digest) -> Sent | None:
    if digest.message_id is None or digest.home_id is None:
        return None
    return Sent(digest.home_id, digest.message_id)


def week_of(digest: Digest) -> Week:
    return Week(digest.week, digest.starts_at, digest.starts_at + WEEK)


async def _shown(tx: Reading, digest: Digest) -> list[tuple[Archived, int]]:
    chosen = await digests.shown(tx, digest.id)
    seen = await archive.among(tx, visibility.everybody_on(digest.server_id), list(chosen))
    return [(seen[number], votes) for number, votes in chosen.items() if number in seen]


async def _line(tx: Reading, digest: Digest, place: int, one: tuple[Archived, int]) -> str:
    picture, votes = one
    readable = visibility.may_read(picture, visibility.everybody_on(digest.server_id))
    posts = [post for post in await exhibits.of_pictures(tx, [picture.id]) if post.server_id == digest.server_id]
    link = next((link_of(post) for post in posts if post.state is Hanging.SHOWN and post.message_id is not None), "")
    return words.line(place, picture.text if readable else None, picture.member_id, votes, link)
