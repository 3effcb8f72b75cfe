"""Reactions do what buttons do."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.store import bookmarks
from engine import read_recipes
from sandbox.member import Member
from tests.product.house import (
    House,
    Json,
    answers,
    eventually,
    imagine,
    is_final,
    labels,
    painted,
    press,
    said_aside,
    slow,
    until,
    until_ended,
    until_gone,
)
from tests.product.looking import cells_of, data_of, distance, picture_of

NUMBERS, LETTERS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣"), ("🇦", "🇧", "🇨", "🇩")


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    return await painted(cleo)


async def reply_to(member: Member, parent: Json, words: str = "") -> Json:
    """The finished job that answers this message."""

    def matches(message: Json) -> bool:
        reference = message.get("message_reference") or {}
        return is_final(message) and reference.get("message_id") == parent["id"] and words in message["content"]

    return await member.wait_for(parent["channel_id"], matches)


@pytest.mark.parametrize("cell", [0, 3])
async def test_a_number_gives_that_cell_alone(cleo: Member, grid: Json, cell: int) -> None:
    await cleo.react(grid, NUMBERS[cell])
    single = await reply_to(cleo, grid)
    assert f"picture {cell + 1}" in single["content"]
    assert distance(await picture_of(cleo, single), cells_of(await picture_of(cleo, grid))[cell]) == 0


async def test_a_number_without_its_variation_selector_is_the_same_number(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "3\N{COMBINING ENCLOSING KEYCAP}")
    assert "picture 3" in (await reply_to(cleo, grid))["content"]


async def test_a_letter_varies_that_cell(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, LETTERS[1])
    assert "variations of picture 2" in (await reply_to(cleo, grid))["content"]


async def test_the_arrows_paint_all_four_anew(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "🔄")
    again = await reply_to(cleo, grid, "once more")
    before, after = await data_of(cleo, grid), await data_of(cleo, again)
    assert {one.seed for one in read_recipes(before)}.isdisjoint(one.seed for one in read_recipes(after))


async def test_the_envelope_sends_full_size_files_seeds_and_recipes(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "✉️")
    letter = await said_aside(cleo, "@Painter", "seed")
    *files, recipes = [await data_of(cleo, letter, number) for number in range(5)]
    cells = cells_of(await picture_of(cleo, grid))
    for data, cell in zip(files, cells, strict=True):
        with Image.open(io.BytesIO(data)) as original:
            assert original.format == "PNG"
            assert distance(original.convert("RGB"), cell) == 0
        (recipe,) = read_recipes(data)
        assert str(recipe.seed) in letter["content"]
        assert str(recipe.seed).encode() in recipes


async def test_the_envelope_works_without_its_selector_and_for_everybody_who_sees_it(dov: Member, grid: Json) -> None:
    await dov.react(grid, "✉")
    assert len((await said_aside(dov, "@Painter", "seed"))["attachments"]) == 5


async def test_the_cross_cancels_what_runs(cleo: Member) -> None:
    message = await slow(cleo)
    await cleo.react(message, "❌")
    await until(cleo, message, lambda shown: "Cancelled" in shown["content"])


async def test_the_cross_deletes_what_is_done(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "❌")
    await cleo.wait_for_event("MESSAGE_DELETE", lambda event: event["id"] == grid["id"])


async def test_a_moderator_may_delete_and_another_member_is_told_that_they_may_not(
    cleo: Member, dov: Member, ben: Member, grid: Json
) -> None:
    await dov.react(grid, "❌")
    await said_aside(dov, "@Painter", "Only the member who asked for it, or a moderator")
    assert (await cleo.refresh(grid))["attachments"]
    await ben.react(grid, "❌")
    await cleo.wait_for("painting", lambda message: message["id"] != grid["id"]) if False else None
    await until_gone(cleo, grid)


async def test_a_stranger_cannot_cancel_by_reaction(cleo: Member, dov: Member) -> None:
    message = await slow(cleo)
    await dov.react(message, "❌")
    await said_aside(dov, "@Painter", "Only the member who asked for it, or a moderator")
    assert labels(await cleo.refresh(message)) == ["Cancel"]


async def test_a_heart_is_a_private_bookmark_until_it_is_taken_back(house: House, dov: Member, grid: Json) -> None:
    await dov.react(grid, "❤️")
    await _until_bookmarks(house, dov, 4)
    await dov.unreact(grid, "❤️")
    await _until_bookmarks(house, dov, 0)


async def test_a_star_publishes_what_is_public(house: House, cleo: Member, grid: Json) -> None:
    await house.arrange_gallery()
    await cleo.react(grid, "⭐")
    await cleo.wait_for_event("THREAD_CREATE", lambda thread: "a red house" in thread["name"])


async def test_a_star_without_a_gallery_is_answered(cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "⭐")
    await said_aside(cleo, "@Painter", "no gallery yet")


async def test_a_star_on_a_private_picture_asks_first(house: House, cleo: Member, grid: Json) -> None:
    await house.arrange_gallery()
    secret = await painted(cleo, "a secret garden", "@Painter")
    await cleo.react(secret, "⭐")
    ask = await said_aside(cleo, "@Painter", "private so far")
    await cleo.click(ask, "Publish in The Studio")
    await cleo.wait_for_event("THREAD_CREATE", lambda thread: "a secret garden" in thread["name"])


async def test_reactions_work_in_direct_messages(cleo: Member, grid: Json) -> None:
    own = await painted(cleo, "a blue boat", "@Painter")
    await cleo.react(own, NUMBERS[3])
    assert "picture 4" in (await reply_to(cleo, own))["content"]
    await cleo.react(own, "❌")
    await until_gone(cleo, own)


async def test_what_is_not_painted_yet_is_told(cleo: Member) -> None:
    message = await slow(cleo)
    for count, emoji in enumerate(("1️⃣", "✉️", "❤️", "⭐"), 1):
        await cleo.react(message, emoji)
        await _whispers(cleo, "not ready yet", count)
    await cleo.click(message, "Cancel")


async def test_a_number_that_has_no_picture_is_told(cleo: Member, grid: Json) -> None:
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    await cleo.react(single, "2️⃣")
    await said_aside(cleo, "@Painter", "one picture on its own")


async def test_other_emoji_and_other_messages_mean_nothing(house: House, cleo: Member, grid: Json) -> None:
    await cleo.react(grid, "🎉")
    await cleo.react(await cleo.send("painting", "hello"), "❌")
    await cleo.react(grid, "1️⃣")
    await reply_to(cleo, grid)
    assert len(await answers(cleo, grid)) == 1
    assert not await cleo.messages("@Painter")


async def test_a_reaction_told_twice_makes_one_job(house: House, cleo: Member, grid: Json) -> None:
    await house.control("faults", {"kind": "duplicate", "event": "MESSAGE_REACTION_ADD"})
    await cleo.react(grid, "🇨")
    await reply_to(cleo, grid)
    assert len(await answers(cleo, grid)) == 1


async def test_the_bots_own_reactions_mean_nothing(house: House, cleo: Member, grid: Json) -> None:
    partial = house.client.get_partial_messageable(int(grid["channel_id"])).get_partial_message(int(grid["id"]))
    for emoji in ("1️⃣", "❌", "✉️"):
        await partial.add_reaction(emoji)
    await cleo.react(grid, "4️⃣")
    assert "picture 4" in (await reply_to(cleo, grid))["content"]
    assert len(await answers(cleo, grid)) == 1


async def test_a_server_can_have_a_bar_of_four_under_every_grid(house: House, cleo: Member) -> None:
    bar = ("1️⃣", "🔄", "❤️", "✉️")
    await house.arrange(bar=bar)
    grid = await imagine(cleo, "a red house")

    def has_bar(message: Json) -> bool:
        return tuple(one["emoji"]["name"] for one in message.get("reactions", ())) == bar

    shown = await until(cleo, grid, has_bar)
    assert is_final(shown)
    single = await until_ended(cleo, await press(cleo, shown, "U1"))
    await cleo.react(shown, "1️⃣")
    await said_aside(cleo, "@Painter", "there already")
    assert not (await cleo.refresh(single)).get("reactions")
    assert len(await answers(cleo, shown)) == 1


async def test_a_bar_that_may_not_be_added_harms_nothing(house: House, cleo: Member) -> None:
    await house.arrange(bar=("1️⃣",))
    fault = {"kind": "http", "method": "PUT", "path": "/channels/*/messages/*/reactions/**", "status": 403}
    await house.control("faults", fault)
    grid = await painted(cleo)
    assert "picture 1" in (await until_ended(cleo, await press(cleo, grid, "U1")))["content"]


async def test_a_bar_that_discord_does_not_take_now_is_added_later(house: House, cleo: Member) -> None:
    await house.arrange(bar=("1️⃣", "🔄"))
    fault = {"kind": "http", "method": "PUT", "path": "/channels/*/messages/*/reactions/**", "status": 503, "times": 1}
    await house.control("faults", fault)
    grid = await painted(cleo)
    await until(cleo, grid, lambda message: len(message.get("reactions", ())) == 2)


async def _until_bookmarks(house: House, member: Member, count: int) -> None:
    async def is_so() -> bool:
        async with house.desk.store.read() as tx:
            return len(await bookmarks.of_member(tx, int(member.user_id), 10)) == count

    await eventually(is_so)


async def _whispers(member: Member, words: str, count: int) -> None:
    async def is_so() -> bool:
        return len([one for one in await member.messages("@Painter") if words in one["content"]]) == count

    await eventually(is_so)
