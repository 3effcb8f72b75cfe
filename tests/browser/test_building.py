"""The world made larger from the page: people, roles, emoji, purchases; and files that are dropped or pasted."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from sandbox.server import Sandbox
from tests.browser.conftest import Opener
from tests.browser.hands import choose, composer, messages, run, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def give_file(target: Locator, event: str, file: FilePayload) -> bool:
    """Drops or pastes a file on a node; whether the page took it, so that the browser does not leave the page."""
    return bool(
        await target.evaluate(
            """(node, {event, name, type, data}) => {
                const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
                const carrier = new DataTransfer();
                carrier.items.add(new File([bytes], name, {type}));
                const options = {bubbles: true, cancelable: true};
                const made = event === "paste"
                    ? new ClipboardEvent(event, {...options, clipboardData: carrier})
                    : new DragEvent(event, {...options, dataTransfer: carrier});
                return !node.dispatchEvent(made);
            }""",
            {
                "event": event,
                "name": file["name"],
                "type": file["mimeType"],
                "data": base64.b64encode(file["buffer"]).decode(),
            },
        )
    )


async def open_settings(page: Page) -> Locator:
    await page.get_by_role("button", name="The Studio").click()
    await choose(page, "Server", "Server settings")
    return page.get_by_role("dialog", name="The Studio")


async def test_person_who_exists_is_added_to_another_server(open_page: Opener) -> None:
    page, dov = await open_page("ada"), await open_page("dov")
    await page.get_by_role("button", name="New server").click()
    await page.get_by_role("textbox", name="Name").fill("The Annex")
    await page.get_by_role("button", name="Create").click()
    await page.get_by_role("button", name="The Annex").click()
    await choose(page, "Server", "Add people")
    sheet = page.get_by_role("dialog", name="Add people to The Annex")
    await sheet.get_by_role("button", name="Add Dov").click()
    await expect(sheet.get_by_role("button", name="Add Dov")).to_have_count(0)
    await expect(sheet.get_by_role("button", name="Add Ben")).to_be_visible()
    await expect(dov.locator("#rail").get_by_role("link", name="The Annex")).to_be_visible()


async def test_role_is_made_renamed_and_given_a_right(open_page: Opener, box: Sandbox) -> None:
    page = await open_page("ada")
    sheet = await open_settings(page)
    await sheet.get_by_role("button", name="New role", exact=True).click()
    await sheet.get_by_role("button", name="new role", exact=True).click()
    role = page.get_by_role("dialog", name="new role")
    await role.get_by_role("textbox", name="Name").fill("Framers")
    await role.get_by_role("checkbox", name="Pin messages").check()
    await role.get_by_role("button", name="Save").click()
    await expect(sheet.get_by_role("button", name="Framers")).to_be_visible()
    made = next(one for one in box.state.roles.values() if one.name == "Framers")
    assert int(made.permissions) & 1 << 51
    await sheet.get_by_role("button", name="Framers").click()
    await page.get_by_role("dialog", name="Framers").get_by_role("button", name="Delete role").click()
    await page.get_by_role("dialog", name="Delete Framers").get_by_role("button", name="Delete").click()
    await expect(sheet.get_by_role("button", name="Framers")).to_have_count(0)


async def test_emoji_is_uploaded_and_used(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("ada")
    sheet = await open_settings(page)
    await sheet.locator("input[type=file]").set_input_files({**small_png, "name": "red heron.png"})
    await expect(sheet.get_by_role("img", name=":red_heron:")).to_be_visible()
    await page.keyboard.press("Escape")
    await composer(page).fill("look :red_heron:")
    await composer(page).press("Enter")
    shown = messages(page, "look").get_by_role("img", name=":red_heron:")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("node => node.decode().then(() => node.naturalWidth)") == 32


@pytest.mark.usefixtures("bot")
async def test_premium_button_sells_and_the_bot_hears_of_it(open_page: Opener) -> None:
    page = await open_page("cleo")
    await page.evaluate(
        """() => fetch("/_sim/skus", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({name: "Studio pass", price_cents: 750}),
        })"""
    )
    await run(page, "shop")
    await page.get_by_role("button", name="Studio pass · 7.50 $").click()
    counter = page.get_by_role("dialog", name="Studio pass")
    await expect(counter).to_contain_text("Subscription, for you")
    await counter.get_by_role("button", name="Buy").click()
    await expect(page.locator(".toast")).to_contain_text("Bought Studio pass")
    await expect(messages(page, "Sold to @Cleo")).to_be_visible()


async def test_dropped_and_pasted_files_are_sent(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("ada")
    assert await give_file(page.locator(".stream"), "drop", small_png)
    assert await give_file(composer(page), "paste", {**small_png, "name": "pasted.png"})
    cards = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(cards).to_have_count(2)
    await page.get_by_role("button", name="Spoiler pasted.png").click()
    await say(page, "two of them")
    sent = messages(page, "two of them")
    await expect(sent.locator(".gallery img")).to_have_count(2)
    await expect(sent.get_by_role("button", name="Show spoiler")).to_be_visible()
    await expect(cards).to_have_count(0)


async def test_file_that_misses_its_mark_does_not_make_the_browser_leave(
    open_page: Opener, small_png: FilePayload
) -> None:
    page = await open_page("ada")
    assert await give_file(page.locator("#members"), "drop", small_png)
    await expect(page.get_by_role("list", name="Files to send")).to_have_count(0)


@pytest.mark.usefixtures("bot")
async def test_file_pasted_into_a_command_becomes_its_option(open_page: Opener, small_png: FilePayload) -> None:
    page = await open_page("cleo")
    await composer(page).fill("/imagine a fox ")
    prompt = page.get_by_role("combobox", name="prompt")
    await give_file(prompt, "paste", small_png)
    await expect(page.get_by_role("button", name="image: sketch.png")).to_be_focused()
    await give_file(prompt, "paste", {**small_png, "name": "second.png"})
    await expect(page.locator(".toast.bad")).to_contain_text("/imagine has no place for second.png.")
