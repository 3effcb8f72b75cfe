"""`make soak`: the bot is killed at random under load, 200 times or for as long as it is wanted, and what must hold.

SOAK_SEED repeats the decisions, though not the order in which the network lets them happen. SOAK_SECONDS is how long.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.product.faults.conftest import LIMITS
from tests.product.faults.oracle import must_hold
from tests.product.faults.storm import Storm
from tests.product.house import House

SEED = int(os.environ.get("SOAK_SEED", "0")) or random.randrange(1 << 31)
SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
KILLS = 200
A_ROUND = 10


@pytest.mark.soak
@pytest.mark.timeout(SECONDS * 2 + 300)
async def test_a_bot_that_is_killed_again_and_again_under_load_answers_every_job_once(tmp_path: Path) -> None:
    dice, kills, answered = random.Random(SEED), 0, 0
    end = time.monotonic() + SECONDS
    while kills < KILLS and (time.monotonic() < end or kills == 0):
        # Each round in a world of its own: a channel that keeps no more than its newest thousand messages forgets some.
        folder = tmp_path / str(kills)
        async with Sandbox(port=0, gateway_limits=LIMITS) as box:
            storm = Storm(box, folder, dice)
            while storm.kills < A_ROUND and (time.monotonic() < end or storm.kills == 0):
                await storm.strike()
            async with House(box, folder, storm.environ) as house:
                answered += len(await must_hold(box, house.desk.store))
        kills += storm.kills
    print(f"seed {SEED}: {kills} kills, {answered} jobs answered once each")  # noqa: T201
    assert answered > 0
