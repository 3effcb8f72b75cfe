"""Pictures for roles: whoever has a role that the maker named sees them on that server, nobody else, nowhere else."""

from __future__ import annotations

import pytest

from bot.replies import gallery as words
from bot.store.words import Hanging
from sandbox.member import Member
from tests.product.house import House, Json, eventually, painted, press, until_ended, until_gone
from tests.product.test_gallery import OPEN, choose, listed, open_first, page_of, text_of
from tests.product.test_gallery_channel import post_of, published, shown, until_state

DEED = "Roles that I named may see it"


class Guild:
    """A server with a role that its owner gives and takes."""

    def __init__(self, house: House, ada: Member) -> None:
        (found,) = house.client.guilds
        self._house, self._ada, self.guild = house, ada, found
        self.role = ""

    async def make(self) -> None:
        made: Json = await self._ada.request("POST", f"/guilds/{self.guild.id}/roles", {"name": "painters"})
        self.role = made["id"]

    async def give(self, member: Member, *, take: bool = False) -> None:
        path = f"/guilds/{self.guild.id}/members/{member.user_id}/roles/{self.role}"
        await self._ada.request("DELETE" if take else "PUT", path)


@pytest.fixture
async def guild(house: House) -> Guild:
    made = Guild(house, await house.member("ada"))
    await made.make()
    return made


async def said(who: Member, command: str, channel: str = "painting", **options: str) -> str:
    outcome = await who.command(channel, command, **options)
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def until_seen(member: Member, count: str) -> None:
    async def is_so() -> bool:
        return f"\n{count}\n" in f"{text_of(await page_of(member))}\n"

    await eventually(is_so)


async def test_who_has_a_named_role_sees_what_is_for_roles_and_loses_it_with_the_role(
    house: House, guild: Guild, cleo: Member, dov: Member, ben: Member
) -> None:
    await painted(cleo, "a red house")
    await guild.give(dov)
    mine = await open_first(cleo, await page_of(cleo, "mine"))
    mine = await choose(cleo, mine, DEED, "friends, and roles that its maker named")
    assert words.NO_ROLES_YET in text_of(mine)
    await until_seen(dov, "3 pictures")
    assert "sees, here," in await said(cleo, "friends add-role", role=guild.role)
    assert "already" in await said(cleo, "friends add-role", role=guild.role)
    assert guild.role in await said(cleo, "friends list")
    await until_seen(dov, "4 pictures")
    await until_seen(ben, "3 pictures")
    await house.restart()
    await until_seen(dov, "4 pictures")
    await guild.give(dov, take=True)
    await until_seen(dov, "3 pictures")
    await guild.give(dov)
    await until_seen(dov, "4 pictures")
    assert "no more" in await said(cleo, "friends remove-role", role=guild.role)
    await until_seen(dov, "3 pictures")
    await until_seen(cleo, "4 pictures")


async def test_friends_see_what_is_for_roles_too_and_moderators_do_not(
    guild: Guild, cleo: Member, dov: Member, ben: Member
) -> None:
    await painted(cleo, "a red house")
    mine = await open_first(cleo, await page_of(cleo, "mine"))
    await choose(cleo, mine, DEED, "friends, and roles that its maker named")
    await said(cleo, "friends add", member=dov.user_id)
    await until_seen(dov, "4 pictures")
    await until_seen(ben, "3 pictures")  # he moderates there


async def test_what_was_posted_goes_when_a_picture_is_for_roles(
    house: House, guild: Guild, cleo: Member, dov: Member
) -> None:
    await house.arrange_gallery()
    grid = await painted(cleo, "a red house")
    single = await until_ended(cleo, await press(cleo, grid, "U4"))
    await published(house, cleo, single)
    exhibit = await shown(house)
    assert (await post_of(dov, exhibit))["attachments"]
    await said(cleo, "friends add-role", role=guild.role)
    await guild.give(dov)
    page = await page_of(cleo, "mine")
    opened = await open_first(cleo, page)
    assert DEED in listed(opened, "Who may see it, collections, delete…")
    await choose(cleo, opened, DEED, "friends, and roles that its maker named")
    assert (await until_state(house, exhibit, Hanging.HIDDEN)).hidden_by == int(cleo.user_id)
    for message in (grid, single):
        await until_gone(dov, message)
    await until_seen(dov, "4 pictures")
    assert len(listed(await page_of(dov), OPEN)) == 4
