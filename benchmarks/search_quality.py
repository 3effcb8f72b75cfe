"""How well pictures are found by what they show: `python -m benchmarks search_quality`. Grids are painted from
sentences about scenes; then each scene is looked for with another sentence about it, and each picture with a worse copy
of itself.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine import (
    EmbedPictures,
    EmbedWords,
    Engine,
    EngineSettings,
    Event,
    Failed,
    Finished,
    Job,
    ReaderError,
    Speed,
    Vectors,
    parse,
    translate,
)
from engine.pocket.world import TRAINING, WHOLE, caption, cast

CELLS = 4
FIRST = 10
AT_ONCE = 64  # of one question
QUALITY = 60  # of the worse copy, as a JPEG
T = TypeVar("T")
Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Theme:
    """What is painted, and how somebody else asks for it."""

    prompt: str
    query: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks search_quality", description=__doc__)
    parser.add_argument("--prompts", type=int, default=200, help="scenes (default: %(default)s)")
    parser.add_argument("--model", default="pocket", help="that paints them (default: %(default)s)")
    parser.add_argument("--encoders", type=Path, help="a folder with encoders (default: those that ship)")
    parser.add_argument("--seed", type=int, default=1, help="of the scenes (default: %(default)s)")
    asked = parser.parse_args(arguments)
    try:
        told = asyncio.run(measure(asked.prompts, asked.model, asked.encoders, asked.seed))
    except ReaderError as error:
        print(error, file=sys.stderr)
        return 1
    for name, value in told.items():
        print(f"{name:<36}{value:>8}")
    print(json.dumps({"benchmark": "search_quality", "model": asked.model, **told}))
    return 0


async def measure(count: int, model: str, encoders: Path | None, seed: int) -> dict[str, float]:
    themes = draw_themes(count, seed)
    async with await Engine.open(EngineSettings(encoders=encoders)) as engine:
        events, painted = engine.events(), []
        for number, theme in enumerate(themes):
            painted += await paint(engine, events, theme, model, number)
        worse = [await asyncio.to_thread(worsened, file) for file in painted[::CELLS]]
        seen = await vectors_of(engine, map(EmbedPictures, in_parts(painted)))
        said = await vectors_of(engine, map(EmbedWords, in_parts([theme.query for theme in themes])))
        copies = await vectors_of(engine, map(EmbedPictures, in_parts(worse)))
    of_grids, of_singles = said @ seen.T, said @ seen[::CELLS].T
    own = np.arange(count)
    return {
        "prompts": count,
        "pictures": len(painted),
        f"grid in the first {FIRST} of all": share(best_place(of_grids, own * CELLS, CELLS) < FIRST),
        f"picture in the first {FIRST} of singles": share(best_place(of_singles, own, 1) < FIRST),
        "picture is the first of singles": share(best_place(of_singles, own, 1) < 1),
        "copy finds its picture first": share(best_place(copies @ seen.T, own * CELLS, 1) < 1),
        f"copy finds it in the first {FIRST}": share(best_place(copies @ seen.T, own * CELLS, 1) < FIRST),
    }


def draw_themes(count: int, seed: int) -> list[Theme]:
    """No two prompts alike; each query tells of the same scene in other words."""
    rng, themes = random.Random(seed), dict[str, Theme]()
    while len(themes) < count:
        scene = cast(rng.getrandbits(40), WHOLE)
        prompt, query = (caption(scene, rng, TRAINING) for _ in range(2))
        themes.setdefault(prompt, Theme(prompt, query))
    return list(themes.values())


async def paint(engine: Engine, events: AsyncIterator[Event], theme: Theme, model: str, number: int) -> list[bytes]:
    wanted = translate(parse(theme.prompt), engine.catalog, default_model=model, drawn_seed=number, cells=CELLS)
    engine.submit(Job(f"job{number}", 1, "search", Speed.FAST, wanted.cells, previews=False))
    while True:
        match await anext(events):
            case Finished(pictures=pictures):
                return [picture.data for picture in pictures]
            case Failed(message=message):
                raise RuntimeError(f"“{theme.prompt}” was not painted: {message}")
            case _:
                pass


async def vectors_of(engine: Engine, questions: Iterator[EmbedWords | EmbedPictures]) -> Numbers:
    found: list[tuple[float, ...]] = []
    for question in questions:
        answer = await engine.read(question)
        assert isinstance(answer, Vectors)
        found += answer.vectors
    return np.array(found, np.float32)


def in_parts(things: Sequence[T]) -> Iterator[tuple[T, ...]]:
    return (tuple(things[start : start + AT_ONCE]) for start in range(0, len(things), AT_ONCE))


def worsened(file: bytes) -> bytes:
    """As it comes back from somewhere else: without its border, smaller, and compressed."""
    with Image.open(io.BytesIO(file)) as picture:
        edge = round(0.03 * picture.width)
        inner = picture.convert("RGB").crop((edge, edge, picture.width - edge, picture.height - edge))
    out = io.BytesIO()
    inner.resize((inner.width * 3 // 4, inner.height * 3 // 4)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def best_place(likeness: Numbers, first: npt.NDArray[np.int_], count: int) -> npt.NDArray[np.int_]:
    """How many others are more alike than the best of each row's own columns."""
    own = np.stack([likeness[np.arange(len(likeness)), first + each] for each in range(count)]).max(0)
    above: npt.NDArray[np.int_] = (likeness > own[:, None]).sum(1)
    return above


def share(right: npt.NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 3)
