"""Roles that stand for plans, and plans that bring a role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import given_roles, ledger, memberships
from bot.store.words import Source
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.house import House, Json, eventually, standing_in

PLANS = """
default = "free"
[plans.free]
title = "Free"
fast = "24 min"
[plans.pro]
title = "Pro"
fast = "30 h"
role = "{badge}"
[roles]
{patron} = "pro"
"""
MANAGE_ROLES = str(1 << 28)


class Club:
    """A server with two roles: patrons have Pro, and Pro brings a badge. Its owner gives and takes."""

    def __init__(self, house: House, ada: Member, cleo: Member, plans: Path) -> None:
        self.house, self.ada, self.cleo, self.plans = house, ada, cleo, plans
        self.server = next(iter(house.box.state.guilds))
        self.roles: dict[str, str] = {}

    async def make_roles(self) -> None:
        for name in ("patron", "badge"):
            made: Json = await self.ada.request("POST", f"/guilds/{self.server}/roles", {"name": name})
            self.roles[name] = made["id"]
        self.plans.write_text(PLANS.format(**self.roles))

    async def give(self, role: str, *, take: bool = False) -> None:
        await self.ada.request("DELETE" if take else "PUT", f"{self.path}/roles/{self.roles[role]}")

    @property
    def path(self) -> str:
        return f"/guilds/{self.server}/members/{self.cleo.user_id}"

    async def has(self, role: str) -> bool:
        member: Json = await self.ada.request("GET", self.path)
        return self.roles[role] in member["roles"]

    async def gets(self, role: str, *, lost: bool = False) -> None:
        async def is_so() -> bool:
            return await self.has(role) is not lost

        await eventually(is_so)

    async def is_noted(self) -> bool:
        """Whether the bot knows of a role that it gave: the role is there first."""
        async with self.house.desk.store.read() as tx:
            return bool(await given_roles.every(tx))

    async def stands(self, channel: str = "painting") -> str:
        told = await self.cleo.command(channel, "info")
        assert told.message is not None
        return standing_in(told.message["content"])


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    path = tmp_path / "plans.toml"
    async with Sandbox(port=0) as box, Member.of(box.url, "ada") as ada, Member.of(box.url, "cleo") as cleo:
        house = House(box, tmp_path / "data", {"ATELIER_PLANS": str(path), "OWNERS": ada.user_id})
        club = Club(house, ada, cleo, path)
        await club.make_roles()
        async with house:
            yield club


async def test_role_gives_its_plan_with_the_next_word_of_its_member_and_takes_it_again(club: Club) -> None:
    assert await club.stands() == "Free: 24 min left of 24 min"
    await club.give("patron")
    assert await club.stands() == "Pro: 30 h left of 30 h, and 24 min beside it"
    await club.give("patron", take=True)
    assert await club.stands() == "Free: 24 min left of 24 min, and 30 h beside it"


async def test_role_that_comes_and_goes_is_worth_one_month(club: Club) -> None:
    for _ in range(3):
        await club.give("patron")
        await club.stands()
        await club.give("patron", take=True)
        await club.stands()
    await club.give("patron")
    assert await club.stands() == "Pro: 30 h left of 30 h, and 24 min beside it"
    async with club.house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []


async def test_role_counts_elsewhere_too_until_its_server_is_asked_and_says_that_it_is_gone(club: Club) -> None:
    await club.give("patron")
    await club.stands()
    assert (await club.stands("@Painter")).startswith("Pro")
    await club.give("patron", take=True)
    await club.house.restart()  # it asks at the start, and once an hour

    async def is_free() -> bool:
        return (await club.stands("@Painter")).startswith("Free")

    await eventually(is_free)


async def test_role_that_is_gone_is_found_by_the_hourly_look(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.roles.EVERY_SECONDS", 0.05)
    await club.give("patron")
    await club.stands()  # which ends the hour that was being waited for
    assert (await club.stands("@Painter")).startswith("Pro")
    await club.give("patron", take=True)

    async def is_free() -> bool:
        return (await club.stands("@Painter")).startswith("Free")

    await eventually(is_free)


async def test_member_who_leaves_the_server_loses_what_its_role_gave(club: Club) -> None:
    await club.give("patron")
    await club.stands()
    await club.ada.request("DELETE", club.path)
    await club.house.restart()

    async def is_free() -> bool:
        return (await club.stands("@Painter")).startswith("Free")

    await eventually(is_free)


async def test_plan_brings_its_role_and_takes_it_when_it_ends(club: Club) -> None:
    await let_the_bot_manage_roles(club)
    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="pro")
    await club.gets("badge")
    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="none")
    await club.gets("badge", lost=True)


async def test_plan_that_ends_while_discord_does_not_tell_of_its_server_takes_its_role_later(club: Club) -> None:
    await let_the_bot_manage_roles(club)
    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="pro")
    await eventually(club.is_noted)
    await club.house.control("faults", {"kind": "event_delay", "event": "GUILD_CREATE", "seconds": 3})
    await club.house.restart()
    (guild,) = club.house.client.guilds
    assert guild.unavailable
    async with club.house.desk.store.write() as tx:
        await memberships.end(tx, Source.GRANT, club.cleo.user_id, club.house.desk.now())
    await club.house.desk.roles._bring()

    async def is_there() -> bool:
        return not guild.unavailable

    await eventually(is_there)
    club.house.desk.roles.poke()  # as it does once an hour
    await club.gets("badge", lost=True)


async def test_role_that_somebody_else_gave_is_never_taken(club: Club) -> None:
    await let_the_bot_manage_roles(club)
    await club.give("badge")
    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="none")
    await club.house.restart()
    await club.stands()
    assert await club.has("badge")


async def test_role_that_cannot_be_given_is_told_once_and_given_when_it_can_be(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    async def is_told() -> bool:
        return not await club.has("badge") and "cannot follow its plan" in caplog.text

    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="pro")
    await eventually(is_told)
    await club.ada.command("general", "admin plan", member=club.cleo.user_id, plan="pro")
    await let_the_bot_manage_roles(club)
    club.house.desk.roles.poke()  # as it does once an hour
    await club.gets("badge")
    assert caplog.text.count("cannot follow its plan: I need Manage Roles") == 1


async def let_the_bot_manage_roles(club: Club) -> None:
    """And lift its own role above the badge."""
    roles: list[Json] = await club.ada.request("GET", f"/guilds/{club.server}/roles")
    own = next(role for role in roles if role.get("tags", {}).get("bot_id"))
    rights = str(int(own["permissions"]) | int(MANAGE_ROLES))
    await club.ada.request("PATCH", f"/guilds/{club.server}/roles/{own['id']}", {"permissions": rights})
    await club.ada.request("PATCH", f"/guilds/{club.server}/roles", [{"id": own["id"], "position": len(roles) - 1}])
