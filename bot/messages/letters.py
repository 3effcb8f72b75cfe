"""What each kind of letter of the outbox tells, and how it is known whether that was told already."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import discord

from bot import replies, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.frame.fail_points import FailPoint, reached
from bot.kinds import Kind
from bot.messages import cards
from bot.messages.cards import Card, File, Pressed
from bot.messages.community import COMMUNITY
from bot.messages.daily_posts import DailyPosts
from bot.messages.digest_posts import DigestPosts
from bot.messages.exhibiting import Exhibiting, find_as_made
from bot.messages.follow_notes import FollowNotes
from bot.messages.lanes import Later
from bot.messages.live import Live
from bot.messages.placing import Placing
from bot.messages.sending import MessageGoneError, RefusedError, Sender, Sent, TokenGoneError, UnreachableError, sent_at
from bot.messages.told import Told
from bot.replies import storage
from bot.store import films, jobs, pictures, placeholders
from bot.store.jobs import Job
from bot.store.outbox import Letter
from bot.store.placeholders import Placeholder, Post
from bot.store.store import Store
from bot.store.words import OPEN, State
from bot.thumbnails import Thumbnails

PRESSES = {
    Kind.SINGLE: Action.SINGLE,
    Kind.REROLL: Action.REROLL,
    Kind.REDO: Action.REDO,
    Kind.UPSCALE_SUBTLE: Action.UPSCALE_SUBTLE,
    Kind.UPSCALE_CREATIVE: Action.UPSCALE_CREATIVE,
    Kind.VARY_SUBTLE: Action.VARY_SUBTLE,
    Kind.VARY_STRONG: Action.VARY_STRONG,
}
SHOWN = "show"
GALLERY = (Told.PUBLISH, Told.GUIDELINES)
TAKEN_BACK = Card(replies.TAKEN_BACK)
Deed = Callable[[], Awaitable[None]]
CLOCKS_APART_MS = 30_000  # at most: ours and Discord's
_CLOSED = (MessageGoneError, UnreachableError, RefusedError)  # one message; what is done to the others goes on


MOST_BYTES = 24 * 2**20  # of the 25 MiB that one request may have


class Telling:
    def __init__(self, store: Store, sender: Sender, thumbnails: Thumbnails, placing: Placing, window: str) -> None:
        self._store, self._sender, self._placing = store, sender, placing
        self._exhibiting = Exhibiting(store, sender, window)
        days = DailyPosts(store, sender)
        self._community: dict[str, DailyPosts | DigestPosts | FollowNotes] = {
            Told.DAILY: days,
            Told.CANDIDATE: days,
            Told.DIGEST: DigestPosts(store, sender, thumbnails),
            Told.NOTE: FollowNotes(store, sender),
        }

    async def tell(self, letter: Letter) -> Sent | None:
        """None: there was nothing to tell any more."""
        if letter.kind in GALLERY:
            return await self._exhibiting.tell(letter)
        if letter.kind == Told.STORAGE:
            return await self._storage(letter)
        if letter.kind in COMMUNITY:
            return await self._community[letter.kind].tell(letter)
        if letter.job_id is None:
            return None
        async with self._store.read() as tx:
            job = await jobs.find(tx, letter.job_id)
            place = await placeholders.find(tx, letter.job_id)
        if job is None or place is None:
            return None
        match Told(letter.kind):
            case Told.PLACEHOLDER:
                return await self._placeholder(job, place)
            case Told.ANSWER:
                return await self._answer(job, letter)
            case Told.MENTION:
                return await self._mention(job, place, letter)
            case Told.DIRECT:
                return await self._direct(job, letter)
            case Told.REFRESH:
                return await self._refresh(job, place)
            case Told.REWRITE:
                await self._rewrite(job)
            case Told.ERASE:
                await self._erase(job, letter)
            case Told.BAR:
                await self._bar(job, place, letter)
        return None

    async def _placeholder(self, job: Job, place: Placeholder) -> Sent | None:
        async with self._placing.lock(job.id):
            async with self._store.read() as tx:
                current, there = await jobs.find(tx, job.id), await placeholders.find(tx, job.id)
                is_wordless = await visibility.has_hidden_words(tx, job)
            if current is None or there is None or current.state not in OPEN:
                return None
            if there.message_id is not None or (await self._placing.found(job, there)).message_id is not None:
                return None
            if place.ephemeral or place.by_token:
                return None  # it can be written only as an answer, and that was missed: the picture comes by itself
            return await self._placing.put(job, cards.under_way(job, Live(), is_wordless=is_wordless))

    async def _answer(self, job: Job, letter: Letter) -> Sent | None:
        """What became private since it was asked for comes to its member alone; to nobody, if that is not its maker."""
        async with self._placing.lock(job.id):
            async with self._store.read() as tx:
                current, place = await jobs.find(tx, job.id), await placeholders.find(tx, job.id)
                if current is None or place is None or current.state is State.DELETED:
                    return None
                asker = Asker(current.member_id, place.channel_id, current.server_id)
                is_theirs = await visibility.sees(tx, current, asker)
            was_public = bool(letter.payload.get("public"))
            if not await self._is_exposed(current, place, was_public=was_public):
                return await self._placing.put(current, await ended_card(self._store, current))
            await self._placing.clear(current, place, TAKEN_BACK)
            return await self._placing.direct(current, await ended_card(self._store, current)) if is_theirs else None

    async def _is_exposed(self, job: Job, place: Placeholder, *, was_public: bool = False) -> bool:
        """Whether others read its message, and must not any more. Of what is asked for outside of servers, and so is
        private and stays, only its letter tells that it was public meanwhile."""
        if place.ephemeral or visibility.is_prompt_public(job):
            return False
        if was_public or self._sender.server_of(place.channel_id) is not None:
            return True
        # A thread that sleeps is not known to the library; and what was asked for alone may be a server's by now.
        return job.server_id is not None and place.channel_id != await self._own_channel(job)

    async def _mention(self, job: Job, place: Placeholder, letter: Letter) -> Sent | None:
        if place.message_id is None or place.ephemeral or place.by_token or await self._is_exposed(job, place):
            return None
        parent = place.message_id
        if letter.tries > 1:
            found = await self._sender.find(place.channel_id, lambda message: _answers(message, parent))
            if found is not None:
                return Sent(place.channel_id, found)
        if job.state is State.FAILED:
            text = replies.failed_by_mention(job.member_id)
        else:
            text = replies.done_by_mention(job.member_id, int(letter.payload["took_ms"]))
        card = Card(text, mentions=(job.member_id,))
        try:
            sent = await self._sender.create(place.channel_id, card, 0, nonce=f"m{job.id}", reply_to=parent)
        except UnreachableError:
            return None
        reached(FailPoint.MENTIONED)
        await self._note(sent, job, Told.MENTION)
        return sent

    async def _direct(self, job: Job, letter: Letter) -> Sent | None:
        async with self._store.read() as tx:
            shown = await pictures.of_job(tx, job.id)
            film = await films.find(tx, job.id) if len(shown) == len(job.cells) else None
            asker = Asker(letter.member_id, job.channel_id, job.server_id)
            is_withdrawn = letter.payload.get("public") and not await visibility.reads(tx, job, asker)
        if not shown or is_withdrawn:
            return None
        member = letter.member_id
        channel = await self._sender.direct_channel(member)
        if letter.payload.get("unasked") and channel == job.channel_id:
            return None  # it is there already
        nonce = f"r{letter.id}"
        if letter.tries > 1:
            found = await self._sender.find(channel, lambda message: f"`{job.id}`" in message.content, limit=20)
            if found is not None:
                return Sent(channel, found)
        files: tuple[File, ...] = tuple(cards.whole(job, picture) for picture in shown)
        seeds = [int(json.loads(picture.recipe)["seed"]) for picture in shown]
        files += (cards.filmed(job, film, job.text[: visibility.ALT_LIMIT]),) if film is not None else ()
        card = Card(replies.direct(job.text, job.id, seeds), files=(*files, *cards.written(job, shown)))
        limit = min(self._sender.limit_of(None), MOST_BYTES // len(files))
        sent = await self._sender.create(channel, card, limit, nonce=nonce)
        await self._note(sent, job, Told.DIRECT)
        return sent

    async def _storage(self, letter: Letter) -> Sent:
        told = letter.payload
        text = storage.nearly_full(int(told["used"]), int(told["bound"]), int(told["days"]))
        channel = await self._sender.direct_channel(letter.member_id)
        return await self._sender.create(channel, Card(text), 0, nonce=f"s{letter.id}")

    async def _refresh(self, job: Job, place: Placeholder) -> Sent | None:
        """Only the buttons; the picture stays as it is. Not worth a second message."""
        if place.message_id is None or job.state not in (State.RENDERED, State.DONE):
            return None
        async with self._store.read() as tx:
            copies = [post for post in await placeholders.posts_of(tx, job.id) if post.kind == SHOWN]
        for copy in copies:
            card = await ended_card(self._store, job)
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit_buttons(copy.channel_id, copy.message_id, card.rows)
        if await self._is_exposed(job, place):
            return None
        try:
            async with self._placing.lock(job.id):  # of two presses at once the later must be the last to be shown
                card = await ended_card(self._store, job)
                await self._placing.edit_buttons(place, card.rows)
        except (MessageGoneError, UnreachableError):
            return None
        return Sent(place.channel_id, place.message_id)

    async def _rewrite(self, job: Job) -> None:
        """Where they are; what was taken away stays away."""
        card = await ended_card(self._store, job)
        async with self._store.read() as tx:
            copies = [post for post in await placeholders.posts_of(tx, job.id) if post.kind == SHOWN]
        for copy in copies:
            with suppress(*_CLOSED):
                await self._sender.edit(copy.channel_id, copy.message_id, card, self._sender.limit_of(None))
        async with self._placing.lock(job.id):
            async with self._store.read() as tx:
                place = await placeholders.find(tx, job.id)
                current = await jobs.find(tx, job.id)
            with suppress(MessageGoneError, UnreachableError):
                if place is not None and current is not None:
                    await self._placing.edit(place, TAKEN_BACK if await self._is_exposed(current, place) else card)

    async def _erase(self, job: Job, letter: Letter) -> None:
        """All of its messages, or only those of one kind, or all but those that its maker alone reads."""
        only = letter.payload.get("only")
        own = await self._own_channel(job) if letter.payload.get("kept") else None
        async with self._placing.lock(job.id), self._store.read() as tx:  # an answer under way must not come after it
            others = await placeholders.posts_of(tx, job.id)
            place = await placeholders.find(tx, job.id)
        chosen = [
            post
            for post in others
            if post.kind not in (*GALLERY, *COMMUNITY) and only in (None, post.kind, post.kind.partition(":")[0])
        ]
        chosen = [post for post in chosen if not _is_newer(letter, post.message_id)]
        is_shown = place is not None and only is None and not _is_newer(letter, place.message_id)
        deeds = [(post.channel_id, partial(self._sender.delete, post.channel_id, post.message_id)) for post in chosen]
        deeds += [(place.channel_id, partial(self._placing.remove, place))] if place is not None and is_shown else []
        later = [await self._take_away(job, letter, channel, deed) for channel, deed in deeds if channel != own]
        for one in filter(None, later):
            raise one

    async def _take_away(self, job: Job, letter: Letter, channel: int, deed: Deed) -> Later | None:
        """Not now where we were shut out."""
        try:
            await deed()
        except UnreachableError as error:
            return self._sender.closed(error, self._sender.server_of(channel) or job.server_id, letter.tries)
        except (MessageGoneError, RefusedError, TokenGoneError):
            pass
        return None

    async def _own_channel(self, job: Job) -> int | None:
        async with self._store.read() as tx:
            made = await find_as_made(tx, job.id) or job
        with suppress(UnreachableError):
            return await self._sender.direct_channel(made.member_id)
        return None

    async def _bar(self, job: Job, place: Placeholder, letter: Letter) -> None:
        if place.message_id is None or place.ephemeral or place.by_token or await self._is_exposed(job, place):
            return
        for emoji in letter.payload["emoji"]:
            await self._sender.react(place.channel_id, place.message_id, str(emoji))

    async def _note(self, sent: Sent, job: Job, kind: Told) -> None:
        async with self._store.write() as tx:
            await placeholders.add_post(tx, Post(sent.message, sent.channel, job.id, kind.value))


async def ended_card(store: Store, job: Job) -> Card:
    """A job's final answer as it looks today."""
    async with store.read() as tx:
        shown = await pictures.of_job(tx, job.id)
        film = await films.find(tx, job.id) if len(shown) == len(job.cells) else None
        children = tuple(each for each in await jobs.children(tx, job.id) if visibility.shows_in(job, each))
        is_wordless = await visibility.has_hidden_words(tx, job)
    return cards.ended(job, shown, pressed_by(children, len(shown)), film, is_wordless=is_wordless)


def pressed_by(children: tuple[Job, ...], cells: int) -> Pressed:
    """Which of a job's buttons led to something."""
    pressed = set()
    for child in children:
        action = PRESSES.get(Kind(child.kind))
        if action is None or child.state in (State.CANCELLED, State.FAILED, State.DELETED):
            continue
        if cells > 1 and action in (Action.VARY_SUBTLE, Action.VARY_STRONG):
            action = Action.VARY
        pressed.add((action, child.parent_cell or 0))
    return pressed


def _is_newer(letter: Letter, message: int | None) -> bool:
    """Posted since it was said that all be taken away, which had to wait: the picture may be shown again."""
    if message is None or letter.tries <= 1 or "at" not in letter.payload:
        return False
    return sent_at(message).timestamp() * 1000 > int(letter.payload["at"]) + CLOCKS_APART_MS


def _answers(message: discord.Message, parent: int) -> bool:
    return message.reference is not None and message.reference.message_id == parent and not message.components
