"""Pictures, recipes, prompts and alt texts as one zip of a bounded size. Knows no member and no message."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import engine
from bot.store.archive import Archived
from bot.store.errors import disk_errors
from bot.visibility import ALT_LIMIT

OVERHEAD: Final = 4096  # of a picture: its names, its recipe's frame, its rows in the lists
COLUMNS: Final = (
    "file",
    "prompt",
    "created_at",
    "model",
    "width",
    "height",
    "seen_by",
    "note",
    "job",
    "picture",
)


@dataclass(frozen=True, slots=True)
class Packed:
    """One picture with all that goes with it. `bytes` are its file's."""

    picture: Archived
    recipe: str
    bytes: int
    note: str

    @property
    def weight(self) -> int:
        return self.bytes + len(self.recipe) * 4 + len(self.picture.text) * 12 + len(self.note) * 4 + OVERHEAD


def fitting(found: Sequence[Packed], limit: int) -> Sequence[Packed]:
    """As many of the first ones as fit into one zip; always one, which then is made smaller."""
    total = 0
    for number, one in enumerate(found):
        total += one.weight
        if total > limit:
            return found[: max(1, number)]
    return found


def pack(found: Sequence[Packed], path_of: Callable[[str], Path], limit: int) -> bytes:
    """Written to the disk as it grows, so that only the finished part lies in memory. Call it in a thread.
    Raises StoreFullError."""
    with disk_errors(), tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            names = [_add(archive, one, path_of, limit) for one in found]
            archive.writestr("prompts.csv", _prompts(found, names))
            archive.writestr("alt-texts.csv", _alt_texts(found, names))
        file.seek(0)
        return file.read()


def _add(archive: zipfile.ZipFile, one: Packed, path_of: Callable[[str], Path], limit: int) -> str:
    """Its file's name in the zip; nothing if the original is lost."""
    stem = f"{one.picture.job_id}-{one.picture.cell + 1}"
    archive.writestr(f"recipes/{stem}.json", one.recipe)
    path = path_of(one.picture.sha256)
    try:
        if one.weight > limit:
            file = engine.fit_file(path.read_bytes(), limit - OVERHEAD - len(one.recipe) * 4, recipes=[])
            name = f"pictures/{stem}.{file.extension}"
            archive.writestr(name, file.data, zipfile.ZIP_STORED)
            return name
        name = f"pictures/{stem}.png"
        about = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        about.compress_type = zipfile.ZIP_STORED  # a PNG does not get smaller
        with path.open("rb") as original, archive.open(about, "w") as target:
            shutil.copyfileobj(original, target)
    except FileNotFoundError:
        return ""
    return name


def _prompts(found: Sequence[Packed], names: Sequence[str]) -> str:
    rows = []
    for one, name in zip(found, names, strict=True):
        picture = one.picture
        made = picture.created_at.isoformat()
        size = (str(picture.width), str(picture.height), picture.audience.value)
        rows.append((name, picture.text, made, picture.model, *size, one.note, picture.job_id, str(picture.cell + 1)))
    return _csv(COLUMNS, rows)


def _alt_texts(found: Sequence[Packed], names: Sequence[str]) -> str:
    rows = [(name, one.picture.text[:ALT_LIMIT]) for one, name in zip(found, names, strict=True) if name]
    return _csv(("file", "alt"), rows)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A cell that begins like a formula is told apart, since spreadsheets would compute it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in row] for row in rows)
    return file.getvalue()
