"""How long a search by meaning takes, and what it holds in memory: `python -m benchmarks meaning --rows 100000`. Random
vectors of length one: likeness costs the same whatever a picture shows.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from bot.store.vectors import BLOCK, Vectors

TIMES = 20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="pictures")
    parser.add_argument("--size", type=int, default=512, help="numbers of a vector")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        told = measure(Path(folder) / "one.vectors", asked.rows, asked.size)
    for name, value in told.items():
        print(f"{name:<18}{value:>12}")
    print(json.dumps({"benchmark": "meaning", **told}))
    return 0


def measure(path: Path, rows: int, size: int) -> dict[str, float]:
    rng = np.random.default_rng(1)
    vectors = Vectors(path, size)
    started = time.perf_counter()
    for first in range(1, rows + 1, BLOCK):
        block = rng.normal(size=(min(BLOCK, rows + 1 - first), size)).astype(np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        vectors.put(range(first, first + len(block)), block.tolist())
    written = time.perf_counter() - started
    vectors.close()
    opened = _took(lambda: Vectors(path, size))
    vectors = Vectors(path, size)
    questions = rng.normal(size=(TIMES, size)).astype(np.float32)
    top = [_took(lambda one=one: vectors.nearest(one, 64)) for one in questions]  # type: ignore[misc]
    whole = [_took(lambda one=one: vectors.nearest(one)) for one in questions]  # type: ignore[misc]
    return {
        "rows": rows,
        "size": size,
        "file_mib": round(path.stat().st_size / 2**20, 1),
        "write_s": round(written, 2),
        "open_ms": round(1000 * opened, 1),
        "top_64_ms": round(1000 * median(top), 1),
        "all_ordered_ms": round(1000 * median(whole), 1),
        "search_mib": round(_allocated_mib(lambda: vectors.nearest(questions[0], 64)), 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _allocated_mib(work: Callable[[], object]) -> float:
    """The most that it held at a time. Pages of the mapped file are not counted: the system takes them back at need."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20
