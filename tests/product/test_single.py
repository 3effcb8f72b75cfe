"""What is under a single picture: larger, varied, kept, published, explained, deleted."""

from __future__ import annotations

import hashlib
import json

import pytest

from engine import EngineError, read_recipes
from sandbox.member import Member
from tests.product.house import (
    EPHEMERAL,
    PATIENCE,
    House,
    Json,
    answers,
    buttons,
    eventually,
    labels,
    painted,
    press,
    said_aside,
    slow,
    told,
    until,
    until_ended,
    until_gone,
)
from tests.product.looking import cell_of, cells_of, data_of, distance, mean_distance, picture_of
from tests.product.test_gallery import choose, open_first, page_of, text_of
from tests.product.test_setup_words import set_words

SINGLE = [
    "Upscale (Subtle)",
    "Upscale (Creative)",
    "Vary (Subtle)",
    "Vary (Strong)",
    "❤️",
    "⭐",
    "Recipe",
    "Delete",
]
PRESSED = 1


@pytest.fixture
async def grid(house: House, cleo: Member) -> Json:
    return await painted(cleo)


@pytest.fixture
async def single(cleo: Member, grid: Json) -> Json:
    return await until_ended(cleo, await press(cleo, grid, "U3"))


async def test_a_single_picture_has_its_own_buttons(single: Json) -> None:
    assert labels(single) == SINGLE


async def failed_to_enlarge(house: House, member: Member, single: Json, monkeypatch: pytest.MonkeyPatch) -> Json:
    """The message of an enlargement that the engine did not take."""

    def refuse(*about: object) -> None:
        raise EngineError("The device is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(house.desk.engine, "submit", refuse)
        message = await press(member, single, "Upscale (Subtle)")
        return await until(member, message, lambda found: "Try again" in labels(found))


async def test_an_enlargement_that_failed_is_one_when_it_is_tried_again_whatever_size_is_the_most_there(
    house: House, ada: Member, cleo: Member, single: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_words(ada, "here", ceilings="size 600")
    failed = await failed_to_enlarge(house, cleo, single, monkeypatch)
    large = await until_ended(cleo, await press(cleo, failed, "Try again"))
    assert "enlarged" in large["content"]
    assert (await picture_of(cleo, large)).width == 1024
    assert labels(large) == SINGLE[2:]


async def test_a_subtle_upscale_is_four_times_as_large_and_the_same_picture(cleo: Member, single: Json) -> None:
    before = await picture_of(cleo, single)
    message = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    after = await picture_of(cleo, message)
    assert after.size == (before.width * 4, before.height * 4)
    assert distance(before, after.resize(before.size)) < 2
    assert labels(message) == ["Vary (Subtle)", "Vary (Strong)", "❤️", "⭐", "Recipe", "Delete"]


async def test_a_creative_upscale_adds_what_a_subtle_one_does_not(cleo: Member, single: Json) -> None:
    """Here on colour cards. How much detail is added `tests/engine/test_derive.py` measures: on a diffusion model of
    random weights a tenth at least, on cards, which are smooth, a thirtieth."""
    before = await picture_of(cleo, single)
    subtle = await picture_of(cleo, await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)")))
    creative = await picture_of(cleo, await until_ended(cleo, await press(cleo, single, "Upscale (Creative)")))
    assert creative.size == subtle.size
    near, far = (distance(before, picture.resize(before.size)) for picture in (subtle, creative))
    assert far > 1.5 * near
    assert distance(creative, subtle) > 0.5


async def test_subtle_stays_nearer_than_strong_and_strong_nearer_than_a_new_seed(cleo: Member, grid: Json) -> None:
    """Here on colour cards; `tests/engine/test_derive.py` measures the same on a diffusion model of random weights."""
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    parent = cell_of(await picture_of(cleo, grid), 1)
    apart = []
    for message, label in ((single, "Vary (Subtle)"), (single, "Vary (Strong)"), *[(grid, "🔄")] * 4):
        result = await until_ended(cleo, await press(cleo, message, label))
        apart.append(mean_distance(parent, cells_of(await picture_of(cleo, result))))
    subtle, strong, *rerolls = apart
    reroll = sum(rerolls) / len(rerolls)  # any one of them may come near by chance
    assert 0 < subtle < strong < reroll


async def test_v_under_a_grid_starts_from_that_cell_and_no_other(cleo: Member, grid: Json) -> None:
    for number in range(1, 5):
        single = await until_ended(cleo, await press(cleo, grid, f"U{number}"))
        varied = await until_ended(cleo, await press(cleo, grid, f"V{number}"))
        original = hashlib.sha256(await data_of(cleo, single)).hexdigest()
        recipes = read_recipes(await data_of(cleo, varied))
        assert [source.sha256 for recipe in recipes for source in recipe.sources] == [original] * 4
        assert len({recipe.seed for recipe in recipes}) == 4


async def test_every_result_replies_to_its_parent(cleo: Member, grid: Json, single: Json) -> None:
    for label in ("Upscale (Subtle)", "Upscale (Creative)", "Vary (Subtle)", "Vary (Strong)"):
        result = await until_ended(cleo, await press(cleo, single, label))
        assert result["message_reference"]["message_id"] == single["id"]
    for label in ("🔄", "V1"):
        result = await until_ended(cleo, await press(cleo, grid, label))
        assert result["message_reference"]["message_id"] == grid["id"]


async def test_pressed_buttons_of_a_single_picture_show_it(cleo: Member, single: Json) -> None:
    await until_ended(cleo, await press(cleo, single, "Vary (Strong)"))
    await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))

    def holds(message: Json) -> bool:
        pressed = [one["label"] for one in buttons(message) if one["style"] == PRESSED]
        return message["id"] == single["id"] and pressed == ["Upscale (Subtle)", "Vary (Strong)"]

    await cleo.wait_for("painting", holds)


