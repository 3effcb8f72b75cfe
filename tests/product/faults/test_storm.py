"""Killed at random under load."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import must_hold
from tests.product.faults.storm import Storm

KILLS = 20
SEED = 20261121


@pytest.mark.timeout(300)
async def test_a_bot_that_is_killed_twenty_times_under_load_answers_every_job_once(
    box: Sandbox, make_house: MakeHouse, tmp_path: Path
) -> None:
    storm = Storm(box, tmp_path / "data", random.Random(SEED))
    while storm.kills < KILLS:
        await storm.strike()
    house = await make_house(**storm.environ)
    found = await must_hold(box, house.desk.store)
    assert len(found) >= KILLS, storm.seen
