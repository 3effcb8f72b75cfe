"""Small copies: named for as long as their original is, and the large ones within a bound."""

from __future__ import annotations

from typing import Any

from bot.store import jobs, pictures, thumbnails
from bot.store.store import Store
from bot.store.thumbnails import Thumbnail
from bot.store.transactions import Writing
from tests.bot.store.rows import HASH, later, make_job, make_picture


def small(sha256: str = HASH, number: int = 0, **changes: Any) -> Thumbnail:
    about = {"side": 480, "thumb_sha256": f"{number:064x}", "width": 320, "height": 320, "bytes": 10}
    return Thumbnail(sha256=sha256, **{**about, "made_at": later(number), **changes})


async def fill(tx: Writing, count: int) -> list[str]:
    hashes = [f"{number:02x}" * 32 for number in range(count)]
    await jobs.insert(tx, make_job())
    await pictures.insert(tx, [make_picture(cell=cell, sha256=sha256) for cell, sha256 in enumerate(hashes)])
    return hashes


async def test_no_sweep_takes_a_small_copy_before_its_original(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture()])
        assert await thumbnails.add(tx, small(number=238))
        assert await thumbnails.known(tx, {HASH, "00" * 32}, 480) == {HASH: small(number=238)}
        assert await thumbnails.known(tx, {HASH}, 1600) == {}
        assert await thumbnails.forget_unused(tx) == 0
        assert small(number=238).thumb_sha256 in await pictures.named_files(tx)
        await pictures.remove(tx, "JOB1")
        assert await thumbnails.forget_unused(tx) == 1
        assert small(number=238).thumb_sha256 not in await pictures.named_files(tx)


async def test_nothing_is_kept_of_an_original_that_went_meanwhile(store: Store) -> None:
    async with store.write() as tx:
        assert not await thumbnails.add(tx, small())
        assert await thumbnails.every(tx) == ()


async def test_one_that_is_made_anew_takes_the_place_of_the_old(store: Store) -> None:
    async with store.write() as tx:
        (sha256,) = await fill(tx, 1)
        for number in (1, 2):
            await thumbnails.add(tx, small(sha256, number))
        assert await thumbnails.every(tx) == (small(sha256, 2),)


async def test_of_those_that_take_much_room_the_newest_stay(store: Store) -> None:
    async with store.write() as tx:
        hashes = await fill(tx, 4)
        for number, sha256 in enumerate(hashes):
            await thumbnails.add(tx, small(sha256, number, side=1600))
            await thumbnails.add(tx, small(sha256, 10 + number))
        assert await thumbnails.keep_newest(tx, 1600, 25) == 2
        assert await thumbnails.keep_newest(tx, 1600, 25) == 0
        assert set(await thumbnails.known(tx, hashes, 1600)) == set(hashes[2:])
        assert len(await thumbnails.known(tx, hashes, 480)) == 4
