"""Parameters through the whole engine: beside other jobs, in the queue's reckoning, and as a film that comes along."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageSequence

from engine.engine import Engine
from engine.events import Finished, Progress
from engine.job import Job, Speed
from engine.language.prompt import parse
from engine.models.catalog import Catalog, Family
from engine.models.catalog_toml import load_catalog
from engine.paint.easel import Easel
from engine.paint.image import open_picture
from engine.paint.painters.diffusion import paint_raw
from engine.recipe import Role, Source
from engine.schedule.ticket import Ticket
from engine.settings import EngineSettings
from engine.translate import translate
from tests.engine import tiny
from tests.engine.conftest import Listener, job


def pixels(ended: object) -> list[np.ndarray]:
    assert isinstance(ended, Finished)
    return [np.asarray(open_picture(picture.data)).astype(int) for picture in ended.pictures]


async def test_a_tile_beside_other_jobs_leaves_their_pictures_as_they_are(engine: Engine, listener: Listener) -> None:
    texts = {
        "plain": "a red house --steps 6",
        "tile": "a red house --steps 6 --tile",
        "early": "a fox --steps 6 --stop 50",
    }
    for name, text in texts.items():
        engine.submit(job(engine, f"{name} alone", text))
        await listener.end_of(f"{name} alone")
    for name, text in texts.items():
        engine.submit(job(engine, name, text))
    for name in texts:
        alone, beside = pixels(await listener.end_of(f"{name} alone")), pixels(await listener.end_of(name))
        assert np.abs(alone[0] - beside[0]).max() <= 1
    assert np.abs(pixels(await listener.end_of("plain"))[0] - pixels(await listener.end_of("tile"))[0]).max() > 1


async def test_a_job_that_stops_early_says_so_in_its_progress(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "one", "a red house --steps 10 --stop 40"))
    await listener.end_of("one")
    assert {event.steps for event in listener.of("one") if isinstance(event, Progress)} == {4}


def test_what_stops_early_is_quoted_for_what_is_painted() -> None:
    catalog = load_catalog()
    for flags, steps in (("", 30), ("--stop 50", 15), ("--draft", 15), ("--quality 2", 60), ("--stop 10", 3)):
        asked = translate(parse(f"a {flags}"), catalog, default_model="sdxl", drawn_seed=1)
        ticket = Ticket.of(Job("a", 1, "ada", Speed.FAST, asked.cells), asked.entry)
        assert ticket.steps == steps


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # diffusers' own, in Heun's samplers
def test_a_sampler_that_asks_the_model_twice_a_step_is_quoted_for_that() -> None:
    for family, sampler in ((Family.SD, "euler"), (Family.SD, "heun"), (Family.SD3, "flow_heun")):
        model, entry, asked = tiny.build(family), tiny.entry(family), list[None]()
        prompt = parse(f"a red house --steps 8 --sampler {sampler}")
        (cell,) = translate(prompt, Catalog.of([entry]), default_model=entry.name, drawn_seed=7, cells=1).cells
        model.denoiser.register_forward_hook(lambda *_, asked=asked: asked.append(None))
        paint_raw(Easel(cell, model))
        assert len(asked) == Ticket.of(Job("a", 1, "ada", Speed.FAST, (cell,)), entry).steps


@pytest.mark.parametrize("flags", ["--chaos 20", "--weird 200"])
async def test_a_picture_without_words_can_be_wilder_too(engine: Engine, listener: Listener, flags: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    sources = [Source(Role.IMAGE, digest, 0.6)]
    text = parse(f"https://x.y/a.png {flags}")
    asked = translate(text, engine.catalog, default_model="mine", drawn_seed=7, cells=1, sources=sources)
    engine.submit(Job("one", 1, "ada", Speed.FAST, asked.cells, pictures={digest: out.getvalue()}))
    assert isinstance(await listener.end_of("one"), Finished)


async def film_of(text: str, *, film: bool = True, cells: int = 4) -> Finished:
    async with await Engine.open(EngineSettings(device="none")) as engine:
        listener = Listener(engine)
        listener.start()
        asked = translate(parse(text), engine.catalog, default_model="swatch", drawn_seed=7, cells=cells)
        engine.submit(Job("one", 1, "ada", Speed.FAST, asked.cells, previews=False, film=film))
        ended = await listener.end_of("one")
    assert isinstance(ended, Finished)
    return ended


async def test_a_film_shows_all_cells_forming_and_ends_with_the_pictures() -> None:
    ended = await film_of("a red house --steps 9 --ar 3:2")
    assert ended.film is not None
    assert ended.film.media_type == "image/webp"
    with Image.open(io.BytesIO(ended.film.data)) as film:
        assert film.info["loop"] == 0
        frames = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(film)]
    assert len(frames) == 9
    first = ended.pictures[0].recipe
    assert frames[0].shape == (2 * first.height, 2 * first.width, 3)
    corner = frames[-1][: first.height, : first.width]
    assert np.abs(corner - pixels(ended)[0]).mean() < 6
    far = [float(np.abs(frame - frames[-1]).mean()) for frame in (frames[0], frames[4], frames[7])]
    assert far[0] > far[1] > far[2] > 0


async def test_a_film_changes_no_picture_and_comes_only_where_it_was_asked_for() -> None:
    filmed, plain = await film_of("a house --steps 5"), await film_of("a house --steps 5", film=False)
    assert plain.film is None
    assert [one.data for one in filmed.pictures] == [one.data for one in plain.pictures]
    assert (await film_of("a house --steps 1")).film is None


async def test_a_film_of_a_model_is_of_looks_at_its_latents(engine: Engine, listener: Listener) -> None:
    engine.submit(replace(job(engine, "one", "a red house --steps 70", count=2), film=True))
    ended = await listener.end_of("one")
    assert isinstance(ended, Finished)
    assert ended.film is not None
    with Image.open(io.BytesIO(ended.film.data)) as film:
        assert 40 <= len(list(ImageSequence.Iterator(film))) <= 49
        assert film.size == (64, 32)
