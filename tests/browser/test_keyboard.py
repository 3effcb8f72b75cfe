"""Everything by keys alone: not one press of a pointer."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.hands import composer, messages

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def take_up(page: Page, command: str) -> None:
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type(command)
    await expect(page.get_by_role("option", name=command)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")


@pytest.mark.usefixtures("bot")
async def test_command_button_and_form_by_keys_alone(open_page: Opener) -> None:
    page = await open_page("cleo")
    keys = page.keyboard
    await take_up(page, "/imagine")
    await expect(page.get_by_role("combobox", name="prompt")).to_be_focused()
    await keys.type("a fox colour:")
    await expect(page.get_by_role("combobox", name="colour")).to_be_focused()
    await keys.type("och")
    await expect(page.get_by_role("option", name="Ochre")).to_be_visible()
    await keys.press("Enter")
    await keys.press("Enter")
    grid = messages(page, "a fox · ochre")
    await expect(grid.get_by_role("button", name="V4")).to_be_visible()

    await expect(composer(page)).to_be_focused()
    await keys.press("Shift+ArrowUp")
    await expect(grid).to_be_focused()
    for _ in range(16):
        await keys.press("Tab")
        if await grid.get_by_role("button", name="Remix").evaluate("node => node === document.activeElement"):
            break
    await keys.press("Enter")
    form = page.get_by_role("dialog", name="Remix")
    await expect(form.get_by_role("textbox", name="Prompt")).to_be_focused()
    await keys.type("a fox in snow")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Space")
    await keys.press("Enter")
    await expect(messages(page, "Remix of “a fox in snow”, subtle")).to_be_visible()


@pytest.mark.usefixtures("bot")
async def test_command_that_needs_no_option_is_run_by_enter_and_offers_them_by_space(open_page: Opener) -> None:
    page = await open_page("cleo")
    keys = page.keyboard
    await take_up(page, "/album")
    await expect(page.get_by_role("button", name="+1 optional")).to_be_focused()
    await keys.press("Space")
    await expect(page.get_by_role("option", name="day")).to_be_visible()
    await keys.press("Escape")
    await keys.press("Enter")
    await expect(messages(page, "Four pictures of today")).to_be_visible()


@pytest.mark.usefixtures("bot")
async def test_command_that_is_taken_from_the_list_closes_it_and_is_run_by_the_next_enter(open_page: Opener) -> None:
    page = await open_page("cleo")
    await composer(page).press_sequentially("/album")
    await expect(page.get_by_role("option", name="/album")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="Command album").wait_for()
    await expect(page.locator(".palette")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(messages(page, "Four pictures of today")).to_be_visible()


async def test_messages_are_walked_and_acted_on_by_keys(open_page: Opener) -> None:
    page = await open_page("ada")
    keys = page.keyboard
    await expect(composer(page)).to_be_focused()
    for text in ("one", "two", "three"):
        await keys.type(text)
        await keys.press("Enter")
        await expect(messages(page, text)).to_be_visible()
    await keys.press("Shift+ArrowUp")
    await expect(messages(page, "three")).to_be_focused()
    await keys.press("ArrowUp")
    await expect(messages(page, "two")).to_be_focused()
    await keys.press("r")
    await expect(page.locator(".reply-bar")).to_contain_text("Replying to Ada")
    await keys.type("an answer")
    await keys.press("Enter")
    await expect(messages(page, "an answer")).to_contain_text("two")
    await keys.press("Shift+ArrowUp")
    await keys.press("Enter")
    menu = page.get_by_role("menu", name="Message")
    await expect(menu.get_by_role("menuitem").first).to_be_focused()
    await keys.press("ArrowRight")
    await expect(page.get_by_role("menu", name="React").get_by_role("menuitem").first).to_be_focused()
    await keys.press("ArrowLeft")
    await keys.press("ArrowDown")
    await expect(menu.get_by_role("menuitem", name="Edit")).to_be_focused()
    await keys.press("p")
    await expect(menu.get_by_role("menuitem", name="Pin")).to_be_focused()
    await keys.press("Enter")
    await expect(messages(page, "Ada pinned a message")).to_be_visible()
    await keys.press("Escape")
    await expect(composer(page)).to_be_focused()


async def test_channels_are_changed_by_keys(open_page: Opener) -> None:
    page = await open_page("ada", "general")
    title = page.locator("#header h1")
    await expect(title).to_have_text("general")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(title).to_have_text("painting")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(title).to_have_text("general")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("more")
    await expect(page.get_by_role("option", name="more-painting")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(title).to_have_text("more-painting")
