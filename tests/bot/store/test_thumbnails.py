"""Small copies: named for as long as their original is."""

from __future__ import annotations

from bot.store import jobs, pictures, thumbnails
from bot.store.store import Store
from bot.store.thumbnails import Thumbnail
from tests.bot.store.rows import HASH, make_job, make_picture

SMALL = Thumbnail(HASH, "ee" * 32, 320, 320)


async def test_no_sweep_takes_a_small_copy_before_its_original(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture()])
        await thumbnails.add(tx, [SMALL])
        assert await thumbnails.known(tx, {HASH, "00" * 32}) == {HASH: SMALL}
        assert await thumbnails.forget_unused(tx) == 0
        assert SMALL.thumb_sha256 in await pictures.named_files(tx)
        await pictures.remove(tx, "JOB1")
        assert await thumbnails.forget_unused(tx) == 1
        assert SMALL.thumb_sha256 not in await pictures.named_files(tx)
