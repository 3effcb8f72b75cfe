"""What a person does again and again on the page."""

from __future__ import annotations

from playwright.async_api import Locator, Page


def messages(page: Page, text: str) -> Locator:
    """The messages of the stream that hold this text."""
    return page.locator("ol.messages > .message").filter(has_text=text)


def composer(page: Page) -> Locator:
    return page.locator("#composer")


async def say(page: Page, text: str, shown: str | None = None) -> None:
    await composer(page).fill(text)
    await composer(page).press("Enter")
    await messages(page, shown or text).last.wait_for()


async def be(page: Page, now: str, then: str) -> None:
    """Stops being one person and becomes another."""
    await page.get_by_role("button", name=f"Change who I am: {now}").click()
    await page.get_by_role("menuitemcheckbox", name=then).click()
    await page.get_by_role("button", name=f"Change who I am: {then}").wait_for()


async def run(page: Page, command: str) -> None:
    """Types a command with its options ("imagine prompt: a fox") as one would paste it, and runs it."""
    name = command.split(" ", 1)[0]
    await composer(page).fill(f"/{command} ")
    await page.get_by_role("group", name=f"Command {name}").wait_for()
    await page.keyboard.press("Enter")


async def choose(page: Page, menu: str, *path: str) -> None:
    """Goes through a menu that is open, and its sub-menus."""
    await page.get_by_role("menu", name=menu, exact=True).wait_for()
    for label in path:
        await page.get_by_role("menuitem", name=label).last.click()


async def go(page: Page, channel: str) -> None:
    await page.locator("#channels").get_by_role("link", name=channel, exact=False).first.click()
    await page.locator("#header h1").get_by_text(channel, exact=True).wait_for()
