"""What is posted of a day: its card with a thread, the pictures that are entered, and at the end the winner, pinned.
Each message follows what the rows say, also when a picture may not be shown any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot import visibility
from bot.buttons.custom_id import Action
from bot.frame.fail_points import FailPoint, reached
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
                await self._crown(daily.id, letter)
            return sent

    async def _card(self, daily: Daily, *, is_doubtful: bool) -> Sent | None:
        async with self._store.read() as tx:
            card = await _card_of(tx, daily)
        sent, name = _sent(daily), words.day_name(daily.theme, daily.day)
        if sent is None and is_doubtful:
            sent = await self._posting.find(daily.channel_id, bears(f":{_vote(daily)}:"))
            if sent is not None:  # before its buttons go, by which it was found
                await self._appear(daily, sent, name)
        if sent is not None:
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(sent.channel, sent.message, card, 0)
        elif daily.state is Running.OPEN:  # after that day nobody could see any more what it was about
            sent = await self._posting.create(daily.channel_id, name, card, nonce=f"dy{daily.id}", tags=())
            reached(FailPoint.PLACED)
            await self._appear(daily, sent, name)
        return sent

    async def _appear(self, daily: Daily, sent: Sent, name: str) -> None:
        thread = await self._posting.open_thread(sent, name)
        reached(FailPoint.THREADED)
        async with self._store.write() as tx:
            await dailies.appear(tx, daily.id, sent.channel, sent.message, thread)

    async def _candidate(self, daily: Daily, letter: Letter, *, is_doubtful: bool) -> Sent | None:
        async with self._store.read() as tx:
            candidate = await candidates.find(tx, int(letter.payload.get("candidate", 0)))
            shown = await shown_of(tx, daily, candidate) if candidate is not None else None
        before = candidate.message_id if candidate is not None else letter.payload.get("message")
        place, text = daily.thread_id or daily.channel_id, words.candidate(int(letter.payload.get("candidate", 0)))
        if before is None and is_doubtful and daily.message_id is not None:
            before = await self._sender.find(place, says(text))
        if candidate is None or shown is None:
            await self._take_away(place, before)
            if candidate is not None:
                await self._note(candidate, None)
            return None
        if daily.message_id is None:
            if letter.tries > PATIENCE:
                return None
            raise Later("the day's card is not there yet", 1.0)
        card = Card(text, files=(shown.file,))
        limit = self._sender.limit_of(daily.server_id)
        if before is not None:
            sent = Sent(place, before)
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(place, before, card, limit)
        else:
            sent = await self._sender.create(place, card, limit, nonce=f"dc{letter.id}")
            reached(FailPoint.PLACED)
        if candidate.message_id is None:
            await self._note(candidate, sent, shown.job)
        return sent

    async def _note(self, candidate: Candidate, sent: Sent | None, job: str = "") -> None:
        """As a post of its job, so that it can be reported like any other."""
        async with self._store.write() as tx:
            await candidates.appear(tx, candidate.id, sent.message if sent is not None else None)
            if sent is not None:
                await placeholders.add_post(tx, Post(sent.message, sent.channel, job, Told.CANDIDATE))

    async def _crown(self, number: int, letter: Letter) -> None:
        """Pinned where the day was. Whoever takes their picture back takes it from here as well."""
        async with self._store.read() as tx:
            daily = await dailies.find(tx, number)  # its thread may be known only now
            entered = await candidates.of_daily(tx, number)
            best = _best(entered)
            if daily is None or (best is None and daily.crown_id is None):
                return
            shown = await shown_of(tx, daily, best) if best is not None else None
            seen, votes = await taking_part(tx, daily)
        place, limit = daily.thread_id or daily.channel_id, self._sender.limit_of(daily.server_id)
        others = [(one.place, one.member_id) for one in seen if one.place is not None and 1 < one.place <= 1 + OTHERS]
        is_doubtful, message, text = letter.tries > 1, daily.crown_id, ""
        if best is not None:
            text = words.winner(daily.theme, best.id, best.member_id, (len(seen), votes), sorted(others))
        if message is None and is_doubtful:
            message = await self._sender.find(place, says(text))
        if best is None or shown is None:
            if message is not None:
                await self._take_away(place, message)
                async with self._store.write() as tx:
                    await dailies.crown(tx, number, None)
            return
        card = Card(text, files=(shown.file,), mentions=(best.member_id,))
        if message is not None:
            with suppress(MessageGoneError, UnreachableError):
                await self._sender.edit(place, message, card, limit)
        else:
            message = (await self._sender.create(place, card, limit, nonce=f"dw{letter.id}")).message
            reached(FailPoint.PLACED)
        if daily.crown_id is None:
            async with self._store.write() as tx:
                await dailies.crown(tx, number, message)
            reached(FailPoint.CROWNED)
        if daily.crown_id is None or is_doubtful:
            await self._posting.pin(Sent(place, message))

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


async def taking_part(tx: Reading, daily: Daily) -> tuple[list[Candidate], int]:
    """All that everybody there may see, and how many votes were cast between them: the rest counts nowhere."""
    entered = await candidates.of_daily(tx, daily.id)
    everybody = visibility.everybody_on(daily.server_id)
    seen = await archive.among(tx, everybody, [one.picture_id for one in entered])
    known = {one.id: one for one in entered if one.picture_id in seen}
    cast = [one for one in await ballots.of_daily(tx, daily.id) if known.keys() >= {*one.pair}]
    return list(known.values()), sum(one.chosen is not None for one in cast)


def day_buttons(daily: Daily) -> tuple[Button, ...]:
    return (
        Button(Action.DAILY, "", words.VOTE, "🗳️", extra=_vote(daily)),
        Button(Action.DAILY, "", words.ENTER, "🖼️", extra=f"e.{daily.id}"),
    )


def link_of(daily: Daily) -> str:
    sent = _sent(daily)
    return sent.link(daily.server_id) if sent is not None else ""


def _sent(daily: Daily) -> Sent | None:
    if daily.message_id is None or daily.home_id is None:
        return None
    return Sent(daily.home_id, daily.message_id)


async def _card_of(tx: Reading, daily: Daily) -> Card:
    if daily.state is Running.OPEN:
        before = await _before(tx, daily)
        return Card(words.day_card(daily.theme, daily.ends_at, daily.set_by, before), (day_buttons(daily),))
    entered = await candidates.of_daily(tx, daily.id)
    best = _best(entered)
    seen, _ = await taking_part(tx, daily)
    result = words.no_winner(len(seen)) if best is None else words.won(best.member_id)
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
