"""The commands that the README promises exist, and their help tells all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sandbox.__main__ import parser

ROOT = Path(__file__).parents[2]


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile, readme = (ROOT / "Makefile").read_text(), (ROOT / "README.md").read_text()
    named = set(re.findall(r"\bmake ([a-z]+)\b", readme))
    assert {"run", "test", "check", "bench", "soak"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert re.search(r"^make check$", script, re.MULTILINE)
    assert re.search(r"^make test$", script, re.MULTILINE)
    assert "make soak" in script


def test_help_of_the_sandbox_explains_every_flag() -> None:
    for action in parser()._actions:
        assert action.help, action.option_strings


def test_every_flag_of_the_sandbox_is_in_its_document() -> None:
    document = (ROOT / "docs" / "sandbox.md").read_text()
    for action in parser()._actions:
        for flag in action.option_strings:
            assert flag in {"-h", "--help"} or f"`{flag}" in document, flag


def test_wrong_flag_is_refused_with_what_is_allowed() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "99999"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "use a number from 0 to 65535" in ended.stderr


def test_dependencies_are_pinned_and_each_has_its_reason() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    declared = re.findall(r'^  "([A-Za-z0-9_.-]+)', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    reasons = "\n".join(path.read_text() for path in (ROOT / "docs" / "decisions").glob("*.md"))
    names = {name for name in declared if not name.isupper() and name not in {"soak"}}
    packages = {name for name in names if name.lower() in pinned}
    assert {"aiohttp", "zstandard", "discord.py"} <= packages
    for package in packages:
        assert f"`{package}`" in reasons, f"{package} is in no decision"
