"""The state file: what is saved comes back as it was, and files that are in use, foreign or damaged are refused."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rules.clock import Clock
from sandbox.world import entities, records, statefile
from sandbox.world.entities import Attachment, Channel, Interaction, Member, Message, Reaction, User
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage, SqliteStorage, StateFileError


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[State]:
    storage = SqliteStorage(path)
    state = State(storage, Clock())
    try:
        storage.load(state)
        yield state
    finally:
        await storage.close()


def attachment(state: State, data: bytes) -> Attachment:
    return Attachment(state.ids.new(), "house.png", state.keep_blob(data), len(data))


def message(state: State, channel_id: int, content: str = "", *files: Attachment) -> Message:
    found = Message(state.ids.new(), channel_id, 1, state.clock.now_ms(), content=content, attachments=list(files))
    state.save(found)
    return found


async def test_a_world_comes_back_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        state.save(User(state.ids.new(), "ada", global_name="Ada"))
        state.save(Channel(77, 0, "general", overwrites=[entities.Overwrite(5, 0, allow=1024)]))
        state.save(Member(3, 9, 1_000, roles=[4]))
        first = message(state, 77, "a red house 🏠")
        first.reactions.append(Reaction("👍", users=[1, 2]))
        first.edited_ms = 5
        state.save(first)
        message(state, 77, "two")
        before, secret, last = list(state.everything()), state.secret, state.ids.last
    async with opened(tmp_path / "state.db") as state:
        assert list(state.everything()) == before
        assert [m.content for m in state.messages[77].values()] == ["a red house 🏠", "two"]
        assert (state.secret, state.ids.last) == (secret, last)


async def test_what_was_removed_stays_away(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        state.save(Member(3, 9, 1_000))
        state.remove(message(state, 77, "never mind"))
        state.remove(state.members[9][3])
    async with opened(tmp_path / "state.db") as state:
        assert list(state.everything()) == []


async def test_things_come_back_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        for user_id in (9, 100, 20):
            state.save(User(user_id, f"user{user_id}"))
        await state.storage.flush()  # type: ignore[attr-defined]
        state.save(dataclasses.replace(state.users[9], locale="de"))
    async with opened(tmp_path / "state.db") as state:
        assert list(state.users) == [9, 100, 20]
        assert state.users[9].locale == "de"


async def test_the_moved_clock_stays_moved(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        state.clock.advance(86_400)
    async with opened(tmp_path / "state.db") as state:
        assert state.clock.offset_ms == 86_400_000


async def test_later_changes_of_an_object_do_not_leak_into_what_was_saved(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        saved = message(state, 77, "as saved")
        saved.content = "changed, and not saved"
    async with opened(tmp_path / "state.db") as state:
        assert state.message(77, saved.id).content == "as saved"


async def test_only_interactions_that_can_still_be_answered_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        now = state.clock.now_ms()
        for token, age_seconds in (("old", 15 * 60 + 5), ("young", 60)):
            state.save(Interaction(state.ids.new(), token, 1, 2, 1, 77, {}, now - age_seconds * 1000))
    async with opened(tmp_path / "state.db") as state:
        assert list(state.interactions) == ["young"]
    async with opened(tmp_path / "state.db") as state:
        state.clock.advance(3600)
    async with opened(tmp_path / "state.db") as state:
        assert not state.interactions


async def test_bytes_live_until_their_last_message_is_gone_also_over_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        one = message(state, 77, "", attachment(state, b"same"))
        two = message(state, 77, "", attachment(state, b"same"))
        digest = one.attachments[0].blob
        assert await state.storage.blob(digest) == b"same"
    async with opened(tmp_path / "state.db") as state:
        assert await state.storage.blob(digest) == b"same"
        state.remove(state.message(77, one.id))
        assert await state.storage.blob(digest) == b"same"
        state.remove(state.message(77, two.id))
        assert state.keep_blob(b"same") == digest  # put again in the same batch
        message(state, 77, "", attachment(state, b"same"))
    async with opened(tmp_path / "state.db") as state:
        assert await state.storage.blob(digest) == b"same"


async def test_bytes_that_no_message_names_are_swept_at_the_next_start(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        digest = state.keep_blob(b"uploaded, then the process died")
    async with opened(tmp_path / "state.db"):
        pass
    async with opened(tmp_path / "state.db") as state:
        assert await state.storage.blob(digest) is None


@pytest.mark.parametrize("digest", ["", "0" * 64, "not hex at all"])
async def test_unknown_bytes_are_none(tmp_path: Path, digest: str) -> None:
    async with opened(tmp_path / "state.db") as state:
        assert await state.storage.blob(digest) is None
    assert await MemoryStorage().blob(digest) is None


async def test_without_a_file_bytes_go_with_their_last_message() -> None:
    state = State(MemoryStorage(), Clock(), keep=2)
    digests = [message(state, 77, "", attachment(state, bytes([n]))).attachments[0].blob for n in range(4)]
    assert [await state.storage.blob(digest) for digest in digests] == [None, None, b"\2", b"\3"]


async def test_a_short_message_is_a_short_row(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        record = records.encode(message(state, 77, "a red house"))
    assert "reactions" not in record
    assert len(record) < 100


async def test_many_changes_of_one_thing_are_one_row(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        channel = Channel(77, 0, "general")
        for n in range(3000):
            channel.last_message_id = n
            state.save(channel)
    async with opened(tmp_path / "state.db") as state:
        assert state.channel(77).last_message_id == 2999


async def test_text_that_utf8_cannot_hold_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        saved = message(state, 77, "half an emoji: \ud83c, a zero: \0, and ünïcödé")
    async with opened(tmp_path / "state.db") as state:
        assert state.message(77, saved.id).content == "half an emoji: \ud83c, a zero: \0, and ünïcödé"


@given(
    st.builds(
        Message,
        id=st.integers(1, 2**62),
        channel_id=st.integers(1, 2**62),
        content=st.text(st.characters(exclude_categories=())),
        attachments=st.lists(st.from_type(Attachment), max_size=2),
        reactions=st.lists(st.from_type(Reaction), max_size=2),
        embeds=st.just([{"title": "t"}]),
        components=st.just([]),
        reference=st.none(),
        forwarded=st.just([]),
        webhook_profile=st.none(),
        interaction=st.just({"id": "1"}),
        poll=st.none(),
    )
)
def test_every_message_survives_its_record(original: Message) -> None:
    record = records.encode(original)
    again = records.decode("Message", record, id=original.id, channel_id=original.channel_id)
    assert again == original


async def test_file_is_written_while_the_sandbox_runs_and_survives_its_sudden_death(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    program = """
import asyncio, os, sys
from pathlib import Path
from sandbox.rules.clock import Clock
from sandbox.world.entities import User
from sandbox.world.state import State
from sandbox.world.storage import SqliteStorage
async def main():
    storage = SqliteStorage(Path(sys.argv[1]))
    state = State(storage, Clock())
    storage.load(state)
    state.save(User(1, "survivor", avatar=state.keep_blob(b"picture")))
    await storage.flush()
    os._exit(9)
