"""What the doctor sees on this machine, sound and broken."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

from bot.doctor import Mark, machine
from bot.doctor.finding import Finding
from bot.frame.port import Port
from bot.frame.settings import Settings
from bot.frame.stripe_extra import PROBLEM

TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef0123456789"
SECRET = "whsec_0123456789abcdef"
Usage = namedtuple("Usage", "total used free")


def marks(found: list[Finding]) -> list[Mark]:
    return [finding.mark for finding in found]


async def test_packages_of_this_installation_fit() -> None:
    assert marks(await machine.check_packages(Settings())) == [Mark.FINE]
    assert marks(await machine.check_packages(Settings(stripe_secret=SECRET))) == [Mark.FINE]


async def test_library_of_stripe_is_missed_only_where_stripe_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)  # as where it is not installed
    assert marks(await machine.check_packages(Settings())) == [Mark.FINE]
    (found,) = await machine.check_packages(Settings(stripe_secret=SECRET))
    assert (found.mark, found.sentence) == (Mark.FAULT, PROBLEM)
    assert "pip install -c constraints.txt -e '.[stripe]'" in found.remedy


async def test_library_of_stripe_in_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ['stripe<2,>=1; extra == "stripe"'])
    assert marks(await machine.check_packages(Settings())) == [Mark.FINE]
    (found,) = await machine.check_packages(Settings(stripe_secret=SECRET))
    assert found.mark is Mark.FAULT
    assert "not <2,>=1" in found.sentence


def test_packages_that_are_missing_too_old_or_too_new_are_named() -> None:
    wanted = [
        "aiohttp<4,>=3.14",
        "no-such-package>=1",
        "yarl>=99",
        "zstandard<0.1,>=0.0.1",
        'pillow>=999; extra == "stripe"',
        'no-such-tool>=1; extra == "dev"',
    ]
    faults = machine.wrong_packages(wanted)
    assert [fault.split()[0] for fault in faults] == ["no-such-package", "yarl", "zstandard"]
    assert [fault.split()[0] for fault in machine.wrong_packages(wanted, extra="stripe")] == ["pillow"]
    assert faults[0] == "no-such-package is missing"
    assert faults[1].endswith("not >=99")


async def test_settings_that_name_what_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("")
    environ = {
        "ATELIER_ADAPTERS": str(tmp_path / "styles"),
        "ATELIER_MODELS": str(tmp_path),
        "ATELIER_CATALOGS": f"{tmp_path / 'own.toml'},{tmp_path / 'other.toml'}",
    }
    adapters, catalog = await machine.check_settings(Settings.from_env(environ))
    assert (adapters.mark, catalog.mark) == (Mark.WARNING, Mark.FAULT)
    assert adapters.sentence.startswith("ATELIER_ADAPTERS names")
    assert "other.toml" in catalog.sentence


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ["No server may use the bot", "Nobody may use /admin"]),
        ({"ALLOWED_SERVERS": "*", "OWNERS": "112233445566778899"}, ["Every server that adds the bot"]),
        ({"STRANGERS_PLAN": "open", "OWNERS": "112233445566778899"}, ["Every server that adds the bot"]),
        ({"ALLOWED_SERVERS": "112233445566778899", "OWNERS": "112233445566778899"}, ["They are complete"]),
    ],
)
async def test_doubtful_audience_is_pointed_out(environ: dict[str, str], said: list[str]) -> None:
    found = await machine.check_settings(Settings.from_env({"DISCORD_TOKEN": TOKEN} | environ))
    assert len(found) == len(said)
    assert all(finding.sentence.startswith(start) for finding, start in zip(found, said, strict=True))


@pytest.mark.parametrize(("free", "mark"), [(2**40, Mark.FINE), (2**30, Mark.WARNING), (2**20, Mark.FAULT)])
async def test_disk_is_judged_by_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: Mark
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(2**41, 2**41 - free, free))
    assert marks(await machine.check_disk(tmp_path / "not" / "yet")) == [mark]


async def test_data_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    (found,) = await machine.check_disk(tmp_path / "data")
    assert found.mark is Mark.FAULT
    assert "cannot be written" in found.sentence


def make_database(path: Path, rows: int = 500) -> None:
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE alembic_version (version_num TEXT)")
        made.execute("INSERT INTO alembic_version VALUES ('0007')")
        made.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, text TEXT)")
        made.executemany("INSERT INTO jobs VALUES (?, ?)", ((str(n), "a red house" * 20) for n in range(rows)))
    made.close()


async def test_sound_database_is_told_with_its_version(tmp_path: Path) -> None:
    path = tmp_path / "odd name?#.sqlite"
    make_database(path)
    (found,) = await machine.check_database(path)
    assert found.mark is Mark.FINE
    assert "schema 0007" in found.sentence


async def test_database_is_read_beside_a_bot_that_writes(tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite"
    make_database(path)
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("INSERT INTO jobs VALUES ('new', '')")
    assert marks(await machine.check_database(path)) == [Mark.FINE]
    writing.execute("COMMIT")
    writing.close()


async def test_missing_database_is_no_fault_and_is_not_made(tmp_path: Path) -> None:
    assert marks(await machine.check_database(tmp_path / "atelier.sqlite")) == [Mark.FINE]
    assert os.listdir(tmp_path) == []


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(4096 * 4, len(data) - 4096, 4096):
        data[start : start + 200] = b"\xff" * 200
    path.write_bytes(data)


async def test_damaged_database_is_a_fault_that_points_at_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite"
    make_database(path)
    scribble(path)
    (found,) = await machine.check_database(path)
    assert found.mark is Mark.FAULT
    assert "restore the last backup" in found.remedy


async def test_file_of_another_program_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, but long enough to be taken for one" * 100)
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE birds (name TEXT)").connection.close()
    (text,) = await machine.check_database(tmp_path / "text")
    (other,) = await machine.check_database(tmp_path / "other")
    assert (text.mark, other.mark) == (Mark.FAULT, Mark.FAULT)
    assert "is no database of this bot" in other.sentence


async def test_reading_a_database_for_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_database(tmp_path / "large", rows=20_000)
    monkeypatch.setattr(machine, "DATABASE_SECONDS", -1.0)
    (found,) = await machine.check_database(tmp_path / "large")
    assert found.mark is Mark.FAULT
    assert "interrupted" in found.sentence


async def test_ports_that_the_bot_listens_on_are_tried() -> None:
    async def look(host: str, number: int) -> Finding:
        (found,) = await machine.check_port("gallery", Port("GALLERY", host, number), "It is opened on")
        return found

    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        found = await look("127.0.0.1", number)
    assert (found.mark, found.sentence, found.remedy) == (
        Mark.WARNING,
        f"GALLERY_PORT {number} on 127.0.0.1 cannot be listened on (address already in use).",
        "If that is not the bot itself, running already, stop the other program or set another port.",
    )
    found = await look("127.0.0.1", number)
    assert (found.mark, found.sentence) == (Mark.FINE, f"It is opened on 127.0.0.1:{number}.")
    for host in ("203.0.113.1", "no.such.host.invalid"):
        found = await look(host, 0)
        assert (found.mark, found.remedy) == (Mark.FAULT, "Set GALLERY_HOST to an address of this machine.")
