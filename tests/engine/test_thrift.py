"""What the engine does not do twice, and what it does not hold longer than it must."""

from __future__ import annotations

import functools
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.painting.forwards import watched
from engine.engine import Engine
from engine.events import Finished
from engine.models.catalog import Family
from engine.models.device import pick_device
from engine.paint.easel import Easel
from engine.paint.painters import diffusion
from engine.paint.schedulers import make_scheduler
from engine.schedule.timing import Shape, Stage, Timing
from engine.schedule.timings_file import TimingsFile, written
from engine.settings import EngineSettings
from tests.engine import tiny
from tests.engine.conftest import Listener, job
from tests.engine.paint.gate import Case

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


async def test_the_cells_of_a_grid_read_their_words_once_between_them(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import CLIPTextModel

    asked: list[tuple[int, ...]] = []
    real = CLIPTextModel.forward

    @functools.wraps(real)
    def counted(self: Any, input_ids: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(tuple(input_ids[0].tolist()))
        return real(self, input_ids, *args, **kwargs)

    monkeypatch.setattr(CLIPTextModel, "forward", counted)
    engine.submit(job(engine, "grid", "a red house --no fox --steps 2", count=4))
    assert isinstance(await listener.end_of("grid"), Finished)
    assert len(asked) == len(set(asked)) == 2, "what is wanted, and what is not"
    engine.submit(job(engine, "again", "a red house --no fox --steps 2", count=4, seed=8))
    assert isinstance(await listener.end_of("again"), Finished)
    assert len(asked) == 2


async def test_jobs_of_two_members_share_each_forward_while_that_is_known_to_pay(
    own_catalog: Path, tmp_path: Path
) -> None:
    """Known, not measured here: in a busy moment eight rows may well seem to take longer than four times two."""
    device, known = pick_device("cpu"), Timing()
    for rows, ms in {2: 60_000.0, 8: 60_001.0}.items():
        known.observe(Shape("mine", 32, 32), Stage.STEP, rows, ms)
    TimingsFile(tmp_path / "timings.json", f"{device.name} {device.dtype}").keep(written(known))
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=5.0, state=tmp_path)
    with watched() as watch:
        async with await Engine.open(settings) as engine:
            listener = Listener(engine)
            listener.start()
            for member in ("ada", "bob"):
                engine.submit(job(engine, member, "a red house --steps 4", member=member, count=2))
            for member in ("ada", "bob"):
                assert isinstance(await listener.end_of(member), Finished)
    assert sum(ran.rows for ran in watch.forwards) == 2 * 2 * 4 * 2, "each with its words and without"
    assert max(ran.rows for ran in watch.forwards) == 8


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("family", list(Family))
def test_a_picture_that_is_painted_leaves_no_ring_that_holds_its_model(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step knows the model; whoever holds one would hold the other until Python looks for such rings."""
    made: list[weakref.ref[Any]] = []

    def noted(*about: Any) -> Any:
        scheduler = make_scheduler(*about)
        made.append(weakref.ref(scheduler))
        return scheduler

    monkeypatch.setattr(diffusion, "make_scheduler", noted)
    case = Case(family, "text", tiny.entry(family).scheduler, steps=2)
    diffusion.paint_raw(Easel(case.recipe(), tiny.build(family)))
    (scheduler,) = made
    assert scheduler() is None


@pytest.mark.usefixtures("no_collector")
async def test_a_model_is_put_away_without_looking_through_all_that_the_program_holds(
    own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That would hold the event loop for a fifth of a second."""
    told: list[bool] = []
    monkeypatch.setattr("engine.models.shelf.release_memory", lambda device, *, collects: told.append(collects))
    async with await Engine.open(EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=5.0)) as engine:
        listener = Listener(engine)
        listener.start()
        for name in ("one", "four"):
            engine.submit(job(engine, name, "a red house --steps 2", count=1 if name == "one" else 4))
            await listener.end_of(name)
    assert told == [False]
