"""Who paints: a bare diffusers pipeline behind a lock, as other bots have it, and the engine. Each over modules of its
own, with the same weights; each asked from one event loop.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from benchmarks.giants.clocks import Meter
from benchmarks.giants.graphs import Graphed
from engine import Cancelled, Catalog, Engine, EngineSettings, Failed, Finished, Job, Progress, Recipe, Share, Speed
from engine.models.compiling import compile_blocks
from engine.models.device import Device
from engine.models.loaded import Loaded
from engine.paint.families import Kind, make_pipeline
from engine.paint.schedulers import make_scheduler

T = TypeVar("T")
MANY = Share(running=1000, waiting=10_000)


class Arm(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def meter(self) -> Meter: ...
    async def paint(self, recipe: Recipe, member: int = 0) -> None: ...
    async def close(self) -> None: ...


class Bare:
    """The file is made after the lock is free again, which is kinder than many a bot."""

    def __init__(self, name: str, model: Loaded, *, compiled: bool = False) -> None:
        self.name, self.model, self.meter = name, model, Meter(model)
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)  # graphs and compiled code stay on one thread
        if compiled:
            self._thread.submit(compile_blocks, model).result()
        scheduler = make_scheduler(model.entry.scheduler, model.components["scheduler"], model.entry.schedulers)
        self.pipeline = make_pipeline(model, Kind.TEXT, scheduler)

    async def paint(self, recipe: Recipe, member: int = 0) -> None:
        async with self._lock:
            image = await self.run(lambda: self.call(recipe))
        await asyncio.to_thread(image.save, io.BytesIO(), "PNG", compress_level=1)

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def call(self, recipe: Recipe) -> Any:
        import torch

        asked: dict[str, Any] = {"negative_prompt": recipe.negative} if recipe.negative else {}
        return self.pipeline(
            prompt=recipe.phrases[0].text, num_inference_steps=recipe.steps, guidance_scale=recipe.guidance,
            width=recipe.width, height=recipe.height, generator=torch.Generator().manual_seed(recipe.seed), **asked,
        ).images[0]  # fmt: skip

    async def close(self) -> None:
        self._thread.shutdown(wait=False)


@dataclass
class Asked:
    """A job under way: its end, and a word at every step."""

    id: str
    ended: asyncio.Future[Finished | Cancelled]
    steps: asyncio.Queue[Progress] = field(default_factory=asyncio.Queue)


class Served:
    def __init__(self, name: str, engine: Engine, meter: Meter) -> None:
        self.name, self.engine, self.meter = name, engine, meter
        self._asked: dict[str, Asked] = {}
        self._count = 0
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, name: str, model: Loaded, *, compiled: bool = False) -> Served:
        meter = Meter(model)

        class Furnished(Engine):
            """Its model is there already."""

            def __init__(self, settings: EngineSettings, catalog: Catalog, device: Device) -> None:
                super().__init__(settings, catalog, device)
                self._shelf.add(model)

        settings = EngineSettings(device=model.device, compile=compiled, close_seconds=20.0)
        return cls(name, await Furnished.open(settings), meter)

    async def paint(self, recipe: Recipe, member: int = 0) -> None:
        asked = self.ask(recipe, member)
        try:
            await asked.ended
        except asyncio.CancelledError:  # a measure that was given up must not go on beside the next
            self.engine.cancel(asked.id)
            raise

    def ask(self, recipe: Recipe, member: int = 0, speed: Speed = Speed.FAST) -> Asked:
        self._count += 1
        asked = Asked(f"job{self._count}", asyncio.get_running_loop().create_future())
        self._asked[asked.id] = asked
        self.engine.submit(Job(asked.id, 1, f"m{member}", speed, (recipe,), MANY, previews=False))
        return asked

    async def close(self) -> None:
        await self.engine.close()
        await self._reader

    async def _read(self) -> None:
        async for event in self.engine.events():
            match event:
                case Progress(job):
                    self._asked[job].steps.put_nowait(event)
                case Finished(job) | Cancelled(job):
                    _settle(self._asked.pop(job).ended, event)
                case Failed(job, _, _, message):
                    _settle(self._asked.pop(job).ended, RuntimeError(message))


def _settle(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():  # nobody waits for it any more
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def graphed(model: Loaded) -> Loaded:
    """With its denoiser's forward as CUDA graphs. Before anything else wraps it."""
    model.denoiser.forward = Graphed(model.denoiser.forward, model.device)
    return model
