"""How long a page of the gallery is asked for, from nothing to its list, as a member's press does it: filters, words,
deep pages. Pictures lie in a store of their own, as rows; making small copies is not measured, since it happens once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.crowd.figures import percentile, print_line, print_table
from bot.panels.gallery.page import load
from bot.store import exhibits, jobs, pictures
from bot.store.archive import Viewer
from bot.store.columns import moment
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.store import Store
from bot.store.views import View
from bot.store.words import Scope, Shape

START_MS = 1_800_000_000_000
SERVER, VIEWER, CELLS, BATCH = 5, 7, 4, 2500
HUNG = 4  # of so many jobs one hangs in the gallery: a quarter of all pictures, all of them this month's
MOST_SECONDS = 0.3  # what the gallery promises with 100,000 pictures
WORDS = (
    "red",
    "blue",
    "green",
    "house",
    "boat",
    "cat",
    "dog",
    "storm",
    "hill",
    "sea",
    "night",
    "sun",
    "forest",
    "glass",
)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks gallery_pages", description=__doc__)
    made.add_argument("--pictures", type=int, default=100_000, help="in the archive (default: %(default)s)")
    made.add_argument("--repeats", type=int, default=9, help="of each page (default: %(default)s)")
    return made


async def fill(store: Store, count: int) -> None:
    chance = random.Random(1)
    for start in range(0, count, BATCH):
        async with store.write() as tx:
            for number in range(start, min(count, start + BATCH), CELLS):
                job = a_job(number, chance)
                await jobs.insert(tx, job)
                await pictures.insert(tx, [a_picture(job, cell, chance) for cell in range(CELLS)])
                if number % (CELLS * HUNG) == 0:
                    await exhibits.add(tx, an_exhibit(job, chance))


def a_job(number: int, chance: random.Random) -> Job:
    name = f"{number:012d}"
    return Job(
        id=name,
        member_id=chance.randrange(1, 400),
        server_id=chance.choice((SERVER, SERVER, SERVER, SERVER + 1)),
        channel_id=1,
        kind="imagine",
        root_id=name,
        text=f"{' '.join(chance.choices(WORDS, k=8))} {number}",
        cells=("{}",),
        speed="fast",
        plan="open",
        created_at=moment(START_MS + number),
    )


def a_picture(job: Job, cell: int, chance: random.Random) -> Picture:
    return Picture(
        job_id=job.id,
        cell=cell,
        sha256=f"{int(job.id) + cell:064x}",
        media_type="image/png",
        width=chance.choice((512, 768)),
        height=512,
        bytes=1,
        recipe=json.dumps(
            {"model": {"name": f"model-{chance.randrange(6)}"}, "adapters": [{"name": f"style-{chance.randrange(9)}"}]}
        ),
        recipe_hash="",
        created_at=job.created_at,
    )


def an_exhibit(job: Job, chance: random.Random) -> Exhibit:
    """All of a job's pictures, hung as soon as they were made."""
    return Exhibit(
        job_id=job.id,
        cell=None,
        server_id=job.server_id or SERVER,
        channel_id=1,
        published_at=job.created_at,
        by=job.member_id,
        votes=chance.randrange(40),
    )


def pages(count: int) -> dict[str, tuple[View, int]]:
    """What is asked for, and before which picture."""
    view = View(id="", member_id=VIEWER, scope=Scope.ALL, used_at=moment(START_MS))
    return {
        "the newest": (view, 0),
        "far back": (view, count // 5),
        "my own": (replace(view, scope=Scope.MINE), 0),
        "with the filters open": (replace(view, unfolded=True), 0),
        "two words": (replace(view, words="red boat"), 0),
        "a word that nothing has": (replace(view, words="zebra"), 0),
        "one maker": (replace(view, maker=9, scope=Scope.SERVER), 0),
        "one model, one shape": (replace(view, model="model-3", shape=Shape.WIDE), 0),
        "one style": (replace(view, style="style-3"), 0),
        "bookmarks": (replace(view, scope=Scope.KEPT), 0),
        "top of the month": (replace(view, scope=Scope.MONTH), 0),
        "top of the month, two words": (replace(view, scope=Scope.MONTH, words="red boat"), 0),
        "found by meaning": (replace(view, scope=Scope.LIKE, found=tuple(range(1, count, count // 180 or 1))), 0),
    }


async def measure(count: int, repeats: int) -> dict[str, float]:
    """Seconds at the 95th percentile."""
    found = {}
    viewer = Viewer(VIEWER, SERVER, friend_of=frozenset({3, 4}))
    with tempfile.TemporaryDirectory() as folder:
        async with Store.open(Path(folder) / "data", clock=lambda: START_MS) as store:
            await fill(store, count)
            for name, (view, before) in pages(count).items():
                taken = []
                for _ in range(repeats):
                    begun = time.perf_counter()
                    async with store.read() as tx:
                        await load(tx, viewer, view, before)
                    taken.append(time.perf_counter() - begun)
                found[name] = percentile(taken, 95)
    return found


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    found = asyncio.run(measure(options.pictures, options.repeats))
    print_table([(name, f"{1000 * seconds:6.1f} ms") for name, seconds in found.items()])
    print_line({"pictures": options.pictures, "p95_seconds": found})
    return int(max(found.values()) > MOST_SECONDS)
