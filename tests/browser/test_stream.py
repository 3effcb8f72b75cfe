"""The list of messages when it is long, when the network is slow or fails, and when rights change."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from sandbox.server import Sandbox
from sandbox.world import messages as world_messages
from sandbox.world.entities import Channel
from tests.browser.conftest import Opener
from tests.browser.hands import composer, messages, run, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


def channel_of(box: Sandbox, name: str) -> Channel:
    return next(one for one in box.state.channels.values() if one.name == name)


def talk(box: Sandbox, name: str, count: int) -> int:
    """Ben has said `count` things there; the id of the first."""
    ben = next(user for user in box.state.users.values() if user.username == "ben")
    place = channel_of(box, name)
    said = [world_messages.send(box.state, place, ben.id, {"content": f"remark {n:03}"}) for n in range(count)]
    return said[0].id


async def read_to(page: Page, text: str, edge: str, target: str) -> None:
    """Scrolls to an edge of what is loaded until the text is there; `edge` is the message that stands at it."""
    last = page.locator(f"ol.messages > .message >> nth={edge}")
    while True:
        before = await last.get_attribute("data-id") or ""
        if await messages(page, text).count():
            return
        await page.locator(".scroller").evaluate(f"node => (node.scrollTop = {target})")
        await expect(last).not_to_have_attribute("data-id", before)


async def read_up_to(page: Page, text: str) -> None:
    await read_to(page, text, "0", "0")


async def read_down_to(page: Page, text: str) -> None:
    await read_to(page, text, "-1", "node.scrollHeight")


async def test_long_channel_is_read_to_its_beginning_and_back_without_growing(open_page: Opener, box: Sandbox) -> None:
    talk(box, "general", 520)
    page = await open_page("ada", "general")
    await expect(messages(page, "remark 519")).to_be_visible()
    await read_up_to(page, "remark 000")
    await expect(page.get_by_role("heading", name="Welcome to #general")).to_be_attached()
    assert await page.locator("ol.messages > .message").count() <= 400
    await expect(messages(page, "remark 519")).to_have_count(0)
    await read_down_to(page, "remark 519")
    await expect(messages(page, "remark 519")).to_be_visible()
    await page.locator(".scroller").evaluate("node => (node.scrollTop = node.scrollHeight)")
    await say(page, "so be it")
    assert await page.locator("ol.messages > .message").count() <= 401


async def test_who_writes_after_a_jump_far_up_sees_what_was_written(open_page: Opener, box: Sandbox) -> None:
    early = talk(box, "general", 130)
    page = await open_page("ada", "general")
    await expect(messages(page, "remark 129")).to_be_visible()
    place = channel_of(box, "general")
    await page.evaluate("address => (location.hash = address)", f"#/channels/{place.guild_id}/{place.id}/{early}")
    await expect(messages(page, "remark 000")).to_be_in_viewport()
    await expect(messages(page, "remark 129")).to_have_count(0)
    await say(page, "back to today")
    await expect(messages(page, "back to today")).to_be_in_viewport()
    await expect(messages(page, "remark 129")).to_be_visible()


async def test_change_elsewhere_does_not_pull_the_reader_back_to_a_linked_message(
    open_page: Opener, box: Sandbox
) -> None:
    page = await open_page("ada", "general")
    await say(page, "the linked one")
    place = channel_of(box, "general")
    linked = await messages(page, "the linked one").get_attribute("data-id")
    await page.evaluate("address => (location.hash = address)", f"#/channels/{place.guild_id}/{place.id}/{linked}")
    await expect(messages(page, "the linked one")).to_be_focused()
    await composer(page).focus()
    await page.evaluate(
        """([guild, token]) => fetch(`/api/v10/guilds/${guild}/channels`, {
            method: "POST",
            headers: {Authorization: token, "Content-Type": "application/json"},
            body: JSON.stringify({name: "elsewhere"}),
        })""",
        [str(place.guild_id), await page.evaluate("sandboxPage.store.token")],
    )
    await expect(page.locator("#channels").get_by_role("link", name="elsewhere")).to_be_visible()
    await expect(composer(page)).to_be_focused()


async def test_older_messages_that_fail_to_load_say_so_and_are_tried_again(open_page: Opener, box: Sandbox) -> None:
    talk(box, "general", 80)
    page = await open_page("ada", "general")
    await expect(messages(page, "remark 079")).to_be_visible()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, json={"message": "Come back later", "code": 0})

    await page.route("**/messages?*before=*", refuse)
    await page.locator(".scroller").evaluate("node => (node.scrollTop = 0)")
    await expect(page.locator(".older.fault")).to_contain_text("Messages could not be loaded: Come back later")
    await expect(page.get_by_role("heading", name="Welcome to #general")).to_have_count(0)
    await page.unroute("**/messages?*before=*")
    await page.get_by_role("button", name="Try again").click()
    await expect(messages(page, "remark 000")).to_be_attached()
    await expect(page.locator(".older.fault")).to_have_count(0)


async def test_slow_network_shows_what_is_on_its_way(open_page: Opener) -> None:
    page = await open_page("ada", "general")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/messages", held.put_nowait)
    await composer(page).fill("by slow post")
    await composer(page).press("Enter")
    await expect(page.locator(".outgoing")).to_contain_text("by slow post")
    await expect(messages(page, "by slow post")).to_have_count(0)
    await (await held.get()).continue_()
    await expect(messages(page, "by slow post")).to_be_visible()
    await expect(page.locator(".outgoing")).to_have_count(0)


async def test_composer_shuts_when_the_right_to_write_is_taken(open_page: Opener, box: Sandbox) -> None:
    page, owner = await open_page("dov", "general"), await open_page("ada", "general")
    await expect(composer(page)).to_be_visible()
    await owner.locator("#channels").get_by_role("link", name="general").hover()
    await owner.get_by_role("button", name="Edit general").click()
    sheet = owner.get_by_role("dialog", name="#general")
    deny = sheet.get_by_role("group", name="Send messages", exact=True).get_by_role("button", name="Deny")
    await deny.click()
    await expect(deny).to_have_attribute("aria-pressed", "true")
    await expect(deny).to_be_focused()
    await expect(page.get_by_text("You may not write here.")).to_be_visible()
    await sheet.get_by_role("button", name="Remove what is set for @everyone").click()
    await expect(composer(page)).to_be_visible()


async def test_category_that_is_folded_by_key_keeps_the_focus(open_page: Opener) -> None:
    page = await open_page("ada", "general")
    fold = page.locator("#channels .fold").first
    await fold.focus()
    await page.keyboard.press("Enter")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(fold).to_be_focused()


@pytest.mark.usefixtures("bot")
async def test_command_run_from_far_up_shows_its_answer(open_page: Opener, box: Sandbox) -> None:
    talk(box, "painting", 45)
    page = await open_page("ada")
    await expect(messages(page, "remark 044")).to_be_in_viewport()
    await page.locator(".scroller").evaluate("node => (node.scrollTop = 0)")
    await expect(messages(page, "remark 044")).not_to_be_in_viewport()
    await run(page, "choose")
    await expect(messages(page, "Choose:")).to_be_in_viewport()
