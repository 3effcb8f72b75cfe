"""The gallery in Discord: every picture is found again, looked at, kept, shown, hidden and taken away."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.messages.sending import HEADROOM, Sender, Sent
from bot.replies.exhibits import BY_MODERATOR, RESTORE
from bot.store.backup import back_up
from bot.store.restore import restore
from bot.tidying import tidy
from sandbox.filling import components
from sandbox.member import Member, NothingCame
from tests.product.house import (
    PATIENCE,
    House,
    Json,
    eventually,
    imagine,
    labels,
    painted,
    press,
    slow,
    told,
    until,
    until_ended,
    until_gone,
)
from tests.product.test_servers import second_gallery

OPEN, DEEDS, CHOOSE, DO_ALL = (
    "Open a picture…",
    "Who may see it, collections, delete…",
    "Choose several…",
    "What to do with the chosen ones…",
)

MANAGE_MESSAGES = 1 << 13


def text_of(message: Json) -> str:
    return "\n".join(one["content"] for one in components(message) if one["type"] == 10)


def shown(message: Json) -> list[Json]:
    return [item for one in components(message) if one["type"] == 12 for item in one["items"]]


def listed(message: Json, menu: str) -> dict[str, str]:
    """A menu's labels and values."""
    return {
        option["label"]: option["value"]
        for one in components(message)
        if one.get("placeholder") == menu
        for option in one["options"]
    }


async def page_of(member: Member, which: str = "browse", channel: str = "painting", **options: str) -> Json:
    """What `/gallery` answers, once it is there."""
    outcome = await member.command(channel, f"gallery {which}", **options)
    assert outcome.is_private
    assert outcome.message is not None
    return await until(member, outcome.message, lambda message: "##" in text_of(message))


async def then(member: Member, page: Json, words: str) -> Json:
    return await until(member, page, lambda message: words in text_of(message))


async def open_first(member: Member, page: Json) -> Json:
    await member.select(page, OPEN, next(iter(listed(page, OPEN))))
    return await then(member, page, "-# Job")


async def choose(member: Member, opened: Json, label: str, words: str) -> Json:
    await member.select(opened, DEEDS, label)
    return await then(member, opened, words)


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    return await painted(cleo, "a red house")


async def test_a_page_shows_nine_pictures_with_words_and_leafs_on_after_a_restart(house: House, cleo: Member) -> None:
    for prompt in ("a red house", "a green boat", "a blue café"):
        await painted(cleo, prompt)
    page = await page_of(cleo)
    assert "12 pictures" in text_of(page)
    assert len(shown(page)) == 9
    assert "blue café" in shown(page)[0]["description"]
    await house.restart()
    await cleo.click(page, "Older")
    page = await until(cleo, page, lambda message: len(shown(message)) == 3)
    assert "red house" in text_of(page)
    await cleo.click(page, "Newer")
    page = await until(cleo, page, lambda message: len(shown(message)) == 9)
    assert "blue café" in text_of(page)
    for item in shown(page):
        assert (await cleo.download(item["media"]["url"]))[8:12] == b"WEBP"


async def test_words_and_filters_narrow_what_is_shown(cleo: Member, dov: Member, grid: Json) -> None:
    await painted(dov, "two houses --ar 3:2")
    page = await page_of(cleo, search="house")
    assert "8 pictures" in text_of(page)
    await cleo.click(page, "Filters")
    page = await until(cleo, page, lambda message: bool(listed(message, "Any shape")))
    await cleo.select(page, "Any shape", "Wide")
    page = await then(cleo, page, "4 pictures")
    assert f"<@{dov.user_id}>" in text_of(page)
    await cleo.select(page, "Any maker", cleo.user_id)
    await then(cleo, page, "Nothing here yet")
    assert "Nothing here yet" in text_of(await page_of(cleo, search="zebra"))


