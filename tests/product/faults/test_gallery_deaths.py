"""A post of the gallery, with the bot ended between any two writes of its life: it is there once, with the star that
invites others to vote.
"""

from __future__ import annotations

import pytest

from bot.frame.fail_points import FailPoint
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.dying import Death
from tests.product.faults.oracle import messages
from tests.product.house import House, told
from tests.product.test_community_follows import quiet, single
from tests.product.test_gallery_channel import shown

LIFE = (FailPoint.SENDING, FailPoint.PLACED, FailPoint.NOTED, FailPoint.SENT, FailPoint.DELIVERED)


@pytest.mark.timeout(120)
async def test_a_picture_is_hung_once_and_with_its_star_wherever_the_bot_ends(
    house: House, box: Sandbox, cleo: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    death = Death(monkeypatch)
    await house.control("ratelimits", {"enabled": False})
    await house.arrange_gallery()
    picture = await single(cleo, "a red house")
    await death.of(house, FailPoint.PLACED, by=told(cleo, picture, "⭐"))
    for point in LIFE:
        await death.of(house, point)
    await house.open()
    await quiet(house)
    exhibit = await shown(house)
    (post,) = [one for one in messages(box) if "Take down" in str(one.components)]
    assert post.id == exhibit.message_id
    (star,) = post.reactions
    assert (star.name, star.users) == ("⭐", [box.application_id])
