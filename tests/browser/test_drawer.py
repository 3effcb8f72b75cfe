"""The bot builder's drawer."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.browser.conftest import Opener
from tests.browser.hands import composer, messages, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_drawer_shows_requests_as_they_are_made(open_page: Opener) -> None:
    page = await open_page("ada")
    await page.keyboard.press("Control+Backquote")
    drawer = page.get_by_role("region", name="Bot builder's drawer")
    await expect(drawer.get_by_role("tab", name="Traffic")).to_have_attribute("aria-selected", "true")
    await say(page, "seen on the wire")
    row = drawer.locator(".traffic-row").filter(has_text="POST").filter(has_text="/messages").last
    await row.click()
    await expect(drawer.locator("pre")).to_contain_text("seen on the wire")


async def test_fault_ordered_in_the_drawer_strikes_and_is_told(open_page: Opener, box: Sandbox) -> None:
    page = await open_page("ada")
    await page.get_by_role("button", name="Builder's drawer").click()
    drawer = page.get_by_role("region", name="Bot builder's drawer")
    await drawer.get_by_role("tab", name="Faults").click()
    await drawer.get_by_role("button", name="500 on send").click()
    await expect(drawer.locator(".fault-row")).to_contain_text("/channels/*/messages 500")
    await composer(page).fill("will not arrive")
    await composer(page).press("Enter")
    await expect(page.locator(".toast.bad")).to_be_visible()
    await expect(composer(page)).to_have_value("will not arrive")
    await expect(drawer.locator(".fault-row")).to_contain_text("1× struck")
    await composer(page).press("Enter")
    await expect(messages(page, "will not arrive")).to_be_visible()


async def test_clock_is_moved_in_the_drawer(open_page: Opener, box: Sandbox) -> None:
    page = await open_page("ada")
    await page.get_by_role("button", name="Builder's drawer").click()
    await page.get_by_role("tab", name="Clock").click()
    before = box.clock.offset_ms
    await page.get_by_role("button", name="+15 min").click()
    await expect(page.locator(".clock-panel")).to_contain_text("900 s from this machine's clock.")
    assert box.clock.offset_ms == before + 900_000