async def test_everything_can_be_done_with_an_opened_picture(cleo: Member, dov: Member, grid: Json) -> None:
    opened = await open_first(dov, await page_of(dov))
    outcome = await dov.click(opened, "Recipe")
    assert outcome.message is not None
    assert [file["filename"].partition(".")[2] for file in outcome.message["attachments"]] == ["json"]
    assert "Bookmarked" in await _after(dov, opened, "❤️", "Bookmarked")
    outcome = await dov.click(opened, "Use this prompt")
    assert outcome.modal is not None
    assert "red house" in json.dumps(outcome.modal)
    outcome = await dov.click(opened, "Vary (Subtle)")
    assert outcome.message is not None
    await until_ended(dov, outcome.message)
    page = await page_of(dov)
    await dov.select(page, "Where to look", "Bookmarks")
    await then(dov, page, "1 picture\n")


async def _after(member: Member, message: Json, label: str, words: str) -> str:
    await member.click(message, label)
    said = await member.wait_for("painting", lambda one: words in one["content"], timeout_seconds=PATIENCE)
    return str(said["content"])


async def test_mine_has_what_discord_lost(house: House, ben: Member, cleo: Member, grid: Json) -> None:
    await ben.delete(grid)
    await house.restart()
    page = await page_of(cleo, "mine")
    assert "4 pictures" in text_of(page)
    opened = await open_first(cleo, page)
    await cleo.click(opened, "Post it again")
    again = await cleo.wait_for("painting", lambda one: "U4" in _labels(one) and not one["flags"] & 64)
    assert "red house" in again["content"]


def _labels(message: Json) -> list[str]:
    return [one.get("label") or "" for one in components(message)]


async def test_a_deleted_picture_can_be_had_back_for_thirty_days(house: House, cleo: Member, dov: Member) -> None:
    grid = await painted(cleo, "a red house")
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    page = await page_of(cleo, "mine")
    await cleo.select(page, CHOOSE, *listed(page, CHOOSE))
    page = await until(cleo, page, lambda message: bool(listed(message, DO_ALL)))
    await cleo.select(page, DO_ALL, "Delete it (30 days to restore)")
    page = await then(cleo, page, "4 pictures.")
    await until_gone(cleo, grid)
    await until_gone(cleo, single)
    assert "Nothing here yet" in text_of(await page_of(dov))
    await house.restart()
    await cleo.select(page, "Where to look", "Deleted in the last 30 days")
    page = await then(cleo, page, "Deleted in the last 30 days\n4 pictures")
    opened = await open_first(cleo, page)
    assert "gone for good" in text_of(opened)
    await cleo.select(opened, DEEDS, "Restore it")
    opened = await then(cleo, opened, "Seen by: this server")
    assert "1 picture\n" in text_of(await page_of(dov))
    await cleo.click(opened, "Post it again")
    again = await cleo.wait_for("painting", lambda one: "Upscale (Subtle)" in _labels(one) and not one["flags"] & 64)
    assert again["attachments"]


async def test_what_was_deleted_long_ago_is_gone_with_its_files(house: House, cleo: Member, grid: Json) -> None:
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    await cleo.select(opened, DEEDS, "Delete it (30 days to restore)")
    await then(cleo, opened, "gone for good")
    store = house.desk.store
    before = len(set(store.files.hashes()))
    real = store._clock
    store._clock = lambda: real() + int(timedelta(days=31).total_seconds() * 1000)
    await tidy(store)
    store._clock = real
    await store.sweep(timedelta(0))  # the files are young still, by a clock that nobody sets
    assert len(set(store.files.hashes())) == before - 2  # the picture and its small copy
    page = await page_of(cleo, "mine")
    assert "3 pictures" in text_of(page)


