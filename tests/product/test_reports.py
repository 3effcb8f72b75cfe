"""`/reports`: what members have reported reaches those who may decide, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import reports
from bot.store.words import Hanging
from sandbox.member import Member
from tests.product.house import House, Json, labels, opened_house, painted, until, until_gone
from tests.product.looking import picture_of
from tests.product.test_gallery import page_of, text_of
from tests.product.test_gallery_channel import shown as hung
from tests.product.test_gallery_channel import until_state
from tests.product.test_gallery_posts import hung_elsewhere, one_of_a_private_grid


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Ada is the operator; Ben moderates the server."""
    async with opened_house(tmp_path, operator="ada") as opened:
        yield opened


async def reported(house: House, by: Member, of: Member, prompt: str = "a red house") -> Json:
    grid = await painted(of, prompt)
    outcome = await by.use_on_message("Report", grid)
    assert outcome.message is not None
    assert "Thank you" in outcome.message["content"]
    return grid


async def look(who: Member, channel: str = "general", word: str = "reports") -> Json:
    outcome = await who.command(channel, word)
    assert outcome.is_private
    assert outcome.message is not None
    return await until(who, outcome.message, lambda message: bool(message["content"]))


async def after(who: Member, message: Json, label: str) -> Json:
    """The card, once a button of it has changed it."""
    await who.click(message, label)
    return await until(who, message, lambda found: bool(found["content"] != message["content"]))


