"""What goes once an hour, and that one chore which cannot be done keeps no other from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import archive, jobs, pictures, placeholders
from bot.store.errors import StoreFullError
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.tidying import tidy
from tests.bot.store.rows import NOW, make_job, make_picture


def clock() -> int:
    return int(NOW.timestamp() * 1000)


async def test_tokens_that_are_over_and_files_of_no_picture_are_tidied_away(tmp_path: Path) -> None:
    async with Store.open(tmp_path, clock=clock) as store:
        digest = await store.files.put(b"of no picture")
    async with Store.open(tmp_path, clock=clock) as store:
        async with store.write() as tx:
            for name, minutes in (("JOBover00000", -1), ("JOBalive0000", 1)):
                await jobs.insert(tx, replace(make_job(name), id=name))
                until = NOW + timedelta(minutes=minutes)
                await placeholders.insert(
                    tx, Placeholder(job_id=name, channel_id=1, webhook_token=f"secret-of-{name}", token_until=until)
                )
        await tidy(store)
        async with store.read() as tx:
            over, alive = [await placeholders.find(tx, name) for name in ("JOBover00000", "JOBalive0000")]
        assert over is not None
        assert alive is not None
        assert (over.webhook_token, alive.webhook_token) == (None, "secret-of-JOBalive0000")
        stored = _stored(tmp_path)
        assert b"secret-of-JOBalive0000" in stored
        assert b"secret-of-JOBover00000" not in stored
        assert not store.files.path(digest).exists()


def _stored(folder: Path) -> bytes:
    """The database with its log."""
    return b"".join(path.read_bytes() for path in folder.glob("atelier.sqlite*"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """With a token that is over, and with files of no picture that an older run has left."""
    async with Store.open(tmp_path, clock=clock) as before:
        for number in range(3):
            await before.files.put(b"of no picture %d" % number)
    async with Store.open(tmp_path, clock=clock) as opened:
        async with opened.write() as tx:
            await jobs.insert(tx, make_job("JOB1"))
            over = NOW - timedelta(minutes=1)
            await placeholders.insert(tx, Placeholder(job_id="JOB1", channel_id=1, webhook_token="x", token_until=over))
        yield opened


async def _token(store: Store) -> str | None:
    async with store.read() as tx:
        place = await placeholders.find(tx, "JOB1")
    assert place is not None
    return place.webhook_token


async def test_a_full_disk_keeps_no_file_of_no_picture_from_being_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are what makes room."""

    async def full(*about: object) -> int:
        raise StoreFullError

    monkeypatch.setattr(archive, "purge", full)
    await tidy(store)
    assert list(store.files.hashes()) == []
    assert await _token(store) is None


async def test_what_cannot_be_removed_keeps_nothing_else_from_being_tidied_away(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = store.files.root / "incoming" / "lost+found"
    stuck.mkdir()
    first = store.files.path(next(iter(store.files.hashes())))
    first.unlink()
    first.mkdir()  # in the place of a file
    await tidy(store)
    assert list(store.files.hashes()) == [first.parent.name + first.name]
    assert await _token(store) is None
    assert str(stuck) in caplog.text


async def test_of_a_picture_that_is_gone_no_reader_keeps_what_it_meant(tmp_path: Path) -> None:
    """The newest one, after which none came; and of readers that nobody asks any more."""
    async with Store.open(tmp_path, clock=clock) as before:
        async with before.write() as tx:
            for name in ("JOB1", "JOB2"):
                await jobs.insert(tx, make_job(name))
                await pictures.insert(tx, [make_picture(name)])
        for reader in ("sha256:now", "sha256:before"):
            (await before.vectors.of(reader, 2)).put([1, 2], [[1.0, 0.0], [0.0, 1.0]])
    async with Store.open(tmp_path, clock=clock) as store:
        async with store.read() as tx:
            assert await archive.numbers(tx) == {1, 2}
        await store.vectors.of("sha256:now", 2)
        async with store.write() as tx:
            await pictures.remove(tx, "JOB2")
        await tidy(store)
    async with Store.open(tmp_path, clock=clock) as store:
        for reader in ("sha256:now", "sha256:before"):
            assert (await store.vectors.of(reader, 2)).between(0, 9) == [1]