async def test_a_picture_made_private_is_gone_for_all_others_everywhere(
    house: House, cleo: Member, dov: Member, grid: Json
) -> None:
    single = await until_ended(dov, await press(dov, grid, "U4"))
    opened = await open_first(dov, await page_of(dov))
    outcome = await dov.click(opened, "Share")
    assert outcome.message is not None
    posted = await until_ended(cleo, outcome.message)
    mine = await open_first(cleo, await page_of(cleo, "mine"))
    await choose(cleo, mine, "Only I may see it", "only its maker")
    for message in (grid, single, posted):
        await until_gone(cleo, message)
    await house.restart()
    page = await page_of(dov)
    assert "3 pictures" in text_of(page)
    outcome = await dov.click(opened, "Vary (Subtle)")
    assert outcome.message is not None
    assert "not here any more" in outcome.message["content"]
    kept = await dov.autocomplete("painting", "show", "job", job="red")
    assert kept, "the cell that dov took out of the grid"
    outcome = await dov.command("painting", "show", job=kept[0]["value"])
    assert outcome.message is not None
    assert "not here any more" in outcome.message["content"]
    assert "4 pictures" in text_of(await page_of(cleo))


async def test_what_its_maker_has_in_direct_messages_stays_when_it_becomes_private(
    house: House, cleo: Member, grid: Json
) -> None:
    await cleo.use_on_message("DM Results", grid)
    letter = await cleo.wait_for("@Painter", lambda message: bool(message["attachments"]))
    await choose(cleo, await open_first(cleo, await page_of(cleo, "mine")), "Only I may see it", "only its maker")
    await until_gone(cleo, grid)
    await house.desk.delivery.settle(PATIENCE)
    assert letter["id"] in [message["id"] for message in await cleo.messages("@Painter")]


async def test_friends_see_what_is_for_friends(cleo: Member, dov: Member, ben: Member, grid: Json) -> None:
    mine = await open_first(cleo, await page_of(cleo, "mine"))
    await choose(cleo, mine, "My friends may see it", "its maker's friends")
    assert "3 pictures" in text_of(await page_of(dov))
    outcome = await cleo.command("painting", "friends add", member=dov.user_id)
    assert outcome.message is not None
    assert "from now on" in outcome.message["content"]
    assert "4 pictures" in text_of(await page_of(dov))
    assert "3 pictures" in text_of(await page_of(ben))
    outcome = await cleo.command("painting", "friends list")
    assert outcome.message is not None
    assert dov.user_id in outcome.message["content"]
    await cleo.command("painting", "friends remove", member=dov.user_id)
    assert "3 pictures" in text_of(await page_of(dov))


async def do_with(member: Member, label: str, newest: int = 4) -> None:
    """With so many of one's own."""
    page = await page_of(member, "mine")
    await member.select(page, CHOOSE, *list(listed(page, CHOOSE))[:newest])
    page = await until(member, page, lambda message: bool(listed(message, DO_ALL)))
    await member.select(page, DO_ALL, label)


async def test_words_can_be_kept_private_apart_from_the_picture(cleo: Member, dov: Member, grid: Json) -> None:
    await do_with(cleo, "Keep its words private")
    rewritten = await until(cleo, grid, lambda message: "words kept private" in message["content"])
    assert "red house" not in json.dumps(rewritten)
    assert "Nothing here yet" in text_of(await page_of(dov, search="house"))
    page = await page_of(dov)
    assert "red house" not in json.dumps(page)
    assert "4 pictures" in text_of(page)
    assert "keeps the words" in await told(dov, rewritten, "V1")
    assert "red house" in text_of(await page_of(cleo, "mine", search="house"))


@pytest.fixture
async def wordless(cleo: Member) -> Json:
    """A grid whose maker keeps its words private."""
    message = await painted(cleo, "a secret recipe")
    await do_with(cleo, "Keep its words private")
    return await until(cleo, message, lambda found: "secret recipe" not in str(found))


@pytest.mark.parametrize("label", ["🔄", "V1", "U1"])
async def test_private_words_are_not_told_while_more_is_painted_of_them(
    cleo: Member, wordless: Json, label: str
) -> None:
    outcome = await cleo.click(wordless, label)
    assert outcome.message is not None
    assert "words kept private" in outcome.message["content"]  # as it was at first, for everybody in the channel
    assert "words kept private" in (await until_ended(cleo, outcome.message))["content"]


