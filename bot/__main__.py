"""`python -m bot`: on Discord with a token, on a Discord of its own without one. With a further word it does that
instead: doctor, backup, restore, audit, gallery check.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from bot.frame.settings import Settings, SettingsError

REFUSED = 2
UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS)  # for who runs this, or, under systemd, for this program
# Python's own 5 ms are how long a thread that paints may keep a row of the database, or an answer, from the event loop.
SWITCH_SECONDS = 0.0005


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    words = made.add_subparsers(dest="word", metavar="WORD")
    words.add_parser("doctor", help="check everything that the bot needs, and say how to mend it")
    audit = words.add_parser("audit", help="prove that the ledger adds up")
    audit.add_argument("--rebuild", action="store_true", help="make the balances anew from the entries, first")
    backup = words.add_parser("backup", help="write database, keys and pictures into one file, while the bot runs")
    restore = words.add_parser("restore", help="put a backup into the data folder")
    gallery = words.add_parser("gallery", help="look after the gallery's files")
    deeds = gallery.add_subparsers(dest="deed", required=True, metavar="check")
    check = deeds.add_parser("check", help="prove that every picture's file is there, and no other")
    check.add_argument("--mend", action="store_true", help="remove what no row names, and make small copies anew")
    for word in (backup, restore):
        word.add_argument("file", type=Path, help="the backup's file")
    restore.add_argument("--replace", action="store_true", help="also if the data folder is not empty")
    restore.add_argument("--incomplete", action="store_true", help="also if the backup lacks pictures that it names")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        settings = Settings.load(os.environ, Path(".env"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return REFUSED
    work: Callable[[Settings, argparse.Namespace], int] = {
        None: _run,
        "doctor": _doctor,
        "audit": _audit,
        "backup": _backup,
        "restore": _restore,
        "gallery": _gallery,
    }[options.word]
    return work(settings, options)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    # Each word imports what it needs: the doctor must come even if the rest is ill.
    from bot.frame.logs import set_up_logs
    from bot.frame.port import PortError
    from bot.frame.sandbox_child import SandboxError
    from bot.frame.stripe_extra import NoStripeError
    from bot.plans.reader import PlansError
    from bot.running import AGAIN, CannotStartError, run
    from bot.store.errors import StoreBusyError, StoreError, StoreFullError

    set_up_logs(settings.log_level, settings.log_format, [settings.token, settings.stripe_secret])
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return asyncio.run(run(settings, lambda line: print(line, flush=True)))
    except CannotStartError as error:
        print(error, file=sys.stderr)
        return error.code
    except (StoreBusyError, StoreFullError) as error:  # both pass by themselves, or without anybody at this program
        print(error, file=sys.stderr)
        return AGAIN
    except (StoreError, SandboxError, PlansError, PortError, NoStripeError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except OSError as error:
        if error.errno not in UNUSABLE:
            raise
        remedy = "name another folder with ATELIER_DATA, or see `python -m bot doctor`."
        print(f"{error.filename} cannot be used ({error.strerror}); {remedy}", file=sys.stderr)
        return REFUSED


def _doctor(settings: Settings, options: argparse.Namespace) -> int:
    from bot.doctor.visit import run_doctor

    return run_doctor(settings)


def _audit(settings: Settings, options: argparse.Namespace) -> int:
    from bot.keeping import audit

    return asyncio.run(audit(settings, rebuild=options.rebuild))


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from bot.keeping import write_backup

    return asyncio.run(write_backup(settings, options.file))


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    from bot.keeping import read_backup

    return asyncio.run(read_backup(settings, options.file, replace=options.replace, incomplete=options.incomplete))


def _gallery(settings: Settings, options: argparse.Namespace) -> int:
    from bot.keeping import check_gallery

    return asyncio.run(check_gallery(settings, mend=options.mend))


def leave(code: int) -> NoReturn:
    """All is closed, but a step that hangs keeps its thread; ended in the usual way, the interpreter would wait for it
    or abort over it, and the exit code be lost."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    if threading.active_count() > 1:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    leave(main())
