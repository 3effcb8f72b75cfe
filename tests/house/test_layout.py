"""The house rules that a machine can check: names, sizes, opening lines, no traces of the machine it was written on."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEANINGLESS = {"utils", "helpers", "common", "misc", "base", "core", "manager"}
LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 400, 600, 50


def tracked(*patterns: str) -> list[Path]:
    """Files of the project, and new ones that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


SOURCES = tracked("*.py")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_file_has_a_telling_name_and_a_readable_size(path: Path) -> None:
    text = path.read_text()
    longest = LONGEST_TEST_FILE if "tests" in path.parts else LONGEST_FILE
    assert path.stem not in MEANINGLESS
    assert text.count("\n") <= longest
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", [path for path in SOURCES if "tests" not in path.parts], ids=_name)
def test_module_opens_by_saying_what_it_is(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text()))
    assert doc, "a module opens with one to five lines that say what it is"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name.startswith("test_")], ids=_name)
def test_names_of_tests_are_sentences(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            assert node.name.count("_") >= 3, f"{node.name} does not read as a sentence"


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    suspicious = re.compile(r"/(?:work|home|root|Users)/[a-z]")
    for path in tracked():
        if path.suffix in {".png", ".gif", ".webp", ".safetensors"} or path == Path(__file__):
            continue
        found = suspicious.search(path.read_text(errors="replace"))
        assert found is None, f"{_name(path)} mentions {found.group() if found else ''}…"


def test_every_link_between_documents_leads_somewhere() -> None:
    link = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
    for path in tracked("*.md"):
        for target in link.findall(path.read_text()):
            assert (path.parent / target).exists(), f"{_name(path)} links to {target}"
