"""The words of the command line that look after the data folder: audit, backup, restore. Each prints what it did."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bot.frame.settings import Settings
from bot.store.audit import audit as find_faults
from bot.store.audit import rebuild as rebuild_balances
from bot.store.backup import back_up
from bot.store.errors import StoreError
from bot.store.restore import restore
from bot.store.store import Store

FINE, FAULTY = 0, 1


async def audit(settings: Settings, *, rebuild: bool = False) -> int:
    """Whether the ledger adds up, in every way that it must; if it is wanted, after its balances were made anew."""
    try:
        async with Store.open(settings.data, clock=lambda: time.time_ns() // 1_000_000) as store:
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
    try:
        backup = await asyncio.to_thread(back_up, settings.data, file)
    except (StoreError, OSError) as error:
        return _refused(error)
    print(f"{file} holds the database, the keys and {backup.files} pictures.")
    for digest in backup.missing:
        print(f"The picture {digest} is not there; the backup goes without it.", file=sys.stderr)
    return FAULTY if backup.missing else FINE


async def read_backup(settings: Settings, file: Path, *, replace: bool, incomplete: bool = False) -> int:
    try:
        backup = await asyncio.to_thread(restore, file, settings.data, overwrite=replace, incomplete=incomplete)
    except (StoreError, OSError) as error:
        return _refused(error)
    lacks = f", but for {len(backup.missing)} pictures that it lacks" if backup.missing else ""
    print(f"{settings.data} is as it was when {file} was written{lacks}.")
    return FINE


def _refused(error: StoreError | OSError) -> int:
    print(error, file=sys.stderr)
    return FAULTY
