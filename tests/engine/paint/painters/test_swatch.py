"""Colour cards: the same everywhere, other for other words and seeds, and painted without torch."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine.engine import Engine
from engine.errors import RecipeError
from engine.events import Finished, Preview, Progress
from engine.job import Job, Speed
from engine.language.prompt import parse
from engine.models.catalog_toml import load_catalog
from engine.paint.easel import Easel, Look
from engine.paint.painters.swatch import paint
from engine.recipe import Phrase, Recipe, Role, Source
from engine.settings import EngineSettings
from engine.translate import translate
from tests.engine.conftest import Listener


def card(text: str = "a red house", **changes: object) -> Recipe:
    asked = translate(parse(text), load_catalog(), default_model="swatch", drawn_seed=7, cells=1)
    return replace(asked.cells[0], **changes)  # type: ignore[arg-type]


def test_a_card_is_the_same_at_every_painting_and_other_for_others() -> None:
    plain = paint(Easel(card()))
    assert plain.shape == (256, 256, 3)
    assert np.array_equal(plain, paint(Easel(card())))
    for other in (card("a blue house"), card(seed=8), card(negative="trees"), card(chaos=50)):
        assert not np.array_equal(plain, paint(Easel(other)))


def test_the_colours_that_are_named_are_there() -> None:
    for name, channel in (("red", 0), ("blue", 2)):
        means = paint(Easel(card(f"{name} {name} house"))).reshape(-1, 3).mean(axis=0)
        assert means[channel] == max(means)


def test_it_tells_each_step_and_can_be_looked_at() -> None:
    told: list[tuple[int, int]] = []
    looks: list[tuple[int, ...]] = []

    def tell(done: int, steps: int, look: Look | None = None) -> None:
        told.append((done, steps))
        assert look is not None
        looks.append(look().shape)

    paint(Easel(card("a house --steps 3 --ar 3:2"), tell=tell))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert set(looks) == {(26, 38, 3)}


def test_of_a_picture_that_it_starts_from_as_much_is_left_as_may_not_change() -> None:
    start = Image.new("RGB", (10, 10), (1, 2, 3))
    parts = []
    for strength in (0.0, 0.3, 0.7, 1.0):
        painted = paint(Easel(card(sources=(Source(Role.IMAGE, "x", strength),)), pictures={"x": start}))
        parts.append(float(np.abs(painted - np.array([1.0, 2.0, 3.0])).mean()))
    assert parts[0] == 0
    assert parts == sorted(set(parts))
    assert np.array_equal(painted, paint(Easel(card())))


def test_only_what_the_mask_leaves_white_is_painted() -> None:
    mask = Image.new("RGB", (10, 10), "black")
    mask.paste("white", (0, 0, 5, 10))
    sources = (Source(Role.IMAGE, "x", 1.0), Source(Role.MASK, "m"))
    pictures = {"x": Image.new("RGB", (10, 10), (1, 2, 3)), "m": mask}
    kept = (paint(Easel(card(sources=sources), pictures=pictures)) == [1, 2, 3]).all(axis=-1)
    assert kept[:, 220:].all()
    assert not kept[:, :96].any()


def test_what_its_shapes_would_follow_is_shown_in_a_corner() -> None:
    pictures = {"c": Image.new("RGB", (10, 10), (1, 2, 3))}
    painted = paint(Easel(card(sources=(Source(Role.CONTROL, "c"),)), pictures=pictures))
    assert (painted[40:60, 200:250] == [1, 2, 3]).all()


def test_extras_are_refused_and_not_passed_over() -> None:
    with pytest.raises(RecipeError, match=r"extras\.repaint: is 0\.5\. Use stop, tile, weird\."):
        paint(Easel(card(extras=(("repaint", 0.5),))))


def far(text: str, other: str) -> float:
    return float(np.abs(paint(Easel(card(text))).astype(int) - paint(Easel(card(other)))).mean())


@pytest.mark.parametrize(
    ("flag", "values"),
    [("stylize", (200, 500, 1000)), ("chaos", (20, 50, 100)), ("weird", (300, 1000, 3000)), ("stop", (90, 50, 15))],
)
def test_the_more_is_asked_for_the_further_a_card_is_from_the_plain_one(flag: str, values: tuple[int, ...]) -> None:
    plain = "a red house --steps 20"
    distances = [far(f"{plain} --{flag} {value}", plain) for value in values]
    assert 0 < distances[0] < distances[1] < distances[2]


def test_image_weight_says_how_much_of_the_picture_is_left() -> None:
    start, left = Image.new("RGB", (10, 10), (1, 2, 3)), []
    for weight in ("3", "1", ".5", "0"):
        source = Source(Role.IMAGE, "x", 0.6)
        asked = translate(
            parse(f"a --iw {weight}"), load_catalog(), default_model="swatch", drawn_seed=7, sources=[source]
        )
        painted = paint(Easel(asked.cells[0], pictures={"x": start}))
        left.append(float(np.abs(painted - np.array([1.0, 2.0, 3.0])).mean()))
    assert left == sorted(set(left))


def test_a_card_leans_to_the_heavier_of_two_texts() -> None:
    assert far("house::3 tree", "house::9 tree") < far("house::3 tree", "house tree::9")


def test_edges_of_a_tile_continue_each_other_and_those_of_a_card_do_not() -> None:
    for tile in ("--tile", "--tile --weird 2000"):
        tiled = paint(Easel(card(f"red blue {tile} --ar 3:2"))).astype(int)
        for dim in (0, 1):
            inside = np.abs(np.diff(tiled, axis=dim)).mean()
            assert np.abs(tiled.take(0, dim) - tiled.take(-1, dim)).mean() < 2.5 * inside
    plain = paint(Easel(card("red blue"))).astype(int)
    assert np.abs(plain[:, 0] - plain[:, -1]).mean() > 10 * np.abs(np.diff(plain, axis=1)).mean()


def test_a_card_that_stops_early_takes_fewer_turns() -> None:
    told: list[tuple[int, int]] = []
    paint(Easel(card("a --steps 10 --stop 40"), tell=lambda done, steps, look=None: told.append((done, steps))))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_long_and_strange_words_are_drawn() -> None:
    for text in ("", "x" * 5000, "日本語 🎨 ümläut", "a\nb"):
        assert paint(Easel(card(phrases=(Phrase(text),), width=64, height=48))).shape == (48, 64, 3)


def test_a_step_takes_few_milliseconds() -> None:
    began = time.perf_counter()
    paint(Easel(card("a house --steps 20")))
    assert (time.perf_counter() - began) / 20 < 0.1


def test_a_paced_card_sleeps_out_what_drawing_leaves_of_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    slow = Easel(card("a house --steps 4", width=64, height=48), swatch_seconds=40.0)
    assert (paint(slow) == paint(Easel(slow.recipe))).all()
    assert len(slept) == 4, "and none by default"
    assert all(9.0 < seconds < 10.0 for seconds in slept)


async def test_an_engine_without_a_device_paints_cards_as_it_paints_everything() -> None:
    async with await Engine.open(EngineSettings(device="none", preview_seconds=0.0)) as engine:
        listener = Listener(engine)
        listener.start()
        asked = translate(parse("a red house"), engine.catalog, default_model="swatch", drawn_seed=7)
        engine.submit(Job("one", 1, "ada", Speed.FAST, asked.cells))
        ended = await listener.end_of("one")
        assert isinstance(ended, Finished)
        assert len(ended.pictures) == 4
        assert {type(event) for event in listener.of("one")} >= {Progress, Preview}


def test_torch_is_not_imported_for_cards() -> None:
    """Importing it takes seconds, which a bot's tests would pay each time."""
    program = """
import asyncio, sys
from engine import Engine, EngineSettings, Job, Speed, Finished, parse, translate
async def main():
    async with await Engine.open(EngineSettings(device="none")) as engine:
        asked = translate(parse("a red house"), engine.catalog, default_model="swatch", drawn_seed=7)
        engine.submit(Job("one", 1, "ada", Speed.FAST, asked.cells))
        async for event in engine.events():
            if isinstance(event, Finished):
                break
asyncio.run(main())
print("torch" in sys.modules, "diffusers" in sys.modules, "numpy" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["False", "False", "True"]


def test_cards_are_not_offered_but_there_by_name() -> None:
    catalog = load_catalog()
    assert "swatch" not in [entry.name for entry in catalog.offered]
    assert catalog.find("swatch").kind == "swatch"
