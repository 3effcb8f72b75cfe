"""What pictures mean, as vectors of length one: a file for each reader, since those of two cannot be compared, with one
row of half floats for each number of the archive. Knows no picture, and computes no vector.

A row is worth something only if its check is right: a power cut leaves holes and halves, never a wrong neighbour.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.store.errors import disk_errors

BLOCK: Final = 256  # rows that are compared at once: as floats they stay in the processor's cache
GROWTH: Final = 4096  # rows by which a file grows; where nothing was written yet it takes no room
LARGEST: Final = 4096  # numbers of a vector
_CHECK: Final = "<u4"
_NAME: Final = re.compile(r"[0-9a-f]{16}-(\d{1,4})\.vectors")

Numbers = NDArray[np.float32]


class Vectors:
    """Of one reader. All methods block; one at a time writes, and whoever searches sees whole rows."""

    def __init__(self, path: Path, size: int) -> None:
        if not 0 < size <= LARGEST:
            raise ValueError(f"A vector of {size} numbers cannot be kept; use 1 to {LARGEST}.")
        self.path, self.size = path, size
        self._row = np.dtype([("check", _CHECK), ("vector", "<f2", (size,))])
        self._turn = threading.Lock()
        self._rows: Any = np.empty(0, self._row)
        self._whole: NDArray[np.bool_] = np.zeros(0, bool)
        with disk_errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._map(path.stat().st_size // self._row.itemsize)
        self._whole = np.fromiter((self._is_whole(number) for number in range(len(self._rows))), bool, len(self._rows))

    def __len__(self) -> int:
        return int(self._whole.sum())

    def has(self, number: int) -> bool:
        return 0 <= number < len(self._whole) and bool(self._whole[number])

    def find(self, number: int) -> Numbers | None:
        with self._turn:
            return self._rows["vector"][number].astype(np.float32) if self.has(number) else None

    def put(self, numbers: Sequence[int], vectors: Sequence[Sequence[float]]) -> None:
        """Once this returns they outlive a power cut."""
        with self._turn, disk_errors():
            self._make_room(max(numbers, default=-1) + 1)
            for number, vector in zip(numbers, vectors, strict=True):
                half = np.asarray(vector, "<f2")
                if half.shape != (self.size,):
                    raise ValueError(
                        f"A vector of {half.size} numbers is another reader's; here they have {self.size}."
                    )
                self._rows[number] = (_check(number, half), half)
                self._whole[number] = True
            self._flush()

    def forget(self, numbers: Collection[int]) -> int:
        """Of pictures that are gone: nothing of them stays in the file. How many there were."""
        with self._turn, disk_errors():
            known = [number for number in numbers if self.has(number)]
            for number in known:
                self._rows[number] = (0, np.zeros(self.size, "<f2"))
                self._whole[number] = False
            if known:
                self._flush()
        return len(known)

    def numbers(self) -> list[int]:
        """All that have a vector."""
        return [int(at) for at in np.flatnonzero(self._whole)]

    def between(self, first: int, last: int) -> list[int]:
        """The numbers from first to last that have a vector."""
        first = max(first, 0)
        return [first + int(at) for at in np.flatnonzero(self._whole[first : last + 1])]

    def nearest(self, vector: Sequence[float] | Numbers, most: int | None = None) -> list[int]:
        """Numbers by likeness, the most alike first; of two as much alike the older one."""
        asked = np.asarray(vector, np.float32)
        with self._turn:
            scores = np.concatenate([np.empty(0, np.float32), *map(self._scored(asked), self._blocks())])
        count = int(np.isfinite(scores).sum())
        most = count if most is None else min(most, count)
        if most == 0:
            return []
        top = np.argpartition(-scores, most - 1)[:most] if most < len(scores) else np.arange(len(scores))
        return [int(at) for at in top[np.lexsort((top, -scores[top]))][:most]]

    def close(self) -> None:
        with self._turn:
            self._rows, self._whole = np.empty(0, self._row), np.zeros(0, bool)

    def _blocks(self) -> list[slice]:
        return [slice(at, at + BLOCK) for at in range(0, len(self._whole), BLOCK)]

    def _scored(self, asked: Numbers) -> Any:
        def score(block: slice) -> Numbers:
            likeness: Numbers = self._rows["vector"][block].astype(np.float32) @ asked
            likeness[~self._whole[block]] = -np.inf
            return likeness

        return score

    def _make_room(self, rows: int) -> None:
        if rows > len(self._rows):
            with self.path.open("r+b") as file:
                rows = -(-rows // GROWTH) * GROWTH
                file.truncate(rows * self._row.itemsize)
            self._map(rows)
            self._whole = np.concatenate([self._whole, np.zeros(rows - len(self._whole), bool)])

    def _map(self, rows: int) -> None:
        self._rows = np.memmap(self.path, self._row, "r+", shape=(rows,)) if rows else np.empty(0, self._row)

    def _is_whole(self, number: int) -> bool:
        row = self._rows[number]
        return bool(row["check"]) and int(row["check"]) == _check(number, row["vector"])

    def _flush(self) -> None:
        if isinstance(self._rows, np.memmap):
            self._rows.flush()


class VectorFiles:
    """The folder of them, each by the hash of its reader's name and the length of its vectors."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._open: dict[str, Vectors] = {}
        self._turn = asyncio.Lock()

    async def of(self, reader: str, size: int) -> Vectors:
        """Opened once: then each row is checked. Raises StoreFullError."""
        async with self._turn:
            return await self._opened(f"{hashlib.sha256(reader.encode()).hexdigest()[:16]}-{size}.vectors", size)

    async def every(self) -> list[Vectors]:
        """Also those of readers that nobody asks any more. Raises StoreFullError."""
        async with self._turn:
            names = sorted(path.name for path in self.root.glob("*.vectors"))
            sizes = {name: int(match[1]) for name in names if (match := _NAME.fullmatch(name))}
            return [await self._opened(name, size) for name, size in sizes.items() if 0 < size <= LARGEST]

    def close(self) -> None:
        for vectors in self._open.values():
            vectors.close()
        self._open.clear()

    async def _opened(self, name: str, size: int) -> Vectors:
        if name not in self._open:
            self._open[name] = await asyncio.to_thread(Vectors, self.root / name, size)
        return self._open[name]


def _check(number: int, half: NDArray[np.float16]) -> int:
    """Never 0, which is what a hole in the file reads as; and no row can pass as another."""
    return zlib.crc32(half.tobytes(), zlib.crc32(number.to_bytes(8, "little"))) | 1
