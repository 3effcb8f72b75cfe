"""The file behind `--state`: how it is opened, what is in it, and which files are refused. Knows no entity."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

APPLICATION_ID: Final = 0x41544C52  # "ATLR" in the file's header: tells our files from everybody else's
SCHEMA: Final = 1  # also to be raised when an entity's default changes: a field with its default is not in its record

_TABLES: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Upserts keep `place`, so that a restart restores the order in which things were made.
    "CREATE TABLE entity (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL,"
    " UNIQUE (kind, key))",
    # Messages are most of the file: the id is the row's own key, which costs no index and sorts oldest first.
    "CREATE TABLE message (id INTEGER PRIMARY KEY, channel_id INTEGER NOT NULL, record TEXT NOT NULL)",
    "CREATE TABLE blob (digest BLOB PRIMARY KEY, data BLOB NOT NULL)",
)

_PRAGMAS: Final = (
    # One process per file: a second one is refused at once. It also spares the shared-memory file beside the log.
    "PRAGMA locking_mode=EXCLUSIVE",
    # A commit is one append to the log instead of two synced files, and readers see the last commit meanwhile.
    "PRAGMA journal_mode=WAL",
    # A power cut may cost the last batches, never the file: right for a stand-in, and no commit waits for the disk.
    "PRAGMA synchronous=NORMAL",
    # After a burst of uploads the log would keep its largest size for ever.
    "PRAGMA journal_size_limit=16777216",
)


class StateFileError(Exception):
    """The state file cannot be used, and why, in a sentence for the person who named it."""


def open_file(path: Path) -> sqlite3.Connection:
    """Open or create a state file, checked before the first byte is written. One process at a time may hold it."""
    if path.is_dir():
        raise StateFileError(f"{path} is a folder; name a file for --state, for example {path / 'sandbox.db'}.")
    if not path.absolute().parent.is_dir():
        raise StateFileError(f"The folder {path.absolute().parent} does not exist; create it, or name another --state.")
    with _refusals_in_words(path):
        _roll_back(path)
        is_new = not path.exists() or path.stat().st_size == 0
        if not is_new:
            _inspect(path)
        # The writer thread and the threads that read blobs take turns on it under a lock of `SqliteStorage`.
        db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            if is_new:
                _create(db)
            for pragma in _PRAGMAS:
                db.execute(pragma)
            db.execute("BEGIN IMMEDIATE")  # takes the lock now, not at the first change
            db.execute("COMMIT")
        except sqlite3.Error:
            db.close()
            raise
    return db


def read_meta(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT name, value FROM meta").fetchall())


def write_meta(db: sqlite3.Connection, values: dict[str, str]) -> None:
    db.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", values.items()
    )


def close_file(db: sqlite3.Connection) -> None:
    """At rest the file is whole without a log beside it, so a plain copy of it is a backup."""
    with suppress(sqlite3.Error):  # a full disk; the log is then kept, and read at the next start
        db.execute("PRAGMA journal_mode=DELETE")
    db.close()


def _roll_back(path: Path) -> None:
    """A process that was killed while it made the file, or let go of it, leaves a journal beside it: what it had not
    finished is undone. Read-only, as the file is looked at, SQLite could not. A foreign file keeps its journal."""
    if not path.is_file() or not path.with_name(f"{path.name}-journal").is_file():
        return
    with path.open("rb") as file:
        header = file.read(100)
    is_begun = not header.strip(b"\0")  # its first page is written last
    if not is_begun and int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        return
    db = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    finally:
        db.close()


def _inspect(path: Path) -> None:
    """Look at an existing file without the right to write: a foreign or damaged one must stay as it is."""
    with path.open("rb") as file:  # before SQLite, which would lay its own files beside a foreign database
        header = file.read(100)
    if not header.startswith(b"SQLite format 3\0"):
        raise _damaged(path, "it is no SQLite database")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StateFileError(
            f"{path} is a database of some other program; it was left untouched. Name another file for --state."
        )
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0, isolation_level=None)
    try:
        complaint = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if complaint != "ok":
            raise _damaged(path, " ".join(complaint.replace("*** in database main ***", "").split()))
        schema = read_meta(db).get("schema")
        if schema != str(SCHEMA):
            raise StateFileError(
                f"{path} has state schema {schema}, and this sandbox reads schema {SCHEMA}; it was left untouched. "
                f"Use the sandbox that wrote it, or name another file for --state."
            )
    finally:
        db.close()


def _create(db: sqlite3.Connection) -> None:
    # Before WAL is switched on, so that the mark is in the file itself even if the process dies at once.
    db.execute("BEGIN EXCLUSIVE")
    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
    for table in _TABLES:
        db.execute(table)
    write_meta(db, {"schema": str(SCHEMA), "secret": secrets.token_hex(16)})
    db.execute("COMMIT")


def _damaged(path: Path, complaint: object) -> StateFileError:
    return StateFileError(
        f"{path} is damaged or no state file ({complaint}); it was left untouched. "
        f"Restore a copy of it, or name another file for --state."
    )


@contextmanager
def _refusals_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateFileError(f"{path} cannot be read ({error.strerror or error}); check its permissions.") from error
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StateFileError(
                f"{path} is in use by another sandbox; stop that one, or name another file for --state."
            ) from error
        raise StateFileError(
            f"{path} cannot be opened ({error}); check its permissions, or name another file for --state."
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
