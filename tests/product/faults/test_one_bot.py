"""One bot works in a data folder, however dead another one looks: that is why jobs need no leases."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from bot.running import REFUSED
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.child import bot_process
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import must_hold
from tests.product.house import imagine, painted, until_ended

PATIENCE_SECONDS = 20.0


async def test_a_bot_that_was_stopped_in_the_middle_keeps_its_folder_and_finishes_its_job(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path
) -> None:
    """A second one cannot take the job over, so the first, woken up, cannot end it a second time."""
    data = tmp_path / "data"
    async with Member.of(box.url, "cleo") as cleo:
        async with bot_process(box, data) as zombie:
            await zombie.until_it_hears()
            first = await imagine(cleo, "a red house")
            os.kill(zombie.pid, signal.SIGSTOP)
            async with bot_process(box, data) as second:
                assert await second.ended() == REFUSED
                assert f"is in use by process {zombie.pid}" in second.words.decode()
            os.kill(zombie.pid, signal.SIGCONT)
            await until_ended(cleo, first)
        house = await make_house()
        assert len(await must_hold(box, house.desk.store)) == 1


async def test_a_bot_that_paints_colour_cards_never_loads_torch_and_is_soon_there(box: Sandbox, tmp_path: Path) -> None:
    async with Member.of(box.url, "cleo") as cleo, bot_process(box, tmp_path / "data") as bot:
        await bot.until_it_hears()
        assert _cpu_seconds(bot.pid) < 2
        await painted(cleo)
        loaded = _mapped(bot.pid)
    assert "libpython" in loaded or "python3" in loaded
    assert "torch" not in loaded


def _mapped(pid: int) -> str:
    """The libraries in its memory."""
    return Path(f"/proc/{pid}/maps").read_text()


def _cpu_seconds(pid: int) -> float:
    """Of the processor, not of the clock on the wall: other tests may keep the machine busy."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
