"""What a `.env` file may say, and how its mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.frame.env_file import EnvFile, _parse, read_env_file


def read(text: str) -> EnvFile:
    return _parse(Path(".env"), text)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=one", "one"),
        ("  export A = one two ", "one two"),
        ("A=", ""),
        ("A= # nothing", ""),
        ("A=one # a comment", "one"),
        ("A=one#two", "one#two"),
        ('A="one # two" # three', "one # two"),
        ("A='it\"s'", 'it"s'),
        ("A=one=two", "one=two"),
        (r"A=C:\new", r"C:\new"),
        ("A=$HOME", "$HOME"),
    ],
)
def test_line_gives_a_name_its_value(line: str, value: str) -> None:
    assert read(line).values == {"A": value}


def test_comments_and_empty_lines_say_nothing() -> None:
    assert read("# A=1\n\n   \n  # B=2\n") == EnvFile(Path(".env"))


def test_every_wrong_line_is_told_with_its_number() -> None:
    file = read("A=1\nhunter2\nB='open\n2C=3\nA=4\nD='x' y")
    assert file.values == {"A": "1"}
    assert [fault.split(":")[0].split(", ")[1] for fault in file.faults] == [
        "line 2",
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    assert file.faults[0] == ".env, line 2, is no setting; write NAME=value, or begin a comment with #."
    assert "sets B to a text whose quote is not closed" in file.faults[1]
    assert "sets A again, after line 1" in file.faults[3]


def test_no_value_is_repeated_in_faults_or_in_the_representation() -> None:
    file = read("A=hunter2\nhunter2\nB='hunter2\nA=hunter2")
    assert len(file.faults) == 3
    assert "hunter2" not in repr(file)


def test_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == EnvFile(tmp_path / ".env")


def test_file_of_another_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("\ufeffA=eins\r\nB=zwei\r\n".encode())
    assert read_env_file(path).values == {"A": "eins", "B": "zwei"}


def test_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=\xff\xfe")
    assert "save it again as UTF-8" in read_env_file(path).faults[0]
    assert "cannot be read" in read_env_file(tmp_path).faults[0]


@given(st.text(max_size=200))
def test_any_text_is_read_and_each_line_is_a_value_a_fault_or_nothing(text: str) -> None:
    file = read(text)
    assert file.values.keys() == file.lines.keys()
    assert len(file.values) + len(file.faults) <= len(text.splitlines())
