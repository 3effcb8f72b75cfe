"""Enlarging: the size is exact, tiles leave no seam, each is a turn; and what is painted over on the way."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine.errors import ModelError, RecipeError
from engine.paint import enlarging
from engine.paint.easel import Easel
from engine.paint.painters import upscale
from engine.paint.rendezvous import Ended, Parked, Rendezvous
from engine.pocket.upscaler import load_upscaler, make_upscaler
from engine.recipe import Recipe, Role, Source
from engine.schedule.turn import Step
from tests.engine.test_recipe import PLAIN

PICTURE = Image.effect_noise((150, 140), 60).convert("RGB")


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.manual_seed(2)
    path = tmp_path / "upscaler.safetensors"
    save_file(make_upscaler(width=8, depth=12).state_dict(), path)
    monkeypatch.setattr(enlarging, "SHIPPED", path)
    return path


def recipe(width: int = 600, height: int = 560, **changes: object) -> Recipe:
    wanted = replace(PLAIN, kind="upscale", width=width, height=height, sources=(Source(Role.IMAGE, "p"),))
    return replace(wanted, **changes)  # type: ignore[arg-type]


def easel(one: Recipe) -> Easel:
    return Easel(one, pictures={"p": PICTURE})


def test_tiles_are_the_whole_picture_without_a_seam(weights: Path) -> None:
    tiled = upscale.paint(easel(recipe())).astype(int)
    small = torch.from_numpy(np.array(PICTURE)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        whole = load_upscaler(weights)(small)[0].clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy()
    assert tiled.shape == (560, 600, 3)
    assert np.abs(tiled - whole).max() <= 1


def test_each_tile_is_a_turn_and_told() -> None:
    told: list[tuple[int, int]] = []
    meeting = Rendezvous()
    seat = Easel(recipe(), pictures={"p": PICTURE}, tell=lambda done, steps, look=None: told.append((done, steps)))
    arrival = meeting.start("a", 0, lambda: upscale.paint(seat))
    turns = 0
    while isinstance(arrival, Parked):
        (arrival,) = meeting.run(Step((arrival.call,)))
        turns += 1
    assert isinstance(arrival, Ended)
    assert turns == 4
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_any_size_up_to_what_the_net_makes_is_honoured() -> None:
    for width, height in ((64, 32), (300, 280), (401, 333), (150, 140)):
        assert upscale.paint(easel(recipe(width, height))).shape == (height, width, 3)
    half = upscale.paint(easel(recipe(300, 280))).astype(int)
    whole = Image.fromarray(upscale.paint(easel(recipe()))).resize((300, 280), Image.Resampling.LANCZOS)
    assert np.array_equal(half, np.asarray(whole)), "made at full size, then brought down"


@pytest.mark.parametrize(("scale", "depth"), [(2, 4), (3, 20)])
def test_other_weights_are_taken_as_they_are(
    scale: int, depth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deeper net looks farther around itself: seams would show."""
    path = tmp_path / "other.safetensors"
    save_file(make_upscaler(width=8, depth=depth, scale=scale).state_dict(), path)
    monkeypatch.setattr(enlarging, "SHIPPED", path)
    width, height = 150 * scale, 140 * scale
    small = torch.from_numpy(np.array(PICTURE)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        whole = load_upscaler(path)(small)[0].clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy()
    assert np.abs(upscale.paint(easel(recipe(width, height))).astype(int) - whole).max() <= 1
    with pytest.raises(RecipeError, match=f"becomes at most {scale} times as large. Use at most {width} x {height}"):
        upscale.paint(easel(recipe(width + 8, height + 8)))


def test_memory_is_bounded_before_anything_is_painted() -> None:
    with pytest.raises(RecipeError, match="Enlarge a smaller picture, or ask for less"):
        enlarging.plan_enlargement((4096, 4096), 8192, 8192, enlarging.Enlarger.NET)


def test_without_a_net_a_picture_is_enlarged_smoothly_and_in_one_turn() -> None:
    told: list[tuple[int, int]] = []
    one = recipe(600, 560, extras=(("enlarger", "lanczos"),))
    seat = Easel(one, pictures={"p": PICTURE}, tell=lambda done, steps, look=None: told.append((done, steps)))
    large = upscale.paint(seat)
    assert large.shape == (560, 600, 3)
    assert told == [(1, 1)]
    small = Image.fromarray(large).resize(PICTURE.size, Image.Resampling.BOX)
    assert np.abs(np.asarray(small).astype(int) - np.asarray(PICTURE)).mean() < 10


def test_a_signed_recipe_names_the_weights_that_enlarged_it(weights: Path) -> None:
    digest = "sha256:" + hashlib.sha256(weights.read_bytes()).hexdigest()
    once = upscale.signed(recipe())
    assert dict(once.extras) == {"enlarger": "net", "net": digest}
    assert upscale.signed(replace(once, extras=(("enlarger", "net"), ("net", "sha256:other")))) == once
    assert np.array_equal(upscale.paint(easel(once)), upscale.paint(easel(recipe())))
    smooth = recipe(extras=(("enlarger", "lanczos"),))
    assert upscale.signed(smooth) == smooth


def test_the_net_computes_where_the_easel_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = enlarging._load

    def load(path: Path, device: str = "cpu") -> object:
        asked.append(device)
        return real(path)

    monkeypatch.setattr(enlarging, "_load", load)
    extras = (("enlarger", "net"), ("painter", "swatch"), ("repaint", 0.5), ("repaint_height", 280))
    over = recipe(600, 560, extras=(*extras, ("repaint_width", 300)))
    for one in (recipe(), over):
        asked.clear()
        upscale.paint(replace(easel(one), device="cpu:0"))
        assert set(asked) == {"cpu", "cpu:0"}, "looked at on the processor, run there"
    with pytest.raises(ModelError, match="No device was wanted, and the enlarging net needs one"):
        upscale.paint(replace(easel(recipe()), device="none"))


def test_a_repaint_is_told_as_part_of_one_picture() -> None:
    told: list[tuple[int, int]] = []
    extras = (("enlarger", "net"), ("painter", "swatch"), ("repaint", 0.5), ("repaint_height", 280))
    one = recipe(600, 560, steps=6, extras=(*extras, ("repaint_width", 300)))
    seat = Easel(one, pictures={"p": PICTURE}, tell=lambda done, steps, look=None: told.append((done, steps)))
    assert upscale.paint(seat).shape == (560, 600, 3)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {steps for _, steps in told} == {4 + 3 + 9}
    assert told[-1] == (16, 16)


@pytest.mark.parametrize(
    ("extras", "problem"),
    [
        ((("scale", 2),), "extras.scale: is 2. Use enlarger, net, painter, repaint"),
        ((("enlarger", "magic"),), "extras.enlarger: is 'magic'. Use net or lanczos."),
        ((("painter", "swatch"),), "extras: say only half of a repaint."),
        ((("painter", "os"), ("repaint", 2.0)), "extras.painter: is 'os'. Use diffusion or swatch."),
        ((("repaint", 0.5),), "say only half of a repaint"),
    ],
)
def test_extras_that_mean_nothing_are_refused(extras: tuple[tuple[str, object], ...], problem: str) -> None:
    with pytest.raises(RecipeError, match=problem):
        upscale.paint(easel(recipe(extras=extras)))


def test_what_cannot_be_enlarged_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"becomes at most 4 times as large\. Use at most 600 x 560 pixels."):
        upscale.paint(easel(recipe(608, 560)))
    with pytest.raises(RecipeError, match="no picture to enlarge"):
        upscale.paint(Easel(recipe(sources=())))
    with pytest.raises(RecipeError, match="are not one picture to enlarge"):
        upscale.paint(easel(recipe(sources=(Source(Role.IMAGE, "p"), Source(Role.MASK, "p")))))
    other = tmp_path / "other.safetensors"
    save_file({"conv_first.weight": torch.zeros(1)}, other)
    for path, problem in ((other, "holds no SRVGGNetCompact weights"), (tmp_path / "missing", "no weights of the enl")):
        monkeypatch.setattr(enlarging, "SHIPPED", path)
        with pytest.raises(ModelError, match=problem):
            upscale.paint(easel(recipe()))