asyncio.run(main())
"""
    died = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(path)], check=False)
    assert died.returncode == 9
    async with opened(path) as state:
        assert state.users[1].username == "survivor"
        assert await state.storage.blob(state.users[1].avatar or "") == b"picture"


def interrupted(path: Path, work: tuple[str, ...]) -> Path:
    """What lies on the disk when a process is killed in the middle of this."""
    left = path.with_name("left.db")
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size=1")  # so that pages are written before the end
    db.execute("BEGIN EXCLUSIVE")
    for step in work:
        db.execute(step)
    for end in ("", "-journal"):
        shutil.copyfile(f"{path}{end}", f"{left}{end}")
    db.execute("ROLLBACK")
    db.close()
    assert left.stat().st_size > 0
    return left


async def test_a_file_that_was_being_made_when_the_sandbox_was_killed_is_made_anew(tmp_path: Path) -> None:
    made = (f"PRAGMA application_id={statefile.APPLICATION_ID}", *(f"CREATE TABLE t{n} (a)" for n in range(50)))
    async with opened(interrupted(tmp_path / "state.db", made)) as state:
        state.save(User(state.ids.new(), "ada"))
    async with opened(tmp_path / "left.db") as state:
        assert [user.username for user in state.users.values()] == ["ada"]


async def test_what_was_half_written_beside_a_file_when_the_sandbox_was_killed_is_undone(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        state.save(User(state.ids.new(), "ada"))
    filling = tuple(f"INSERT INTO blob VALUES (X'{n:08x}', randomblob(9000))" for n in range(50))
    async with opened(interrupted(tmp_path / "state.db", ("DELETE FROM entity", *filling))) as state:
        assert [user.username for user in state.users.values()] == ["ada"]


def test_a_foreign_database_keeps_its_journal(tmp_path: Path) -> None:
    foreign = interrupted(tmp_path / "notes.db", tuple(f"CREATE TABLE t{n} (a)" for n in range(50)))
    foreign.write_bytes(b"SQLite format 3\0" + foreign.read_bytes()[16:])
    before = foreign.read_bytes()
    with pytest.raises(StateFileError, match="of some other program"):
        SqliteStorage(foreign)
    assert foreign.read_bytes() == before
    assert foreign.with_name("left.db-journal").stat().st_size


async def test_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    program = """
import sys
from pathlib import Path
from sandbox.world.storage import SqliteStorage, StateFileError
try:
    SqliteStorage(Path(sys.argv[1]))
