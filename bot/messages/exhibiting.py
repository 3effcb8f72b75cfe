"""The letters of the gallery: each brings the post of an exhibit to what its row says now, whatever was said before. So
they may come twice, late, or in any order.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot import visibility
from bot.frame.fail_points import FailPoint, reached
from bot.messages import community
from bot.messages import exhibit_cards as cards
from bot.messages.cards import Card, Link
from bot.messages.exhibit_cards import Shown
from bot.messages.lanes import Later, Locks
from bot.messages.posting import Posting, bears, says
from bot.messages.sending import MessageGoneError, RefusedError, Sender, Sent, TooLargeError, UnreachableError
from bot.messages.told import Told
from bot.replies import exhibits as words
from bot.store import archive, exhibits, jobs, outbox, pictures, placeholders, servers
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.outbox import Letter
from bot.store.placeholders import Post
from bot.store.store import Store
from bot.store.transactions import Reading, Writing
from bot.store.words import Audience, Hanging, State

INVITATION = "⭐"
TAG_LENGTH = 20  # Discord's limit


class Exhibiting:
    def __init__(self, store: Store, sender: Sender, window: str) -> None:
        """`window` is where the gallery is on the web; empty: nowhere."""
        self._window = window
        self._store, self._sender, self._posting = store, sender, Posting(sender)
        self._locks = Locks()

    async def tell(self, letter: Letter) -> Sent | None:
        if letter.kind == Told.GUIDELINES:
            return await self._guidelines(letter)
        number = int(letter.payload.get("exhibit", 0))
        async with self._locks.of(number):
            async with self._store.read() as tx:
                exhibit = await exhibits.find(tx, number)
            if exhibit is None:
                return None
            if exhibit.state is Hanging.SHOWN:
                return await self._hang(exhibit, letter)
            await self._take_down(exhibit, letter)
        return None

    async def _hang(self, exhibit: Exhibit, letter: Letter) -> Sent | None:
        """A post that is there shows what it always did, but for its words, which may be hidden since."""
        is_retried = letter.tries > 1
        async with self._store.read() as tx:
            shown = await _shown(tx, exhibit, self._sender, self._window)
        if shown is None:
            return None
        card, sent = cards.hanging(shown), _sent(exhibit)
        if sent is not None:
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(sent.channel, sent.message, card, self._sender.limit_of(exhibit.server_id))
            if is_retried:
                await self._invite(sent)
            await self._posting.rename(sent, shown.name)  # last: it may have to wait for minutes
            return sent
        sent = await self._create(exhibit, shown, card, is_asked_again=is_retried or bool(letter.payload.get("again")))
        reached(FailPoint.PLACED)
        await self._note(exhibit, sent)
        reached(FailPoint.NOTED)
        await self._invite(sent)
        return sent

    async def _invite(self, sent: Sent) -> None:
        with suppress(UnreachableError, RefusedError, MessageGoneError, Later):
            await self._sender.react(sent.channel, sent.message, INVITATION)

    async def _create(self, exhibit: Exhibit, shown: Shown, card: Card, *, is_asked_again: bool) -> Sent:
        """Where that cannot be, it does not hang, and its maker can try again once the channel is mended."""
        nonce, tags = f"x{cards.mark(exhibit)}", (shown.model[:TAG_LENGTH], shown.shape)
        try:
            there = bears(f":{cards.mark(exhibit)}:")
            if is_asked_again and (sent := await self._posting.find(exhibit.channel_id, there)) is not None:
                return sent
            return await self._posting.create(exhibit.channel_id, shown.name, card, nonce=nonce, tags=tags)
        except (UnreachableError, RefusedError, TooLargeError):
            async with self._store.write() as tx:
                await exhibits.hide(tx, exhibit.id, shown.job.member_id)
            raise

    async def _note(self, exhibit: Exhibit, sent: Sent) -> None:
        """It may have been taken down while it was posted; the letter of that comes next, and finds the post."""
        thread = sent.channel if self._posting.is_thread(sent) else None
        async with self._store.write() as tx:
            await exhibits.appear(tx, exhibit, thread, sent.message)
            await placeholders.add_post(tx, Post(sent.message, sent.channel, exhibit.job_id, Told.PUBLISH))
            await community.put_notes(tx, exhibit, self._store.now())

    async def _take_down(self, exhibit: Exhibit, letter: Letter) -> None:
        sent = _sent(exhibit)
        if sent is None:  # a post that was stored by Discord, and that we have not noted
            sent = await self._posting.find(exhibit.channel_id, bears(f":{cards.mark(exhibit)}:"))
        if sent is None:
            return
        card = cards.taken_down(exhibit)
        try:
            if exhibit.state is Hanging.DELETED:
                await self._posting.remove(sent, replace(card, rows=()), words.UNTITLED)
            else:
                await self._posting.empty(sent, card, words.UNTITLED)
        except MessageGoneError:
            pass
        except UnreachableError as error:
            if later := self._sender.closed(error, exhibit.server_id, letter.tries):
                raise later from error
        async with self._store.write() as tx:
            await exhibits.vanish(tx, exhibit.id, sent.message)

    async def _guidelines(self, letter: Letter) -> Sent:
        """Found again by their first line, which is ours alone, and then brought to what they say now."""
        text, window = words.guidelines(str(letter.payload["imagine"])), str(letter.payload.get("window", ""))
        card = Card(text, links=(Link(words.WINDOW, window),) if window else ())
        is_known = letter.tries > 1 or bool(letter.payload.get("again"))
        sent = await self._posting.find(letter.channel_id, says(text)) if is_known else None
        if sent is None:
            nonce = f"gl{letter.channel_id}"
            sent = await self._posting.create(letter.channel_id, words.GUIDELINES_NAME, card, nonce=nonce, tags=())
        elif letter.payload.get("again"):
            await self._sender.edit(sent.channel, sent.message, card, 0)
        await self._posting.pin(sent)
        return sent


async def put_exhibit(tx: Writing, exhibit: Exhibit, now: datetime, *, again: str = "") -> None:
    """Its post follows. `again` tells apart what is told more than once of the same post: that its
    words are hidden, or that it never came."""
    await outbox.put(
        tx,
        key=f"exhibit:{exhibit.id}:{exhibit.posting}:{exhibit.state}{again}",
        kind=Told.PUBLISH.value,
        member_id=exhibit.by or 0,
        channel_id=exhibit.channel_id,
        job_id=exhibit.job_id,
        payload={"exhibit": exhibit.id, "again": bool(again)},
        due_at=now,
    )


async def put_guidelines(tx: Writing, channel: int, imagine: str, window: str, now: datetime) -> bool:
    """Once in each channel, and written anew where they do not name this window."""
    before = await outbox.newest(tx, Told.GUIDELINES.value, channel)
    if before is not None and before.payload.get("window", "") == window:
        return False
    key = f"guidelines:{channel}"
    return await outbox.put(
        tx,
        key=key if before is None else f"{key}:{int(now.timestamp() * 1000)}",
        kind=Told.GUIDELINES.value,
        member_id=0,
        channel_id=channel,
        payload={"imagine": imagine, "window": window, "again": before is not None},
        due_at=now,
    )


async def follow_window(tx: Writing, imagine: str, window: str, now: datetime) -> None:
    """Guidelines that were posted follow where the gallery is on the web by now."""
    for server in await servers.present(tx):
        channel = server.gallery_channel_id
        if channel is not None and await outbox.newest(tx, Told.GUIDELINES.value, channel) is not None:
            await put_guidelines(tx, channel, imagine, window, now)


async def follow(tx: Writing, picture_ids: Collection[int], member: int, now: datetime) -> None:
    """Whatever was changed of these pictures, by that member: posts that may not hang any more are taken down, the
    others show what may be read now. Of what was laid aside nothing is left."""
    for exhibit in await exhibits.of_pictures(tx, picture_ids):
        left, state = await exhibits.pictures_of(tx, exhibit), exhibit.state
        if state is not Hanging.DELETED and not left:
            await exhibits.remove(tx, exhibit.id)
            state = Hanging.DELETED
        elif state is Hanging.SHOWN and not await archive.all_for(tx, left, (Audience.GALLERY,)):
            await exhibits.hide(tx, exhibit.id, member)
            state = Hanging.HIDDEN
        if exhibit.state is Hanging.SHOWN or state is not exhibit.state:
            await put_exhibit(tx, replace(exhibit, state=state), now, again=f":{now.timestamp():.3f}")
    await community.follow(tx, picture_ids, now)


async def withdraw(tx: Writing, job_id: str, now: datetime) -> None:
    """A job is deleted: its posts go."""
    for exhibit in await exhibits.withdraw(tx, job_id):
        await put_exhibit(tx, exhibit, now)


async def find_as_made(tx: Reading, job_id: str) -> Job | None:
    """With the member whose picture it is: a cell on its own may have been taken out by another."""
    job = await jobs.find(tx, job_id)
    if job is None:
        return None
    parent = await jobs.find(tx, job.parent_id) if job.parent_id is not None else None
    return replace(job, member_id=visibility.maker_of(job, parent))


async def _shown(tx: Reading, exhibit: Exhibit, sender: Sender, window: str) -> Shown | None:
    """None if its pictures are gone."""
    job = await find_as_made(tx, exhibit.job_id)
    found = await pictures.of_job(tx, exhibit.job_id)
    chosen = tuple(picture for picture in found if exhibit.cell in (None, picture.cell))
    if job is None or job.state is State.DELETED or not chosen:
        return None
    ids = await exhibits.pictures_of(tx, exhibit)
    hidden = await archive.words_hidden(tx, ids)
    page = f"{window}/picture/{ids[0]}" if window and ids else ""
    seen = await archive.among(tx, visibility.everybody_on(exhibit.server_id), ids)
    parent = await _parent(tx, job, exhibit.server_id, sender)
    return Shown(exhibit, job, chosen, not hidden, len(seen) == len(ids), parent, page)


async def _parent(tx: Reading, job: Job, server: int, sender: Sender) -> str:
    """Where the picture is that it was made from: in the gallery if it hangs there, else where it was painted."""
    parent = await jobs.find(tx, job.parent_id) if job.parent_id is not None else None
    if parent is None or parent.state is State.DELETED or not visibility.is_prompt_public(parent):
        return ""
    posts = [one for one in await exhibits.of_job(tx, parent.id) if one.server_id == server and _sent(one) is not None]
    sent = _sent(posts[0]) if posts else None
    place = await placeholders.find(tx, parent.id)
    if sent is None and place is not None and place.message_id is not None and not place.ephemeral:
        sent = Sent(place.channel_id, place.message_id)
    if sent is None or (not posts and sender.server_of(sent.channel) != server):
        return ""
    return sent.link(server)


def link_of(exhibit: Exhibit) -> str:
    """Nothing while it has no post."""
    sent = _sent(exhibit)
    return sent.link(exhibit.server_id) if sent is not None else ""


def _sent(exhibit: Exhibit) -> Sent | None:
    if exhibit.message_id is None:
        return None
    return Sent(exhibit.thread_id or exhibit.channel_id, exhibit.message_id)
