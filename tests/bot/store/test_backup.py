"""A backup is whole, of one moment, made beside a working bot, and leads back to the same data folder."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic import command

from bot.store import jobs, keys, ledger, offers, pictures, restore
from bot.store.backup import Backup, back_up
from bot.store.errors import (
    BackupError,
    StoreBusyError,
    StoreDamagedError,
    StoreFullError,
    StoreLockedError,
    StoreNewerError,
)
from bot.store.files import Files
from bot.store.migrations import _config
from bot.store.offers import Offer
from bot.store.pictures import Source
from bot.store.sqlite import open_keeper
from bot.store.store import Store
from bot.store.words import State
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import MEMBER, NOW, make_job, make_picture

PNG, UPLOAD = b"a painted picture", b"a picture that somebody sent"


async def add_job(store: Store, job_id: str, data: bytes = PNG) -> None:
    digest = await store.files.put(data)
    async with store.write() as tx:
        await jobs.insert(tx, make_job(job_id, reserved_gpu_ms=500))
        await ledger.reserve(tx, MEMBER, job_id, 500, NOW, top_up=True)
        await jobs.finish(tx, job_id, 1, State.RENDERED, NOW, gpu_ms=300)
        await ledger.settle(tx, job_id, 300, NOW)
        await pictures.insert(tx, [make_picture(job_id, sha256=digest, bytes=len(data))])


async def fill(store: Store) -> None:
    await add_job(store, "JOB1")
    digest = await store.files.put(UPLOAD)
    async with store.write() as tx:
        await pictures.insert_sources(tx, [Source(job_id="JOB1", sha256=digest, media_type="image/png", bytes=9)])
        await keys.add(tx, b"secret", NOW)


@pytest.fixture
async def archive(store: Store, tmp_path: Path) -> Path:
    """A backup of a store with one job, while that store is open."""
    await fill(store)
    assert await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "backup.tar") == Backup(files=2)
    return tmp_path / "backup.tar"


def rewrite(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """The same archive with each part as `change` returns it, or without it."""
    changed = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        for info in old:
            content = old.extractfile(info)
            assert content is not None
            part = change(info.name, content.read())
            if part is not None:
                info.name, info.size = part[0], len(part[1])
                new.addfile(info, io.BytesIO(part[1]))
    return changed


async def test_backup_of_a_working_bot_is_restored_as_it_was(archive: Path, tmp_path: Path, clock: Clock) -> None:
    assert await asyncio.to_thread(restore.restore, archive, tmp_path / "new") == Backup(files=2)
    async with Store.open(tmp_path / "new", clock=clock, thorough=True) as store, store.read() as tx:
        assert await jobs.find(tx, "JOB1") is not None
        assert [key.secret for key in await keys.newest_first(tx)] == [b"secret"]
        assert await ledger.audit(tx) == []
        assert {await store.files.read(name) for name in await pictures.named_files(tx)} == {PNG, UPLOAD}
    assert not (tmp_path / "new" / "restored").exists()


async def test_backup_holds_the_pictures_that_wait_for_a_confirmation(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    digest = await store.files.put(UPLOAD)
    offer = Offer(
        id="0123456789ab",
        member_id=MEMBER,
        occasion="quote",
        orders=(),
        asker={},
        gpu_ms=0,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
        files=(digest,),
    )
    async with store.write() as tx:
        await offers.insert(tx, offer)
    assert await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "backup.tar") == Backup(files=1)
    await asyncio.to_thread(restore.restore, tmp_path / "backup.tar", tmp_path / "new")
    async with Store.open(tmp_path / "new", clock=clock) as restored:
        assert await restored.files.read(digest) == UPLOAD


async def test_vectors_of_pictures_that_the_backup_does_not_know_go_with_its_restore(
    archive: Path, tmp_path: Path, clock: Clock
) -> None:
    async with Store.open(tmp_path / "new", clock=clock) as store:
        (await store.vectors.of("sha256:aa", 2)).put([7], [[1.0, 0.0]])
    await asyncio.to_thread(restore.restore, archive, tmp_path / "new", overwrite=True)
    async with Store.open(tmp_path / "new", clock=clock) as store:
        assert not (await store.vectors.of("sha256:aa", 2)).has(7)


async def test_backup_leaves_nothing_beside_it_and_is_for_its_owner_alone(archive: Path, tmp_path: Path) -> None:
    assert sorted(os.listdir(tmp_path)) == ["backup.tar", "data"]
    assert stat.S_IMODE(os.stat(archive).st_mode) == 0o600


async def test_backup_holds_no_file_that_no_row_names(store: Store, tmp_path: Path) -> None:
    await fill(store)
    await store.files.put(b"orphan")
    assert await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "b.tar") == Backup(files=2)
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert len(tar.getnames()) == 3


async def test_backups_while_jobs_end_are_each_of_one_moment(store: Store, tmp_path: Path, clock: Clock) -> None:
    async def work() -> None:
        for number in range(40):
            await add_job(store, f"JOB{number}", f"picture {number}".encode())

    working = asyncio.create_task(work())
    for number in range(3):
        made = await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / f"{number}.tar")
        await asyncio.to_thread(restore.restore, tmp_path / f"{number}.tar", tmp_path / str(number))
        async with Store.open(tmp_path / str(number), clock=clock) as restored, restored.read() as tx:
            assert await ledger.audit(tx) == []
            assert len(await pictures.named_files(tx)) == made.files
    await working


async def test_backup_never_replaces_a_file(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is a file of this name already"):
        await asyncio.to_thread(back_up, tmp_path / "data", archive)


def test_backup_of_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no database here"):
        back_up(tmp_path, tmp_path / "backup.tar")


def test_database_without_anything_of_ours_is_neither_backed_up_nor_restored(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "atelier.sqlite")) as made:
        made.execute("CREATE TABLE elsewhere (id INTEGER)")
    with pytest.raises(BackupError, match=r"empty, or another program's\. Name the data folder"):
        back_up(tmp_path / "data", tmp_path / "backup.tar")
    assert os.listdir(tmp_path) == ["data"]
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "data" / "atelier.sqlite", "atelier.sqlite")
    with pytest.raises(BackupError, match=r"empty, or another program's\. Name a file that"):
        restore.restore(tmp_path / "other.tar", tmp_path / "new")


def test_database_that_cannot_be_opened_is_not_backed_up_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "data" / "atelier.sqlite").mkdir(parents=True)
    with pytest.raises(BackupError, match=r"it cannot be read .* Type this as the bot's user"):
        back_up(tmp_path / "data", tmp_path / "backup.tar")


def test_backup_that_another_program_locks_out_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", partial(real, timeout=0.01))
    with closing(real(tmp_path / "data" / "atelier.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE pictures (sha256 TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError):
            back_up(tmp_path / "data", tmp_path / "backup.tar")


async def test_backup_that_runs_out_of_disk_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    await fill(store)
    monkeypatch.setattr(tarfile.TarFile, "add", full)
    with pytest.raises(StoreFullError):
        await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "backup.tar")
    assert os.listdir(tmp_path) == ["data"]


async def test_lost_original_does_not_keep_the_rest_from_being_backed_up(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    await fill(store)
    (lost,) = [path for path in store.files.hashes() if store.files.path(path).read_bytes() == UPLOAD]
    store.files.path(lost).unlink()
    made = await asyncio.to_thread(back_up, tmp_path / "data", tmp_path / "b.tar")
    assert made == Backup(files=1, missing=(lost,))
    with pytest.raises(BackupError, match="it lacks 1 of 2 pictures"):
        await asyncio.to_thread(restore.restore, tmp_path / "b.tar", tmp_path / "new")
    again = await asyncio.to_thread(restore.restore, tmp_path / "b.tar", tmp_path / "new", incomplete=True)
    assert again == made
    async with Store.open(tmp_path / "new", clock=clock) as restored, restored.read() as tx:
        assert await jobs.find(tx, "JOB1") is not None


async def test_restore_never_touches_a_folder_where_a_bot_works(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreLockedError, match="Stop that one"):
        await asyncio.to_thread(restore.restore, archive, tmp_path / "data", overwrite=True)


async def test_restore_over_data_happens_only_when_told(archive: Path, tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path / "other", clock=clock) as store:
        await add_job(store, "OTHER", b"other")
    with pytest.raises(BackupError, match="add --replace"):
        await asyncio.to_thread(restore.restore, archive, tmp_path / "other")
    await asyncio.to_thread(restore.restore, archive, tmp_path / "other", overwrite=True)
    async with Store.open(tmp_path / "other", clock=clock) as store, store.read() as tx:
        assert await jobs.find(tx, "OTHER") is None
        assert await jobs.find(tx, "JOB1") is not None


async def test_log_of_the_old_database_is_not_replayed_over_the_restored_one(
    archive: Path, tmp_path: Path, clock: Clock
) -> None:
    """A bot that was killed leaves its log behind."""
    killed = tmp_path / "killed"
    async with Store.open(tmp_path / "other", clock=clock) as store:
        await add_job(store, "OTHER", b"other")
        await asyncio.to_thread(shutil.copytree, tmp_path / "other", killed)
    assert os.stat(killed / "atelier.sqlite-wal").st_size > 0
    await asyncio.to_thread(restore.restore, archive, killed, overwrite=True)
    async with Store.open(killed, clock=clock, thorough=True) as store, store.read() as tx:
        assert [job.id for job in await jobs.of_member(tx, MEMBER, 9)] == ["JOB1"]


@pytest.mark.parametrize("deed", ["replace", "rmtree"])
async def test_restore_that_is_ended_half_way_is_finished_at_the_next_start(
    archive: Path, tmp_path: Path, clock: Clock, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time one step later, until it runs through."""
    new, steps = tmp_path / "new", 0
    owner = Path if deed == "replace" else shutil
    really = getattr(owner, deed)

    def end_after(left: int) -> None:
        def counted(path: Path, *rest: object, **named: object) -> object:
            nonlocal left
            if path.is_relative_to(new / "restored"):
                if left == 0:
                    raise KeyboardInterrupt
                left -= 1
            return really(path, *rest, **named)

        monkeypatch.setattr(owner, deed, counted)

    while True:
        end_after(steps)
        try:
            restore.restore(archive, new, overwrite=True)
            break
        except KeyboardInterrupt:
            steps += 1
            monkeypatch.setattr(owner, deed, really)
            async with Store.open(new, clock=clock) as store, store.read() as tx:
                assert await jobs.find(tx, "JOB1") is not None
                assert {await store.files.read(name) for name in await pictures.named_files(tx)} == {PNG, UPLOAD}
            await asyncio.to_thread(shutil.rmtree, new)
    assert steps == (3 if deed == "replace" else 1)


