"""Files held to their rows: each kind of fault is found, and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.store.checking import check
from bot.store.files import Files


async def test_files_that_are_what_rows_say_are_sound(tmp_path: Path) -> None:
    files = Files(tmp_path)
    named = {"pictures": {await files.put(b"one"), await files.put(b"two")}, "films": {await files.put(b"two")}}
    found = check(files, named)
    assert found.is_sound
    assert {kind: each.named for kind, each in found.kinds.items()} == {"pictures": 2, "films": 1}


async def test_each_fault_is_found_and_told_apart(tmp_path: Path) -> None:
    files = Files(tmp_path)
    sound, changed, orphan = [await files.put(data) for data in (b"sound", b"changed", b"orphan")]
    files.path(changed).write_bytes(b"something else")
    (tmp_path / "incoming" / "half").write_bytes(b"ha")
    missing = hashlib.sha256(b"never put").hexdigest()
    found = check(files, {"pictures": {sound, changed}, "small copies": {missing}})
    assert not found.is_sound
    assert (found.kinds["pictures"].missing, found.kinds["pictures"].changed) == ((), (changed,))
    assert (found.kinds["small copies"].missing, found.kinds["small copies"].changed) == ((missing,), ())
    assert found.orphans == (orphan,)
    assert [path.name for path in found.fragments] == ["half"]


def test_a_folder_that_is_not_there_yet_is_sound(tmp_path: Path) -> None:
    assert check(Files(tmp_path / "files"), {"pictures": ()}).is_sound
