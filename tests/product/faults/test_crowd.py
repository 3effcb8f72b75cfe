"""Two hundred members at once, half of them in one room: each is answered, and Discord's limits are hardly ever met."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sandbox.member import Member
from sandbox.rules import limits
from sandbox.server import Sandbox
from sandbox.world import seed
from tests.product.faults.conftest import LIMITS
from tests.product.faults.oracle import must_be_sound, must_have_answered, until_calm
from tests.product.house import House

CROWD = 200
ROOMS = 20
MOST_REFUSED = 5  # of some two thousand requests
PATIENCE_SECONDS = 150.0


class Crowd:
    def __init__(self, box: Sandbox, log: Path) -> None:
        self.box, self._log = box, log
        self.guild = next(iter(box.state.guilds.values()))
        self.names = [f"member{number}" for number in range(CROWD)]
        for name in self.names:
            seed.join(box.state, self.guild, seed.make_person(box.state, name).id, [])

    def places(self) -> list[str]:
        """Of each member: every other one is in the first room."""
        rooms = [str(seed.make_channel(self.box.state, self.guild, f"room-{number}").id) for number in range(ROOMS)]
        return [rooms[number % ROOMS if number % 2 else 0] for number in range(CROWD)]

    async def answers(self) -> Counter[tuple[str, int]]:
        """How often the bot's requests of each method got each status."""
        await self.box.journal.close()
        entries = [json.loads(line) for line in await asyncio.to_thread(self._log.read_text().splitlines)]
        requests = [one for one in entries if one["kind"] == "request" and one["path"].startswith("/api")]
        return Counter((one["method"], one["status"]) for one in requests if "member" not in str(one["actor"]))


@pytest.fixture
async def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crowd]:
    """Members who wait a minute for an answer: here bot, Discord and all of them share one thread, on a machine that
    other tests keep busy. How soon they are answered is for the benchmark to say."""
    monkeypatch.setattr(limits, "FIRST_ANSWER_SECONDS", 60.0)
    log = tmp_path / "log"
    async with Sandbox(port=0, gateway_limits=LIMITS, log_file=log) as box:
        yield Crowd(box, log)


@pytest.mark.timeout(300)
async def test_two_hundred_members_at_once_are_all_answered_without_a_storm_of_429s(
    crowd: Crowd, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(House(crowd.box, tmp_path / "data", {}))
        members = [await stack.enter_async_context(Member.of(crowd.box.url, name)) for name in crowd.names]
        asked = [
            member.command(place, "imagine", prompt="a red house --steps 2")
            for member, place in zip(members, crowd.places(), strict=True)
        ]
        outcomes = await asyncio.gather(*asked)
        assert {outcome.status for outcome in outcomes} == {"answered"}
        assert not any(outcome.is_private for outcome in outcomes)
        store = house.desk.store
        await until_calm(store, PATIENCE_SECONDS)
        await must_be_sound(store)
        assert len(await must_have_answered(crowd.box, store)) == CROWD
    answers = await crowd.answers()
    refused = {kind: count for kind, count in answers.items() if kind[1] == 429}
    assert sum(refused.values()) <= MOST_REFUSED, answers
    assert sum(answers.values()) >= 2 * CROWD, "the log must have been read"
