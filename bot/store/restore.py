"""From a backup to a data folder. Unpacked beside the data, checked, and only then put in place.

The backup counts as soon as its folder is renamed to `restored`: whatever ends the program after that, the next start
puts the rest in place, and at no moment is there half of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Collection
from pathlib import Path
from typing import IO, Final

from sqlalchemy import inspect

from bot.store.backup import DATABASE, Backup, named_in
from bot.store.errors import BackupError, disk_errors
from bot.store.files import Files
from bot.store.folder import Folder, sync_folder
from bot.store.migrations import refuse_newer
from bot.store.sqlite import check, check_references, open_keeper

_FILE: Final = re.compile(r"files/([0-9a-f]{2})/([0-9a-f]{62})")
_BLOCK: Final = 2**20
_REMEDY: Final = "Name a file that `python -m bot backup` wrote."


def restore(archive: Path, path: Path, *, overwrite: bool = False, incomplete: bool = False) -> Backup:
    """The data folder at `path`, as it was backed up. Blocks: call it from a thread. Raises StoreError.

    With `overwrite` the database that is there is replaced; with `incomplete` a backup may lack files that it names.
    """
    folder = Folder(path)
    with disk_errors():
        folder.make()
        with folder.locked():
            put_in_place(folder)  # of a restore that was killed
            if not overwrite and (folder.database.exists() or any(Files(folder.files).hashes())):
                remedy = "Name an empty folder with ATELIER_DATA, or add --replace."
                raise BackupError(path, "this data folder is in use", remedy)
            try:
                backup = _unpack(archive, folder, incomplete=incomplete)
                folder.restoring.rename(folder.restored)
                sync_folder(path)
            except BaseException:
                shutil.rmtree(folder.restoring, ignore_errors=True)
                raise
            put_in_place(folder)
            return backup


def put_in_place(folder: Folder) -> None:
    """Finish what a restore began, if one did: may be ended and begun again at any point."""
    shutil.rmtree(folder.restoring, ignore_errors=True)
    if not folder.restored.exists():
        return
    here, there = Files(folder.restored / "files"), Files(folder.files)
    for sha256 in list(here.hashes()):  # a file of this hash that is there already has these very bytes
        place = there.path(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        here.path(sha256).replace(place)
        sync_folder(place.parent)
    database = folder.restored / DATABASE
    if database.exists():
        for left in ("-wal", "-shm"):  # the old database's log would be replayed over the new one
            Path(f"{folder.database}{left}").unlink(missing_ok=True)
        shutil.rmtree(folder.vectors, ignore_errors=True)  # by numbers that the backup may give to other pictures
        database.replace(folder.database)
        sync_folder(folder.path)
    shutil.rmtree(folder.restored)


def _unpack(archive: Path, folder: Folder, *, incomplete: bool) -> Backup:
    try:
        with tarfile.open(archive, "r|") as tar:
            count = sum(_keep(archive, tar, info, folder.restoring) for info in tar)
    except FileNotFoundError:
        raise BackupError(archive, "there is no such file", _REMEDY) from None
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(archive, f"it cannot be read to its end ({error})", "Use another backup.") from error
    named = _check(archive, folder.restoring / DATABASE)
    files = Files(folder.restoring / "files")
    missing = tuple(sha256 for sha256 in named if not files.path(sha256).is_file())
    if missing and not incomplete:
        problem = f"it lacks {len(missing)} of {len(named)} pictures, the first of them {missing[0][:12]}…"
        raise BackupError(archive, problem, "Use another backup, or add --incomplete.")
    return Backup(count, missing)


def _keep(archive: Path, tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> bool:
    """Whether it was a picture."""
    match = _FILE.fullmatch(info.name)
    is_ours = info.isreg() and (match or info.name == DATABASE) and not (folder / info.name).exists()
    content = tar.extractfile(info) if is_ours else None
    if content is None:
        raise BackupError(archive, f"it holds {info.name!r}, which no backup does", "Use another one.")
    digest = _write(content, folder / info.name)
    if match and digest != match[1] + match[2]:
        raise BackupError(archive, f"the picture {info.name} in it is damaged", "Use another backup.")
    return match is not None


def _write(content: IO[bytes], path: Path) -> str:
    """The hash of what was written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while block := content.read(_BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _check(archive: Path, database: Path) -> Collection[str]:
    """The hashes of the files that it names."""
    if not database.exists():
        raise BackupError(archive, "there is no database in it", _REMEDY)
    engine = open_keeper(database)
    try:
        with engine.connect() as connection:
            check(connection, database, thorough=True)
            check_references(connection, database)
            refuse_newer(connection, database)
            query = named_in(inspect(connection).get_table_names(), archive, _REMEDY)
            named = connection.exec_driver_sql(query).scalars().all()
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA journal_mode = delete")  # one file, without a log beside it
        return [str(sha256) for sha256 in named]
    finally:
        engine.dispose()
