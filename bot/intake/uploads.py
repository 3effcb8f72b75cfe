"""Pictures that members bring, from a link to a kept file: fetched, opened apart from the event loop, turned upright,
without anything but their pixels, and kept by their hash. What was kept once is not fetched again.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot import visibility
from bot.asking import Asker
from bot.errors import Flaw, FullError, UnusablePictureError
from bot.fetching import Fetcher
from bot.intake.wishes import Wish
from bot.plans.book import PlanBook
from bot.plans.membership import standing
from bot.store import jobs, pictures
from bot.store.errors import StoreFullError
from bot.store.jobs import Job
from bot.store.pictures import Source
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import State
from engine import SourceError, open_picture

MOST = 3  # of one prompt
AT_ONCE = 2  # prompts of one member whose pictures are being fetched
OPENED_AT_ONCE = 2
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PIXELS = 25_000_000  # as phones make them; opened it takes 75 MB
LONGEST = 2048  # pixels of the longer side: as large as any model paints
WHOLE_SECONDS = 20.0  # for all pictures of a prompt, from the first question to the kept files
LOOKED_AT = 20  # jobs


class Uploads:
    def __init__(self, store: Store, book: PlanBook, fetcher: Fetcher) -> None:
        self._store, self._book, self._fetcher = store, book, fetcher
        self._busy: Counter[int] = Counter()
        self._opening = asyncio.Semaphore(OPENED_AT_ONCE)

    def lasting(self, link: str) -> str:
        """How a link stands in the text that is kept."""
        return self._fetcher.lasting(link)

    async def bring(self, asker: Asker, links: Sequence[str], parent: Job | None) -> tuple[Source, ...]:
        """One for each link, in their order; they belong to no job yet. Raises UnusablePictureError."""
        if len(links) > MOST:
            raise UnusablePictureError(links[MOST], Flaw.MANY, limit=MOST)
        if not links:
            return ()
        async with self._store.read() as tx:
            limit = (await standing(tx, self._book.plans, asker.member, self._store.now())).plan.upload_bytes
        with self._counted(asker.member, links[0]):
            try:
                async with asyncio.timeout(WHOLE_SECONDS), asyncio.TaskGroup() as group:
                    found = [group.create_task(self._one(asker, link, limit, parent)) for link in links]
            except TimeoutError:
                raise UnusablePictureError(links[0], Flaw.SLOW, limit=round(WHOLE_SECONDS)) from None
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None  # one is enough to mend
        return tuple(task.result() for task in found)

    @contextmanager
    def _counted(self, member: int, link: str) -> Iterator[None]:
        if self._busy[member] >= AT_ONCE:
            raise UnusablePictureError(link, Flaw.BUSY)
        self._busy[member] += 1
        try:
            yield
        finally:
            self._busy[member] -= 1
            if not self._busy[member]:
                del self._busy[member]

    async def _one(self, asker: Asker, link: str, limit_bytes: int, parent: Job | None) -> Source:
        lasting = self._fetcher.lasting(link)
        kept = await self._kept(asker, lasting, parent)
        if kept is not None:
            return kept
        data = await self._fetcher.fetch(link, limit_bytes)
        try:
            async with self._opening:
                clean = await asyncio.to_thread(cleaned, data)
        except SourceError as error:
            raise UnusablePictureError(link, Flaw.UNREADABLE, reason=str(error)) from error
        try:
            digest = await self._store.files.put(clean)
        except StoreFullError as error:
            raise FullError from error
        return Source(job_id="", sha256=digest, media_type="image/png", bytes=len(clean), link=lasting)

    async def _kept(self, asker: Asker, link: str, parent: Job | None) -> Source | None:
        """Of the parent, whatever has become of the link; of any other job that this member may see, if what the link
        names never changes."""
        async with self._store.read() as tx:
            own = await pictures.sources_of(tx, parent.id) if parent is not None else ()
            others = await pictures.brought_from(tx, link, LOOKED_AT) if self._fetcher.names_for_good(link) else ()
            for source in (*own, *others):
                job = await jobs.find(tx, source.job_id)
                is_theirs = job is not None and job.state is not State.DELETED and visibility.may_see(job, asker)
                if source.link == link and is_theirs and await self._store.files.exists(source.sha256):
                    return source
        return None


def cleaned(data: bytes) -> bytes:
    """Nothing but the pixels, upright, no larger than any model paints. Raises SourceError."""
    picture = open_picture(data, FORMATS, MOST_PIXELS)
    picture.thumbnail((LONGEST, LONGEST))
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


async def sources_for(tx: Reading, job: Job, wish: Wish) -> list[Source]:
    """What it starts from, so that no sweep takes it away meanwhile: a picture, what was brought, or its parent's own
    sources; and what its words still name, for whoever edits them."""
    found = list(wish.uploads)
    if wish.parent is not None:
        found += await pictures.sources_of(tx, wish.parent.id)
    if (picture := wish.picture) is not None:
        found.append(Source(job_id="", sha256=picture.sha256, media_type=picture.media_type, bytes=picture.bytes))
    named = {source.sha256 for recipe in wish.cells for source in recipe.sources}
    return [replace(s, job_id=job.id) for s in found if s.sha256 in named or (s.link and s.link in job.text)]