async def test_private_words_are_not_told_in_a_message_that_no_press_answers(cleo: Member, wordless: Json) -> None:
    for number in range(3):
        await slow(cleo, f"boat {number}")
    await cleo.react(wordless, "🔄")
    again = await cleo.wait_for("painting", lambda found: "once more" in found["content"], timeout_seconds=PATIENCE)
    assert labels(again) == ["Cancel"]  # it waits, for everybody in the channel to see
    assert "words kept private" in again["content"]


async def test_stealth_is_in_nobody_elses_gallery(cleo: Member, dov: Member, ben: Member) -> None:
    await until_ended(cleo, await imagine(cleo, "a secret house --stealth"))
    for other in (dov, ben):
        for options in ({}, {"search": "secret"}):
            page = await page_of(other, **options)
            assert "0 pictures" in text_of(page)
            assert "secret" not in text_of(page).replace("“secret”", "")
    assert "4 pictures" in text_of(await page_of(cleo, "mine", search="secret"))


async def test_what_a_moderator_hides_or_deletes_its_maker_cannot_show_again(
    cleo: Member, dov: Member, ben: Member, grid: Json
) -> None:
    seen = await open_first(ben, await page_of(ben))
    await ben.select(seen, DEEDS, "Hide it from all others")
    seen = await then(ben, seen, "1 picture.")
    assert "3 pictures" in text_of(await page_of(dov))
    mine = await open_first(cleo, await page_of(cleo, "mine"))
    assert "hidden from all others" in text_of(mine)
    assert "Do not hide it any more" not in listed(mine, DEEDS)
    await ben.select(seen, DEEDS, "Do not hide it any more")
    seen = await then(ben, seen, "Do not hide it any more: 1 picture.")
    await until_visible(dov, "4 pictures")
    await ben.select(seen, DEEDS, "Delete it (30 days to restore)")
    await until_visible(dov, "3 pictures")
    page = await page_of(cleo, "mine")
    await cleo.select(page, "Where to look", "Deleted in the last 30 days")
    mine = await open_first(cleo, await then(cleo, page, "Deleted in the last 30 days\n1 picture"))
    await choose(cleo, mine, "Restore it", "hidden from all others")
    await until_visible(cleo, "4 pictures")
    await until_visible(dov, "3 pictures")


async def rule_in_general(ada: Member, member: Member) -> None:
    """Who then may manage the messages of that channel, and of no other."""
    allow = {"type": 1, "allow": str(MANAGE_MESSAGES), "deny": "0"}
    await ada.request("PUT", f"/channels/{await ada.channel_id('general')}/permissions/{member.user_id}", allow)


async def test_who_rules_one_channel_sees_nothing_that_is_hidden_and_takes_away_nothing_of_others(
    ada: Member, cleo: Member, dov: Member, grid: Json
) -> None:
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    await choose(cleo, opened, "Hide it from all others", "hidden from all others")
    other = await painted(cleo, "a green boat")
    await rule_in_general(ada, dov)
    page = await page_of(dov, "browse", "general")
    assert "7 pictures" in text_of(page)
    assert not listed(page, CHOOSE)
    assert not listed(await open_first(dov, page), DEEDS)
    await dov.react(other, "❌")
    await dov.wait_for("@Painter", lambda message: "a moderator, may do that" in message["content"])
    assert (await cleo.refresh(other))["attachments"]


async def test_who_rules_one_channel_takes_away_what_was_painted_there(ada: Member, cleo: Member, dov: Member) -> None:
    there = await painted(cleo, "a red house", "general")
    await rule_in_general(ada, dov)
    await dov.react(there, "❌")
    await until_gone(cleo, there)


async def test_what_a_moderator_has_hidden_its_maker_cannot_show_from_a_server_of_their_own(
    house: House, cleo: Member, dov: Member, ben: Member, grid: Json
) -> None:
    seen = await open_first(ben, await page_of(ben))
    await ben.select(seen, DEEDS, "Hide it from all others")
    await then(ben, seen, "1 picture.")
    _, channel = await second_gallery(house, cleo)
    mine = await open_first(cleo, await page_of(cleo, "mine", channel))
    assert "hidden from all others" in text_of(mine)
    assert "Do not hide it any more" not in listed(mine, DEEDS)
    await choose(cleo, mine, "Publish it in the gallery", BY_MODERATOR)
    assert "3 pictures" in text_of(await page_of(dov))
    assert [one["content"] for one in await cleo.messages(channel) if one["attachments"]] == []