async def test_reported_picture_is_shown_with_who_made_it_who_reported_it_and_its_words(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    grid = await reported(house, dov, cleo)
    await ben.use_on_message("Report", grid)
    shown = await look(ben)
    assert shown["content"].startswith("## One picture was reported.\n\n**1.** **a red house")
    assert f"by <@{cleo.user_id}>" in shown["content"]
    assert f"/{grid['channel_id']}/{grid['id']}" in shown["content"]
    assert [f"🚩 <@{who.user_id}> <t:" in shown["content"] for who in (dov, ben)] == [True, True]
    (picture,) = shown["attachments"]
    assert picture["filename"].startswith("SPOILER_")
    assert labels(shown) == ["Take away 1", "Leave it 1"]


async def test_what_is_taken_away_is_gone_from_its_channel_and_from_the_list(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    grid = await reported(house, dov, cleo)
    left = await after(ben, await look(ben), "Take away 1")
    assert left["content"] == "No picture is waiting for your decision."
    assert left["attachments"] == []
    assert labels(left) == []
    await until_gone(cleo, grid)
    assert (await look(ben))["content"] == left["content"]


async def test_what_is_left_stays_and_is_shown_no_more_until_somebody_else_reports_it(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    grid = await reported(house, dov, cleo)
    assert "No picture" in (await after(ben, await look(ben), "Leave it 1"))["content"]
    assert (await cleo.refresh(grid))["attachments"]
    await cleo.use_on_message("Report", grid)
    again = (await look(ben))["content"]
    assert f"🚩 <@{cleo.user_id}>" in again
    assert f"🚩 <@{dov.user_id}>" not in again


async def test_longest_reported_come_first_three_at_a_time(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    for number in range(5):
        await reported(house, dov, cleo, f"house {number}")
    shown = await look(ben)
    assert shown["content"].startswith("## 5 pictures were reported.\nThe first 3")
    assert len(shown["attachments"]) == 3
    assert labels(shown) == [f"{word} {number}" for number in (1, 2, 3) for word in ("Take away", "Leave it")]
    second = await after(ben, shown, "Leave it 2")
    assert [number for number in range(5) if f"house {number}" in second["content"]] == [0, 2, 3]


async def test_what_another_has_decided_meanwhile_is_not_decided_again(
    house: House, ada: Member, ben: Member, cleo: Member, dov: Member
) -> None:
    grid = await reported(house, dov, cleo)
    bens = await look(ben)
    await after(ada, await look(ada), "Take away 1")
    assert "No picture" in (await after(ben, bens, "Take away 1"))["content"]
    await until_gone(cleo, grid)


async def test_operator_decides_from_anywhere_and_members_nowhere(
    house: House, ada: Member, ben: Member, cleo: Member, dov: Member
) -> None:
    grid = await reported(house, dov, cleo)
    refused = await cleo.command("@Painter", "admin reports")
    message = refused.message
    assert message is not None
    told = await until(cleo, message, lambda found: bool(found["content"]))
    assert told["content"] == "Only the member who asked for it, or a moderator, may do that."
    for word in ("reports", "admin reports"):
        with pytest.raises(KeyError, match="not offered"):
            await cleo.command("general", word)
    assert (await look(ben, "@Painter", "admin reports"))["content"] == told["content"]
    await after(ada, await look(ada, "@Painter", "admin reports"), "Take away 1")
    await until_gone(cleo, grid)


async def test_moderator_sees_and_decides_nothing_of_another_server(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    await reported(house, dov, cleo)
    shown = await look(ben)
    async with house.desk.store.write() as tx:
        await tx.change(text("UPDATE jobs SET server_id = 5"))
    assert "No picture" in (await look(ben))["content"]
    told = await ben.click(shown, "Take away 1")
    assert told.message is not None
    assert told.message["content"].startswith("That picture is not here any more")
    async with house.desk.store.read() as tx:
        assert len(await reports.open_jobs(tx, 5)) == 1


async def test_private_picture_is_in_nobodys_list(house: House, ada: Member, cleo: Member) -> None:
    await reported(house, cleo, cleo)
    async with house.desk.store.write() as tx:
        await tx.change(text("UPDATE jobs SET privacy = 'stealth'"))
    assert "No picture" in (await look(ada))["content"]


async def report(by: Member, post: Json) -> None:
    outcome = await by.use_on_message("Report", post)
    assert outcome.message is not None
    assert "Thank you" in outcome.message["content"]


async def test_one_picture_of_a_private_grid_that_hangs_is_reported_seen_and_taken_away_alone(
    house: House, ben: Member, cleo: Member, dov: Member
) -> None:
    post = await one_of_a_private_grid(house, cleo)
    exhibit = await hung(house)
    await report(dov, post)
    seen = await look(ben)
    assert f"/{post['channel_id']}/{post['id']}" in seen["content"]
    assert f"🚩 <@{dov.user_id}> <t:" in seen["content"]
    assert "post" not in seen["content"].partition("🚩")[2]
    assert (await picture_of(ben, seen)).size == (await picture_of(ben, post)).size  # and not a grid
    assert "No picture" in (await after(ben, seen, "Take away 1"))["content"]
    await until_state(house, exhibit, Hanging.DELETED)
    assert "7 pictures" in text_of(await page_of(cleo, "mine"))


async def test_a_picture_of_another_server_is_judged_where_it_hangs_and_only_taken_down_there(
    house: House, cleo: Member, ben: Member
) -> None:
    exhibit, post = await hung_elsewhere(house, cleo)
    await report(cleo, post)
    assert "No picture" in (await look(ben))["content"]
    seen = await look(cleo, post["channel_id"])
    assert "One picture was reported" in seen["content"]
    assert "No picture" in (await after(cleo, seen, "Take away 1"))["content"]
    await until_state(house, exhibit, Hanging.HIDDEN)
    assert "4 pictures" in text_of(await page_of(await house.member("eve"), "mine"))


async def test_whoever_leaves_a_post_decides_nothing_about_the_picture_on_its_own_server(
    house: House, cleo: Member, ben: Member, dov: Member
) -> None:
    _, post = await hung_elsewhere(house, cleo)
    (grid,) = [message for message in await dov.messages("painting") if "U1" in labels(message)]
    await report(dov, grid)
    await report(cleo, post)
    assert "No picture" in (await after(cleo, await look(cleo, post["channel_id"]), "Leave it 1"))["content"]
    assert f"🚩 <@{dov.user_id}> <t:" in (await look(ben))["content"]


async def test_another_post_can_be_reported_once_the_first_was_decided(house: House, cleo: Member, dov: Member) -> None:
    await reported(house, dov, cleo)
    dovs, now = int(dov.user_id), house.desk.now()
    async with house.desk.store.write() as tx:
        (job,) = await reports.open_jobs(tx)
        assert not await reports.add(tx, job.id, dovs, reports.about(1), now)
        assert await reports.close(tx, job.id, now) == 1
        assert await reports.add(tx, job.id, dovs, reports.about(1), now)
        assert not await reports.add(tx, job.id, dovs, reports.about(1), now)
        assert [report.exhibit for report in await reports.of_job(tx, job.id)] == [1]