async def test_truncated_archive_is_refused_at_every_length_and_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    new, cut = tmp_path / "new", tmp_path / "cut.tar"
    await asyncio.to_thread(shutil.copy, archive, cut)
    with tarfile.open(cut) as opened:  # what comes after its last file is filling, and no loss
        end = max(member.offset_data + member.size for member in opened.getmembers())
    for length in range(end - 1, 0, -2048):
        os.truncate(cut, length)
        with pytest.raises((BackupError, StoreDamagedError)):
            restore.restore(cut, new)
        assert os.listdir(new) == ["atelier.lock"]


async def test_archive_with_a_damaged_picture_is_refused(archive: Path, tmp_path: Path) -> None:
    changed = rewrite(archive, lambda name, data: (name, data.replace(b"painted", b"pointed")))
    with pytest.raises(BackupError, match=r"the picture files/\S+ in it is damaged"):
        restore.restore(changed, tmp_path / "new")


@pytest.mark.parametrize("name", ["../outside", "/outside", "files/../../outside", "files/ab/../../x", "notes.txt"])
async def test_archive_with_anything_else_is_refused_and_writes_nothing_outside(
    archive: Path, tmp_path: Path, name: str
) -> None:
    changed = rewrite(archive, lambda part, data: (name if part.startswith("files/") else part, data))
    with pytest.raises(BackupError, match="which no backup does"):
        restore.restore(changed, tmp_path / "deep" / "new")
    assert "outside" not in {found for _, folders, files in os.walk(tmp_path) for found in (*folders, *files)}


