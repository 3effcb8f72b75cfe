"""The wheel: built, installed where nothing of the project is, and started from there."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str, cwd: Path) -> str:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.timeout(300)
def test_installed_wheel_starts_a_sandbox_with_its_page(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    _run(*pip, "wheel", "--no-deps", "-w", str(tmp_path), str(ROOT), cwd=tmp_path)
    (wheel,) = tmp_path.glob("atelier-*.whl")
    _run(sys.executable, "-m", "venv", str(tmp_path / "clean"), cwd=tmp_path)
    python = str(tmp_path / "clean" / "bin" / "python")
    constraints = str(ROOT / "constraints.txt")
    _run(python, *pip[1:], "install", "-c", constraints, str(wheel), cwd=tmp_path)
    command = [python, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdin is not None
            _look_at_the_page(process.stdout.readline())
            process.stdin.close()
            assert process.wait(timeout=15) == 0
        finally:
            process.kill()


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
