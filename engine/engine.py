"""The front door's one border: asyncio outside, the device's thread inside. Nothing here waits for the device, and
nothing that takes long runs on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType, TracebackType
from typing import Self

from engine.demand import ticket_of
from engine.errors import ClosedError
from engine.events import Event, Hung, Queued
from engine.finishing import Finisher
from engine.job import Job, Share, Speed
from engine.models.adapters import Adapters
from engine.models.catalog import Catalog
from engine.models.catalog_toml import load_catalog
from engine.models.device import NO_DEVICE, Device, pick_device
from engine.models.hashes import Hashes
from engine.models.shelf import Shelf
from engine.outlet import Outlet
from engine.paint.enlarging import choose_net
from engine.paint.painters.checks import check
from engine.quiet import wait_quietly
from engine.readers.questions import Answer, Question
from engine.readers.reader import SHIPPED, Reader
from engine.recipe import Recipe
from engine.schedule.forecast import QueueView, Quote
from engine.schedule.queue import Queue
from engine.schedule.ticket import Ticket
from engine.schedule.timing import Timing
from engine.schedule.timings_file import TimingsFile, written
from engine.settings import EngineSettings
from engine.studio import Studio
from engine.worker import Worker

WATCH_SECONDS = 0.5
KEEP_SECONDS = 60.0  # what was measured is written this often: the process may be killed at any moment
HUNG_TIMES = 20.0  # a step is hung only if it takes this many times what it should
_log = logging.getLogger(__name__)
_GIB = 2**30
_MIB = 2**20


class Engine:
    """Open it with `Engine.open`; use it from the event loop that opened it."""

    def __init__(self, settings: EngineSettings, catalog: Catalog, device: Device) -> None:
        self.settings, self.catalog, self.device = settings, catalog, device
        hashes = Hashes(settings.state / "hashes.json" if settings.state is not None else None)
        self.adapters = Adapters(settings.adapters, hashes)
        self._outlet = Outlet()
        self._finisher = Finisher(self._outlet.put, settings.encoding_threads)
        self._shelf = Shelf(catalog, device, hub=settings.models, hashes=hashes, evicting=self._put_away)
        self._questions = ThreadPoolExecutor(1, thread_name_prefix="atelier questions")
        # Where only colour cards are painted, no pair is taken that nobody asked for: reading imports torch.
        self._reader = Reader(settings.encoders or (SHIPPED if device.name != NO_DEVICE else None))
        self._timing, self._timings_file = Timing(), None
        if settings.state is not None:
            self._timings_file = TimingsFile(settings.state / "timings.json", f"{device.name} {device.dtype}")
        self._worker = Worker(Queue(self._timing, settings.rules), self._make_studio, self._finisher, self._outlet.put)
        self._places: dict[str, int] = {}
        self._known_words: dict[str, frozenset[str]] = {}
        self._changed = asyncio.Event()
        self._watchers: list[asyncio.Task[None]] = []
        self._open = True

    @classmethod
    async def open(cls, settings: EngineSettings | None = None) -> Self:
        """Reads the catalogues and looks for a device, in a thread: the first takes files, the second imports torch."""
        settings = settings or EngineSettings()
        wait_quietly()
        memory = None if settings.memory_gib is None else int(settings.memory_gib * _GIB)
        catalog = await asyncio.to_thread(load_catalog, *settings.catalogs)
        device = await asyncio.to_thread(pick_device, settings.device, None, memory)
        if device.name != NO_DEVICE:  # reading weights imports torch, and colour cards are enlarged without a net
            await asyncio.to_thread(choose_net, settings.upscaler)
        engine = cls(settings, catalog, device)
        if engine._timings_file is not None:
            await asyncio.to_thread(engine._timings_file.recall, engine._timing)
        engine._worker.start()
        watching = (engine._watch(), engine._tell_places(), engine._keep_timings())
        engine._watchers = [asyncio.create_task(watcher) for watcher in watching]
        for watcher in engine._watchers:
            watcher.add_done_callback(_log_end)
        return engine

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def submit(self, job: Job) -> None:
        """Let it be painted; what comes of it is told by `events`. Raises UnknownModelError, QueueFullError, and
        RecipeError for cells that nobody could paint."""
        if not self._open:
            raise ClosedError
        if self._outlet.follows(job.id):
            raise ValueError(f"Job {job.id} is being painted already; wait for the end of its first attempt.")
        ticket = self._ticket(job)
        self._outlet.follow(job.id, job.attempt)
        try:
            self._worker.offer(job, ticket)
        except BaseException:
            self._outlet.unfollow(job.id)
            raise
        self._changed.set()

    def has_model(self, name: str) -> bool:
        """Whether all of it is on this machine, as far as names of files tell. Raises UnknownModelError."""
        return self.catalog.find(name).kind != "diffusion" or self._shelf.has(name)

    def can_paint(self, name: str) -> bool:
        """Whether it is here, and something to compute it on. Raises UnknownModelError."""
        return self.catalog.find(name).kind != "diffusion" or (self.device.name != NO_DEVICE and self.has_model(name))

    def known_words(self, name: str) -> frozenset[str]:
        """Those of a model that reads whole words and no others, as the pocket model does; none: it reads any. Looks at
        the disk the first time. Raises UnknownModelError."""
        if name not in self._known_words:
            self._known_words[name] = self._shelf.known_words(name)
        return self._known_words[name]

    def cancel(self, job_id: str) -> bool:
        """Its events end with `Cancelled`, within one step. False if that is too late."""
        return self._worker.cancel(job_id)

    def events(self) -> AsyncIterator[Event]:
        """All that happens, for one reader. It ends when the engine is closed and all is read."""
        return self._outlet.read()

    async def quote(
        self,
        cells: Sequence[Recipe],
        *,
        member: str = "",
        speed: Speed = Speed.FAST,
        share: Share | None = None,
        pictures: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Quote:
        """What these pictures would cost at most, and when they would be done, if they were asked for now. Only of an
        enlargement the cost depends on `pictures`, those that the recipes start from: on their size."""
        job = Job("", 0, member, speed, tuple(cells), share or Share(), pictures={**_promised(cells), **pictures})
        ticket = self._ticket(job)
        resident = self._shelf.resident
        return await asyncio.to_thread(self._worker.ask, lambda queue: queue.quote(ticket, resident))

    async def queue_view(self) -> QueueView:
        """Every job with its place and its expected start."""
        return await asyncio.to_thread(self._worker.ask, Queue.view)

    async def read(self, question: Question) -> Answer:
        """Embed, rank, describe, weigh words: free, on a thread of its own, beside whatever is painted."""
        if not self._open:
            raise ClosedError
        asked = self._questions.submit(self._reader.answer, question)
        try:
            return await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise ClosedError from None  # closed before its turn came; whoever asked was not cancelled

    async def close(self) -> None:
        """What runs may end within `close_seconds`; everything else is handed back as failed, to be asked for again.
        After twice that time at most it is over, whatever hangs."""
        if not self._open:
            return
        self._open = False
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        await asyncio.to_thread(self._wind_down)
        self._outlet.close()

    def _ticket(self, job: Job) -> Ticket:
        """Raises UnknownModelError and RecipeError."""
        entry = self.catalog.find(job.cells[0].model.name)
        for cell in job.cells:
            check(cell, entry)
        return ticket_of(job, entry)

    def _wind_down(self) -> None:
        self._worker.hand_back()
        patience = self.settings.close_seconds
        ends = time.monotonic() + patience
        while not self._worker.is_idle and time.monotonic() < ends:
            time.sleep(0.02)
        self._worker.close(timeout_seconds=patience / 2)  # a step, or a part of a model, under way
        self._write_timings()
        self._finisher.close(timeout_seconds=patience / 2)
        self._questions.shutdown(wait=False, cancel_futures=True)

    def _make_studio(self) -> Studio:
        """On the device's thread, which painters' greenlets belong to."""
        self._studio = Studio(
            self._shelf,
            self.adapters,
            compiles=self.settings.compile,
            cache_bytes=self.settings.prompt_cache_mib * _MIB,
            preview_seconds=self.settings.preview_seconds,
            swatch_seconds=self.settings.swatch_seconds,
            tell=self._outlet.put,
            show=self._finisher.preview,
        )
        return self._studio

    def _put_away(self, model: object) -> None:
        self._studio.put_away(model)  # type: ignore[arg-type]

    async def _watch(self) -> None:
        """Notice a step that hangs, once."""
        told = None
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            busy = self._worker.busy
            if busy is None or busy is told:
                continue
            seconds = time.monotonic() - busy.since
            limit = self.settings.load_hang_seconds if busy.loads else self.settings.hang_seconds
            if seconds > max(limit, HUNG_TIMES * busy.expected_ms / 1000):
                told = busy
                message = f"{busy.doing} has taken {seconds:.0f} s and seems to hang; start the program again."
                self._outlet.take(Hung(message[0].upper() + message[1:], seconds))

    async def _keep_timings(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            await asyncio.to_thread(self._write_timings)

    def _write_timings(self) -> None:
        if self._timings_file is not None:
            found = self._worker.ask(lambda _: written(self._timing))
            if any(found.values()):  # nothing was painted: then nothing is left behind
                self._timings_file.keep(found)

    async def _tell_places(self) -> None:
        """Tell waiting jobs their place when it has changed much, and rest twenty times as long as looking took."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            began = time.monotonic()
            view = await self.queue_view()
            places = {waiter.job: waiter.place for waiter in view.waiting}
            for waiter in view.waiting:
                before = self._places.get(waiter.job)
                job_attempt = self._outlet.attempt_of(waiter.job)
                if job_attempt is not None and (before is None or _is_news(before, waiter.place)):
                    self._outlet.take(Queued(waiter.job, job_attempt, waiter.place, waiter.starts_in_ms))
                else:
                    places[waiter.job] = before or waiter.place
            self._places = places
            await asyncio.sleep(max(0.5, 20 * (time.monotonic() - began)))
            if places:
                self._changed.set()


def _log_end(watcher: asyncio.Task[None]) -> None:
    """One that breaks would be missed by nobody until the engine is closed."""
    if not watcher.cancelled() and watcher.exception() is not None:
        _log.error("A watcher of the engine broke.", exc_info=watcher.exception())


def _is_news(before: int, place: int) -> bool:
    """The front of the queue is told each place, the back only larger jumps."""
    return abs(before - place) > before * 0.1


def _promised(cells: Sequence[Recipe]) -> dict[str, bytes]:
    """A quote needs no pictures; a job does."""
    return {source.sha256: b"" for cell in cells for source in cell.sources}
