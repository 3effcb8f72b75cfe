"""The words of the command line that look after the data folder: audit, backup, restore, gallery check. Each prints
what it did.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from bot.frame.settings import Settings
from bot.replies import storage
from bot.store import checking, pictures, thumbnails
from bot.store.audit import audit as find_faults
from bot.store.audit import rebuild as rebuild_balances
from bot.store.backup import back_up
from bot.store.checking import Checked
from bot.store.errors import MissingFileError, StoreError, StoreMissingError
from bot.store.folder import Folder
from bot.store.restore import restore
from bot.store.store import Store
from bot.thumbnails import Thumbnails
from engine import SourceError

FINE, FAULTY = 0, 1


async def audit(settings: Settings, *, rebuild: bool = False) -> int:
    """Whether the ledger adds up, in every way that it must; if it is wanted, after its balances were made anew."""
    try:
        async with _opened(settings) as store:
            if rebuild:
                async with store.write() as writing:
                    wrong = await rebuild_balances(writing)
                print(f"{wrong or 'No'} balance{'' if wrong == 1 else 's'} had to be put right.")
            async with store.read() as tx:
                faults = await find_faults(tx)
    except (StoreError, OSError) as error:
        return _refused(error)
    for fault in faults:
        print(fault)
    print("The ledger does not add up." if faults else "The ledger adds up.")
    return FAULTY if faults else FINE


async def write_backup(settings: Settings, file: Path) -> int:
    folder = settings.data.absolute()  # told so: the shell may stand elsewhere than the bot does
    try:
        backup = await asyncio.to_thread(back_up, folder, file)
    except (StoreError, OSError) as error:
        return _refused(error)
    print(f"{file} holds the database, the keys and {backup.files} pictures of {folder}.")
    for digest in backup.missing:
        print(f"The picture {digest} is not there; the backup goes without it.", file=sys.stderr)
    return FAULTY if backup.missing else FINE


async def read_backup(settings: Settings, file: Path, *, replace: bool, incomplete: bool = False) -> int:
    folder = settings.data.absolute()
    try:
        backup = await asyncio.to_thread(restore, file, folder, overwrite=replace, incomplete=incomplete)
    except (StoreError, OSError) as error:
        return _refused(error)
    lacks = f", but for {len(backup.missing)} pictures that it lacks" if backup.missing else ""
    print(f"{folder} is as it was when {file} was written{lacks}.")
    return FINE


async def check_gallery(settings: Settings, *, mend: bool = False) -> int:
    """Whether files and rows agree; if it is wanted, after what can be mended without loss was mended."""
    try:
        async with _opened(settings) as store:
            found = await _look(store)
            print(storage.table(found))
            if mend and not found.is_sound:
                await mend_gallery(store, found)
                print("\nMended as far as that is possible without loss:")
                found = await _look(store)
                print(storage.table(found))
    except (StoreError, OSError) as error:
        return _refused(error)
    print(storage.SOUND if found.is_sound else storage.remedy(found))
    return FINE if found.is_sound else FAULTY


async def mend_gallery(store: Store, found: Checked) -> None:
    """Small copies anew; then what no row names goes. No file goes that a row names."""
    small = found.kinds[pictures.SMALL_COPIES]
    broken = {*small.missing, *small.changed}
    async with store.write() as tx:
        await thumbnails.forget_unused(tx)
        again = [one for one in await thumbnails.every(tx) if one.thumb_sha256 in broken]
        for thumbnail in again:
            await thumbnails.remove(tx, thumbnail)
    await _sweep(store)  # with those that are changed: a put would take what is there for whole
    maker = Thumbnails(store)
    for thumbnail in again:
        with suppress(MissingFileError, SourceError):
            await maker.get(thumbnail.sha256, thumbnail.side)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Store]:
    """What is there already: to open a folder that is not the bot's would make a store in it, in which all is well."""
    folder = Folder(settings.data.absolute())
    if not (folder.database.exists() or folder.restored.exists()):
        raise StoreMissingError(folder.path)
    async with Store.open(settings.data, clock=lambda: time.time_ns() // 1_000_000) as store:
        yield store


async def _look(store: Store) -> Checked:
    async with store.read() as tx:
        named = await pictures.files_by_kind(tx)
    return await asyncio.to_thread(checking.check, store.files, named)


async def _sweep(store: Store) -> None:
    """Whatever its age: nobody else works in this folder."""
    await store.sweep(timedelta(0))


def _refused(error: StoreError | OSError) -> int:
    told = str(error)
    if not isinstance(error, StoreError) and error.filename is not None:
        told = f"{error.filename} cannot be used ({error.strerror}). Type this as the bot's user."
    print(told, file=sys.stderr)
    return FAULTY
