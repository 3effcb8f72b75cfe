"""Where an answer was to go is closed by the time that it is there: tokens, channels, permissions, direct messages; or
its picture has become private by then.
"""

from __future__ import annotations

import aiohttp
import pytest

from bot.intake.wishes import TOKEN_LIFE
from bot.messages import withdrawing
from bot.replies import TAKEN_BACK
from bot.store import archive, jobs, outbox
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.words import Audience, State
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.faults.conftest import MakeHouse
from tests.product.faults.oracle import eventually, messages, must_hold, until_calm
from tests.product.house import (
    House,
    Json,
    close_direct_messages,
    imagine,
    painted,
    press,
    until,
    until_ended,
    until_gone,
)

QUARTER_SECONDS = 900.0
SEND_MESSAGES, VIEW_CHANNEL = 2048, 1024


async def deny(house: House, channel: str, permissions: int) -> None:
    ada = await house.member("ada")
    place = await ada.channel_id(channel)
    body = {"type": 1, "allow": "0", "deny": str(permissions)}
    await ada.request("PUT", f"/channels/{place}/permissions/{house.box.application_id}", body)


def _edits(box: Sandbox, status: int) -> list[str]:
    """The paths of edits that were answered so."""
    heads = [entry.head for entry in box.journal.entries(kinds=frozenset({"request"}))]
    return [head["path"] for head in heads if head["method"] == "PATCH" and head["status"] == status]


