"""The sandbox as a child: it comes up, is used, is missed, and never stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.frame.sandbox_child import SandboxChild, SandboxError
from tests.wire.process import until

HOST = "127.0.0.1"
PATIENCE_SECONDS = 20.0


async def test_child_tells_how_its_bot_logs_in_and_is_gone_after_stop(tmp_path: Path) -> None:
    state = tmp_path / "data" / "sandbox.sqlite"
    async with await SandboxChild.start(HOST, 0, state) as child:
        headers = {"Authorization": f"Bot {child.token}"}
        async with aiohttp.ClientSession(headers=headers) as http, http.get(f"{child.url}/api/v10/users/@me") as answer:
            assert (await answer.json())["id"] == str(child.application_id)
        first = (child.token, child.application_id)
    assert not _listens(child.url)
    assert state.stat().st_size > 0
    await child.stop()
    async with await SandboxChild.start(HOST, 0, state) as again:
        assert (again.token, again.application_id) == first


async def test_port_that_is_taken_is_told_with_its_remedy(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError) as caught:
            await SandboxChild.start(HOST, port, tmp_path / "sandbox.sqlite")
    assert f"Cannot listen on {HOST}:{port}" in str(caught.value)
    assert str(caught.value).endswith("SANDBOX_PORT and SANDBOX_HOST set it.")


async def test_state_file_of_another_kind_is_told(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite"
    with sqlite3.connect(state) as other:
        other.execute("CREATE TABLE birds (name TEXT)")
    other.close()
    with pytest.raises(SandboxError, match="did not start"):
        await SandboxChild.start(HOST, 0, state)


async def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SandboxError, match="name another one with ATELIER_DATA"):
        await SandboxChild.start(HOST, 0, tmp_path / "data" / "sandbox.sqlite")


async def test_child_that_takes_too_long_is_given_up_and_stopped(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="did not come up within 0 s"):
        await SandboxChild.start(HOST, 0, tmp_path / "sandbox.sqlite", start_seconds=0)


async def test_death_of_the_child_is_noticed(tmp_path: Path) -> None:
    async with await SandboxChild.start(HOST, 0, tmp_path / "sandbox.sqlite") as child:
        os.kill(child._process.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await child.ended() == "The sandbox ended by itself with exit code -9."


async def test_child_that_does_not_listen_is_stopped_all_the_same(tmp_path: Path) -> None:
    child = await SandboxChild.start(HOST, 0, tmp_path / "sandbox.sqlite")
    os.kill(child._process.pid, signal.SIGSTOP)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await child.stop(stop_seconds=0.1)
    assert child._process.returncode == -signal.SIGKILL


async def test_no_child_stays_behind_a_bot_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from bot.frame.sandbox_child import SandboxChild\n"
        "async def main():\n"
        "    child = await SandboxChild.start('127.0.0.1', 0, pathlib.Path(sys.argv[1]))\n"
        "    print(child.url, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    arguments = (sys.executable, "-c", program, str(tmp_path / "sandbox.sqlite"))
    parent = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        url = (await parent.stdout.readline()).decode().strip()
        assert _listens(url)
        parent.kill()
        await parent.wait()
    await until(lambda: not _listens(url), "the child is gone")


def _listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, int(url.rpartition(":")[2]))) == 0
