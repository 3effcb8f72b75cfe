"""Originals are there whole or not at all, are found by their hash alone, and go only when nobody needs them."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from pathlib import Path

import pytest

from bot.store.errors import MissingFileError, StoreFullError
from bot.store.files import Files

DATA = b"the bytes of a picture"
DIGEST = hashlib.sha256(DATA).hexdigest()
HOUR = 3_600.0


class Uptime:
    """A clock that nobody sets, and a test does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        monkeypatch.setattr("bot.store.files.time", self)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> Uptime:
    return Uptime(monkeypatch)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


async def test_file_lies_under_its_hash_and_is_read_back(files: Files) -> None:
    assert await files.put(DATA) == DIGEST
    assert files.path(DIGEST) == files.root / DIGEST[:2] / DIGEST[2:]
    assert await files.read(DIGEST) == DATA
    assert await files.exists(DIGEST)
    assert list(files.hashes()) == [DIGEST]


async def test_same_bytes_are_kept_once(files: Files) -> None:
    await files.put(DATA)
    kept = files.path(DIGEST).stat()
    assert await files.put(DATA) == DIGEST
    assert files.path(DIGEST).stat().st_ino == kept.st_ino
    assert len(list(files.hashes())) == 1


async def test_many_who_put_the_same_at_once_are_all_served(files: Files) -> None:
    assert await asyncio.gather(*(files.put(DATA) for _ in range(20))) == [DIGEST] * 20
    assert list((files.root / "incoming").iterdir()) == []


async def test_file_that_is_not_there_is_told(files: Files) -> None:
    assert not await files.exists(DIGEST)
    with pytest.raises(MissingFileError, match=f"hash {DIGEST[:12]}… is stored"):
        await files.read(DIGEST)


@pytest.mark.parametrize(
    "name",
    ["", "../" * 20 + "etc/passwd", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 63 + "/", "\0" * 64],
)
async def test_name_that_is_no_hash_reaches_nothing(files: Files, name: str) -> None:
    for use in (files.read, files.exists):
        with pytest.raises(ValueError, match="names no file"):
            await use(name)


async def test_disk_that_fills_up_leaves_no_partial_file(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await files.put(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFullError):
        await files.put(DATA)
    assert not await files.exists(DIGEST)
    assert list((files.root / "incoming").iterdir()) == []


async def test_bytes_and_name_are_synced_before_the_hash_is_told(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of a put that outlives a power cut: bytes, then name, then the folder's entry."""
    deeds: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        deeds.append("sync " + Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(files.root).parts[0])
        sync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        deeds.append("rename")
        return replace(path, target)

    await files.put(b"so that the folders are there")
    files.path(DIGEST).parent.mkdir()
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    await files.put(DATA)
    assert deeds == ["sync incoming", "rename", f"sync {DIGEST[:2]}"]


async def test_sweep_removes_old_orphans_and_fragments_only(files: Files, uptime: Uptime) -> None:
    for data in (DATA, b"orphan"):
        await files.put(data)
    uptime.seconds += HOUR
    await files.put(b"young orphan")
    (files.root / "incoming" / "fragment").write_bytes(b"half")
    assert await files.sweep({DIGEST}, HOUR) == 2
    assert sorted(files.hashes()) == sorted((DIGEST, hashlib.sha256(b"young orphan").hexdigest()))
    assert list(files.fragments()) == []


async def test_what_is_being_put_is_no_fragment(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace
    found: list[int] = []

    def replace(self: Path, target: Path) -> Path:
        found.append(files._sweep((), HOUR))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    await files.put(DATA)
    assert found == [0]
    assert await files.read(DIGEST) == DATA


async def test_what_another_run_left_is_old_whatever_its_date(files: Files) -> None:
    """Of two that never work in one folder at a time the later one knows what it put itself, by a clock nobody sets."""
    await files.put(DATA)
    assert await Files(files.root).sweep((), HOUR) == 1


async def test_a_date_that_jumps_makes_nothing_old(files: Files) -> None:
    await files.put(DATA)
    os.utime(files.path(DIGEST), (1, 1))
    assert await files.sweep((), HOUR) == 0


async def test_old_file_that_is_put_again_is_young_again(files: Files, uptime: Uptime) -> None:
    """Its new row is not committed yet when a sweep comes by."""
    await files.put(DATA)
    uptime.seconds += HOUR
    await files.put(DATA)
    assert await files.sweep((), HOUR) == 0
    assert await files.read(DIGEST) == DATA


async def test_nothing_is_swept_while_a_backup_is_made(files: Files) -> None:
    await files.put(DATA)
    with Files(files.root).kept():
        assert await files.sweep((), 0) == 0
    assert await files.sweep((), 0) == 1


async def test_sweep_of_an_empty_folder_finds_nothing(files: Files) -> None:
    assert await files.sweep((), 0) == 0
