"""The outbox to messages: whatever is told of a job, once, in order, within Discord's budgets. Knows no engine. The
first answer to an interaction is not written here; previews skip the outbox, since nobody misses a lost one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import visibility
from bot.frame.fail_points import FailPoint, reached
from bot.messages import cards
from bot.messages.community import COMMUNITY
from bot.messages.lanes import Lanes, Later, Urgency, pause_after
from bot.messages.letters import Telling
from bot.messages.live import Live
from bot.messages.placing import Placing
from bot.messages.sending import RefusedError, RevokedError, Sender, Sent, TooLargeError, UnreachableError
from bot.messages.told import Told, put, put_bar
from bot.store import jobs, outbox, placeholders
from bot.store.errors import StoreBusyError, StoreFullError
from bot.store.jobs import Job
from bot.store.outbox import Letter
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.thumbnails import Thumbnails

_log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0  # at the latest: letters that become due wake nobody
BATCH = 200
FAR = timedelta(minutes=1)  # no letter is put so far ahead
HUNG_UP = "the connection to Discord was closed"
UNSTORED = (StoreBusyError, StoreFullError)  # both pass
URGENCIES = {
    Told.ANSWER: Urgency.FINAL,
    Told.DIRECT: Urgency.FINAL,
    Told.PLACEHOLDER: Urgency.FIRST,
    Told.MENTION: Urgency.FIRST,
    Told.ERASE: Urgency.FIRST,
    Told.REWRITE: Urgency.FIRST,
    Told.PUBLISH: Urgency.MINOR,
    Told.GUIDELINES: Urgency.MINOR,
    Told.STORAGE: Urgency.MINOR,
    Told.REFRESH: Urgency.MINOR,
    **dict.fromkeys(COMMUNITY, Urgency.MINOR),
    Told.BAR: Urgency.PREVIEW,
}


class Delivery:
    """`revoked` is set when Discord no longer knows the bot's token: then nothing can be told to anybody.
    `thumbnails` are the whole bot's, and end with what is sent last."""

    def __init__(self, store: Store, sender: Sender, now: Callable[[], datetime], window: str = "") -> None:
        self._store, self._sender, self._now = store, sender, now
        self._placing = Placing(store, sender, now)
        self.thumbnails = Thumbnails(store)
        self._telling = Telling(store, sender, self.thumbnails, self._placing, window)
        self._lanes = Lanes()
        self._followed: dict[str, Job] = {}
        self._live: dict[str, Live] = {}
        self._taken: set[int] = set()
        self._broken: set[int] = set()  # of these it could not be stored how it went
        self._news = asyncio.Event()
        self.revoked = asyncio.Event()

    def follow(self, job: Job, place: Placeholder) -> None:
        """From now on its progress may be shown."""
        self._followed[job.id] = job

    def lock(self, job_id: str) -> asyncio.Lock:
        """Hold it while the job's first message is written: else its answer might become a second one."""
        return self._placing.lock(job_id)

    def progress(self, job_id: str, live: Live) -> None:
        """Show how it looks by now, when there is room for it."""
        if job_id not in self._followed:
            return
        self._live[job_id] = live
        channel = self._followed[job_id].channel_id
        self._lanes.put(channel, Urgency.PREVIEW, ("live", job_id), partial(self._show, job_id), lasts=False)

    def poke(self) -> None:
        """There is something new in the outbox."""
        self._news.set()

    def pause(self, seconds: float) -> None:
        """Discord takes nothing at all from us for so long."""
        self._lanes.pause(seconds)

    async def run(self) -> None:
        """Until it is cancelled. What was being sent when the program ended is looked for first, then sent again."""
        is_known = False
        while True:
            self._news.clear()
            try:
                if not is_known:
                    await self._take_up_doubtful()
                    is_known = True
                await self._take_due()
            except UNSTORED as error:
                _log.warning("The outbox cannot be read now: %s", error)
            with suppress(TimeoutError):
                # `wait_for` of Python 3.11 loses a cancellation that comes together with news, and then never ends.
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()

    async def settle(self, seconds: float) -> None:
        """Wait until all that is due was sent, but no longer than that."""
        with suppress(TimeoutError, *UNSTORED):
            async with asyncio.timeout(seconds):
                await self._take_due()
                while self._taken or not self._lanes.is_idle:
                    await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._lanes.close()
        await self.thumbnails.close()

    async def _take_up_doubtful(self) -> None:
        """Whatever its time says: it was another run of the program, and the clock may have been set since."""
        async with self._store.write() as tx:
            for letter in await outbox.doubtful(tx, datetime.max.replace(tzinfo=UTC)):
                await outbox.postpone(tx, letter.id, self._now(), "the program ended while it was being sent")
            await outbox.hasten(tx, self._now(), self._now() + FAR)

    async def _take_due(self) -> None:
        async with self._store.read() as tx:
            letters = await outbox.due(tx, self._now(), BATCH + len(self._taken))
        for letter in letters:
            if letter.id not in self._taken:
                self._taken.add(letter.id)
                work = partial(self._deliver, letter.id)
                self._lanes.put(letter.channel_id, URGENCIES[Told(letter.kind)], ("letter", letter.id), work)
        self._lanes.forget_idle()

    async def _deliver(self, letter_id: int) -> None:
        """One letter, to its end: sent, dropped, or (by `Later`) tried again."""
        try:
            letter = await self._begin(letter_id)
            if letter is not None:
                await self._bring(letter)
        except UNSTORED as error:
            self._broken.add(letter_id)
            raise Later(str(error)) from error
        self._taken.discard(letter_id)

    async def _begin(self, letter_id: int) -> Letter | None:
        async with self._store.write() as tx:
            if letter_id in self._broken:
                await outbox.postpone(tx, letter_id, self._now(), "how it went could not be stored")
            letter = await outbox.find(tx, letter_id) if await outbox.begin(tx, letter_id, self._now()) else None
        self._broken.discard(letter_id)
        return letter

    async def _bring(self, letter: Letter) -> None:
        try:
            reached(FailPoint.SENDING)
            sent = await self._tell(letter)
        except UNSTORED:
            raise
        except Later as later:
            if not later.alone:
                await self._postpone(letter, later.reason)
                raise
            pause = max(later.after or 0.0, pause_after(letter.tries))
            _log.info("A letter of job %s waits %.0f s (%s).", letter.job_id, pause, later.reason)
            await self._postpone(letter, later.reason, pause)
        except RevokedError:
            self.revoked.set()
            reason = "the bot's token is not known to Discord"
            await self._postpone(letter, reason)
            raise Later(reason, 60.0, everywhere=True) from None
        except (UnreachableError, RefusedError, TooLargeError) as error:
            await self._drop(letter, str(error))
        except Exception as error:  # a border: one message that breaks must not stop the others
            if self._sender.is_closed:  # the library hung up, and then breaks anyhow
                await self._postpone(letter, HUNG_UP)
                raise Later(HUNG_UP, 60.0, everywhere=True) from error
            _log.exception("A message about job %s could not be made.", letter.job_id)
            await self._drop(letter, type(error).__name__)
        else:
            await self._sent(letter, sent)

    async def _tell(self, letter: Letter) -> Sent | None:
        if letter.kind == Told.ANSWER and letter.job_id is not None:
            self._forget(letter.job_id)
        return await self._telling.tell(letter)

    async def _sent(self, letter: Letter, sent: Sent | None) -> None:
        """Only now its member is called, if that is wanted: a call must not come before what it is about."""
        reached(FailPoint.SENT)
        async with self._store.write() as tx:
            await outbox.finish(tx, letter.id, self._now(), sent.message if sent else None)
            if letter.kind == Told.ANSWER and letter.job_id is not None:
                await jobs.deliver(tx, letter.job_id)
                await put_bar(tx, letter.job_id, self._now())
                job = await jobs.find(tx, letter.job_id)
                took_ms = letter.payload.get("took_ms")
                if job is not None and sent is not None and took_ms is not None:
                    await put(tx, job, Told.MENTION, self._now(), took_ms=took_ms)
        self.poke()
        reached(FailPoint.DELIVERED)

    async def _postpone(self, letter: Letter, why: str, seconds: float = 0.0) -> None:
        async with self._store.write() as tx:
            await outbox.postpone(tx, letter.id, self._now() + timedelta(seconds=seconds), why)

    async def _drop(self, letter: Letter, why: str) -> None:
        _log.warning("Gave up telling %s of job %s: %s", letter.kind, letter.job_id, why)
        async with self._store.write() as tx:
            await outbox.drop(tx, letter.id, why)

    async def _show(self, job_id: str) -> None:
        """A preview. If it cannot be shown now, the next one may; if it never can, none is tried any more."""
        live = self._live.pop(job_id, None)
        if live is None:
            return
        async with self._placing.lock(job_id):
            job = self._followed.get(job_id)
            if job is None:
                return
            try:
                async with self._store.read() as tx:
                    place = await placeholders.find(tx, job_id)
                    is_wordless = await visibility.has_hidden_words(tx, job)
                if place is not None and place.message_id is not None:
                    await self._placing.edit(place, cards.under_way(job, live, is_wordless=is_wordless))
            except Later as later:
                if not later.alone:
                    raise
            except Exception as error:  # a border: a preview that fails is not missed
                _log.info("Job %s is shown no more until its end: %s", job_id, error)
                self._forget(job_id)

    def _forget(self, job_id: str) -> None:
        """No more previews: its answer comes, or nobody would see them."""
        job = self._followed.pop(job_id, None)
        self._live.pop(job_id, None)
        if job is not None:
            self._lanes.drop(job.channel_id, ("live", job_id))