async def test_archive_that_holds_a_file_twice_is_refused(archive: Path, tmp_path: Path) -> None:
    changed = rewrite(archive, lambda name, data: ("atelier.sqlite", data))
    with pytest.raises(BackupError, match=r"'atelier\.sqlite', which no backup does"):
        restore.restore(changed, tmp_path / "new")


def test_archive_with_a_link_in_it_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "link.tar", "w") as tar:
        link = tarfile.TarInfo("atelier.sqlite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(BackupError, match="which no backup does"):
        restore.restore(tmp_path / "link.tar", tmp_path / "new")


async def test_archive_without_a_database_is_refused(archive: Path, tmp_path: Path) -> None:
    changed = rewrite(archive, lambda name, data: (name, data) if name.startswith("files/") else None)
    with pytest.raises(BackupError, match="there is no database in it"):
        restore.restore(changed, tmp_path / "new")


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG" * 1000)
    with pytest.raises(BackupError, match="cannot be read to its end"):
        restore.restore(tmp_path / "photo.png", tmp_path / "new")
    with pytest.raises(BackupError, match="there is no such file"):
        restore.restore(tmp_path / "missing.tar", tmp_path / "new")


async def test_backup_of_a_newer_program_is_refused(archive: Path, tmp_path: Path) -> None:
    def make_newer(name: str, data: bytes) -> tuple[str, bytes]:
        if name != "atelier.sqlite":
            return name, data
        path = tmp_path / "newer"
        path.write_bytes(data)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        return name, path.read_bytes()

    with pytest.raises(StoreNewerError, match="schema is 9999"):
        restore.restore(rewrite(archive, make_newer), tmp_path / "new")


async def test_data_of_an_older_program_is_saved_before_the_update_starts_and_restored_after_it(
    tmp_path: Path, clock: Clock
) -> None:
    """It knows no films yet. Whoever updates makes the backup in between, with the new program."""
    data = tmp_path / "data"
    digest = await Files(data / "files").put(UPLOAD)
    make_old(data / "atelier.sqlite", digest)
    assert await asyncio.to_thread(back_up, data, tmp_path / "old.tar") == Backup(files=1)
    assert await asyncio.to_thread(restore.restore, tmp_path / "old.tar", tmp_path / "new") == Backup(files=1)
    async with Store.open(tmp_path / "new", clock=clock) as store, store.read() as tx:
        assert await jobs.find(tx, "JOB1") is not None
        assert {await store.files.read(name) for name in await pictures.named_files(tx)} == {UPLOAD}


def make_old(database: Path, digest: str) -> None:
    """As the first program of all had it, with a job that somebody gave a picture to."""
    keeper = open_keeper(database)
    with keeper.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO jobs VALUES ('JOB1', NULL, NULL, 7, NULL, 8, 'imagine', NULL, NULL, 'JOB1', '', '[]', 'fast',"
            " 'public', 'open', '{}', 'failed', 1, 0, NULL, 0, 0, 0, NULL, NULL, '[]', 0, NULL, NULL)"
        )
        connection.exec_driver_sql("INSERT INTO sources VALUES ('JOB1', ?, 'image/png', 9)", (digest,))
        connection.commit()
    keeper.dispose()
