"""An engine with a tiny model that really paints: random weights, the shipped model's own shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.events import Cancelled, Event, Failed, Finished, JobEvent
from engine.job import Job, Share, Speed
from engine.language.prompt import parse
from engine.recipe import Recipe
from engine.settings import EngineSettings
from engine.translate import translate
from tests.engine.models.conftest import one_thread, tiny

__all__ = ["one_thread", "tiny"]
LAST = (Finished, Failed, Cancelled)
PATIENCE_SECONDS = 60.0


@pytest.fixture
def own_catalog(tiny: Path, tmp_path: Path) -> Path:
    """Two models of the same files, so that there is something to swap."""
    path = tmp_path / "own.toml"
    fields = 'like = "pocket"\naliases = []\nsizes = ["32x32"]\nmultiple = 16\n'
    tables = (f'[models.{name}]\ntitle = "{name}"\nfolder = "{tiny}"\n{fields}' for name in ("mine", "other"))
    path.write_text("\n".join(tables))
    return path


@dataclass
class Listener:
    """Reads the events of one engine, and answers when something has happened."""

    engine: Engine
    heard: list[Event] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.engine.events():
            async with self._news:
                self.heard.append(event)
                self._news.notify_all()

    async def until(self, done: Callable[[list[Event]], Any]) -> Any:
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: done(self.heard))
        return done(self.heard)

    async def end_of(self, job: str) -> Finished | Failed | Cancelled:
        def ended(heard: list[Event]) -> Event | None:
            return next((event for event in heard if isinstance(event, LAST) and event.job == job), None)

        found: Finished | Failed | Cancelled = await self.until(ended)
        return found

    def of(self, job: str) -> list[Event]:
        return [event for event in self.heard if isinstance(event, JobEvent) and event.job == job]

    async def closed(self) -> None:
        assert self._task is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._task


@pytest.fixture
async def engine(own_catalog: Path) -> AsyncIterator[Engine]:
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=5.0, preview_seconds=0.0)
    async with await Engine.open(settings) as opened:
        yield opened


@pytest.fixture
async def listener(engine: Engine) -> Listener:
    made = Listener(engine)
    made.start()
    return made


def cells(
    engine: Engine, prompt: str = "a red house", *, count: int = 1, seed: int = 7, **more: Any
) -> tuple[Recipe, ...]:
    asked = translate(parse(prompt), engine.catalog, default_model="mine", drawn_seed=seed, cells=count, **more)
    return asked.cells


def job(engine: Engine, name: str, prompt: str = "a red house --steps 4", **more: Any) -> Job:
    own = {key: more.pop(key) for key in ("count", "seed", "exact") if key in more}
    fields: dict[str, Any] = {
        "attempt": 1,
        "member": "ada",
        "speed": Speed.FAST,
        "share": Share(running=50, waiting=50),
    }
    return Job(id=name, cells=cells(engine, prompt, **own), **{**fields, **more})