async def test_after_the_quarter_of_an_hour_a_public_answer_is_edited_by_the_bots_own_token(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    last = await until_ended(cleo, first)
    assert last["id"] == first["id"]
    await must_hold(box, house.desk.store)


async def test_a_token_that_is_known_to_be_over_is_not_even_tried(
    house: House, cleo: Member, brush: Brush, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house")
    later = house.desk.store.now() + TOKEN_LIFE
    monkeypatch.setattr(house.desk.delivery._placing, "_now", lambda: later)
    brush.let_go()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)
    assert _edits(box, 200)
    assert not [path for path in _edits(box, 200) if "/webhooks/" in path]


async def test_where_the_bot_may_not_post_its_message_is_still_edited(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    await deny(house, "painting", SEND_MESSAGES)
    brush.hold()
    first = await imagine(cleo, "a red house")
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def test_in_direct_messages_a_late_answer_is_edited_too(
    make_house: MakeHouse, brush: Brush, box: Sandbox
) -> None:
    house = await make_house(STRANGERS_PLAN="open")
    cleo = await house.member("cleo")
    brush.hold()
    first = await imagine(cleo, "a red house", "@Painter")
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    await until_ended(cleo, first)
    await must_hold(box, house.desk.store)


async def test_where_only_its_member_brought_the_bot_a_late_answer_comes_by_direct_message(
    make_house: MakeHouse, brush: Brush, box: Sandbox
) -> None:
    house = await make_house(STRANGERS_PLAN="open")
    cleo = await house.member("cleo")
    await house.control(f"applications/{box.application_id}/install", {"user_id": cleo.user_id})
    guild = await house.control("guilds", {"name": "Elsewhere", "owner_id": cleo.user_id})
    (channel,) = await cleo.request("GET", f"/guilds/{guild['id']}/channels")
    brush.hold()
    first = await imagine(cleo, "a red house", channel["id"])
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    (answer,) = (await must_hold(box, house.desk.store, stale=1)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")
    single = await until_ended(cleo, await press(cleo, (await cleo.messages("@Painter"))[0], "U2"))
    assert single["channel_id"] != first["channel_id"]


async def test_a_channel_that_was_deleted_sends_the_picture_by_direct_message(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    first = await imagine(cleo, "a red house", "more-painting")
    ada = await house.member("ada")
    await ada.request("DELETE", f"/channels/{first['channel_id']}")
    brush.let_go()
    found = await must_hold(box, house.desk.store)
    (answer,) = found.values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")
    shown = (await cleo.messages("@Painter"))[0]
    await until_ended(cleo, await press(cleo, shown, "U1"))


async def test_a_permission_that_is_lost_meanwhile_sends_the_picture_by_direct_message_without_hammering(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    brush.hold()
    await imagine(cleo, "a red house", "more-painting")
    await deny(house, "more-painting", SEND_MESSAGES | VIEW_CHANNEL)
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    (answer,) = (await must_hold(box, house.desk.store, stale=1)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")
    assert len(_edits(box, 403)) <= 2


async def test_who_can_be_reached_in_no_way_is_told_at_the_next_occasion_and_keeps_the_picture(
    house: House, cleo: Member, brush: Brush, box: Sandbox
) -> None:
    await close_direct_messages(house, cleo)
    brush.hold()
    first = await imagine(cleo, "a red house", "more-painting")
    ada = await house.member("ada")
    await ada.request("DELETE", f"/channels/{first['channel_id']}")
    brush.let_go()
    await must_hold(box, house.desk.store, unseen=1)
    await house.restart()
    await painted(cleo, "another one")
    told = await cleo.wait_for("painting", lambda message: "could not reach you" in message["content"])
    assert told["flags"] & 64
    await must_hold(box, house.desk.store, unseen=1)
    async with house.desk.store.read() as tx:
        assert await outbox.untold(tx, int(cleo.user_id)) == ()
        states = await jobs.count_by_state(tx, int(cleo.user_id))
    assert states == {State.DONE: 2}


# -- what became private meanwhile -------------------------------------------------------------------------------------


async def _refuse(house: House, method: str, path: str) -> None:
    """Until `_accept`."""
    trouble = {"kind": "http", "method": method, "path": path, "status": 503, "times": None}
    await house.control("faults", trouble)


async def _accept(house: House) -> None:
    async with aiohttp.ClientSession() as http, http.delete(f"{house.box.url}/_sim/faults") as response:
        response.raise_for_status()


async def _until_refused(house: House) -> None:
    """What was begun before is not under way any more, and is tried again only after a pause."""

    async def was_refused() -> bool:
        return any(entry.head.get("status") == 503 for entry in house.box.journal.entries())

    await eventually(was_refused, "it was refused")


async def _painted_without_answer(house: House, cleo: Member, brush: Brush, channel: str = "painting") -> Json:
    """Its message, which says still that it is being painted."""
    brush.hold()
    first = await imagine(cleo, "a red house", channel)
    await _refuse(house, "PATCH", f"/webhooks/*/*/messages/{first['id']}")
    brush.let_go()

    async def is_painted() -> bool:
        return len(await _pictures(house, cleo)) == 4

    await eventually(is_painted, "it is painted")
    await _until_refused(house)
    return first


async def _pictures(house: House, cleo: Member) -> list[Archived]:
    async with house.desk.store.read() as tx:
        return await archive.browse(tx, Viewer(int(cleo.user_id)), Wanted(mine=True), 9)


async def _keep_private(house: House, cleo: Member, count: int = 4) -> None:
    """As *Only I may see it* in `/gallery mine`."""
    found = (await _pictures(house, cleo))[:count]
    async with house.desk.store.write() as tx:
        await withdrawing.show_to(tx, found, Audience.PRIVATE, int(cleo.user_id), house.desk.now())
    house.desk.delivery.poke()


async def test_a_grid_of_which_one_became_private_before_its_answer_comes_to_its_maker_alone(
    make_house: MakeHouse, brush: Brush, box: Sandbox
) -> None:
    house = await make_house(NOTIFY_AFTER_SECONDS="0")
    await house.arrange(bar=("1️⃣",))
    cleo = await house.member("cleo")
    first = await _painted_without_answer(house, cleo, brush)
    await _keep_private(house, cleo, 1)
    await _accept(house)
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")
    await until_gone(cleo, first)
    assert not [one for one in messages(box) if one.channel_id == int(first["channel_id"]) and one.mention_users]


async def test_a_cell_that_another_took_out_comes_to_nobody_once_its_maker_keeps_it_private(
    house: House, cleo: Member, dov: Member, box: Sandbox
) -> None:
    grid = await painted(cleo)
    await _refuse(house, "PATCH", "/webhooks/*/*/messages/*")
    single = await press(dov, grid, "U2")
    await _until_refused(house)
    await _keep_private(house, cleo)
    await _accept(house)
    await until_gone(dov, single)
    await until_calm(house.desk.store)
    assert not [one for one in await dov.messages("@Painter") if one["attachments"]]
    heads = [entry.head for entry in box.journal.entries(kinds=frozenset({"request"})) if "files" in entry.head]
    assert not [head["path"] for head in heads if single["id"] in head["path"] and head["status"] == 200]


async def test_where_only_its_member_brought_the_bot_its_message_says_that_the_picture_became_private(
    make_house: MakeHouse, brush: Brush, box: Sandbox
) -> None:
    house = await make_house(STRANGERS_PLAN="open")
    cleo = await house.member("cleo")
    await house.control(f"applications/{box.application_id}/install", {"user_id": cleo.user_id})
    guild = await house.control("guilds", {"name": "Elsewhere", "owner_id": cleo.user_id})
    (channel,) = await cleo.request("GET", f"/guilds/{guild['id']}/channels")
    first = await _painted_without_answer(house, cleo, brush, channel["id"])
    await _keep_private(house, cleo)
    await _accept(house)
    there = await until(cleo, first, lambda message: message["content"] == TAKEN_BACK)
    assert (there["attachments"], there["components"]) == ([], [])
    (answer,) = (await must_hold(box, house.desk.store)).values()
    assert str(answer.channel_id) == await cleo.channel_id("@Painter")


async def test_files_that_another_asked_for_are_not_sent_once_the_picture_is_private(
    house: House, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    await _refuse(house, "POST", f"/channels/{await dov.channel_id('@Painter')}/messages")
    await dov.use_on_message("DM Results", grid)
    await _until_refused(house)
    await _keep_private(house, cleo)
    await _accept(house)
    await until_calm(house.desk.store)
    assert not [one for one in await dov.messages("@Painter") if one["attachments"]]
