"""Small copies of pictures, made when somebody first looks and kept among the originals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import engine
from bot.desk import Desk
from bot.store import thumbnails
from bot.store.archive import Archived
from bot.store.errors import MissingFileError, StoreFullError
from bot.store.thumbnails import Thumbnail

SIDE, LARGER_SIDE = 320, 640


async def small_copies(desk: Desk, pictures: Sequence[Archived]) -> dict[str, bytes]:
    """By the hash of the original; without those whose original is lost."""
    wanted = {picture.sha256 for picture in pictures}
    async with desk.store.read() as tx:
        known = await thumbnails.known(tx, wanted)
    found, made = {}, []
    for sha256 in wanted:
        data = await _kept(desk, known.get(sha256))
        if data is None:
            data, thumbnail = await _make(desk, sha256)
            made += [thumbnail] if thumbnail is not None else []
        if data is not None:
            found[sha256] = data
    if made:
        async with desk.store.write() as tx:
            await thumbnails.add(tx, made)
    return found


async def _kept(desk: Desk, known: Thumbnail | None) -> bytes | None:
    try:
        return await desk.store.files.read(known.thumb_sha256) if known is not None else None
    except MissingFileError:  # a backup holds none of them
        return None


async def _make(desk: Desk, sha256: str) -> tuple[bytes | None, Thumbnail | None]:
    """On a full disk it is made each time."""
    try:
        original = await desk.store.files.read(sha256)
    except MissingFileError:
        return None, None
    file = await asyncio.to_thread(engine.make_thumbnail, original, SIDE)
    try:
        kept = await desk.store.files.put(file.data)
    except StoreFullError:
        return file.data, None
    return file.data, Thumbnail(sha256, kept, file.width, file.height)


async def larger_copies(desk: Desk, pictures: Sequence[Archived]) -> dict[str, bytes]:
    """Large enough to be judged by, made each time; without those whose original is lost."""
    found = {}
    for picture in pictures:
        try:
            original = await desk.store.files.read(picture.sha256)
        except MissingFileError:
            continue
        found[picture.sha256] = (await asyncio.to_thread(engine.make_thumbnail, original, LARGER_SIDE)).data
    return found
