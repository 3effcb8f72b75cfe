"""`python -m bot`, from the first start to the backup: what whoever runs it was promised."""

from __future__ import annotations

import asyncio
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sandbox.member import Member
from tests.product.house import painted, press, until_ended
from tests.product.program import PATIENCE, ROOT, Program, environ, run, started

TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.GaBcDe.canaryCanaryCanary_Canary-Canary012345"
WITHOUT_TORCH = (
    "import runpy, sys; sys.modules['torch'] = None; sys.argv = ['bot']; runpy.run_module('bot', run_name='__main__')"
)
TELLS_TORCH = (
    "import sys; from bot.__main__ import main; code = main([]); print('torch' in sys.modules); sys.exit(code)"
)
IMPATIENT = """
import sys
from bot.__main__ import main
from bot.frame import listening
listening.PATIENCE_SECONDS = 0
sys.exit(main([]))
"""
REFUSING = {"DISCORD_TOKEN": TOKEN, "DISCORD_BASE_URL": "http://127.0.0.1:9"}  # nobody is there: it cannot log in
READ_ONLY = """
import errno, os, pathlib, sys
from bot.__main__ import main
def refuse(path, *about, **more):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
pathlib.Path.mkdir = refuse
sys.exit(main([]))
"""

pytestmark = pytest.mark.timeout(150)


async def test_first_start_needs_nothing_and_says_where_the_page_is(tmp_path: Path) -> None:
    """Not even torch: then it paints colour cards and says so."""
    settings = {"ATELIER_ENGINE_DEVICE": "auto"}
    command = (sys.executable, "-c", WITHOUT_TORCH)
    async with started(tmp_path, settings=settings, command=command) as bot, Member.of(bot.url, "cleo") as cleo:
        hello = await cleo.wait_for("general", lambda message: "Hello!" in message["content"])
        assert re.search(r"</imagine:\d+> `", hello["content"])
        assert "colour cards" in hello["content"]
        explained = await press(cleo, hello, "Show me how")
        assert "colour cards" in explained["content"]
        grid = await painted(cleo)
        assert len(grid["attachments"]) == 1
        assert await bot.end() == 0
        assert "I paint colour cards, no pictures" in bot.log


async def test_second_start_keeps_all_and_every_button_alive(tmp_path: Path) -> None:
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        grid = await painted(cleo)
        assert await bot.end() == 0
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        single = await until_ended(cleo, await press(cleo, grid, "U3"))
        assert "picture 3" in single["content"]
        hellos = [message for message in await cleo.messages("general") if "Hello!" in message["content"]]
        assert len(hellos) == 1
        assert "Discord was told of" not in bot.log.split("Stopping:")[1]
        assert await bot.end(signal.SIGINT) == 0


