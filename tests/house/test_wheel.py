"""The wheel: built, installed where nothing of the project is, and started from there."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sandbox.member import Member
from tests.product.house import imagine, is_final
from tests.product.program import started

ROOT = Path(__file__).parents[2]
FIRST_PICTURE_SECONDS = 90  # libraries of 500 MB are read for the first time


def _run(*command: str, cwd: Path) -> str:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of an environment that holds the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    _run(*pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT), cwd=folder)
    (wheel,) = folder.glob("atelier-*.whl")
    _run(sys.executable, "-m", "venv", str(folder / "clean"), cwd=folder)
    clean = str(folder / "clean" / "bin" / "python")
    constraints = str(ROOT / "constraints.txt")
    _run(clean, *pip[1:], "install", "--no-compile", "-c", constraints, str(wheel), cwd=folder)
    return clean


@pytest.mark.timeout(300)
def test_installed_wheel_starts_a_sandbox_with_its_page(python: str, tmp_path: Path) -> None:
    command = [python, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdin is not None
            _look_at_the_page(process.stdout.readline())
            process.stdin.close()
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


@pytest.mark.timeout(300)
async def test_installed_wheel_starts_the_bot_which_paints(python: str, tmp_path: Path) -> None:
    """With what the README's first command installs: on the processor, with the model that ships."""
    settings = {"ATELIER_ENGINE_DEVICE": "auto", "PYTHONPATH": ""}
    async with started(tmp_path, settings=settings, command=(python, "-m", "bot")) as bot:
        async with Member.of(bot.url, "cleo") as cleo:
            asked = await imagine(cleo, "a red house")
            grid = await cleo.wait_for(
                asked["channel_id"],
                lambda message: message["id"] == asked["id"] and is_final(message),
                timeout_seconds=FIRST_PICTURE_SECONDS,
            )
        assert grid["attachments"][0]["width"] == 512
        assert await bot.end() == 0
        assert "colour cards" not in bot.log


def _look_at_the_page(first_line: str) -> None:
    """The line names the address, and everything that the page loads is in the wheel."""
    address = re.match(r"Sandbox: (http://\S+/)", first_line)
    assert address is not None
    with urllib.request.urlopen(address[1]) as page:
        html = page.read().decode()
    assert "<title>" in html
    for path in set(re.findall(r'(?:src|href)="(/page/[^"]+)"', html)):
        with urllib.request.urlopen(address[1].rstrip("/") + path) as part:
            assert part.status == 200, path