async def test_what_a_moderator_has_hidden_no_moderator_of_another_server_puts_back_there(
    house: House, cleo: Member, ben: Member, grid: Json
) -> None:
    _, channel = await second_gallery(house, cleo)
    mine = await open_first(cleo, await page_of(cleo, "mine", channel))
    await choose(cleo, mine, "Publish it in the gallery", "1 picture.")
    post = await cleo.wait_for(channel, lambda message: "Take down" in str(message["components"]))
    down = await cleo.click(post, "Take down")
    assert down.message is not None
    seen = await open_first(ben, await page_of(ben))
    await choose(ben, seen, "Hide it from all others", "1 picture.")
    assert await told(cleo, down.message, RESTORE) == BY_MODERATOR


async def until_visible(member: Member, words: str) -> None:
    async def is_so() -> bool:
        return words in text_of(await page_of(member))

    await eventually(is_so)


async def test_collections_and_notes(house: House, cleo: Member, dov: Member, grid: Json) -> None:
    outcome = await cleo.command("painting", "collection new", collection="Houses")
    assert outcome.message is not None
    assert "is there" in outcome.message["content"]
    offered = await cleo.autocomplete("painting", "collection add", "picture", collection="Houses", picture="red")
    await cleo.command("painting", "collection add", collection="Houses", picture=offered[0]["value"])
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    outcome = await cleo.click(opened, "Note")
    assert outcome.modal is not None
    await cleo.submit(outcome.modal, {"prompt": "for the kitchen"})
    await then(cleo, opened, "for the kitchen")
    assert "Houses" not in json.dumps(await with_filters(dov))
    await cleo.command("painting", "collection share", collection="Houses")
    await house.restart()
    page = await with_filters(dov)
    assert list(listed(page, "Any collection")) == ["Any", "Houses"]  # and not how many are in it
    await dov.select(page, "Any collection", "Houses")
    page = await then(dov, page, "1 picture ·")
    assert "kitchen" not in json.dumps(page)
    outcome = await cleo.command("painting", "collection list")
    assert outcome.message is not None
    assert "**Houses** · 1 picture · shared" in outcome.message["content"]
    await cleo.command("painting", "collection remove", collection="Houses")
    assert "4 pictures" in text_of(await page_of(cleo, "mine"))


async def with_filters(member: Member) -> Json:
    page = await page_of(member)
    await member.click(page, "Filters")
    return await until(member, page, lambda message: bool(listed(message, "Any shape")))


async def test_all_pictures_come_as_files_also_over_a_restart(house: House, cleo: Member, grid: Json) -> None:
    await painted(cleo, "=a green boat")
    async with house.desk.store.write():  # nothing goes on meanwhile
        pass
    outcome = await cleo.command("painting", "gallery export")
    assert outcome.message is not None
    assert "0 of 8" in outcome.message["content"]
    await house.restart()
    await cleo.wait_for("@Painter", lambda one: bool(one["attachments"]), timeout_seconds=PATIENCE)
    message = await cleo.wait_for("@Painter", lambda one: "part 1" in one["content"])
    data = await cleo.download(message["attachments"][0]["url"])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = packed.namelist()
        rows = list(csv.DictReader(io.StringIO(packed.read("prompts.csv").decode())))
        assert packed.testzip() is None
        alts = packed.read("alt-texts.csv").decode()
    assert len([name for name in names if name.startswith("pictures/")]) == 8
    assert len([name for name in names if name.startswith("recipes/")]) == 8
    assert [row["file"] in names for row in rows] == [True] * 8
    assert rows[-1]["prompt"].startswith("'=a green boat")
    assert "a red house" in alts
    await until(cleo, outcome.message, lambda one: "✅" in one["content"])
    with pytest.raises(NothingCame):
        await cleo.wait_for("@Painter", lambda one: "part 2" in one["content"], timeout_seconds=0.5)