@pytest.mark.alone
async def test_bot_with_colour_cards_starts_and_ends_within_two_seconds_and_never_imports_torch(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The least of three: a processor that others use too, or that reads its files for the first time, is slower."""
    assert min([await _seconds_of_a_start(tmp_path_factory.mktemp("start")) for _ in range(3)]) < 2


async def _seconds_of_a_start(folder: Path) -> float:
    """Of a processor, the sandbox's among them: what else the machine does must not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    async with started(folder, settings={}, command=(sys.executable, "-c", TELLS_TORCH)) as bot:
        bot.tell(signal.SIGTERM)
        assert await bot.rest() == "False\n"
        assert await bot.ended() == 0  # told once more while it ends, its exit code might be lost
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def test_told_to_stop_it_ends_soon_and_its_jobs_go_on_at_the_next_start(tmp_path: Path) -> None:
    paced = {"ATELIER_SWATCH_SECONDS": "1"}  # however busy the machine, not all eight end before the last is asked for
    async with started(tmp_path, settings=paced) as bot, Member.of(bot.url, "cleo") as cleo:
        begun = [await slow(cleo, f"picture {number} --steps 50") for number in range(8)]
        began = time.monotonic()
        assert await bot.end() == 0
        assert time.monotonic() - began < 30
    assert unfinished(tmp_path) > 0
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        for message in begun:
            await until_ended(cleo, message)
        assert await bot.end() == 0
    assert run(tmp_path, "audit").stdout == "The ledger adds up.\n"


def spoil_a_balance(folder: Path) -> None:
    (database,) = folder.rglob("atelier.sqlite")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE accounts SET gpu_ms = gpu_ms + 7 WHERE account = 'spent'")
        connection.commit()


async def test_balances_are_made_anew_from_the_entries_while_the_bot_is_stopped(tmp_path: Path) -> None:
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        await painted(cleo)
        refused = await asyncio.to_thread(run, tmp_path, "audit", "--rebuild")
        assert refused.returncode == 1
        assert "in use" in refused.stderr
        assert await bot.end() == 0
    spoil_a_balance(tmp_path)
    told = run(tmp_path, "audit")
    assert told.returncode == 1
    assert told.stdout.endswith("The ledger does not add up.\n")
    mended = run(tmp_path, "audit", "--rebuild")
    assert mended.returncode == 0
    assert mended.stdout == "1 balance had to be put right.\nThe ledger adds up.\n"
    assert run(tmp_path, "audit", "--rebuild").stdout == "No balances had to be put right.\nThe ledger adds up.\n"


async def test_second_bot_on_the_same_data_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async with started(tmp_path, settings={}) as bot:
        second = await asyncio.to_thread(run, tmp_path)
        assert second.returncode == 2
        assert "Traceback" not in second.stderr
        assert "in use" in second.stderr
        assert await bot.end() == 0


def test_all_wrong_settings_are_told_at_once_and_nothing_starts(tmp_path: Path) -> None:
    ended = run(tmp_path, LOG_LEVEL="loud", OWNERS="me", DISCORD_TOKEN="Bot abc")
    assert ended.returncode == 2
    assert [line.split()[0] for line in ended.stderr.splitlines()] == ["DISCORD_TOKEN", "OWNERS", "LOG_LEVEL"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ATELIER_MODEL": "swach"}, "Did you mean swatch?"),
        ({"ATELIER_ENGINE_DEVICE": "cuda:99"}, "no device cuda:99"),
        ({"ATELIER_DATA": "/proc/nowhere"}, "ATELIER_DATA"),
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy_and_exit_code_2(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    ended = run(tmp_path, **settings)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert said in ended.stderr


def test_discord_that_cannot_be_reached_is_tried_again_by_whoever_started_the_bot(tmp_path: Path) -> None:
    ended = run(tmp_path, DISCORD_TOKEN=TOKEN, DISCORD_BASE_URL="http://127.0.0.1:9")
    assert ended.returncode == 75
    assert "Traceback" not in ended.stderr
    assert "Discord cannot be reached" in ended.stderr
    assert TOKEN not in ended.stderr


def test_database_that_another_program_locks_is_tried_again_by_whoever_started_the_bot(tmp_path: Path) -> None:
    """As a copy does that somebody makes at night. With exit code 2 the bot would stay stopped until they look."""
    assert run(tmp_path, **REFUSING).returncode == 75
    with closing(sqlite3.connect(tmp_path / "data" / "atelier.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = run(tmp_path, **REFUSING)
    assert ended.returncode == 75
    assert "Traceback" not in ended.stderr
    assert "Another program keeps the database locked" in ended.stderr


@pytest.mark.parametrize(
    ("name", "settings"), [("GALLERY", {}), ("ATELIER_WEBHOOK", {"ATELIER_STRIPE_SECRET": "whsec_0123456789abcdef"})]
)
def test_port_that_is_in_use_is_refused_with_a_sentence_before_the_bot_logs_in(
    tmp_path: Path, name: str, settings: dict[str, str]
) -> None:
    """Logging in would end with 75: there is nobody at that address."""
    settings |= {"DISCORD_TOKEN": TOKEN, "DISCORD_BASE_URL": "http://127.0.0.1:9"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_script(IMPATIENT, tmp_path, **settings, **{f"{name}_PORT": port})
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    reason, remedy = "(address already in use)", "stop the other program or set another port"
    assert f"{name}_PORT {port} on 127.0.0.1 cannot be listened on {reason}; {remedy}.\n" in ended.stderr


def test_folder_on_a_disk_that_is_read_only_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """As systemd makes it for all but the unit's own folder, where `.env` names none."""
    ended = run_script(READ_ONLY, tmp_path, DISCORD_TOKEN=TOKEN, DISCORD_BASE_URL="http://127.0.0.1:9")
    assert ended.returncode == 2, ended.stderr
    assert "data cannot be used (Read-only file system); name another folder with ATELIER_DATA" in ended.stderr
    assert "Traceback" not in ended.stderr


def run_script(script: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environ(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(("first", "starts"), [(75, 2), (0, 1), (3, 1)])
def test_make_run_starts_the_bot_again_after_exit_code_75_alone(tmp_path: Path, first: int, starts: int) -> None:
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/starts\n[ $(wc -l < {tmp_path}/starts) -gt 1 ] && exit 0\nexit {first}\n'
    )
    python.chmod(0o755)
    command = ["make", "-o", ".venv/installed", "run", f"BIN={tmp_path}", "PAUSE=0"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (tmp_path / "starts").read_text().splitlines() == ["-m bot"] * starts
    assert (ended.returncode == 0) == (first != 3)


async def test_logs_hold_no_token_and_no_prompt_of_a_private_job(tmp_path: Path) -> None:
    async with started(tmp_path, settings={"LOG_LEVEL": "debug"}) as bot, Member.of(bot.url, "cleo") as cleo:
        await painted(cleo, "a canaryprompt of mine", channel="@Painter")
        await cleo.command("@Painter", "imagine", prompt="a canaryprompt --ar 99:1")
        token = await token_of(bot, cleo)
        assert await bot.end() == 0
        assert len(token) > 40
        for secret in ("canaryprompt", token, "aW50ZXJhY3Rpb246"):
            assert secret not in bot.log


def unfinished(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "atelier.sqlite")) as database:
        (count,) = database.execute("SELECT count(*) FROM jobs WHERE state = 'queued'").fetchone()
    return int(count)


async def slow(member: Member, prompt: str) -> dict[str, Any]:
    """The message of a job that takes its time."""
    outcome = await member.command("painting", "imagine", prompt=prompt)
    assert outcome.message is not None, outcome
    return outcome.message


async def token_of(bot: Program, member: Member) -> str:
    async with member._http.get(f"{bot.url}/_sim/people") as response:
        return str((await response.json())["applications"][0]["token"])


async def test_backup_of_a_running_bot_is_restored_with_buttons_that_work(tmp_path: Path) -> None:
    """The sandbox is Discord here: it stays as it is while the bot moves to another data folder."""
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        grid = await painted(cleo)
        backup = await asyncio.to_thread(run, tmp_path, "backup", "atelier.tar")
        assert backup.returncode == 0, backup.stderr
        holds = f"the database, the keys and 4 pictures of {tmp_path / 'data'}"  # whole: who types may stand elsewhere
        assert backup.stdout == f"atelier.tar holds {holds}.\n"
        again = await asyncio.to_thread(run, tmp_path, "backup", "atelier.tar")
        assert (again.returncode, "Choose another name" in again.stderr) == (1, True)
        assert await bot.end() == 0
    restored = run(tmp_path, "restore", "atelier.tar", ATELIER_DATA="other")
    assert restored.returncode == 0, restored.stderr
    assert restored.stdout == f"{tmp_path / 'other'} is as it was when atelier.tar was written.\n"
    assert run(tmp_path, "restore", "atelier.tar", ATELIER_DATA="other").returncode == 1
    (tmp_path / "data" / "sandbox.sqlite").rename(tmp_path / "other" / "sandbox.sqlite")
    async with started(tmp_path, settings={"ATELIER_DATA": "other"}) as bot, Member.of(bot.url, "cleo") as cleo:
        single = await until_ended(cleo, await press(cleo, grid, "U2"))
        assert "picture 2" in single["content"]
        assert await bot.end() == 0
    assert run(tmp_path, "audit", ATELIER_DATA="other").stdout == "The ledger adds up.\n"


def test_words_that_cannot_be_done_are_refused_with_sentences(tmp_path: Path) -> None:
    for words, said in (
        (("backup", "b.tar"), "there is no database here"),
        (("restore", "b.tar"), "there is no such file"),
        (("restore", str(ROOT / "README.md")), "it cannot be read"),
    ):
        ended = run(tmp_path, *words)
        assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
        assert said in ended.stderr
