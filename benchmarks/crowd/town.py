"""A sandbox's server filled for a benchmark: so many channels, and members who each keep to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

Json = dict[str, Any]


@dataclass(slots=True)
class Town:
    http: aiohttp.ClientSession
    url: str
    owner: str  # a token, as all of these
    channels: list[str]
    members: list[Json]  # token, channel_id

    async def plan(self, command: str) -> Json:
        """What a process of members needs to use this command of the bot that is installed."""
        path = f"/api/v10/channels/{self.channels[0]}/application-command-index"
        index = await ask(self.http, "GET", self.url + path, token=self.owner)
        found = next(one for one in index["application_commands"] if one["name"] == command)
        about = {"application_id": found["application_id"], "command_id": found["id"]}
        return {"url": self.url, "owner": self.owner, "members": self.members, **about}


async def ask(http: aiohttp.ClientSession, method: str, url: str, body: Any = None, token: str = "") -> Any:
    headers = {"Authorization": token} if token else {}
    async with http.request(method, url, json=body, headers=headers) as response:
        response.raise_for_status()
        return await response.json()


async def settle(http: aiohttp.ClientSession, url: str, members: int, channels: int) -> Town:
    known = await ask(http, "GET", f"{url}/_sim/people")
    owner = next(person for person in known["people"] if person["standing"] == "owner")["token"]
    guild = (await ask(http, "GET", f"{url}/api/v10/users/@me/guilds", token=owner))[0]["id"]
    rooms = f"{url}/api/v10/guilds/{guild}/channels"
    places = [(await ask(http, "POST", rooms, {"name": f"room-{n}", "type": 0}, owner))["id"] for n in range(channels)]
    people = [
        await ask(http, "POST", f"{url}/_sim/people", {"username": f"member{n}", "guild_ids": [guild]})
        for n in range(members)
    ]
    about = [{"token": one["token"], "channel_id": places[n % channels]} for n, one in enumerate(people)]
    return Town(http, url, owner, places, about)
