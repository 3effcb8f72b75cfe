"""Four members at work while the bot is killed again and again. Every decision comes from one seed; what the network
makes of it does not.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from bot.store.store import Store
from sandbox.member import Json, Member, NothingCame, Refused
from sandbox.server import Sandbox
from tests.product.faults.child import bot_process
from tests.product.faults.oracle import eventually, must_be_sound
from tests.product.faults.plans import give_plans
from tests.product.house import buttons, labels

PEOPLE = ("ada", "ben", "cleo", "dov")
ROOMS = ("painting", "more-painting", "general")
PLANS = {"ada": "basic", "ben": "open"}  # the others have the free one
SETTINGS = {"NOTIFY_AFTER_SECONDS": "1", "LOG_LEVEL": "warning"}
LONGEST_SECONDS = 1.5  # that the bot lives, from the moment that it hears


class Storm:
    def __init__(self, box: Sandbox, data: Path, dice: random.Random) -> None:
        self.box, self.data, self.dice = box, data, dice
        self.seen: Counter[str] = Counter()
        self.kills = 0
        self.environ: dict[str, str] = {}

    async def strike(self) -> None:
        """One life of the bot, from its start to its violent death."""
        self.environ = self.environ or await give_plans(self.box, self.data, PLANS)
        async with bot_process(self.box, self.data, **SETTINGS, **self.environ) as bot:
            if self.dice.random() < 0.2:  # before it is quite there
                await asyncio.sleep(self.dice.uniform(0.2, 1.0))
            else:
                await bot.until_it_hears()
                if self.dice.random() < 0.3:
                    await eventually(self._is_calm, "what was left over was done")
                await self._live(self.dice.uniform(0.05, LONGEST_SECONDS))
            await bot.kill()
            assert b"Traceback" not in bot.words, bot.words.decode()
        self.kills += 1
        self.box.clock.advance(4)  # whoever waits for an answer is told that there is none
        async with Store.open(self.data, clock=lambda: time.time_ns() // 1_000_000) as store:
            await must_be_sound(store)

    async def _live(self, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            acting = [group.create_task(self._act(name, random.Random(self.dice.random()))) for name in PEOPLE]
            await asyncio.sleep(seconds)
            for task in acting:
                task.cancel()

    async def _act(self, name: str, dice: random.Random) -> None:
        async with Member.of(self.box.url, name) as member:
            while True:
                try:
                    await self._do(member, dice)
                except (Refused, NothingCame, KeyError) as refusal:
                    self.seen[type(refusal).__name__] += 1
                await asyncio.sleep(dice.uniform(0, 0.1))

    async def _do(self, member: Member, dice: random.Random) -> None:
        room = dice.choice(ROOMS)
        shown = [message for message in await member.messages(room, 20) if buttons(message)]
        if not shown or dice.random() < 0.5:
            steps = dice.choice((2, 2, 2, 20))
            speed = dice.choice(("", "", "--turbo", "--relax"))  # which some plans refuse
            prompt = f"house {dice.random()} --steps {steps} {speed}"
            outcome = await member.command(room, "imagine", prompt=prompt)
            self.seen["asked"] += outcome.message is not None
        else:
            message = dice.choice(shown)
            pressed = await member.click(message, _button(message, dice))
            self.seen["pressed"] += pressed.status == "answered"

    async def _is_calm(self) -> bool:
        """As another program would look: the bot has the folder."""
        with closing(sqlite3.connect(f"file:{self.data / 'atelier.sqlite'}?mode=ro", uri=True)) as database:
            query = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'rendered')"
            return bool(database.execute(query).fetchone()[0] == 0)


def _button(message: Json, dice: random.Random) -> str:
    return dice.choice([label for label in labels(message) if label != "⭐"])
