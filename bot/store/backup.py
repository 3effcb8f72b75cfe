"""A backup: one tar file with a copy of the database and every original that it names, made while the bot works.

The copy is of one moment, and complete: while a backup is made, no file is swept. It appears under its name when it is
whole. It holds the keys and all that members typed, so only its owner can read it.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.store.errors import BackupError, StoreBusyError, StoreDamagedError, StoreFullError, disk_errors
from bot.store.files import Files
from bot.store.folder import Folder, sync_folder

DATABASE: Final = "atelier.sqlite"
_OFFERED: Final = "SELECT json_each.value AS sha256 FROM offers, json_each(offers.files)"  # what waits for a word
# The tables whose rows name originals, and how.
_NAMING: Final = {name: f"SELECT sha256 FROM {name}" for name in ("pictures", "sources", "films")} | {
    "offers": _OFFERED
}


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds. `missing` are the hashes of files that rows name and that are not there."""

    files: int
    missing: tuple[str, ...] = ()


def back_up(path: Path, target: Path) -> Backup:
    """The data folder at `path` as one file. Blocks: call it from a thread. Raises StoreError."""
    folder = Folder(path)
    if not folder.database.exists():
        raise BackupError(path, "there is no database here", "Name the data folder that the bot works in.")
    if not target.absolute().parent.is_dir():
        raise BackupError(target, "there is no such folder", "Make it, or name another file.")
    if target.exists():
        raise BackupError(target, "there is a file of this name already", "Choose another name.")
    copy, archive = target.with_name(f"{target.name}.copy"), target.with_name(f"{target.name}.part")
    files = Files(folder.files)
    try:
        with disk_errors(), files.kept():
            named = _copy_database(folder.database, copy)
            missing = tuple(sha256 for sha256 in named if not files.path(sha256).is_file())
            _pack(archive, copy, files, set(named).difference(missing))
            archive.replace(target)
            sync_folder(target.absolute().parent)
    finally:
        for unfinished in (copy, archive):
            unfinished.unlink(missing_ok=True)
    return Backup(len(named) - len(missing), missing)


def named_in(tables: Collection[str], whole: Path, remedy: str) -> str:
    """The query for the hashes that a database with these tables names: one of an older program has fewer. Raises
    BackupError about the `whole` folder or file if it has none of them."""
    naming = [query for table, query in _NAMING.items() if table in tables]
    if not naming:
        raise BackupError(whole, "the database in it is empty, or another program's", remedy)
    return f"{' UNION '.join(naming)} ORDER BY sha256"


def _copy_database(database: Path, copy: Path) -> list[str]:
    """The hashes of the files that the copy names."""
    copy.unlink(missing_ok=True)  # of a backup that was killed
    copy.touch(mode=0o600)
    try:
        # Read-only, so that this process never checkpoints: that is the bot's alone.
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as made:
            made.execute("PRAGMA journal_mode = delete")
            (problem,) = made.execute("PRAGMA integrity_check(1)").fetchone()
            if problem != "ok":
                raise StoreDamagedError(database, problem)
            tables = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            query = named_in(tables, database.parent, "Name the data folder that the bot works in.")
            return [sha256 for (sha256,) in made.execute(query)]
    except sqlite3.OperationalError as error:
        match error.sqlite_errorcode & 0xFF:
            case sqlite3.SQLITE_FULL:
                raise StoreFullError from error
            case sqlite3.SQLITE_BUSY:
                raise StoreBusyError from error
        raise BackupError(database, f"it cannot be read ({error})", "Type this as the bot's user.") from error
    except sqlite3.DatabaseError as error:
        raise StoreDamagedError(database, str(error)) from error


def _pack(archive: Path, copy: Path, files: Files, named: Collection[str]) -> None:
    archive.unlink(missing_ok=True)
    with open(os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.add(copy, DATABASE, filter=_without_owner)
            for sha256 in sorted(named):
                tar.add(files.path(sha256), f"files/{sha256[:2]}/{sha256[2:]}", filter=_without_owner)
        out.flush()
        os.fsync(out.fileno())


def _without_owner(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Who the bot runs as here is nobody's business there."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
