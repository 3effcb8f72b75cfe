"""Who paints: the engine, or what other bots do, one pipeline call at a time behind a lock. Both are given the same
orders, paint with the same weights in the same numbers, and are done when the files are made.
"""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.painting.model import NAME, WORDS
from engine import (
    Cancelled,
    Engine,
    EngineSettings,
    Failed,
    Finished,
    Job,
    Preview,
    Recipe,
    Share,
    Speed,
    parse,
    translate,
)

MANY = Share(running=100, waiting=1000)


@dataclass(frozen=True, slots=True)
class Order:
    member: int
    steps: int
    cells: int = 1
    speed: Speed = Speed.FAST
    seed: int = 0
    share: Share = MANY
    previews: bool = False

    @property
    def kind(self) -> tuple[int, int]:
        """What makes two orders equally long."""
        return self.steps, self.cells

    @property
    def text(self) -> str:
        """Words of its own: people ask for different things, and a cache must not make up for that."""
        return " ".join(random.Random(self.seed).choices(WORDS, k=12))


class Arm(Protocol):
    async def paint(self, order: Order) -> None: ...


class Crowd:
    """The engine: jobs in, and a wait for the end of each. `exact` lets every cell paint alone."""

    def __init__(self, engine: Engine, *, exact: bool = False) -> None:
        self.engine, self._exact = engine, exact
        self.previews = 0
        self._ends: dict[str, asyncio.Future[Finished | Cancelled]] = {}
        self._number = 0
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.engine.events():
            match event:
                case Failed():
                    self._ends.pop(event.job).set_exception(RuntimeError(event.message))
                case Finished() | Cancelled():
                    self._ends.pop(event.job).set_result(event)
                case Preview():
                    self.previews += 1

    def submit(self, order: Order) -> tuple[str, asyncio.Future[Finished | Cancelled]]:
        """A job's id, and its end."""
        return self.submit_cells(recipes(self.engine, order, exact=self._exact), order)

    def submit_cells(self, cells: tuple[Recipe, ...], order: Order) -> tuple[str, asyncio.Future[Finished | Cancelled]]:
        """Other recipes than the order's own, on its terms."""
        self._number += 1
        name = f"job{self._number}"
        ended = self._ends[name] = asyncio.get_running_loop().create_future()
        self.engine.submit(Job(name, 1, f"m{order.member}", order.speed, cells, order.share, previews=order.previews))
        return name, ended

    async def paint(self, order: Order) -> None:
        await self.submit(order)[1]


class Bare:
    """A diffusers pipeline behind a lock: jobs in the order in which they came, a grid as one call."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        import torch
        from diffusers import StableDiffusionPipeline

        self._engine = engine  # reads the orders; it paints none of them
        dtype = getattr(torch, engine.device.dtype)
        pipeline = StableDiffusionPipeline.from_pretrained(folder / "model", dtype=dtype)
        self._pipeline = pipeline.to(engine.device.name)
        self._pipeline.set_progress_bar_config(disable=True)
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1)  # one for all calls: torch makes helpers anew for each thread that asks

    async def paint(self, order: Order) -> None:
        cells = recipes(self._engine, order)
        async with self._lock:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._call, cells)

    def close(self) -> None:
        self._thread.shutdown()

    def _call(self, cells: Sequence[Recipe]) -> None:
        import torch

        first = cells[0]
        images = self._pipeline(
            [first.phrases[0].text] * len(cells), num_inference_steps=first.steps, guidance_scale=first.guidance,
            width=first.width, height=first.height, generator=[torch.Generator().manual_seed(c.seed) for c in cells],
        ).images  # fmt: skip
        for image in images:
            image.save(io.BytesIO(), "PNG", compress_level=1)


def recipes(engine: Engine, order: Order, *, exact: bool = False) -> tuple[Recipe, ...]:
    prompt, names = parse(f"{order.text} --steps {order.steps}"), engine.catalog
    asked = translate(prompt, names, default_model=NAME, drawn_seed=order.seed, cells=order.cells, exact=exact)
    return asked.cells


@asynccontextmanager
async def open_crowd(settings: EngineSettings, *, exact: bool = False) -> AsyncIterator[Crowd]:
    async with await Engine.open(settings) as engine:
        crowd = Crowd(engine, exact=exact)
        try:
            yield crowd
        finally:
            crowd.reading.cancel()