except StateFileError as error:
    print(error)
"""
    async with opened(path) as state:
        run = [sys.executable, "-c", program, str(path)]
        second = await asyncio.to_thread(subprocess.run, run, check=True, capture_output=True, text=True)
        assert "is in use by another sandbox; stop that one" in second.stdout
        state.save(User(1, "still writing"))
    async with opened(path) as state:
        assert state.users[1].username == "still writing"


def refused(path: Path, sentence: str) -> None:
    before = path.read_bytes()
    beside = sorted(path.parent.iterdir())
    with pytest.raises(StateFileError, match=sentence):
        SqliteStorage(path)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside


def test_a_file_that_is_no_database_is_refused_and_left_untouched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("remember the milk " * 100)
    refused(tmp_path / "notes.txt", "is damaged or no state file .* left untouched")


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_database_of_another_program_is_refused_and_left_untouched(tmp_path: Path, mode: str) -> None:
    db = sqlite3.connect(tmp_path / "other.db")
    db.execute(f"PRAGMA journal_mode={mode}")
    db.execute("CREATE TABLE precious (thing)")
    db.commit()
    db.close()
    refused(tmp_path / "other.db", "is a database of some other program; it was left untouched")


async def test_a_damaged_file_is_refused_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with opened(path) as state:
        for n in range(500):
            message(state, 77, f"number {n} " * 20)
    data = bytearray(path.read_bytes())
    data[4096 * 5 : 4096 * 9] = b"\xff" * 4096 * 4
    path.write_bytes(data)
    refused(path, "is damaged or no state file .* left untouched")
    path.write_bytes(data[: len(data) // 2])
    refused(path, "is damaged or no state file .* left untouched")


async def test_a_file_of_another_schema_is_refused_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with opened(path):
        pass
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = '999' WHERE name = 'schema'")
    db.commit()
    db.close()
    refused(path, "has state schema 999, and this sandbox reads schema 1")


async def test_a_record_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with opened(path) as state:
        state.save(User(1, "ada"))
    db = sqlite3.connect(path)
    db.execute("UPDATE entity SET record = '[1'")
    db.commit()
    db.close()
    storage = SqliteStorage(path)
    with pytest.raises(StateFileError, match="holds a record that cannot be read"):
        storage.load(State(storage, Clock()))
    await storage.close()


def test_a_folder_and_a_place_that_does_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="is a folder; name a file"):
        SqliteStorage(tmp_path)
    with pytest.raises(StateFileError, match=r"The folder .*/nowhere does not exist"):
        SqliteStorage(tmp_path / "nowhere" / "state.db")


async def test_a_disk_that_is_full_is_told_and_what_waits_is_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.db"
    storage = SqliteStorage(path)
    state = State(storage, Clock())
    storage.load(state)
    with storage._turn:
        pages = storage._db.execute("PRAGMA page_count").fetchone()[0]
        storage._db.execute(f"PRAGMA max_page_count={pages}")
    state.save(User(1, "a" * 100_000))
    with pytest.raises(StateFileError, match=r"could not be written \(database or disk is full\); free some space"):
        await storage.flush()
    assert "changes are in memory only" in caplog.text
    with storage._turn:
        storage._db.execute("PRAGMA max_page_count=100000")
    await storage.flush()
    await storage.close()
    async with opened(path) as state:
        assert state.users[1].username == "a" * 100_000


async def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "state.db")
    await storage.close()
    await storage.close()