async def test_an_export_after_a_restore_is_not_taken_for_the_one_that_the_backup_did_not_know(
    house: House, cleo: Member, grid: Json, tmp_path: Path
) -> None:
    """Both have the same number, and the files of the first still stand in the direct messages."""

    async def exported() -> list[Json]:
        outcome = await cleo.command("painting", "gallery export")
        assert outcome.message is not None
        await until(cleo, outcome.message, lambda one: "✅" in one["content"])
        return [one for one in await cleo.messages("@Painter") if one["attachments"]]

    await asyncio.to_thread(back_up, house.folder, tmp_path / "backup.tar")
    assert len(await exported()) == 1
    await house.close()
    await asyncio.to_thread(restore, tmp_path / "backup.tar", house.folder, overwrite=True)
    await house.open()
    await painted(cleo, "a green boat")
    found = await exported()
    assert len(found) == 2
    data = await cleo.download(max(found, key=lambda one: int(one["id"]))["attachments"][0]["url"])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert len([name for name in packed.namelist() if name.startswith("pictures/")]) == 8


async def test_an_export_comes_in_as_many_parts_as_it_needs(
    house: House, cleo: Member, grid: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = max(len(await cleo.download(grid["attachments"][0]["url"])), 30_000)
    monkeypatch.setattr(Sender, "limit_of", lambda *_: HEADROOM + largest)
    outcome = await cleo.command("painting", "gallery export")
    assert outcome.message is not None
    await until(cleo, outcome.message, lambda one: "✅" in one["content"])
    found = [one for one in await cleo.messages("@Painter") if "part" in one["content"]]
    assert len(found) > 1
    names = set()
    for message in found:
        data = await cleo.download(message["attachments"][0]["url"])
        assert len(data) <= HEADROOM + largest
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names |= {name for name in packed.namelist() if name.startswith("pictures/")}
    assert len(names) == 4


async def test_a_shared_picture_is_for_everybody_and_a_private_one_is_not_shared(cleo: Member, dov: Member) -> None:
    await until_ended(cleo, await imagine(cleo, "a secret house --stealth"))
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    outcome = await cleo.click(opened, "Share")
    assert outcome.is_private
    assert outcome.message is not None
    assert "Not everybody here" in outcome.message["content"]
    await painted(cleo, "a red house")
    opened = await open_first(dov, await page_of(dov))
    outcome = await dov.click(opened, "Share")
    assert outcome.message is not None
    posted = await until_ended(cleo, outcome.message)
    assert "shared by" in posted["content"]
    assert "Recipe" in labels(posted)


async def test_a_cross_under_a_shared_picture_deletes_that_one_and_not_the_rest_of_its_grid(
    cleo: Member, ben: Member
) -> None:
    await painted(cleo, "a red house")
    outcome = await cleo.click(await open_first(cleo, await page_of(cleo, "mine")), "Share")
    assert outcome.message is not None
    posted = await until_ended(cleo, outcome.message)
    await ben.react(posted, "❌")
    await until_gone(cleo, posted)
    assert "3 pictures" in text_of(await page_of(cleo, "mine"))


@pytest.mark.parametrize("deed", ["Only I may see it", "Keep its words private"])
async def test_what_its_maker_takes_back_while_another_shares_it_does_not_stay_shared(
    house: House, cleo: Member, dov: Member, grid: Json, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    opened, own = await open_first(dov, await page_of(dov)), await open_first(cleo, await page_of(cleo, "mine"))
    sending = Sender.follow_up

    async def send(self: Sender, *about: Any, **more: Any) -> Sent:
        sent = await sending(self, *about, **more)
        if not more.get("ephemeral"):
            await choose(cleo, own, deed, "1 picture.")
            await house.desk.delivery.settle(PATIENCE)
        return sent

    monkeypatch.setattr(Sender, "follow_up", send)
    outcome = await dov.click(opened, "Share")
    assert outcome.message is not None
    await until_gone(dov, outcome.message)
