"""A step that never ends, in a process of its own: it is left behind, and the next start paints the job."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from sandbox.member import Member
from tests.product.house import imagine, until_ended
from tests.product.program import run, started

SOON_SECONDS = 15.0  # of which most are for a machine that has other things to do
STUCK = """
import asyncio, runpy, sys, threading
from bot import running
from bot.frame.settings import Settings
from engine import EngineSettings, engine
from engine.paint.painters import swatch

never = threading.Event()
def painter(*about, **more):
    {besides}
    never.wait()
async def watch_lag():
    await asyncio.to_thread({watching})
impatient = EngineSettings(device="none", hang_seconds=0.5, load_hang_seconds=0.5, close_seconds=0.3)
Settings.engine = property(lambda settings: impatient)
engine.HUNG_TIMES, running.END_SECONDS, running.watch_lag, swatch._draw = 0.0, {end_seconds}, watch_lag, painter
sys.argv = ["bot"]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""
NOTHING = "int"
PYTHON_WAITS_FOR_IT = "threading.Thread(target=never.wait, daemon=False).start()"

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(
    ("besides", "watching", "end_seconds"),
    [
        pytest.param(NOTHING, NOTHING, 60, id="the painter"),
        pytest.param(PYTHON_WAITS_FOR_IT, NOTHING, 60, id="and a thread that Python waits for"),
        pytest.param(NOTHING, "never.wait", 4, id="and a thread that the event loop waits for"),
    ],
)
async def test_whatever_hangs_the_program_ends_soon_with_75_and_the_next_one_paints_the_job(
    tmp_path: Path, besides: str, watching: str, end_seconds: int
) -> None:
    code = STUCK.format(besides=besides, watching=watching, end_seconds=end_seconds)
    async with started(tmp_path, settings={}, command=(sys.executable, "-c", code)) as bot:
        async with Member.of(bot.url, "cleo") as cleo:
            message = await imagine(cleo, "a red house")
            began = time.monotonic()
        assert await bot.ended() == 75, bot.log
        assert time.monotonic() - began < SOON_SECONDS
        assert "seems to hang" in bot.log
    async with started(tmp_path, settings={}) as bot, Member.of(bot.url, "cleo") as cleo:
        await until_ended(cleo, message)
        assert await bot.end() == 0
    assert run(tmp_path, "audit").stdout == "The ledger adds up.\n"
