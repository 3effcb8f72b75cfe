"""Files held to the rows that name them: what is missing, what is not what its name says, and what nobody names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.store.files import Files

_BLOCK: Final = 2**20
Named = Mapping[str, Collection[str]]  # what rows call their files, and the hashes


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of one kind of rows, by their hashes."""

    named: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]  # what is there has another hash


@dataclass(frozen=True, slots=True)
class Checked:
    kinds: Mapping[str, Kind]
    orphans: tuple[str, ...]
    fragments: tuple[Path, ...]  # of what never arrived

    @property
    def is_sound(self) -> bool:
        faults = [kind.missing or kind.changed for kind in self.kinds.values()]
        return not (any(faults) or self.orphans or self.fragments)


def check(files: Files, named: Named) -> Checked:
    """Reads every file there is, so it blocks for long: call it from a thread, while nobody else works there."""
    there = set(files.hashes())
    everything = set().union(*named.values()) if named else set()
    broken = {sha256 for sha256 in everything & there if _hash(files.path(sha256)) != sha256}
    kinds = {
        kind: Kind(len(set(hashes)), tuple(sorted(set(hashes) - there)), tuple(sorted(set(hashes) & broken)))
        for kind, hashes in named.items()
    }
    return Checked(kinds, tuple(sorted(there - everything)), tuple(sorted(files.fragments())))


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
