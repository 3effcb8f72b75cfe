"""Pictures by what they mean: their vectors are made beside everything else, and searched for what is most alike. Who
may see what is found, the archive decides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from bot import reading
from bot.desk import Desk
from bot.errors import CannotDoError
from bot.replies import meaning as replies
from bot.store import archive
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.errors import MissingFileError, StoreError
from bot.store.store import Store
from bot.store.vectors import Vectors
from engine import ClosedError, EngineError, ReaderError, SourceError

_log = logging.getLogger(__name__)
AT_ONCE: Final = 16  # pictures of one question: a second or two on a processor, and painting goes on beside it
A_LOOK: Final = 1000  # rows
REST_SECONDS: Final = 10.0  # between two looks for new pictures
WITHOUT_SECONDS: Final = 600.0  # until it is asked again whether there are encoders
WHOLE_SECONDS: Final = 3600.0  # until all are looked at again, for those that are gone
FIRST_SORTED: Final = 1024
FIRST_FOUND: Final = 64  # of which those that the viewer may see are kept; then twice as many, and so on
MOST_ASKED: Final = 4096  # numbers of one question to the database

Searched = str | bytes | Archived


async def search(desk: Desk, viewer: Viewer, wanted: Searched, limit: int) -> list[Archived]:
    """What the viewer may see, the most alike first: by words, by a file of theirs, or like a picture of the archive,
    which is not among them. Without encoders words are looked for as words, and for pictures it raises CannotDoError;
    `is_by_meaning` says so beforehand."""
    try:
        asked, vectors = await _vector_of(desk, wanted)
    except ReaderError as error:
        if not isinstance(wanted, str):
            raise CannotDoError(replies.NO_ENCODERS) from error
        async with desk.store.read() as tx:
            return await archive.browse(tx, viewer, Wanted(words=wanted), limit)
    except EngineError as error:
        raise CannotDoError(str(error)) from error
    left_out = wanted.id if isinstance(wanted, Archived) else None
    found: list[Archived] = []
    for most in (FIRST_SORTED, None):  # to sort all of a large archive takes longer than to compare them
        numbers = await asyncio.to_thread(vectors.nearest, asked, most)
        found = await _seen(desk, viewer, [number for number in numbers if number != left_out], limit)
        if len(found) == limit or most is None or len(numbers) < most:
            break
    return found


async def is_by_meaning(desk: Desk) -> bool:
    """Whether there are encoders; without them a search by words finds words."""
    try:
        await reading.embed_words(desk.engine, "a")
    except EngineError:
        return False
    return True


async def keep_up(desk: Desk) -> None:
    """For ever: vectors for pictures that have none, and none for pictures that are gone."""
    while True:
        try:
            named = await reading.embed_words(desk.engine, "a")
            vectors = await desk.store.vectors.of(named.reader, len(named.vectors[0]))
            await _keep_up(desk, vectors)
        except ClosedError:
            return
        except (EngineError, StoreError, OSError) as error:
            _log.info("Pictures are not read for now: %s", error)
            await asyncio.sleep(WITHOUT_SECONDS)


async def forget_gone(store: Store) -> None:
    """Of pictures that are gone no vector stays, of whichever reader: other encoders may read by now, or none."""
    for vectors in await store.vectors.every():
        known = vectors.numbers()  # before the pictures: a number is never given twice, so what is missing then is gone
        async with store.read() as tx:
            there = await archive.numbers(tx)
        await asyncio.to_thread(vectors.forget, [number for number in known if number not in there])


async def _keep_up(desk: Desk, vectors: Vectors) -> None:
    """With one reader, whose name cannot change while the engine is open."""
    unreadable: set[int] = set()
    loop = asyncio.get_running_loop()
    while True:
        last, again_at = 0, loop.time() + WHOLE_SECONDS
        while loop.time() < again_at:
            seen = await take_in(desk, vectors, last, unreadable)
            if seen == last:
                await asyncio.sleep(REST_SECONDS)
            last = seen


async def take_in(desk: Desk, vectors: Vectors, after: int, unreadable: set[int]) -> int:
    """The next pictures after this number: those without a vector get one. The last number that was looked at."""
    async with desk.store.read() as tx:
        rows = await archive.numbered(tx, after, A_LOOK)
    if not rows:
        return after
    last = rows[-1][0]
    numbers = {number for number, _ in rows}
    gone = [number for number in vectors.between(after + 1, last) if number not in numbers]
    await asyncio.to_thread(vectors.forget, gone)
    missing = [row for row in rows if not vectors.has(row[0]) and row[0] not in unreadable]
    for at in range(0, len(missing), AT_ONCE):
        await _read(desk, vectors, missing[at : at + AT_ONCE], unreadable)
    return last


async def _read(desk: Desk, vectors: Vectors, rows: Sequence[tuple[int, str]], unreadable: set[int]) -> None:
    """Together; if one of them cannot be read, one by one."""
    try:
        files = [await desk.store.files.read(sha256) for _, sha256 in rows]
        made = (await reading.embed_pictures(desk.engine, files)).vectors
    except (SourceError, MissingFileError) as error:
        if len(rows) == 1:
            unreadable.add(rows[0][0])
            _log.warning("Picture %d has no meaning for a search: %s", rows[0][0], error)
            return
        for row in rows:
            await _read(desk, vectors, [row], unreadable)
        return
    await asyncio.to_thread(vectors.put, [number for number, _ in rows], made)


async def _vector_of(desk: Desk, wanted: Searched) -> tuple[Sequence[float], Vectors]:
    match wanted:
        case str():
            answer = await reading.embed_words(desk.engine, wanted)
        case bytes():
            answer = await reading.embed_pictures(desk.engine, [wanted])
        case Archived():
            answer = await reading.embed_pictures(desk.engine, [await desk.store.files.read(wanted.sha256)])
    return answer.vectors[0], await desk.store.vectors.of(answer.reader, len(answer.vectors[0]))


async def _seen(desk: Desk, viewer: Viewer, numbers: Sequence[int], limit: int) -> list[Archived]:
    """The first of these that the viewer may see."""
    found: list[Archived] = []
    at, many = 0, max(FIRST_FOUND, 2 * limit)
    while at < len(numbers) and len(found) < limit:
        part = numbers[at : at + many]
        async with desk.store.read() as tx:
            seen = await archive.among(tx, viewer, part)
        found += [seen[number] for number in part if number in seen]
        at, many = at + many, min(2 * many, MOST_ASKED)
    return found[:limit]
