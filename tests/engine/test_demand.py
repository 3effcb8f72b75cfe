"""What the queue is told of an enlargement: its tiles, and the steps of what is painted over, not its parent's."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine.demand import ticket_of
from engine.derive import enlarge, enlarge_creatively
from engine.engine import Engine
from engine.events import Finished
from engine.job import Job, Speed
from engine.models.catalog_toml import load_catalog
from engine.paint import enlarging
from engine.paint.image import size_of
from engine.pocket.upscaler import make_upscaler
from engine.recipe import Recipe
from engine.schedule.queue import Queue
from engine.schedule.ticket import Ticket
from engine.schedule.timing import Shape, Stage, Timing
from engine.schedule.turn import Call, Start, Step
from tests.engine.conftest import Listener, cells
from tests.engine.test_recipe import PLAIN

CATALOG = load_catalog()
SDXL = CATALOG.find("sdxl")
PARENT = replace(PLAIN, model=SDXL.pin(), width=1024, height=1024, steps=30, scheduler="euler")


@pytest.fixture(autouse=True)
def net(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the enlarging net's weights are."""
    monkeypatch.setattr("engine.derive.has_net", lambda: True)


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


def ticket(recipe: Recipe, data: bytes = b"") -> Ticket:
    digest = recipe.sources[0].sha256 if recipe.sources else ""
    return ticket_of(Job("j", 1, "ada", Speed.FAST, (recipe,), pictures={digest: data}), SDXL)


def test_a_painted_job_is_told_as_it_was() -> None:
    told = ticket(PARENT)
    assert (told.shape, told.steps, told.tiles, told.loads) == (Shape("sdxl", 1024, 1024), 30, 0, True)


def test_a_subtle_enlargement_is_tiles_alone_and_needs_no_model() -> None:
    (large,) = enlarge(PARENT, "ab").cells
    told = ticket(large)
    assert (told.steps, told.tiles, told.rows, told.loads) == (0, 64, 1, False)
    assert told.shape.model != "sdxl"
    assert told.is_ready(resident=())


def test_tiles_are_counted_by_the_picture_that_is_enlarged() -> None:
    wide = replace(PARENT, width=1216, height=832)  # 4096 pixels a side are less than four times as much
    (large,) = enlarge(wide, "ab").cells
    assert ticket(large, picture(1216, 832)).tiles == 10 * 7
    assert ticket(large, picture(4096, 2804)).tiles == 0, "as large already"
    assert ticket(large, b"no picture").tiles == ticket(large).tiles == 8 * 6


def test_a_creative_enlargement_takes_the_steps_of_its_repainting_at_that_size() -> None:
    (large,) = enlarge_creatively(PARENT, "ab", SDXL).cells
    told = ticket(large, picture(1024, 1024))
    assert (told.shape, told.steps, told.loads) == (Shape("sdxl", 2048, 2048), 9, True)
    assert told.tiles == 8 * 8 + 16 * 16, "up to what the model paints, and from there"


def test_a_lying_picture_is_measured_as_it_is_opened() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert size_of(out.getvalue()) == (20, 40)
    assert size_of(picture(30, 20)) == (30, 20)
    assert size_of(b"this is no picture") is None


def test_tiles_are_timed_apart_and_teach_nothing_about_steps() -> None:
    timing = Timing()
    queue = Queue(timing)
    (large,) = enlarge(PARENT, "ab").cells
    asked = ticket(large)
    before = queue.quote(asked)
    assert before.finishes_in_ms < 10_000, "no model is waited for"
    queue.offer(asked)
    assert isinstance(queue.decide(()), Start)
    for _ in range(3):
        queue.park(Call("j", stage=Stage.TILE))
        step = queue.decide(())
        assert isinstance(step, Step)
        queue.ran(step, 20.0)
    queue.finish("j")
    assert timing.tile_ms() == 20.0
    assert queue.quote(asked).gpu_ms == int(64 * 20 * 1.25) + 1
    assert timing.step_ms(Shape("sdxl", 4096, 4096), 1) == 500.0, "still a guess"


async def test_what_an_enlargement_costs_is_known_once_one_was_made(
    engine: Engine, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(2)
    save_file(make_upscaler(width=4, depth=1).state_dict(), tmp_path / "net.safetensors")
    monkeypatch.setattr(enlarging, "SHIPPED", tmp_path / "net.safetensors")
    (small,), data = cells(engine), picture(200, 200)
    digest = hashlib.sha256(data).hexdigest()
    (large,) = enlarge(replace(small, width=200, height=200), digest).cells
    job = Job("large", 1, "ada", Speed.FAST, (large,), pictures={digest: data})
    engine.submit(job)
    ended = await listener.end_of("large")
    assert isinstance(ended, Finished)
    quote = await engine.quote((large,), pictures=job.pictures)
    assert quote.gpu_ms < 2000, "four tiles of a tiny net, not thirty steps"
    assert not [event for event in listener.heard if type(event).__name__ == "ModelLoading"]
