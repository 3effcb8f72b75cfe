"""A file is read for its hash once, until it changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from engine.models.hashes import Hashes


def test_a_hash_is_remembered_over_runs_until_the_file_changes(tmp_path: Path) -> None:
    file, memory = tmp_path / "weights", tmp_path / "state" / "hashes.json"
    file.write_bytes(b"one")
    first = Hashes(memory).file(file)
    assert first == hashlib.sha256(b"one").hexdigest()
    status = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # a change that leaves no trace is not seen: no reading
    assert Hashes(memory).file(file) == first
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert Hashes(memory).file(file) == hashlib.sha256(b"two").hexdigest()


def test_a_folders_hash_depends_on_names_and_contents_but_not_on_where_it_lies(tmp_path: Path) -> None:
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a").write_text("1")
        (tmp_path / place / "b").write_text("2")
    hashes = Hashes()
    whole = hashes.folder(tmp_path / "here", ["a", "b"])
    assert hashes.folder(tmp_path / "there", ["b", "a"]) == whole
    assert hashes.folder(tmp_path / "here", ["a"]) != whole


def test_a_memory_that_is_broken_or_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert Hashes(broken).file(file) == Hashes(file / "below a file").file(file)
