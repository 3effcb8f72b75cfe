"""Enlarging: the size is exact, tiles leave no seam, and each is a turn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine.errors import ModelError, RecipeError
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
    monkeypatch.setattr(upscale, "SHIPPED", path)
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


def test_any_picture_is_brought_to_the_asked_size() -> None:
    assert upscale.paint(easel(recipe(64, 32))).shape == (32, 64, 3)


def test_what_cannot_be_enlarged_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="not 4 times a picture's size"):
        upscale.paint(easel(recipe(601, 560)))
    with pytest.raises(RecipeError, match="no picture to enlarge"):
        upscale.paint(Easel(recipe(sources=())))
    monkeypatch.setattr(upscale, "SHIPPED", tmp_path / "missing.safetensors")
    with pytest.raises(ModelError, match="no weights of the enlarging net"):
        upscale.paint(easel(recipe()))
