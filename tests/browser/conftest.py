"""What the browser tests share: one Chromium, and per test a fresh sandbox with the demo bot and pages in it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, ConsoleMessage, Page, ViewportSize, async_playwright

from sandbox.server import Sandbox
from tests.browser.pictures import picture
from tests.conftest import needs
from tests.wire.process import running

PATIENCE_MS = 40_000  # two cores may be busy with other tests; a healthy step takes milliseconds
DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-frame-rate-limit",  # a page behind another draws one frame in a second or two; these two end that
    "--disable-gpu-vsync",
]

Opener = Callable[..., Awaitable[Page]]


def is_fault(line: ConsoleMessage) -> bool:
    """Whether the page is at fault; a request that the server refused is told there too, and is none."""
    return line.type == "error" and "Failed to load resource" not in line.text


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[BrowserContext]:
    """One for all tests: what a page keeps belongs to its address, and each test has a port of its own."""
    program = os.environ.get("CHROMIUM") or needs("chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        context = await started.new_context(locale="en-GB", timezone_id="UTC")
        context.set_default_timeout(PATIENCE_MS)
        yield context
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def bot(box: Sandbox) -> AsyncIterator[None]:
    command = [sys.executable, "-m", "tests.browser.demo_bot"]
    async with running(command, SANDBOX_URL=box.url, SANDBOX_TOKEN=box.bot_token) as process:
        await process.saw("ready")
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: BrowserContext, box: Sandbox) -> AsyncIterator[Opener]:
    """Opens the page as a person, in a channel. An error that the page writes to its console fails the test."""
    pages: list[Page] = []
    faults: list[str] = []

    async def open_as(who: str, channel: str = "painting", viewport: ViewportSize = DESKTOP) -> Page:
        page = await browser.new_page()
        pages.append(page)
        await page.set_viewport_size(viewport)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if is_fault(line) else None)
        place = next(one for one in box.state.channels.values() if one.name == channel)
        await page.goto(f"{box.url}/?as={who}#/channels/{place.guild_id}/{place.id}")
        await page.locator("html[data-connection=open]").wait_for(state="attached")
        return page

    yield open_as
    for page in pages:
        await page.close()
    assert not faults, f"The page wrote errors to its console: {faults}"


@pytest.fixture
def small_png() -> dict[str, object]:
    """A file as Playwright wants it: what a person picks or drops."""
    return {"name": "sketch.png", "mimeType": "image/png", "buffer": picture("crimson", side=32)}
