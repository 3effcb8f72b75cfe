"""`python -m tests.browser.film FILE`: films the first minute on the page, as the README shows it: a member asks for a
picture, takes one of the four and has it varied. Starts a bot and its sandbox of its own. Not a test, a tool.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page, async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.hands import composer, messages
from tests.conftest import needs

SIZE = (1120, 700)
SHOWN = (960, 600)
FRAME_MS = 125
LAST_MS = 2500
PATIENCE_SECONDS = 30.0
PROMPT = "a red house on green hills at sunset, watercolor --ar 3:2"


@dataclass
class Camera:
    """Takes a frame whenever asked; frames that look the same become one that lasts longer."""

    page: Page
    frames: list[Image.Image] = field(default_factory=list)
    lasts_ms: list[int] = field(default_factory=list)

    async def roll(self, seconds: float) -> None:
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends:
            began = asyncio.get_running_loop().time()
            await self.take()
            await asyncio.sleep(max(0, FRAME_MS / 1000 - (asyncio.get_running_loop().time() - began)))

    async def take(self) -> None:
        with Image.open(io.BytesIO(await self.page.screenshot())) as shot:
            frame = shot.convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.lasts_ms[-1] += FRAME_MS
        else:
            self.frames.append(frame)
            self.lasts_ms.append(FRAME_MS)

    def save(self, path: Path, quality: int = 60) -> None:
        self.lasts_ms[-1] += LAST_MS
        first, *others = self.frames
        options = {"duration": self.lasts_ms, "loop": 0, "quality": quality, "method": 4, "minimize_size": True}
        first.save(path, "WEBP", save_all=True, append_images=others, **options)


@asynccontextmanager
async def product(folder: Path, port: int) -> AsyncIterator[str]:
    """The bot, with the sandbox that it starts when it has no token."""
    environ = {**os.environ, "ATELIER_DATA": str(folder), "SANDBOX_PORT": str(port), "DISCORD_TOKEN": ""}
    command = (sys.executable, "-m", "bot")
    process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)  # "Open …"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def play(page: Page, camera: Camera) -> None:
    """What a newcomer does in the first minute."""
    await camera.roll(0.8)
    for letter in "/imagine ":
        await composer(page).press_sequentially(letter)
        await camera.take()
    for word in PROMPT.split():
        await page.keyboard.type(word + " ")
        await camera.take()
    await camera.roll(0.5)
    await page.keyboard.press("Enter")
    await _until(camera, page.get_by_role("button", name="U1").last.wait_for())
    await camera.roll(1.6)
    await page.get_by_role("button", name="U2").last.click()
    await _until(camera, page.get_by_role("button", name="Vary (Strong)").last.wait_for())
    await camera.roll(1.6)
    await page.get_by_role("button", name="Vary (Strong)").last.click()
    await _until(camera, messages(page, "strong variations").get_by_role("button", name="V4").last.wait_for())
    await camera.roll(1.0)


async def _until(camera: Camera, done: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(done)
    while not task.done():
        await camera.roll(FRAME_MS / 1000)
    await task


async def shoot(port: int) -> Camera:
    with tempfile.TemporaryDirectory() as folder:
        async with product(Path(folder), port) as url, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=needs("chromium"), args=ARGUMENTS)
            context = await browser.new_context(locale="en-GB", viewport={"width": SIZE[0], "height": SIZE[1]})
            context.set_default_timeout(120_000)
            page = await context.new_page()
            await page.goto(f"{url}/?as=cleo")
            await page.locator("html[data-connection=open]").wait_for(state="attached")
            await page.locator("#channels").get_by_role("link", name="painting", exact=False).first.click()
            camera = Camera(page)
            await play(page, camera)
            await browser.close()
    return camera


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.film", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=8790)
    options = parser.parse_args()
    camera = asyncio.run(shoot(options.port))
    camera.save(options.file)
    seconds, size = sum(camera.lasts_ms) / 1000, options.file.stat().st_size / 1e6
    sys.stdout.write(f"{options.file}: {len(camera.frames)} frames, {seconds:.0f} s, {size:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
