"""Who is at the top, who somebody is, whom one follows, and the week's digest; nothing that somebody may not see."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from PIL import Image
from sqlalchemy import update

from bot.community.features import ON, PLACE, Feature
from bot.hosting import advance
from bot.replies import community as words
from bot.replies.exhibits import PUT_BACK, RESTORE
from bot.store import exhibits, follows, outbox, servers, tables
from bot.store.exhibits import Exhibit
from sandbox.member import Member
from tests.product.house import (
    IDENTIFY_SECONDS,
    House,
    Json,
    eventually,
    labels,
    painted,
    press,
    said_aside,
    told,
    until,
    until_ended,
)
from tests.product.test_community import turn_on
from tests.product.test_gallery import OPEN, choose, listed, page_of, text_of, then
from tests.product.test_gallery_channel import post_of, until_votes
from tests.product.test_gallery_channel import shown as newest

WEEK = timedelta(days=7)
DIRECT = "@Painter"


async def single(member: Member, prompt: str) -> Json:
    return await until_ended(member, await press(member, await painted(member, prompt), "U1"))


async def hang(house: House, member: Member, prompt: str, *voters: Member) -> Exhibit:
    """A picture in the gallery, with votes."""
    before = await _count(house)
    assert await told(member, await single(member, prompt), "⭐") == "Published."

    async def is_there() -> bool:
        return await _count(house) > before

    await eventually(is_there)
    exhibit = await newest(house)
    post = await post_of(member, exhibit)
    for voter in voters:
        await voter.react(post, "⭐")
    if voters:
        await until_votes(house, len(voters))
    return exhibit


async def _count(house: House) -> int:
    async with house.desk.store.read() as tx:
        return len(await exhibits.hanging(tx, 100))


async def asked(member: Member, name: str, words_there: str, /, **options: str) -> Json:
    outcome = await member.command("painting", name, **options)
    assert outcome.is_private
    assert outcome.message is not None
    return await until(member, outcome.message, lambda message: words_there in text_of(message))


async def make_private(member: Member, picture: int | None) -> None:
    """One of theirs, by its number in the archive."""
    page = await page_of(member, "mine")
    await member.select(page, OPEN, next(label for label, value in listed(page, OPEN).items() if value == str(picture)))
    await choose(member, await then(member, page, "-# Job"), "Only I may see it", "only its maker")


# -- top and profile --------------------------------------------------------------------------------------------------


async def test_top_has_the_most_votes_first_and_turns_its_page_after_a_restart(
    house: House, cleo: Member, dov: Member, ben: Member, ada: Member
) -> None:
    await turn_on(house, Feature.TOP)
    await hang(house, cleo, "a red house", dov)
    best = await hang(house, dov, "a green boat", ben, ada)
    page = await asked(cleo, "top", "The last 7 days")
    lines = text_of(page).splitlines()
    assert "green boat" in lines[1]
    assert "2 votes" in lines[1]
    assert f"/{best.message_id}" in lines[1]
    assert "red house" in lines[2]
    async with house.desk.store.write() as tx:
        long_ago = house.desk.now() - timedelta(days=20)
        await tx.change(update(tables.exhibits).where(tables.exhibits.c.id == best.id).values(published_at=long_ago))
    await house.restart()
    await cleo.click(page, "Day")
    page = await until(cleo, page, lambda message: "24 hours" in text_of(message))
    assert "green boat" not in text_of(page)
    await cleo.click(page, "Month")
    await until(cleo, page, lambda message: "green boat" in text_of(message))


async def test_profile_shows_the_newest_where_nobody_has_voted(house: House, cleo: Member, dov: Member) -> None:
    await turn_on(house, Feature.PROFILE)
    await hang(house, cleo, "a red house")
    profile = await asked(dov, "profile", "4 pictures", member=cleo.user_id)
    assert words.NEWEST in text_of(profile)
    assert "red house" in text_of(profile)
    assert words.BEST not in text_of(profile)


async def test_top_and_profile_leave_out_what_was_taken_back(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house, Feature.TOP, Feature.PROFILE)
    await painted(cleo, "a secret garden --stealth")
    exhibit = await hang(house, cleo, "a red house --ar 3:2", dov, ben)
    profile = await asked(dov, "profile", "4 pictures", member=cleo.user_id)
    assert "1 in the gallery · 2 votes" in text_of(profile)
    assert "red house" in text_of(profile)
    assert "swatch (4)" in text_of(profile)
    assert "garden" not in str(profile)
    assert "8 pictures" in text_of(await asked(cleo, "profile", "8 pictures"))  # her own, for her alone
    assert await told(cleo, await post_of(cleo, exhibit), "Take down")
    assert words.NOTHING_AT_THE_TOP in text_of(await asked(dov, "top", "The last"))
    profile = await asked(dov, "profile", "4 pictures", member=cleo.user_id)
    assert "0 in the gallery · 0 votes" in text_of(profile)


# -- following --------------------------------------------------------------------------------------------------------


async def test_whoever_follows_a_maker_gets_one_note_of_a_picture(house: House, cleo: Member, dov: Member) -> None:
    await turn_on(house, Feature.FOLLOW, Feature.PROFILE)
    profile = await asked(dov, "profile", "0 pictures", member=cleo.user_id)
    await dov.click(profile, words.FOLLOW)
    await said_aside(dov, "painting", "You follow")
    await house.restart()
    exhibit = await hang(house, cleo, "a red house")
    note = await said_aside(dov, DIRECT, "A new picture by")
    assert "red house" in note["content"]
    assert f"/{exhibit.message_id}" in str(note["components"])
    post = await post_of(cleo, exhibit)
    await told(cleo, post, "Take down")
    post = await until(cleo, post, lambda message: "Put it back" in labels(message))
    await cleo.click(post, "Put it back")

    async def hangs_again() -> bool:
        async with house.desk.store.read() as tx:
            again = await exhibits.find(tx, exhibit.id)
        return again is not None and again.posting == 2 and again.message_id is not None

    await eventually(hangs_again)
    await dov.click(note, words.UNFOLLOW)
    await said_aside(dov, DIRECT, "You do not follow")
    await hang(house, cleo, "a green boat")
    await quiet(house)
    assert len([one for one in await dov.messages(DIRECT) if "A new picture" in one["content"]]) == 1


async def quiet(house: House) -> None:
    """All that was to be told is told."""

    async def is_empty() -> bool:
        async with house.desk.store.read() as tx:
            return await outbox.next_due(tx) is None and not await outbox.doubtful(tx, house.desk.now() + WEEK)

    await eventually(is_empty)


async def test_no_note_tells_of_what_its_reader_may_not_see(house: House, cleo: Member, dov: Member) -> None:
    await turn_on(house, Feature.FOLLOW)
    await dov.command("painting", "follow maker", member=cleo.user_id)
    await dov.command("painting", "follow theme", words="Garden Secret")
    await single(cleo, "a secret garden --stealth")
    await painted(cleo, "a secret garden")  # on the server, and not in the gallery
    async with house.desk.store.write() as tx:
        (server,) = await servers.present(tx)
        (of_maker, _) = await follows.of_member(tx, int(dov.user_id), server.id)
    exhibit = await hang(house, cleo, "a red house")
    await said_aside(dov, DIRECT, "red house")
    await make_private(cleo, exhibit.archive_id)
    async with house.desk.store.write() as tx:  # as if its note had waited until now
        about = {"exhibit": exhibit.id, "follow": of_maker.id}
        me = int(dov.user_id)
        now = house.desk.now()
        await outbox.put(tx, key="late", kind="note", member_id=me, channel_id=me, due_at=now, payload=about)
    house.desk.delivery.poke()
    await quiet(house)
    notes = [one["content"] for one in await dov.messages(DIRECT)]
    assert len([one for one in notes if "A new picture" in one]) == 1
    assert "garden" not in str(notes)


async def test_a_picture_whose_first_post_was_refused_is_told_of_when_it_hangs_at_last(
    house: House, cleo: Member, dov: Member, ada: Member
) -> None:
    await turn_on(house, Feature.FOLLOW)
    await dov.command("painting", "follow maker", member=cleo.user_id)
    (guild,) = house.client.guilds
    gallery = await ada.channel_id("gallery")
    closed = {"type": 0, "allow": "0", "deny": str(1 << 11)}  # send messages
    for target in (guild.id, guild.me.roles[-1].id):
        await ada.request("PUT", f"/channels/{gallery}/permissions/{target}", closed)
    one = await single(cleo, "a red house")
    assert await told(cleo, one, "⭐") == "Published."
    await quiet(house)
    for target in (guild.id, guild.me.roles[-1].id):
        await ada.request("DELETE", f"/channels/{gallery}/permissions/{target}")
    again = await cleo.click(one, "⭐")
    assert again.message is not None
    assert await told(cleo, again.message, RESTORE) == PUT_BACK
    assert "red house" in (await said_aside(dov, DIRECT, "A new picture by"))["content"]
    post = await post_of(cleo, await newest(house))
    await told(cleo, post, "Take down")
    await cleo.click(await until(cleo, post, lambda message: RESTORE in labels(message)), RESTORE)
    await quiet(house)
    assert len([one for one in await dov.messages(DIRECT) if "A new picture" in one["content"]]) == 1


async def test_words_are_followed_in_prompts_and_in_themes(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house, Feature.FOLLOW, Feature.DAILY)
    await dov.command("painting", "follow theme", words="slow Trains")
    await ben.command("painting", "daily theme", words="Very slow trains")
    await hang(house, cleo, "trains, slow as ever")
    assert "slow trains" in (await said_aside(dov, DIRECT, "A new picture"))["content"]
    await advance(house.desk, house.desk.now() + timedelta(days=1))
    assert "Very slow trains" in (await said_aside(dov, DIRECT, "Today's theme"))["content"]
    followed = await dov.command("painting", "follow list")
    assert followed.message is not None
    assert "slow trains" in followed.message["content"]


# -- the digest -------------------------------------------------------------------------------------------------------


async def test_a_week_has_one_digest_over_restarts_and_what_is_taken_back_leaves_it(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house)
    await hang(house, dov, "a green boat", cleo, ben)
    exhibit = await hang(house, cleo, "a red house", dov)
    await turn_on(house, Feature.DIGEST, Feature.TOP, channel=await cleo.channel_id("general"))
    await advance(house.desk, house.desk.now() + WEEK)
    post = await said_aside(cleo, "general", "The week in pictures")
    assert post["content"].index("green boat") < post["content"].index("red house")
    sheet = Image.open(io.BytesIO(await cleo.download(post["attachments"][0]["url"])))
    assert sheet.width > 600
    assert "green boat" in post["attachments"][0]["description"]
    for _ in range(2):
        await house.restart()
        await advance(house.desk, house.desk.now() + WEEK)
        await quiet(house)
    posts = [one for one in await cleo.messages("general") if "The week in pictures" in one["content"]]
    assert [one["id"] for one in posts] == [post["id"]]
    assert await told(cleo, await post_of(cleo, exhibit), "Take down")
    await make_private(cleo, exhibit.archive_id)
    after = await until(cleo, post, lambda message: "red house" not in message["content"])
    assert "red house" not in after["attachments"][0]["description"]
    outcome = await dov.click(after, words.MORE)
    assert outcome.is_private


async def test_votes_that_came_while_the_bot_was_off_count_for_the_weeks_digest(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house)
    exhibit = await hang(house, cleo, "a red house")
    await quiet(house)
    async with house.desk.store.write() as tx:
        week_before = house.desk.now() - WEEK
        await tx.change(update(tables.exhibits).values(published_at=week_before))
        (server,) = await servers.present(tx)
        more = {ON: [Feature.DIGEST.value], PLACE: int(await cleo.channel_id("general"))}
        await servers.save(tx, replace(server, settings={**server.settings, **more}))
    await house.close()
    post = await post_of(cleo, exhibit)
    for member in (dov, ben):
        await member.react(post, "⭐")
    await house.pass_time(IDENTIFY_SECONDS)
    await house.open()
    digest = await said_aside(cleo, "general", "The week in pictures")
    assert "red house" in digest["content"]
    assert "2 votes" in digest["content"]


async def test_a_grid_and_its_first_picture_that_both_hang_are_one_picture_of_the_digest(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await turn_on(house)
    grid = await painted(cleo, "a red house")
    await cleo.react(grid, "⭐")
    await ben.react(await post_of(cleo, await newest(house)), "⭐")
    await until_votes(house, 1)
    assert await told(cleo, await until_ended(cleo, await press(cleo, grid, "U1")), "⭐") == "Published."

    async def are_two() -> bool:
        return await _count(house) == 2

    await eventually(are_two)
    alone = await post_of(cleo, await newest(house))
    for member in (dov, ben):
        await member.react(alone, "⭐")
    await until_votes(house, 2)
    await hang(house, cleo, "a green boat", dov)
    await turn_on(house, Feature.DIGEST, channel=await cleo.channel_id("general"))
    await advance(house.desk, house.desk.now() + WEEK)
    digest = (await said_aside(cleo, "general", "The week in pictures"))["content"]
    assert digest.count("red house") == 1
    assert "red house" in digest.split("\n")[1]
    assert "2 votes" in digest.split("\n")[1]
    assert "green boat" in digest.split("\n")[2]