async def test_a_button_whose_job_was_cancelled_is_not_pressed_any_more(cleo: Member, grid: Json) -> None:
    running = await slow(cleo)
    varied = await press(cleo, grid, "V2")
    await until(cleo, grid, lambda message: _is_blue(message, "V2"))
    await cleo.click(varied, "Cancel")
    await until(cleo, grid, lambda message: not _is_blue(message, "V2"))
    await cleo.click(running, "Cancel")


async def test_a_heart_is_a_bookmark_and_a_second_one_takes_it_back(cleo: Member, dov: Member, single: Json) -> None:
    for member in (cleo, dov):
        await member.click(single, "❤️")
        assert (await said_aside(member, "painting", "Bookmarked"))["flags"] & EPHEMERAL
    await cleo.click(single, "❤️")
    await said_aside(cleo, "painting", "The bookmark is gone")


async def test_a_heart_that_is_told_twice_is_one_bookmark(house: House, cleo: Member, single: Json) -> None:
    await house.control("faults", {"kind": "duplicate", "event": "INTERACTION_CREATE"})
    await cleo.click(single, "❤️")
    await said_aside(cleo, "painting", "Bookmarked")
    await cleo.click(single, "❤️")
    await said_aside(cleo, "painting", "The bookmark is gone")


async def test_the_recipe_is_told_in_a_line_and_sent_as_a_file(cleo: Member, single: Json) -> None:
    outcome = await cleo.click(single, "Recipe")
    assert outcome.is_private
    assert outcome.message is not None
    assert "seed" in outcome.message["content"]
    (recipe,) = json.loads(await data_of(cleo, outcome.message))
    (inside,) = read_recipes(await data_of(cleo, single))
    assert recipe["seed"] == inside.seed


async def test_delete_takes_the_picture_away_and_frees_the_button_that_led_to_it(
    cleo: Member, grid: Json, single: Json
) -> None:
    assert "Deleted" in await told(cleo, single, "Delete")
    await until(cleo, grid, lambda message: not _is_blue(message, "U3"))
    again = await until_ended(cleo, await press(cleo, grid, "U3"))
    assert again["id"] != single["id"]
    await until_gone(cleo, single)


async def test_children_live_on_when_their_parent_is_deleted(cleo: Member, single: Json) -> None:
    varied = await until_ended(cleo, await press(cleo, single, "Vary (Subtle)"))
    assert "Deleted" in await told(cleo, single, "Delete")
    one = await until_ended(cleo, await press(cleo, varied, "U1"))
    assert one["attachments"]
    again = await until_ended(cleo, await press(cleo, varied, "🔄"))
    assert labels(again) == labels(varied)


