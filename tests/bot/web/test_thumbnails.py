"""Thumbnails are kept up to a bound, and not beyond their originals."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.store.errors import MissingFileError
from bot.store.files import Files
from bot.web.thumbnails import Thumbnails
from tests.bot.web.opening import draw


def lying(folder: Path) -> set[str]:
    return {path.stem.partition("-")[0] for path in folder.rglob("*.webp")}


async def test_longest_unused_goes_first_where_room_is_bounded(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    names = [await files.put(draw(shade)) for shade in (10, 20, 30)]
    size = len(await Thumbnails(tmp_path / "trial", files).get(names[0], 480))
    kept = Thumbnails(tmp_path / "kept", files, most_bytes=int(size * 2.5))
    for name in (names[0], names[1], names[0], names[2]):
        await kept.get(name, 480)
    assert lying(tmp_path / "kept") == {names[0], names[2]}


async def test_thumbnail_goes_with_its_original_also_after_a_restart(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    gone, stays = [await files.put(draw(shade)) for shade in (10, 20)]
    thumbnails = Thumbnails(tmp_path / "kept", files)
    made = await asyncio.gather(*(thumbnails.get(gone, 480) for _ in range(8)))
    assert len(set(made)) == 1
    await thumbnails.get(stays, 480)
    files.path(gone).unlink()
    anew = Thumbnails(tmp_path / "kept", files)
    await anew.tidy()
    assert lying(tmp_path / "kept") == {stays}
    with pytest.raises(MissingFileError):
        await anew.get(gone, 480)
