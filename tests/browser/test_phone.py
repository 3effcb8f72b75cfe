"""The page at the width of a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

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
