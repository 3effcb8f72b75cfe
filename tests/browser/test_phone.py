"""The page at the width of a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.hands import composer, messages, run, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def fits(page: Page) -> bool:
    """Whether nothing is wider than the window, and the composer stands inside it."""
    return bool(
        await page.evaluate(
            """() => {
                const low = document.getElementById("composer")?.getBoundingClientRect();
                const wide = [...document.querySelectorAll("#main *")].some((one) => one.scrollWidth > innerWidth);
                const whole = document.documentElement.scrollWidth <= innerWidth;
                return whole && !wide && (!low || low.bottom <= innerHeight);
            }"""
        )
    )


@pytest.mark.usefixtures("bot")
async def test_bot_is_used_on_a_phone(open_page: Opener) -> None:
    page = await open_page("cleo", "general", PHONE)
    await expect(page.locator("#channels")).not_to_be_visible()
    await page.get_by_role("button", name="Channels").click()
    await page.locator("#channels").get_by_role("link", name="painting", exact=True).click()
    await expect(page.locator("#channels")).not_to_be_visible()
    await run(page, "imagine prompt: a very long prompt about a heron that stands in the reeds of a slow river at dusk")
    await expect(page.get_by_role("button", name="V4")).to_be_visible()
    assert await fits(page)
    await run(page, "choose")
    await expect(page.get_by_role("button", name="Colours")).to_be_visible()
    assert await fits(page)
    await run(page, "album")
    await expect(messages(page, "Four pictures of today")).to_be_visible()
    assert await fits(page)
    await page.get_by_role("button", name="Members").click()
    await expect(page.locator("#members").get_by_text("Painter")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#members")).not_to_be_visible()


async def test_wide_text_does_not_widen_a_phone(open_page: Opener) -> None:
    page = await open_page("ada", "general", PHONE)
    await say(page, "w" * 300)
    await say(page, "https://example.org/" + "a" * 200)
    await composer(page).fill("```\n" + "x" * 200 + "\n```")
    await composer(page).press("Enter")
    await expect(page.locator(".markup pre")).to_be_visible()
    assert await fits(page)


@pytest.mark.usefixtures("bot")
async def test_form_with_a_long_file_name_fits_a_phone(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("cleo", "painting", PHONE)
    await run(page, "imagine prompt: a fox")
    await page.get_by_role("button", name="Remix").click()
    form = page.get_by_role("dialog", name="Remix")
    long_name: FilePayload = {**small_png, "name": "a name of a sketch that goes " + "on and " * 12 + "on.png"}
    await form.locator("input[type=file]").set_input_files(long_name)
    box = await form.get_by_role("button", name="Remove a name").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < PHONE["width"]


async def test_lists_stay_open_on_a_phone_until_a_channel_is_chosen(open_page: Opener) -> None:
    page = await open_page("ada", "general", PHONE)
    await page.get_by_role("button", name="Channels").click()
    await page.get_by_role("link", name="Direct messages").click()
    await expect(page.locator("#channels .server")).to_be_in_viewport()
    await expect(page.locator("#header h1")).to_have_text("Direct messages")
    await page.get_by_role("link", name="The Studio").click()
    here = page.locator("#channels").get_by_role("link", name="general", exact=True)
    await expect(here).to_be_in_viewport()
    await here.click()
    await expect(page.locator("#channels")).not_to_be_visible()
    await page.get_by_role("button", name="Channels").click()
    await page.get_by_role("button", name="The Studio").click()
    await page.keyboard.press("Escape")
    await expect(here).to_be_in_viewport()
