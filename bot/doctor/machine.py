"""What the doctor sees without asking anyone: packages, settings, disk, database, ports."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import sqlite3
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import quote

from bot.doctor.finding import Finding, fault, fine, listed, warning
from bot.frame.listening import try_port
from bot.frame.port import Port, PortError
from bot.frame.settings import Settings, StrangersPlan
from bot.frame.stripe_extra import PROBLEM, REMEDY, NoStripeError, load_stripe

_GIB: Final = 2**30
TIGHT_BYTES: Final = 5 * _GIB  # about a thousand large grids
FULL_BYTES: Final = _GIB // 4  # the database needs room to work even where no picture is kept
DATABASE_SECONDS: Final = 50.0
_INSTALL: Final = "Install what is missing: .venv/bin/pip install -c constraints.txt -e ."
_REQUIREMENT: Final = re.compile(r"(?P<name>[\w.-]+)\s*(?P<range>[<>=!~\d.,\s]*)(?:;\s*(?P<marker>.*))?")


async def check_packages(settings: Settings) -> list[Finding]:
    """Every package that this installation asks for, in the range that it asks for."""
    try:
        await asyncio.to_thread(load_stripe, settings.stripe_secret)
    except NoStripeError:
        return [fault("packages", PROBLEM, REMEDY)]
    try:
        wanted = metadata.requires("atelier") or []
    except metadata.PackageNotFoundError:
        return [warning("packages", "Atelier runs without being installed.", _INSTALL)]
    faults = await asyncio.to_thread(wrong_packages, wanted)
    if faults:
        return [fault("packages", f"Packages do not fit: {listed(faults, 8)}.", _INSTALL)]
    if settings.stripe_secret and (faults := await asyncio.to_thread(wrong_packages, wanted, extra="stripe")):
        return [fault("packages", f"For Stripe, packages do not fit: {listed(faults)}.", REMEDY)]
    return [fine("packages", f"Python {platform.python_version()}, all packages in the versions that are needed.")]


def wrong_packages(requirements: Iterable[str], *, extra: str = "") -> list[str]:
    """Of the base, or of an extra."""
    faults = []
    markers = (f'extra == "{extra}"', f"extra == '{extra}'") if extra else (None,)
    for requirement in requirements:
        found = _REQUIREMENT.fullmatch(requirement)
        if found is None or found["marker"] not in markers:
            continue
        try:
            version = metadata.version(found["name"])
        except metadata.PackageNotFoundError:
            faults.append(f"{found['name']} is missing")
            continue
        if not _is_within(version, found["range"]):
            faults.append(f"{found['name']} is {version}, not {found['range']}")
    return faults


def _is_within(version: str, wanted: str) -> bool:
    """For ranges of `>=` and `<`, which are all that pyproject.toml has."""
    have = _numbers(version)
    for bound in filter(None, map(str.strip, wanted.split(","))):
        limit = _numbers(bound.lstrip("<>="))
        if (bound.startswith(">=") and have < limit) or (bound.startswith("<") and have >= limit):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3])


async def check_settings(settings: Settings) -> list[Finding]:
    """What is allowed, but hardly meant."""
    found = await asyncio.to_thread(lambda: list(_judge_paths(settings)))
    if not settings.uses_sandbox:
        found += _judge_audience(settings)
    return found or [fine("settings", "They are complete, and what they name is there.")]


def _judge_paths(settings: Settings) -> Iterable[Finding]:
    for name, folder in (("ATELIER_MODELS", settings.models), ("ATELIER_ADAPTERS", settings.adapters)):
        if folder is not None and not folder.is_dir():
            yield warning("settings", f"{name} names {folder}, which is no folder.", "Make it, or mend the name.")
    for path in settings.catalogs:
        if not path.is_file():
            yield fault("settings", f"ATELIER_CATALOGS names {path}, which is no file.", "Mend the name.")


def _judge_audience(settings: Settings) -> Iterable[Finding]:
    strangers = settings.strangers_plan is StrangersPlan.OPEN
    if settings.allowed_servers.every or strangers:
        yield warning("settings", "Every server that adds the bot may use this GPU.", "Name yours in ALLOWED_SERVERS.")
    elif not settings.allowed_servers.ids:
        yield warning("settings", "No server may use the bot; it will leave each.", "Name yours in ALLOWED_SERVERS.")
    if not settings.owners:
        yield warning("settings", "Nobody may use /admin.", "Put your own id into OWNERS.")


async def check_disk(data: Path) -> list[Finding]:
    """Room for pictures, and whether the data folder can be written."""
    return [await asyncio.to_thread(_judge_disk, data)]


def _judge_disk(data: Path) -> Finding:
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        problem = f"{place} cannot be written by the user that runs this."
        return fault("disk", problem, f"Give it to that user (chown {os.getuid()} {place}), or set ATELIER_DATA.")
    free = shutil.disk_usage(place).free
    sentence = f"{free / _GIB:.1f} GiB are free where {data} is."
    if free < FULL_BYTES:
        return fault("disk", sentence, "Make room: without it, no job is taken.")
    if free < TIGHT_BYTES:
        return warning("disk", sentence, "Make room soon: a large grid takes several MiB.")
    return fine("disk", sentence)


async def check_database(path: Path) -> list[Finding]:
    """Reads it from end to end, beside a bot that may be writing it."""
    return [await asyncio.to_thread(_judge_database, path)]


def _judge_database(path: Path) -> Finding:
    if not path.exists():
        return fine("database", f"There is none yet; the bot makes {path} when it starts.")
    try:
        return _read_database(path)
    except sqlite3.Error as error:
        remedy = "Stop the bot, keep a copy of the file, and restore the last backup (docs/operating.md)."
        return fault("database", f"{path} cannot be read: {error}.", remedy)


def _read_database(path: Path) -> Finding:
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)
    ends = time.monotonic() + DATABASE_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)  # a thread cannot be given up
    try:
        faults = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    finally:
        connection.close()
    if faults != ["ok"]:
        remedy = "Stop the bot and restore the last backup (docs/operating.md)."
        return fault("database", f"{path} is damaged: {listed(faults, 2)}.", remedy)
    if version is None:
        return fault("database", f"{path} is no database of this bot.", "Move it away, or set another ATELIER_DATA.")
    size = path.stat().st_size / 2**20
    return fine("database", f"{path} is sound: {size:.1f} MiB, schema {version[0]}, SQLite {sqlite3.sqlite_version}.")


async def check_port(about: str, port: Port, purpose: str) -> list[Finding]:
    """Whether the bot could listen there. It may do so already: no other reason can be told apart from that one."""
    try:
        await try_port(port)
    except PortError as error:
        problem, remedy = f"{error.problem}.", f"{error.remedy}."
        if error.is_taken:
            return [warning(about, problem, f"If that is not the bot itself, running already, {remedy}")]
        return [fault(about, problem, remedy[0].upper() + remedy[1:])]
    return [fine(about, f"{purpose} {port.host}:{port.number}.")]
