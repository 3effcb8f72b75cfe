"""What is painted where not everybody is let in stays with those who are, until its maker says who may see it."""

from __future__ import annotations

import pytest

from bot.community.features import Feature
from bot.panels.gallery_channel import STARS
from sandbox.member import Member
from tests.product.house import House, Json, eventually, painted, press, said_aside, told, until_ended
from tests.product.test_community import enter, today, turn_on
from tests.product.test_gallery import choose, open_first, page_of, text_of
from tests.product.test_gallery_channel import shown

VIEW_CHANNEL = 1 << 10


async def closed(ada: Member, channel: str, kept_out: str, let_in: str) -> None:
    """To one role, and open to another."""
    place, view = await ada.channel_id(channel), str(VIEW_CHANNEL)
    await ada.request("PUT", f"/channels/{place}/permissions/{let_in}", {"type": 0, "allow": view, "deny": "0"})
    await ada.request("PUT", f"/channels/{place}/permissions/{kept_out}", {"type": 0, "allow": "0", "deny": view})


@pytest.fixture
async def gated(house: House, ada: Member, cleo: Member, dov: Member) -> None:
    """A server that nobody sees much of who has not been given the role of its members, as the bot was."""
    (guild,) = house.client.guilds
    role: Json = await ada.request("POST", f"/guilds/{guild.id}/roles", {"name": "Members"})
    for member in (ada.user_id, cleo.user_id, dov.user_id, str(house.box.application_id)):
        await ada.request("PUT", f"/guilds/{guild.id}/members/{member}/roles/{role['id']}")
    for channel in ("general", "painting", "gallery"):
        await closed(ada, channel, str(guild.id), role["id"])

    async def is_known() -> bool:
        everybody, places = guild.default_role, [*guild.text_channels, *guild.forums]
        return sum(not place.permissions_for(everybody).view_channel for place in places) == 4  # with `staff`

    await eventually(is_known)


@pytest.mark.parametrize("channel", ["staff", "after-dark"])
async def test_what_is_painted_in_a_room_is_found_there_and_by_its_maker_alone(
    ben: Member, ada: Member, dov: Member, channel: str
) -> None:
    await painted(ben, "a plan of the staff", channel)
    assert "plan of the staff" not in text_of(await page_of(dov, "browse", "general"))
    assert "Nothing here yet" in text_of(await page_of(dov, "browse", "general", search="plan"))
    assert "4 pictures" in text_of(await page_of(ada, "browse", channel))
    assert "Seen by: whoever sees <#" in text_of(await open_first(ben, await page_of(ben, "mine", "general")))


async def test_who_sees_a_closed_channel_finds_its_pictures_everywhere_on_the_server(ben: Member, ada: Member) -> None:
    await painted(ben, "a plan of the staff", "staff")
    assert "4 pictures" in text_of(await page_of(ada, "browse", "general"))


async def test_what_is_age_restricted_is_found_only_where_that_may_be_shown(cleo: Member, dov: Member) -> None:
    await painted(cleo, "a bare back", "after-dark")
    assert "4 pictures" in text_of(await page_of(dov, "browse", "after-dark"))
    assert "Nothing here yet" in text_of(await page_of(dov, "browse", "painting"))


@pytest.mark.parametrize(("kind", "found"), [(11, "4 pictures"), (12, "Nothing here yet")])
async def test_a_threads_pictures_are_its_channels_and_a_private_ones_its_own(
    cleo: Member, dov: Member, kind: int, found: str
) -> None:
    channel = await cleo.channel_id("painting")
    thread: Json = await cleo.request("POST", f"/channels/{channel}/threads", {"name": "aside", "type": kind})
    await painted(cleo, "a surprise", thread["id"])
    assert found in text_of(await page_of(dov, "browse", "painting"))
    assert "4 pictures" in text_of(await page_of(cleo, "browse", thread["id"]))


async def test_its_maker_opens_a_picture_to_the_server(ben: Member, dov: Member) -> None:
    await painted(ben, "a plan of the staff", "staff")
    opened = await open_first(ben, await page_of(ben, "mine"))
    await choose(ben, opened, "The server may see it", "Seen by: this server")
    assert "1 picture\n" in text_of(await page_of(dov, "browse", "general"))


async def test_its_maker_publishes_a_picture_of_a_room(house: House, ben: Member, dov: Member) -> None:
    await house.arrange_gallery()
    single = await until_ended(ben, await press(ben, await painted(ben, "a plan of the staff", "staff"), "U1"))
    assert await told(ben, single, "⭐") == "Published."
    await shown(house)
    assert "1 picture\n" in text_of(await page_of(dov, "browse", "general"))


async def test_stars_of_others_publish_nothing_of_a_room(
    house: House, ada: Member, ben: Member, cleo: Member, dov: Member
) -> None:
    await house.arrange_gallery()
    message = await painted(cleo, "a bare back", "after-dark")
    for one in (ada, ben, dov):
        await one.react(message, "⭐")
    await dov.wait_for("@Painter", lambda found: "Only the member" in found["content"])


async def test_entering_a_picture_of_a_room_for_the_day_opens_it(house: House, ben: Member, dov: Member) -> None:
    await turn_on(house, Feature.DAILY)
    candidate = await enter(house, ben, "a plan of the staff", "staff")
    await said_aside(dov, str((await today(house)).thread_id), f"№ {candidate.id}")
    assert "1 picture\n" in text_of(await page_of(dov, "browse", "general"))


@pytest.mark.usefixtures("gated")
async def test_a_server_behind_a_gate_has_its_gallery_as_any_other(
    house: House, ada: Member, ben: Member, cleo: Member, dov: Member
) -> None:
    await house.arrange_gallery()
    await house.arrange(settings={STARS: 2})
    message = await painted(cleo)
    page = await page_of(dov, "browse", "general")
    assert "4 pictures" in text_of(page)
    opened = await open_first(dov, page)
    await dov.click(opened, "Share")
    await dov.wait_for("general", lambda found: "shared by" in found["content"])
    for one in (ada, dov):
        await one.react(message, "⭐")
    await shown(house)
