"""Vectors of pictures: found by likeness, whole after a power cut, and never mixed with another reader's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.store.store import Store
from bot.store.vectors import GROWTH, VectorFiles, Vectors

SIZE = 32


def unit(count: int, seed: int = 1) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def filled(path: Path, rows: NDArray[np.float32]) -> Vectors:
    vectors = Vectors(path, SIZE)
    vectors.put(range(1, len(rows) + 1), rows.tolist())
    return vectors


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors" / "one.vectors"


def test_the_most_alike_come_first(path: Path) -> None:
    rows = unit(20_000)
    vectors = filled(path, rows)
    for number in (1, 8192, 8193, 20_000):
        likeness = rows.astype(np.float16).astype(np.float32) @ rows[number - 1]
        assert vectors.nearest(rows[number - 1], 10) == [int(at) + 1 for at in np.argsort(-likeness)[:10]]
    assert sorted(vectors.nearest(rows[0])) == list(range(1, 20_001))
    assert vectors.nearest(rows[0])[:10] == vectors.nearest(rows[0], 10)


def test_of_two_as_much_alike_the_older_comes_first(path: Path) -> None:
    (row,) = unit(1)
    vectors = Vectors(path, SIZE)
    vectors.put([7, 3, 5], [row.tolist()] * 3)
    assert vectors.nearest(row) == [3, 5, 7]


def test_what_has_no_vector_is_not_found(path: Path) -> None:
    rows = unit(3)
    vectors = Vectors(path, SIZE)
    assert vectors.nearest(rows[0]) == []
    vectors.put([2, GROWTH + 9], rows[:2].tolist())
    assert set(vectors.nearest(rows[0])) == {2, GROWTH + 9}
    assert vectors.between(0, 2 * GROWTH) == [2, GROWTH + 9]
    assert len(vectors) == 2
    assert vectors.find(1) is None
    assert vectors.find(2) == pytest.approx(rows[0], abs=1e-3)


def test_they_are_there_again_after_a_restart(path: Path) -> None:
    rows = unit(10)
    filled(path, rows).close()
    again = Vectors(path, SIZE)
    assert len(again) == 10
    assert again.nearest(rows[4], 1) == [5]


@pytest.mark.parametrize("at", [0, 3, 4, 10, 4 + 2 * SIZE - 1])
def test_a_row_that_a_power_cut_left_half_written_is_none(path: Path, at: int) -> None:
    rows, length = unit(4), 4 + 2 * SIZE
    filled(path, rows).close()
    with path.open("r+b") as file:
        file.seek(2 * length + at)
        before = file.read(1)
        file.seek(2 * length + at)
        file.write(bytes([before[0] ^ (2 if at == 0 else 1)]))  # the lowest bit of a check says nothing
    again = Vectors(path, SIZE)
    assert again.between(0, 10) == [1, 3, 4]
    again.put([2], [rows[1].tolist()])
    assert again.nearest(rows[1], 1) == [2]


def test_a_file_that_ends_within_a_row_keeps_those_before(path: Path) -> None:
    filled(path, unit(4)).close()
    with path.open("r+b") as file:
        file.truncate(3 * (4 + 2 * SIZE) + 9)
    assert Vectors(path, SIZE).between(0, 10) == [1, 2]


def test_a_row_cannot_pass_as_another(path: Path) -> None:
    filled(path, unit(2)).close()
    length, data = 4 + 2 * SIZE, path.read_bytes()
    path.write_bytes(data[: 2 * length] + data[length : 2 * length] + data[3 * length :])
    assert Vectors(path, SIZE).between(0, 10) == [1]


def test_what_is_forgotten_is_out_of_the_file(path: Path) -> None:
    rows = unit(3)
    vectors = filled(path, rows)
    assert vectors.forget([2, 99]) == 1
    assert vectors.nearest(rows[1]) != [2]
    assert not vectors.has(2)
    assert rows[1].astype("<f2").tobytes() not in path.read_bytes()
    assert Vectors(path, SIZE).between(0, 10) == [1, 3]


def test_a_vector_of_another_length_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="another reader's"):
        Vectors(path, SIZE).put([1], [[1.0] * (SIZE + 1)])
    with pytest.raises(ValueError, match="cannot be kept"):
        Vectors(path, 0)


async def test_readers_never_share_a_file(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path)
    one, other = await files.of("sha256:aa", SIZE), await files.of("sha256:bb", SIZE)
    longer = await files.of("sha256:aa", 2 * SIZE)
    assert len({one.path, other.path, longer.path}) == 3
    one.put([1], unit(1).tolist())
    assert not other.has(1)
    assert await files.of("sha256:aa", SIZE) is one
    files.close()


async def test_they_lie_beside_the_database_for_the_operator_alone(store: Store) -> None:
    vectors = await store.vectors.of("sha256:aa", SIZE)
    assert vectors.path.parent == store.files.root.parent / "vectors"
    assert vectors.path.stat().st_mode & 0o777 == 0o600
