"""The store opens sound or not at all, belongs to one bot, and outlives a kill at any point."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.store import jobs, keys, ledger, meta, outbox, pictures, tables
from bot.store.errors import StoreClosedError, StoreDamagedError, StoreError, StoreLockedError
from bot.store.store import ORPHAN_AGE, Store
from bot.store.words import UNFINISHED, State
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import NOW, make_job, make_picture

ROOT = Path(__file__).parents[3]


def run_child(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bot.store.child", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path / "new" / "data", clock=clock) as store, store.write() as tx:
        await keys.add(tx, b"secret", store.now())
    async with Store.open(tmp_path / "new" / "data", clock=clock) as store, store.read() as tx:
        assert [key.secret for key in await keys.newest_first(tx)] == [b"secret"]
        assert store.now() == NOW


async def test_closed_store_leaves_one_file_and_no_log(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path, clock=clock) as store:
        async with store.write() as tx:
            await meta.put(tx, "key", "value")
        assert (tmp_path / "atelier.sqlite-wal").stat().st_size > 0
    assert set(os.listdir(tmp_path)) == {"atelier.sqlite", "atelier.lock"}


async def test_store_closes_after_the_last_transaction_and_takes_none_later(tmp_path: Path, clock: Clock) -> None:
    written = asyncio.Event()

    async def write_late(store: Store) -> None:
        async with store.write() as tx:
            written.set()
            await asyncio.sleep(0)
            await meta.put(tx, "late", "kept")

    async with Store.open(tmp_path, clock=clock) as store:
        late = asyncio.create_task(write_late(store))
        await written.wait()
    await late
    for use in (store.read, store.write):
        with pytest.raises(StoreClosedError, match="The program ends"):
            async with use():
                raise AssertionError("It was let in.")
    async with Store.open(tmp_path, clock=clock) as again, again.read() as tx:
        assert await meta.find(tx, "late") == "kept"


async def test_data_is_for_its_owner_alone(tmp_path: Path, clock: Clock) -> None:
    data = tmp_path / "data"
    async with Store.open(data, clock=clock) as store:
        digest = await store.files.put(b"PNG")
    for path in (data, data / "atelier.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert store.files.path(digest).exists()  # under a folder that nobody else may enter


async def test_second_bot_on_the_same_folder_is_refused_by_name(store: Store, tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(StoreLockedError, match=f"in use by process {os.getpid()}: one bot works") as caught:
        async with Store.open(tmp_path / "data", clock=clock):
            pass
    assert caught.value.pid == os.getpid()
    async with store.write() as tx:  # the first one goes on
        await meta.put(tx, "key", "value")


async def test_bot_that_was_killed_locks_nobody_out(tmp_path: Path, clock: Clock) -> None:
    with run_child(tmp_path, "hold") as child:
        assert child.stdout is not None
        assert await asyncio.to_thread(child.stdout.readline) == "open\n"
        with pytest.raises(StoreLockedError) as caught:
            async with Store.open(tmp_path, clock=clock):
                pass
        assert caught.value.pid == child.pid
        child.kill()
    async with Store.open(tmp_path, clock=clock) as store, store.read() as tx:
        assert await meta.find(tx, "child") == "was here"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("statement", [1, 2, 4, 11, 12, 13, 14, 16, 19, 22, 28])
async def test_kill_between_two_writes_loses_nothing_that_was_told(
    tmp_path: Path, clock: Clock, statement: int
) -> None:
    """A job's life takes 22 statements in three transactions (12, 13, 22), then the next one's begins; after each
    transaction the child tells how far it has come."""
    with run_child(tmp_path, "work", statement) as child:
        told, _ = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    lines = told.split()
    async with Store.open(tmp_path, clock=clock, thorough=True) as store, store.read() as tx:
        assert await ledger.audit(tx) == []
        for line in lines:
            job_id, _, state = line.partition(":")
            job = await jobs.find(tx, job_id)
            assert job is not None
            assert [*UNFINISHED, State.DONE].index(job.state) >= [*UNFINISHED, State.DONE].index(State(state))
        for job in await jobs.unfinished(tx):
            has_ended = job.state is State.RENDERED
            assert len(await pictures.of_job(tx, job.id)) == has_ended
            assert len(await outbox.of_job(tx, job.id)) == 1 + has_ended


async def test_damaged_database_is_refused_with_the_command_that_mends_it(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path, clock=clock) as store, store.write() as tx:
        for number in range(200):
            await jobs.insert(tx, make_job(f"JOB{number}", text="x" * 500))
    database = tmp_path / "atelier.sqlite"
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreDamagedError, match="python -m bot restore FILE"):
        async with Store.open(tmp_path, clock=clock):
            pass


async def test_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "atelier.sqlite").write_bytes(b"a shopping list, and nothing but a shopping list" * 100)
    with pytest.raises(StoreDamagedError, match="not a database"):
        async with Store.open(tmp_path, clock=clock):
            pass


@pytest.mark.parametrize("name", ["atelier.sqlite", "atelier.sqlite-wal", "atelier.sqlite-shm"])
async def test_file_that_may_not_be_written_is_named(tmp_path: Path, clock: Clock, name: str) -> None:
    """As one that another user made. A folder in its place stands for that: tests may run as a user who may do all."""
    async with Store.open(tmp_path, clock=clock):
        pass
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir()
    with pytest.raises(PermissionError) as refused:
        async with Store.open(tmp_path, clock=clock):
            pass
    assert refused.value.filename == str(tmp_path / name)


async def test_row_that_refers_to_nothing_is_found_at_the_start(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path, clock=clock):
        pass
    with closing(sqlite3.connect(tmp_path / "atelier.sqlite")) as other:
        other.execute("INSERT INTO posts VALUES (1, 2, 'nobody', 'direct')")
        other.commit()
    with pytest.raises(StoreDamagedError, match="a row of posts refers to a row of jobs that is not there"):
        async with Store.open(tmp_path, clock=clock):
            pass


async def test_refused_store_is_not_kept_locked(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "atelier.sqlite").write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(StoreDamagedError):
            async with Store.open(tmp_path, clock=clock):
                pass


async def test_sweep_leaves_what_rows_name_and_what_is_new(store: Store, clock: Clock) -> None:
    named, orphan = await store.files.put(b"named"), await store.files.put(b"orphan")
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await pictures.insert(tx, [make_picture(sha256=named)])
    clock.now_ms += 2 * int(ORPHAN_AGE.total_seconds() * 1000)  # somebody set it: nothing became older by that
    assert await store.sweep() == 0
    assert await store.sweep(timedelta(0)) == 1
    assert await store.files.read(named) == b"named"
    assert not await store.files.exists(orphan)


async def test_what_was_deleted_is_in_no_file_after_a_checkpoint(store: Store, tmp_path: Path) -> None:
    canary = "a very private canary"
    async with store.write() as tx:
        await jobs.insert(tx, make_job(text=canary))

    def traces() -> list[str]:
        return [p.name for p in (tmp_path / "data").glob("atelier.sqlite*") if canary.encode() in p.read_bytes()]

    assert await store.checkpoint()
    assert traces() == ["atelier.sqlite"]
    async with store.write() as tx:
        await tx.change(update(tables.jobs).values(text=""))
    assert await store.checkpoint()
    assert traces() == []


async def test_checkpoint_tells_if_a_reader_was_in_its_way(store: Store) -> None:
    async with store.write() as tx:
        await tx.value(text("PRAGMA busy_timeout = 1"))
    async with store.read() as reader:
        await meta.find(reader, "key")
        async with store.write() as tx:
            await meta.put(tx, "key", "value")
        assert not await store.checkpoint()


def test_every_error_of_the_store_is_drawn_in_its_tree() -> None:
    tree = sys.modules[StoreError.__module__].__doc__ or ""
    for kind in StoreError.__subclasses__():
        assert kind.__name__ in tree


async def test_a_store_that_is_closed_waits_for_what_has_begun_and_refuses_what_comes_after(
    tmp_path: Path, clock: Clock
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def write(store: Store) -> None:
        async with store.write() as tx:
            await meta.put(tx, "key", "value")
            begun.set()
            await may_end.wait()

    async with Store.open(tmp_path, clock=clock) as store:
        writing = asyncio.create_task(write(store))
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, may_end.set)
    await writing
    for transaction in (store.read, store.write):
        with pytest.raises(StoreClosedError):
            async with transaction():
                pass
    async with Store.open(tmp_path, clock=clock) as again, again.read() as tx:
        assert await meta.find(tx, "key") == "value"
