"""`/gallery` by votes, style and likeness: what is best comes first, and nothing that is not for whoever looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.replies import gallery as words
from bot.store import tables
from bot.store.words import Audience, Scope
from sandbox.member import File, Member
from tests.product.house import House, Json, eventually, painted, press, said_aside, told, until, until_ended
from tests.product.test_gallery import listed, open_first, page_of, shown, text_of, then, with_filters
from tests.product.test_gallery_channel import post_of, published, until_votes
from tests.product.test_gallery_channel import shown as exhibit_of
from tests.product.test_meaning import archive_of, encoders, seeing, until_read

__all__ = ["encoders", "seeing"]


async def top(member: Member, which: str = "Top of the day") -> Json:
    page = await page_of(member)
    await member.select(page, words.WHERE, which)
    return await then(member, page, f"## {which}")


async def single(member: Member, prompt: str) -> Json:
    return await until_ended(member, await press(member, await painted(member, prompt), "U1"))


async def vote(house: House, voter: Member, count: int) -> None:
    await voter.react(await post_of(voter, await exhibit_of(house)), "⭐")
    await until_votes(house, count)


async def test_what_has_most_votes_comes_first_also_after_a_restart(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await house.arrange_gallery()
    hung = (("a red house", (dov, ben)), ("a green boat", ()), ("a blue café", (dov,)))
    for number, (prompt, voters) in enumerate(hung, 1):
        await cleo.react(await single(cleo, prompt), "⭐")
        await eventually_hung(house, number)
        for count, voter in enumerate(voters, 1):
            await vote(house, voter, count)
    page = await top(dov)
    lines = text_of(page).splitlines()[2:5]
    assert [name in line for name, line in zip(("red house", "blue", "green"), lines, strict=True)] == [True] * 3
    assert "⭐ 2" in lines[0]
    assert "⭐" not in lines[2]
    await house.restart()
    opened = await open_first(dov, page)
    assert "red house" in text_of(opened)
    await dov.click(opened, "Back")
    await then(dov, opened, "## Top of the day")
    async with house.desk.store.write() as tx:
        long_ago = house.desk.now() - timedelta(days=8)
        await tx.change(update(tables.exhibits).where(tables.exhibits.c.votes == 1).values(published_at=long_ago))
    assert "2 pictures" in text_of(await top(dov, "Top of the week"))
    assert "3 pictures" in text_of(await top(dov, "Top of the month"))


async def test_a_page_of_the_best_leads_to_the_next_and_back(house: House, cleo: Member, dov: Member) -> None:
    await house.arrange_gallery()
    for prompt in ("a red house", "a green boat", "a blue café"):
        await cleo.react(await painted(cleo, prompt), "⭐")
    await eventually_hung(house, 3)
    page = await top(dov)
    assert "12 pictures" in text_of(page)
    await dov.click(page, "Next")
    page = await until(dov, page, lambda message: len(shown(message)) == 3)
    opened = await open_first(dov, page)
    await dov.click(opened, "Back")
    page = await until(dov, opened, lambda message: len(shown(message)) == 3)
    await dov.click(page, "Before")
    await until(dov, page, lambda message: len(shown(message)) == 9)


async def eventually_hung(house: House, count: int) -> None:
    async def are() -> bool:
        async with house.desk.store.read() as tx:
            rows = await tx.all(tables.exhibits.select().where(tables.exhibits.c.message_id.is_not(None)))
            return len(rows) == count

    await eventually(are)


async def test_what_is_taken_down_is_among_the_best_no_more(house: House, cleo: Member, dov: Member) -> None:
    await house.arrange_gallery()
    post = await published(house, cleo, await single(cleo, "a red house"))
    assert "1 picture\n" in text_of(await top(dov))
    await told(cleo, post, "Take down")
    assert "0 pictures" in text_of(await top(dov))


async def test_styles_are_a_filter_where_there_are_some(house: House, cleo: Member, dov: Member) -> None:
    await painted(cleo)
    assert not listed(await with_filters(dov), words.STYLE)
    async with house.desk.store.write() as tx:
        await tx.change(update(tables.archive).where(tables.archive.c.cell == 0).values(style="inky"))
    page = await with_filters(dov)
    await dov.select(page, words.STYLE, "inky")
    page = await then(dov, page, "1 picture · inky")
    await dov.select(page, words.STYLE, "-")
    await then(dov, page, "4 pictures")


async def found(member: Member, **options: str | File) -> Json:
    outcome = await member.command("painting", "gallery find", **options)
    assert outcome.is_private
    assert outcome.message is not None
    return await until(member, outcome.message, lambda message: "##" in text_of(message))


async def test_more_like_a_picture_and_like_a_file_also_after_a_restart(seeing: House) -> None:
    cleo, dov = await seeing.member("cleo"), await seeing.member("dov")
    await painted(cleo, "a red house")
    await painted(dov, "a blue boat")
    await until_read(seeing, 8)
    opened = await open_first(dov, await page_of(dov))
    newest = (await archive_of(seeing, dov))[0]
    await dov.click(opened, "More like this")
    page = await then(dov, opened, "## Found by meaning")
    assert "7 pictures" in text_of(page)
    assert str(newest.id) not in listed(page, "Open a picture…").values()
    data = await seeing.desk.store.files.read(newest.sha256)
    page = await found(dov, picture=File("mine.png", data))
    assert "8 pictures · “mine.png”" in text_of(page)
    assert next(iter(listed(page, "Open a picture…").values())) == str(newest.id)
    await seeing.restart()
    await dov.select(page, words.WHERE, words.SCOPES[Scope.LIKE])
    page = await then(dov, page, "8 pictures")
    async with seeing.desk.store.write() as tx:
        own = tables.archive.c.member_id == int(cleo.user_id)
        await tx.change(update(tables.archive).where(own).values(audience=Audience.PRIVATE))
    await dov.select(page, words.WHERE, words.SCOPES[Scope.LIKE])
    await then(dov, page, "4 pictures")


async def test_a_search_by_meaning_finds_what_one_may_see(seeing: House) -> None:
    cleo, dov = await seeing.member("cleo"), await seeing.member("dov")
    await painted(cleo, "a red house --stealth")
    await painted(cleo, "a blue boat")
    await until_read(seeing, 8)
    page = await found(dov, shows="a house")
    assert "4 pictures · “a house”" in text_of(page)
    assert words.ALIKE in text_of(page)
    assert "8 pictures" in text_of(await found(cleo, shows="a house"))


async def test_without_encoders_it_is_kindly_said(house: House, cleo: Member) -> None:
    await painted(cleo, "a red house")
    await painted(cleo, "a blue boat")
    page = await found(cleo, shows="boat")
    assert "4 pictures" in text_of(page)
    assert "Looked for as words" in text_of(page)
    opened = await open_first(cleo, page)
    await cleo.click(opened, "More like this")
    await said_aside(cleo, "painting", "takes encoders")


@pytest.mark.parametrize("options", [{}, {"picture": File("words.png", b"no picture")}])
async def test_what_cannot_be_looked_for_is_told(house: House, cleo: Member, options: dict[str, File]) -> None:
    outcome = await cleo.command("painting", "gallery find", **options)
    assert outcome.is_private
    said = await said_aside(cleo, "painting", "attach one" if not options else "picture")
    assert said["flags"] & 64
