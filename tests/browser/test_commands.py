"""A bot used through the page: commands, buttons, selects, forms, menus, and what becomes of silence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, FilePayload, Route, expect

from sandbox.server import Sandbox
from tests.browser.conftest import Opener
from tests.browser.hands import choose, composer, go, messages, run, say

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("bot")]


async def test_command_with_autocomplete_and_file_ends_in_a_grid(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("cleo")
    await composer(page).press_sequentially("/ima")
    await expect(page.get_by_role("option", name="/imagine")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="prompt").fill("a heron")
    await page.get_by_role("button", name="+2 optional").click()
    await page.get_by_role("option", name="colour").click()
    await page.get_by_role("combobox", name="colour").press_sequentially("ind")
    await page.get_by_role("option", name="Indigo").click()
    await page.get_by_role("button", name="+1 optional").click()
    await page.get_by_role("option", name="image").click()
    await page.locator('input[type=file][data-option="image"]').set_input_files(small_png)
    await page.get_by_role("button", name="image: sketch.png").press("Enter")

    grid = messages(page, "a heron from sketch.png · indigo")
    await expect(grid).to_contain_text("Cleo used /imagine")
    await expect(grid.locator(".gallery img")).to_have_count(4)
    await expect(grid.get_by_role("button", name="U1", exact=True)).to_be_enabled()
    await expect(grid.locator(".gallery img").first).to_have_attribute("alt", "indigo, disc 0")
    assert await grid.locator(".gallery img").evaluate_all("all => all.every((one) => one.decode().then(() => true))")
    await grid.get_by_role("button", name="Picture: indigo, disc 0").click()
    light = page.get_by_role("dialog", name="Picture")
    await expect(light).to_contain_text("1 of 4 · 128 × 128")
    await page.keyboard.press("ArrowRight")
    await expect(light).to_contain_text("2 of 4")
    await page.keyboard.press("Escape")
    await expect(light).to_have_count(0)


@pytest_asyncio.fixture(loop_scope="session")
async def commands_known(browser: BrowserContext) -> AsyncIterator[asyncio.Event]:
    """Until it is set, the page waits for the list of commands."""
    known, every = asyncio.Event(), "**/application-command-index"

    async def hold(route: Route) -> None:
        await known.wait()
        await route.fallback()

    await browser.route(every, hold)
    yield known
    known.set()
    await browser.unroute(every, hold)


async def test_command_that_is_sent_before_the_list_of_them_has_come_is_run_and_told_to_nobody(
    open_page: Opener, commands_known: asyncio.Event
) -> None:
    page = await open_page("cleo")
    await composer(page).fill("/imagine prompt: a secret fox colour: crimson")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    commands_known.set()
    grid = messages(page, "a secret fox · crimson")
    await expect(grid).to_contain_text("Cleo used /imagine")
    await expect(messages(page, "a secret fox")).to_have_count(1)
    await expect(composer(page)).to_have_value("")


async def test_what_only_looks_like_a_command_is_said(open_page: Opener, commands_known: asyncio.Event) -> None:
    page = await open_page("cleo")
    await composer(page).fill("/or so they say")
    await page.keyboard.press("Enter")
    commands_known.set()
    await expect(messages(page, "/or so they say")).to_have_count(1)


async def test_button_marks_itself_and_answers_with_a_reply(open_page: Opener) -> None:
    page = await open_page("cleo")
    await run(page, "imagine prompt: a fox colour: crimson")
    await page.get_by_role("button", name="U3", exact=True).click()
    answer = messages(page, "U3 for @Cleo")
    await expect(answer.get_by_role("img", name="crimson, disc 2")).to_be_visible()
    await expect(answer.get_by_role("button", name="Go to the message of Painter")).to_be_visible()
    await expect(page.get_by_role("button", name="U3", exact=True)).to_have_class(re.compile(r"\bgood\b"))


async def test_form_with_upload_reaches_the_bot(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("dov")
    await run(page, "imagine prompt: a fox")
    await page.get_by_role("button", name="Remix").click()
    form = page.get_by_role("dialog", name="Remix")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_contain_text("This field is required.")
    await form.get_by_role("textbox", name="Prompt").fill("a fox at night")
    await form.locator("input[type=file]").set_input_files(small_png)
    await form.get_by_role("radio", name="Strong").check()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(messages(page, "Remix of “a fox at night”, strong, with sketch.png")).to_be_visible()


async def test_private_answer_is_seen_by_its_asker_alone(open_page: Opener) -> None:
    page = await open_page("cleo")
    onlooker = await open_page("dov")
    await run(page, "choose")
    panel = messages(page, "Choose:")
    await expect(panel).to_contain_text("Only you can see this")
    await say(page, "that was private")
    await expect(messages(onlooker, "that was private")).to_be_visible()
    await expect(messages(onlooker, "Choose:")).to_have_count(0)
    await panel.get_by_role("button", name="Dismiss message").click()
    await expect(panel).to_have_count(0)


async def test_selects_send_what_was_chosen(open_page: Opener) -> None:
    page = await open_page("cleo")
    await run(page, "choose")
    await page.get_by_role("button", name="Colours").click()
    await page.get_by_role("option", name="ochre").click()
    await page.get_by_role("option", name="indigo").click()
    await page.get_by_role("button", name="Done").click()
    await expect(messages(page, "Chosen: ochre, indigo")).to_be_visible()
    await page.get_by_role("button", name="A friend").click()
    await page.get_by_role("option", name="Dov").click()
    await expect(messages(page, "For @Dov")).to_be_visible()


async def test_silent_application_is_told_as_such(open_page: Opener, box: Sandbox) -> None:
    page = await open_page("cleo")
    await run(page, "choose")
    await page.get_by_role("button", name="Nobody answers").click()
    await expect(page.get_by_role("button", name="Nobody answers")).to_have_attribute("aria-busy", "true")
    box.clock.advance(4)
    await expect(messages(page, "Choose:")).to_contain_text("The application did not respond")
    await run(page, "silent")
    ghost = messages(page, "used /silent")
    await expect(ghost).to_contain_text("Sending command…")
    box.clock.advance(4)
    await expect(ghost).to_contain_text("The application did not respond")
    await ghost.get_by_role("button", name="Dismiss message").click()
    await expect(ghost).to_have_count(0)


async def test_commands_of_the_message_menu_and_the_member_menu(open_page: Opener) -> None:
    page = await open_page("cleo")
    await say(page, "a red house")
    await messages(page, "a red house").click(button="right")
    await choose(page, "Message", "Apps", "Use as prompt")
    await expect(messages(page, "Prompt: a red house")).to_contain_text("Cleo used Use as prompt")
    await page.locator("#members").get_by_text("Dov").click(button="right")
    await choose(page, "Dov", "Apps", "Greet")
    await expect(messages(page, "Hello @Dov")).to_be_visible()


async def test_page_of_components_shows_its_pictures(open_page: Opener) -> None:
    page = await open_page("cleo")
    await run(page, "album")
    album = messages(page, "Four pictures of today")
    await expect(album.get_by_role("heading", name="Album")).to_be_visible()
    await expect(album.locator(".gallery.n4 img")).to_have_count(4)
    await expect(album.get_by_role("button", name="Back")).to_be_disabled()
    await expect(album.get_by_role("button", name="Next")).to_be_enabled()


async def test_published_picture_is_a_card_in_the_gallery(open_page: Opener) -> None:
    page = await open_page("cleo")
    await run(page, "publish title: Heron at dusk")
    await messages(page, "Posted:").get_by_role("link", name="Heron at dusk").click()
    await expect(page.locator("#header h1")).to_have_text("Heron at dusk")
    await expect(messages(page, "A study in ochre").locator(".gallery img")).to_be_visible()
    await go(page, "gallery")
    card = page.get_by_role("link", name="Heron at dusk").and_(page.locator(".post"))
    await expect(card).to_contain_text("Painter: A study in ochre")
    await expect(card.get_by_role("img", name="ochre, disc 0")).to_be_visible()
    await page.get_by_role("button", name="abstract").click()
    await expect(card).to_have_count(0)


async def test_star_is_answered_by_the_bot(open_page: Opener) -> None:
    page = await open_page("ben")
    await say(page, "worth a star")
    await messages(page, "worth a star").hover()
    await page.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("textbox", name="Find an emoji").fill("star")
    await page.get_by_role("button", name="star", exact=True).click()
    await expect(page.get_by_role("button", name="⭐, 1")).to_have_attribute("aria-pressed", "true")
    answer = messages(page, "⭐ by @Ben")
    await expect(answer).to_contain_text("worth a star")
