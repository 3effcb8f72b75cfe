"""The outbox to messages: whatever is told of a job, once, in order, within Discord's budgets. Knows no engine. The
first answer to an interaction is not written here; previews skip the outbox, since nobody misses a lost one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.frame.fail_points import FailPoint, reached
from bot.messages import cards
from bot.messages.lanes import Lanes, Later, Urgency
from bot.messages.letters import Telling
from bot.messages.live import Live
from bot.messages.placing import Placing
from bot.messages.sending import RefusedError, RevokedError, Sender, Sent, TooLargeError, UnreachableError
from bot.messages.told import Told, put_bar
from bot.store import jobs, outbox
from bot.store.jobs import Job
from bot.store.outbox import Letter
from bot.store.placeholders import Placeholder
from bot.store.store import Store

_log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0  # at the latest: letters that become due wake nobody
BATCH = 200
URGENCIES = {
    Told.ANSWER: Urgency.FINAL,
    Told.DIRECT: Urgency.FINAL,
    Told.PLACEHOLDER: Urgency.FIRST,
    Told.MENTION: Urgency.FIRST,
    Told.ERASE: Urgency.FIRST,
    Told.PUBLISH: Urgency.MINOR,
    Told.REFRESH: Urgency.MINOR,
    Told.BAR: Urgency.PREVIEW,
}


class Delivery:
    """`revoked` is set when Discord no longer knows the bot's token: then nothing can be told to anybody."""

    def __init__(self, store: Store, sender: Sender, now: Callable[[], datetime]) -> None:
        self._store, self._sender, self._now = store, sender, now
        self._placing = Placing(store, sender, now)
        self._telling = Telling(store, sender, self._placing)
        self._lanes = Lanes()
        self._followed: dict[str, tuple[Job, Placeholder]] = {}
        self._live: dict[str, Live] = {}
        self._taken: set[int] = set()
        self._news = asyncio.Event()
        self.revoked = asyncio.Event()

    def follow(self, job: Job, place: Placeholder) -> None:
        """From now on its progress may be shown."""
        self._followed[job.id] = (job, place)

    def lock(self, job_id: str) -> asyncio.Lock:
        """Hold it while the job's first message is written: else its answer might become a second one."""
        return self._placing.lock(job_id)

    def placed(self, job_id: str, message: int) -> None:
        """Its message is there."""
        if job_id in self._followed:
            job, place = self._followed[job_id]
            self._followed[job_id] = (job, replace(place, message_id=message))

    def progress(self, job_id: str, live: Live) -> None:
        """Show how it looks by now, when there is room for it."""
        if job_id not in self._followed:
            return
        self._live[job_id] = live
        channel = self._followed[job_id][1].channel_id
        self._lanes.put(channel, Urgency.PREVIEW, ("live", job_id), lambda: self._show(job_id))

    def poke(self) -> None:
        """There is something new in the outbox."""
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled. What was being sent when the program ended is looked for first, then sent again."""
        async with self._store.write() as tx:
            for letter in await outbox.doubtful(tx, self._now() + timedelta(seconds=1)):
                await outbox.postpone(tx, letter.id, self._now(), "the program ended while it was being sent")
        while True:
            self._news.clear()
            await self._take_due()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)

    async def settle(self, seconds: float) -> None:
        """Wait until all that is due was sent, but no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._taken or not self._lanes.is_idle:
                    await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._lanes.close()

    async def _take_due(self) -> None:
        async with self._store.read() as tx:
            letters = await outbox.due(tx, self._now(), BATCH + len(self._taken))
        for letter in letters:
            if letter.id not in self._taken:
                self._taken.add(letter.id)
                work = self._work(letter.id)
                self._lanes.put(letter.channel_id, URGENCIES[Told(letter.kind)], ("letter", letter.id), work)
        self._lanes.forget_idle()

    def _work(self, letter_id: int) -> Callable[[], asyncio.Future[None]]:
        return lambda: asyncio.ensure_future(self._deliver(letter_id))

    async def _deliver(self, letter_id: int) -> None:
        """One letter, to its end: sent, dropped, or (by `Later`) tried again."""
        async with self._store.write() as tx:
            letter = await outbox.find(tx, letter_id) if await outbox.begin(tx, letter_id, self._now()) else None
        if letter is None:
            self._taken.discard(letter_id)
            return
        try:
            reached(FailPoint.SENDING)
            sent = await self._tell(letter)
        except Later as later:
            async with self._store.write() as tx:
                await outbox.postpone(tx, letter_id, self._now(), later.reason)
            raise
        except RevokedError:
            self.revoked.set()
            async with self._store.write() as tx:
                await outbox.postpone(tx, letter_id, self._now(), "the bot's token is not known to Discord")
            raise Later("the bot's token is not known to Discord", 60.0) from None
        except (UnreachableError, RefusedError, TooLargeError) as error:
            await self._drop(letter, str(error))
        except Exception as error:  # a border: one message that breaks must not stop the others
            _log.exception("A message about job %s could not be made.", letter.job_id)
            await self._drop(letter, type(error).__name__)
        else:
            reached(FailPoint.SENT)
            async with self._store.write() as tx:
                await outbox.finish(tx, letter.id, self._now(), sent.message if sent else None)
                if letter.kind == Told.ANSWER and letter.job_id is not None:
                    await jobs.deliver(tx, letter.job_id)
                    await put_bar(tx, letter.job_id, self._now())
            self.poke()
            reached(FailPoint.DELIVERED)
        self._taken.discard(letter_id)

    async def _tell(self, letter: Letter) -> Sent | None:
        if letter.kind == Told.ANSWER and letter.job_id is not None:
            self._forget(letter.job_id)
        return await self._telling.tell(letter)

    async def _drop(self, letter: Letter, why: str) -> None:
        _log.warning("Gave up telling %s of job %s: %s", letter.kind, letter.job_id, why)
        async with self._store.write() as tx:
            await outbox.drop(tx, letter.id, why)

    async def _show(self, job_id: str) -> None:
        """A preview. If it cannot be shown, the next one may."""
        live = self._live.pop(job_id, None)
        if live is None or job_id not in self._followed:
            return
        job, place = self._followed[job_id]
        if place.message_id is None:
            return
        async with self._placing.lock(job_id):
            if job_id in self._followed:
                with suppress(Exception):  # a border: a preview that fails is not missed
                    await self._placing.edit(place, cards.under_way(job, live))

    def _forget(self, job_id: str) -> None:
        """No more previews: its answer comes."""
        followed = self._followed.pop(job_id, None)
        self._live.pop(job_id, None)
        if followed is not None:
            self._lanes.drop(followed[1].channel_id, ("live", job_id))
