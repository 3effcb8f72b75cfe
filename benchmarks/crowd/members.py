"""Members who use a command on schedule, whether or not the one before was answered (an open loop).

So a server that stalls is measured as its members meet it: every command that should have been sent meanwhile waits.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from benchmarks.crowd.process import hear, say

Json = dict[str, Any]
NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class Command:
    """Moments are nanoseconds of the machine's monotonic clock."""

    number: int
    due: int
    begun: int = 0
    ended: int = 0
    outcome: str = "never sent"


async def run(plan: Json) -> list[Command]:
    members: list[Json] = plan["members"]  # token, channel_id
    shuffled = random.Random(plan["seed"])
    phases = [shuffled.random() for _ in members]  # real people do not take turns
    commands: list[Command] = []
    schedule: list[tuple[int, Json, Command]] = []
    start = time.monotonic_ns() + NANOSECONDS // 2
    for second in range(plan["seconds"]):
        for phase, member in zip(phases, members, strict=True):
            command = Command(len(commands), start + int((second + phase) * NANOSECONDS))
            commands.append(command)
            schedule.append((command.due, member, command))
    schedule.sort(key=lambda entry: entry[0])
    # No limit on connections: the sandbox, not this program, shall be what makes anyone wait.
    connector, patience = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=patience) as http, asyncio.TaskGroup() as group:
        for due, member, command in schedule:
            wait_seconds = (due - time.monotonic_ns()) / NANOSECONDS
            if wait_seconds > 0:
                await asyncio.sleep(wait_seconds)
            group.create_task(use(http, plan, member, command))
    return commands


async def use(http: aiohttp.ClientSession, plan: Json, member: Json, command: Command) -> None:
    body = {
        "type": 2,
        "application_id": plan["application_id"],
        "channel_id": member["channel_id"],
        "nonce": str(command.number),
        "data": {
            "id": plan["command_id"],
            "name": "load",
            "type": 1,
            "options": [{"type": 4, "name": "number", "value": command.number}],
        },
    }
    headers = {"Authorization": member["token"], "Content-Type": "application/json"}
    data = json.dumps(body).encode()
    command.begun = time.monotonic_ns()
    try:
        async with http.post(f"{plan['url']}/api/v10/interactions?wait=true", data=data, headers=headers) as response:
            answer = json.loads(await response.read())
        command.outcome = answer.get("status", f"refused {answer}")
        told = (answer.get("message") or {}).get("content")
        if told not in (str(command.number), ""):  # empty while the bot is thinking
            command.outcome = f"answered with {told!r}"
    except (TimeoutError, aiohttp.ClientError) as error:
        command.outcome = f"{type(error).__name__}: {error}"
    command.ended = time.monotonic_ns()


async def main() -> None:
    commands = await run(await hear())
    say({"commands": [[c.number, c.due, c.begun, c.ended, c.outcome] for c in commands]})


if __name__ == "__main__":
    asyncio.run(main())
