"""What is posted of a day: its card with a thread, the pictures that are entered, and at the end the winner, pinned.
Each message follows what the rows say, also when a picture may not be shown any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot import visibility
from bot.buttons.custom_id import Action
from bot.messages.cards import Button, Card, Pictures
from bot.messages.lanes import Later, Locks
from bot.messages.posting import Posting, bears, says
from bot.messages.sending import MessageGoneError, RefusedError, Sender, Sent, UnreachableError
from bot.messages.told import Told
from bot.replies import community as words
from bot.store import archive, ballots, candidates, dailies, jobs, pictures, placeholders
from bot.store.candidates import Candidate
from bot.store.dailies import Daily
from bot.store.outbox import Letter
from bot.store.placeholders import Post
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import Running

PATIENCE = 8  # tries of a picture whose day's card is not there yet
OTHERS = 2  # after the winner


class DailyPosts:
    def __init__(self, store: Store, sender: Sender) -> None:
        self._store, self._sender, self._posting = store, sender, Posting(sender)
        self._locks = Locks()  # two letters of one day would both find that there is no card yet

    async def tell(self, letter: Letter) -> Sent | None:
        number = int(letter.payload.get("daily", 0))
        async with self._locks.of(number):
            async with self._store.read() as tx:
                daily = await dailies.find(tx, number)
            if daily is None:
                return None
            is_doubtful = letter.tries > 1
            if letter.kind == Told.CANDIDATE:
                return await self._candidate(daily, letter, is_doubtful=is_doubtful)
            sent = await self._card(daily, is_doubtful=is_doubtful)
            if daily.state is Running.ENDED and sent is not None:
                await self._crown(daily, letter)
            return sent

    async def _card(self, daily: Daily, *, is_doubtful: bool) -> Sent | None:
        async with self._store.read() as tx:
            card = await _card_of(tx, daily)
        if daily.message_id is not None and daily.home_id is not None:
            sent = Sent(daily.home_id, daily.message_id)
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(sent.channel, sent.message, card, 0)
            return sent
        if daily.state is Running.ENDED:
            return None  # nobody could see it while it was on
        found = await self._posting.find(daily.channel_id, bears(f":{_vote(daily)}:")) if is_doubtful else None
        name = words.day_name(daily.theme, daily.day)
        sent = found or await self._posting.create(daily.channel_id, name, card, nonce=f"dy{daily.id}", tags=())
        thread = await self._posting.open_thread(sent, name)
        async with self._store.write() as tx:
            await dailies.appear(tx, daily.id, sent.channel, sent.message, thread)
        return sent

    async def _candidate(self, daily: Daily, letter: Letter, *, is_doubtful: bool) -> Sent | None:
        async with self._store.read() as tx:
            candidate = await candidates.find(tx, int(letter.payload.get("candidate", 0)))
            shown = await shown_of(tx, daily, candidate) if candidate is not None else None
        before = candidate.message_id if candidate is not None else letter.payload.get("message")
        place = daily.thread_id or daily.channel_id
        if candidate is None or shown is None:
            await self._take_away(place, before)
            if candidate is not None:
                await self._note(candidate, None)
            return None
        if daily.message_id is None:
            if letter.tries > PATIENCE:
                return None
            raise Later("the day's card is not there yet", 1.0)
        card = Card(words.candidate(candidate.id), files=(shown.file,))
        limit = self._sender.limit_of(daily.server_id)
        if before is not None:
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(place, before, card, limit)
            return Sent(place, before)
        found = await self._sender.find(place, says(card.text)) if is_doubtful else None
        sent = Sent(place, found) if found else await self._sender.create(place, card, limit, nonce=f"dc{letter.id}")
        await self._note(candidate, sent, shown.job)
        return sent

    async def _note(self, candidate: Candidate, sent: Sent | None, job: str = "") -> None:
        """As a post of its job, so that it can be reported like any other."""
        async with self._store.write() as tx:
            await candidates.appear(tx, candidate.id, sent.message if sent is not None else None)
            if sent is not None:
                await placeholders.add_post(tx, Post(sent.message, sent.channel, job, Told.CANDIDATE))

    async def _crown(self, daily: Daily, letter: Letter) -> None:
        """Pinned where the day was. Whoever takes their picture back takes it from here as well."""
        place, limit = daily.thread_id or daily.channel_id, self._sender.limit_of(daily.server_id)
        async with self._store.read() as tx:
            entered = await candidates.of_daily(tx, daily.id)
            best = _best(entered)
            shown = await shown_of(tx, daily, best) if best is not None else None
            votes = sum(one.chosen is not None for one in await ballots.of_daily(tx, daily.id))
        if best is None or shown is None:
            if daily.crown_id is not None:
                await self._take_away(place, daily.crown_id)
                async with self._store.write() as tx:
                    await dailies.crown(tx, daily.id, None)
            return
        others = [
            (one.place, one.member_id) for one in entered if one.place is not None and 1 < one.place <= 1 + OTHERS
        ]
        text = words.winner(daily.theme, best.id, best.member_id, (len(entered), votes), sorted(others))
        card = Card(text, files=(shown.file,), mentions=(best.member_id,))
        if daily.crown_id is not None:
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(place, daily.crown_id, card, limit)
            return
        found = await self._sender.find(place, says(text)) if letter.tries > 1 else None
        sent = Sent(place, found) if found else await self._sender.create(place, card, limit, nonce=f"dw{letter.id}")
        async with self._store.write() as tx:
            await dailies.crown(tx, daily.id, sent.message)
        await self._posting.pin(sent)

    async def _take_away(self, channel: int, message: int | None) -> None:
        if message is not None:
            with suppress(MessageGoneError, UnreachableError, RefusedError):
                await self._sender.delete(channel, message)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it may be posted, and the job that made it."""

    job: str
    file: Pictures