async def test_a_deleted_picture_answers_its_old_buttons_with_a_sentence(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    for path in ("/channels/*/messages/*", "/webhooks/*/*/messages/*"):
        await house.control("faults", {"kind": "http", "method": "DELETE", "path": path, "status": 403})
    assert "Deleted" in await told(cleo, single, "Delete")
    for label in SINGLE:
        for member in (cleo, dov):
            assert "not here any more" in await told(member, single, label)
    assert not await answers(cleo, single)


async def test_a_picture_whose_message_was_taken_away_is_posted_again(
    cleo: Member, ben: Member, grid: Json, single: Json
) -> None:
    await ben.delete(single)
    assert "posting it once more" in await told(cleo, grid, "U3")
    back = await cleo.wait_for("painting", lambda message: labels(message) == SINGLE and message["id"] != single["id"])
    assert back["message_reference"]["message_id"] == grid["id"]
    assert back["id"] in await told(cleo, grid, "U3")


async def test_a_private_picture_is_not_posted_again_for_all_when_its_maker_reacts_to_a_copy(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    large = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    opened = await open_first(cleo, await page_of(cleo, "mine"))
    job = text_of(await choose(cleo, opened, "Only I may see it", "only its maker")).split("-# Job `")[1][:12]
    await until_gone(dov, large)
    before = [message["id"] for message in await dov.messages("painting")]
    await cleo.command("@Painter", "show", job=job)
    copy = await cleo.wait_for("@Painter", lambda message: bool(message["attachments"]))
    await cleo.react(copy, "1️⃣")
    await cleo.wait_for("@Painter", lambda message: "not all may see it any more" in message["content"])
    await house.desk.delivery.settle(PATIENCE)
    assert [message["id"] for message in await dov.messages("painting")] == before


async def test_a_star_puts_it_into_the_gallery_once(house: House, cleo: Member, single: Json) -> None:
    assert "no gallery yet" in await told(cleo, single, "⭐")
    await house.arrange_gallery()
    assert await told(cleo, single, "⭐") == "Published."
    assert "already" in await told(cleo, single, "⭐")
    channel = await _gallery_post(cleo)
    (post,) = await cleo.messages(channel)
    assert "a red house" in post["content"]
    assert post["attachments"]


async def test_nobody_publishes_the_picture_of_another(dov: Member, ben: Member, single: Json) -> None:
    for member in (dov, ben):
        assert "Only the member who had it painted" in await told(member, single, "⭐")


async def test_a_cell_that_another_took_out_is_still_its_makers_to_publish(
    house: House, cleo: Member, dov: Member, grid: Json
) -> None:
    await house.arrange_gallery()
    single = await until_ended(dov, await press(dov, grid, "U2"))
    assert "Only the member who had it painted" in await told(dov, single, "⭐")
    assert await told(cleo, single, "⭐") == "Published."
    (post,) = await cleo.messages(await _gallery_post(cleo))
    assert f"<@{cleo.user_id}>" in post["content"]
    assert f"<@{dov.user_id}>" not in post["content"]


async def test_a_private_picture_is_published_only_after_a_confirmation(house: House, cleo: Member) -> None:
    await house.arrange_gallery()
    await painted(cleo)
    grid = await painted(cleo, "a secret garden", "@Painter")
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    assert "private so far" in await told(cleo, single, "⭐")
    ask = await said_aside(cleo, "@Painter", "private so far")
    assert labels(ask) == ["Publish in The Studio", "Keep it as it is"]
    kept = await cleo.click(ask, "Keep it as it is")
    assert kept.message is not None
    assert kept.message["content"] == "It stays as it is."
    assert not await _threads(cleo)
    await told(cleo, single, "⭐")
    ask = await said_aside(cleo, "@Painter", "private so far")
    await cleo.click(ask, "Publish in The Studio")
    (post,) = await cleo.messages(await _gallery_post(cleo))
    assert "a secret garden" in post["content"]


async def _gallery_post(member: Member) -> str:
    """The newest thread of the gallery."""

    async def has_one() -> bool:
        return bool(await _threads(member))

    await eventually(has_one)
    return str((await _threads(member))[0]["id"])


async def _threads(member: Member) -> list[Json]:
    (guild,) = await member.request("GET", "/users/@me/guilds")
    found: list[Json] = (await member.request("GET", f"/guilds/{guild['id']}/threads/active"))["threads"]
    return found


def _is_blue(message: Json, label: str) -> bool:
    return any(button.get("label") == label and button["style"] == PRESSED for button in buttons(message))
