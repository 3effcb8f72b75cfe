"""A zip of pictures: whole, within its size, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import errno
import io
import random
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from bot.packing import Packed, fitting, pack
from bot.store.archive import Archived
from bot.store.errors import StoreFullError
from bot.store.words import Audience, Shape
from tests.bot.store.rows import MEMBER, NOW

LIMIT = 100_000


def packed(number: int = 1, size: int = 1000, text: str = "a red house") -> Packed:
    picture = Archived(
        id=number,
        job_id=f"JOB{number}",
        cell=0,
        member_id=MEMBER,
        server_id=None,
        model="swatch",
        style="",
        shape=Shape.SQUARE,
        audience=Audience.PRIVATE,
        room_id=None,
        words_hidden=False,
        created_at=NOW,
        hidden_at=None,
        hidden_by=None,
        deleted_at=None,
        text=text,
        sha256=f"{number:064x}",
        width=512,
        height=512,
    )
    return Packed(picture, '{"seed":1}', size, "")


def noise(path: Path, side: int) -> int:
    """A PNG that nothing makes smaller; its size."""
    data = random.Random(1).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), data).save(path)
    return path.stat().st_size


def test_a_part_holds_the_first_ones_that_fit_and_always_one() -> None:
    many = [packed(number, 30_000) for number in range(5)]
    assert fitting(many, LIMIT) == many[:2]
    assert fitting(many[:1], LIMIT) == many[:1]
    assert fitting([packed(1, LIMIT * 9), packed(2)], LIMIT) == [packed(1, LIMIT * 9)]


def test_a_picture_that_is_too_large_comes_smaller(tmp_path: Path) -> None:
    size = noise(tmp_path / "large.png", 400)
    assert size > LIMIT
    data = pack([packed(1, size)], lambda _: tmp_path / "large.png", LIMIT)
    assert len(data) < LIMIT
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        (name,) = [name for name in found.namelist() if name.startswith("pictures/")]
        Image.open(io.BytesIO(found.read(name))).load()


def test_a_lost_file_is_left_out_and_its_words_are_kept(tmp_path: Path) -> None:
    data = pack([packed(1, text='=HYPERLINK("x")')], lambda _: tmp_path / "none.png", LIMIT)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert sorted(found.namelist()) == ["alt-texts.csv", "prompts.csv", "recipes/JOB1-1.json"]
        (row,) = csv.DictReader(io.StringIO(found.read("prompts.csv").decode()))
    assert row["file"] == ""
    assert row["prompt"] == '\'=HYPERLINK("x")'


def test_a_full_disk_is_told_as_such_so_that_the_export_waits_for_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*about: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    noise(tmp_path / "small.png", 20)
    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(StoreFullError):
        pack([packed()], lambda _: tmp_path / "small.png", LIMIT)