async def shown_of(tx: Reading, daily: Daily, candidate: Candidate) -> Shown | None:
    """None if not everybody there may see it."""
    everybody = visibility.everybody_on(daily.server_id)
    picture = (await archive.among(tx, everybody, [candidate.picture_id])).get(candidate.picture_id)
    if picture is None:
        return None
    job = await jobs.find(tx, picture.job_id)
    stored = await pictures.find(tx, picture.job_id, picture.cell)
    if job is None or stored is None:
        return None
    recipes = (stored.recipe,) if visibility.may_read(picture, everybody) else ()
    alt = visibility.alt_of(picture, everybody)
    stem, mark = visibility.file_stem(job, stored), visibility.mark(job, (stored,))
    return Shown(job.id, Pictures((stored.sha256,), stem, mark, alt, recipes))


def day_buttons(daily: Daily) -> tuple[Button, ...]:
    return (
        Button(Action.DAILY, "", words.VOTE, "🗳️", extra=_vote(daily)),
        Button(Action.DAILY, "", words.ENTER, "🖼️", extra=f"e.{daily.id}"),
    )


def link_of(daily: Daily) -> str:
    if daily.message_id is None or daily.home_id is None:
        return ""
    return Sent(daily.home_id, daily.message_id).link(daily.server_id)


async def _card_of(tx: Reading, daily: Daily) -> Card:
    if daily.state is Running.OPEN:
        before = await _before(tx, daily)
        return Card(words.day_card(daily.theme, daily.ends_at, daily.set_by, before), (day_buttons(daily),))
    shown = await candidates.of_daily(tx, daily.id)
    best = _best(shown)
    result = words.no_winner(len(shown)) if best is None else words.won(best.member_id)
    if best is not None and await shown_of(tx, daily, best) is None:
        result = words.SEEN_NO_MORE
    return Card(words.day_ended(daily.theme, daily.day, result))


async def _before(tx: Reading, daily: Daily) -> str:
    """Who won the last day, for those who only look at the new one."""
    last = await dailies.before(tx, daily)
    best = _best(await candidates.of_daily(tx, last.id)) if last is not None else None
    if last is None or best is None or await shown_of(tx, last, best) is None:
        return ""
    return words.won_before(last.theme, best.member_id, link_of(last))


def _best(entered: Sequence[Candidate]) -> Candidate | None:
    """None before the day's end, or where too few voted."""
    return next((one for one in entered if one.place == 1), None)


def _vote(daily: Daily) -> str:
    return f"v.{daily.id}"
