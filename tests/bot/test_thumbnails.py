"""Small copies have one home: each is made once, lies among the originals, and goes with its own."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.store import jobs, pictures
from bot.store.errors import MissingFileError
from bot.store.store import Store
from bot.thumbnails import LARGE, SMALL, Thumbnails, tidy_thumbnails
from tests.bot.store.conftest import Clock, clock, store
from tests.bot.store.rows import make_job, make_picture
from tests.bot.web.opening import draw

__all__ = ["clock", "store"]


async def hang(store: Store, shade: int, width: int = 960) -> str:
    sha256 = await store.files.put(draw(shade, width))
    async with store.write() as tx:
        await jobs.insert(tx, make_job(f"JOB{shade}"))
        await pictures.insert(tx, [make_picture(f"JOB{shade}", sha256=sha256)])
    return sha256


async def test_many_who_ask_at_once_are_given_what_one_makes_and_keeps(store: Store) -> None:
    sha256, thumbnails = await hang(store, 10), Thumbnails(store)
    made = await asyncio.gather(*(thumbnails.get(sha256, SMALL) for _ in range(8)))
    assert len(set(made)) == 1
    with Image.open(io.BytesIO(made[0])) as opened:
        assert (opened.format, opened.width) == ("WEBP", SMALL)
    assert len(set(store.files.hashes())) == 2
    store.files.path(sha256).unlink()
    assert await Thumbnails(store).get(sha256, SMALL) == made[0]  # it is not made again
    with pytest.raises(MissingFileError):
        await thumbnails.get(sha256, LARGE)


async def test_one_whose_file_is_lost_is_made_again(store: Store) -> None:
    sha256, thumbnails = await hang(store, 10), Thumbnails(store)
    first = await thumbnails.get(sha256, SMALL)
    (small,) = set(store.files.hashes()) - {sha256}
    store.files.path(small).unlink()
    assert await thumbnails.get(sha256, SMALL) == first
    assert await store.files.exists(small)


async def test_a_page_goes_without_those_whose_original_is_lost(store: Store) -> None:
    stays, lost = await hang(store, 10), await hang(store, 20)
    store.files.path(lost).unlink()
    assert set(await Thumbnails(store).several([stays, lost], SMALL)) == {stays}


async def test_it_goes_with_its_original(store: Store) -> None:
    stays, gone = await hang(store, 10), await hang(store, 20)
    thumbnails = Thumbnails(store)
    for side in (SMALL, LARGE):
        await thumbnails.several([stays, gone], side)
    assert len(set(store.files.hashes())) == 6
    async with store.write() as tx:
        await pictures.remove(tx, "JOB20")
    await tidy_thumbnails(store)
    assert await store.sweep(timedelta(0)) == 3
    assert len(set(store.files.hashes())) == 3
    assert await thumbnails.get(stays, SMALL)


async def test_the_folder_that_the_web_had_before_goes_with_the_next_start(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "thumbnails" / "ab").mkdir(parents=True)
    (tmp_path / "thumbnails" / "ab" / "abcd-480.webp").write_bytes(b"small")
    async with Store.open(tmp_path, clock=clock):
        assert not (tmp_path / "thumbnails").exists()
