"""The commands of a message's menu: Cancel Job, DM Results, Report, Use as Prompt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.store import quota, reports
from sandbox.member import File, Member, Outcome
from tests.product.house import House, Json, imagine, painted, press, said_aside, slow, told, until, until_ended
from tests.product.test_gallery import choose, do_with, open_first, page_of
from tests.product.test_gallery_channel import post_of, shown


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    return await painted(cleo)


async def use(member: Member, name: str, message: Json) -> str:
    """What the member alone is told."""
    outcome = await member.use_on_message(name, message)
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


def prompt_in(outcome: Outcome) -> str:
    assert outcome.modal is not None, outcome
    return str(outcome.modal["components"][0]["component"]["value"])


async def test_cancel_job_ends_a_job_of_ones_own(cleo: Member) -> None:
    message = await slow(cleo)
    assert "being cancelled" in await use(cleo, "Cancel Job", message)
    shown = await until(cleo, message, lambda found: "Cancelled" in found["content"])
    assert "Nothing was charged" in shown["content"]


async def test_cancel_job_is_for_its_member_and_for_moderators(cleo: Member, dov: Member, ben: Member) -> None:
    message = await slow(cleo)
    assert "Only the member who asked for it, or a moderator" in await use(dov, "Cancel Job", message)
    assert "being cancelled" in await use(ben, "Cancel Job", message)
    await until(cleo, message, lambda found: "Cancelled" in found["content"])


async def test_cancel_job_comes_too_late_for_what_has_ended(cleo: Member, grid: Json) -> None:
    assert "already ended" in await use(cleo, "Cancel Job", grid)


async def test_dm_results_sends_the_files(cleo: Member, grid: Json) -> None:
    assert "direct message" in await use(cleo, "DM Results", grid)
    letter = await said_aside(cleo, "@Painter", "seed")
    assert len(letter["attachments"]) == 5


async def test_dm_results_of_what_still_runs_says_so(cleo: Member) -> None:
    message = await slow(cleo)
    assert "not ready yet" in await use(cleo, "DM Results", message)
    await cleo.click(message, "Cancel")


async def test_closed_direct_messages_are_told_at_the_next_occasion(house: House, cleo: Member, grid: Json) -> None:
    channel = await cleo.channel_id("@Painter")
    fault = {"kind": "http", "method": "POST", "path": f"/channels/{channel}/messages", "status": 403}
    await house.control("faults", fault)
    await use(cleo, "DM Results", grid)
    await until_ended(cleo, await press(cleo, grid, "U1"))
    await cleo.command("painting", "help")
    await said_aside(cleo, "painting", "direct messages are closed to me")


async def test_report_is_kept_and_told_to_the_operator_once_for_each_member(
    house: House, cleo: Member, dov: Member, grid: Json, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Thank you" in await use(dov, "Report", grid)
    assert "already" in await use(dov, "Report", grid)
    assert "Thank you" in await use(cleo, "Report", grid)
    async with house.desk.store.read() as tx:
        (job,) = await reports.open_jobs(tx)
        assert len(await reports.of_job(tx, job.id)) == 2
    told = [record.getMessage() for record in caplog.records if "reported job" in record.getMessage()]
    assert [words.split()[1] for words in told] == [dov.user_id, cleo.user_id]


async def test_use_as_prompt_takes_the_words_of_a_picture(cleo: Member, dov: Member, grid: Json) -> None:
    outcome = await dov.use_on_message("Use as Prompt", grid)
    assert prompt_in(outcome).startswith("a red house")
    assert outcome.modal is not None
    submitted = await dov.submit(outcome.modal, {"prompt": "a green barn --steps 2"})
    assert submitted.message is not None
    assert "a green barn" in (await until_ended(dov, submitted.message))["content"]


async def test_use_as_prompt_takes_the_words_of_a_hung_picture_whose_grid_is_not_to_be_seen(
    house: House, cleo: Member, dov: Member, grid: Json
) -> None:
    await house.arrange_gallery()
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    await choose(cleo, opened, "Publish it in the gallery", "Seen by: the gallery")
    post = await post_of(dov, await shown(house))
    async with house.desk.store.write() as tx:
        await tx.change(text("UPDATE archive SET audience = 'private' WHERE audience <> 'gallery'"))
    assert prompt_in(await dov.use_on_message("Use as Prompt", post)).startswith("a red house")
    assert "private" in await use(dov, "Use as Prompt", grid)


async def test_use_as_prompt_gives_nobody_the_private_words_of_a_picture_that_is_gone(
    house: House, cleo: Member, dov: Member, grid: Json
) -> None:
    await do_with(cleo, "Keep its words private")
    message = await until(dov, grid, lambda found: "red house" not in str(found))
    async with house.desk.store.write() as tx:  # as the room that a plan gives to pictures lets the oldest go
        assert await quota.free(tx, int(cleo.user_id), 0, house.desk.now() + timedelta(days=1), 100) == 4
    assert "not here any more" in await use(dov, "Use as Prompt", message)
    assert "not here any more" in await told(dov, message, "🔄")


async def test_use_as_prompt_takes_the_words_of_any_message(house: House, cleo: Member) -> None:
    message = await cleo.send("painting", "two cats on a boat")
    assert prompt_in(await cleo.use_on_message("Use as Prompt", message)) == "two cats on a boat"


async def test_messages_without_a_picture_or_words_are_answered_so(house: House, cleo: Member) -> None:
    message = await cleo.send("painting", "hello")
    for name in ("Cancel Job", "DM Results", "Report"):
        assert "none of my pictures" in await use(cleo, name, message)
    silent = await cleo.send("painting", "", File("drawing.png", b"only a drawing"))
    assert "no words" in await use(cleo, "Use as Prompt", silent)


async def test_menu_works_on_a_message_that_is_a_moment_old(cleo: Member) -> None:
    message = await imagine(cleo, "a quick fox")
    outcome = await cleo.use_on_message("Use as Prompt", message)
    assert prompt_in(outcome).startswith("a quick fox")
    await until_ended(cleo, message)
