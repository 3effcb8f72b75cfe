from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.pocket.training import latents
from engine.pocket.training.latents import Pool, Shelf
from engine.pocket.world import FIRST


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latents, "CHUNK", 8)


def average(pictures: Tensor) -> Tensor:
    """Stands in for the encoder: brightness, four times."""
    return torch.nn.functional.avg_pool2d(pictures.mean(1, keepdim=True), 8).repeat(1, 4, 1, 1)


SHELF = Shelf("first", FIRST, 64, 32)


def test_a_pool_grows_by_whole_chunks_up_to_its_capacity(tmp_path: Path) -> None:
    pool = Pool(tmp_path, SHELF, 20)
    assert pool.ensure(3, average) == pool.size == 8
    assert pool.ensure(99, average) == pool.size == 24
    assert pool.ensure(3, average) == 8  # whatever a run that went farther has left


def test_a_pool_holds_what_the_encoder_gave_for_each_scene(tmp_path: Path) -> None:
    pool = Pool(tmp_path, SHELF, 8)
    pool.ensure(8, average)
    found, cover = pool.take([5])
    picture, true_cover = latents.draw(5, SHELF)
    expected = average(torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255)
    assert found.shape == (1, 4, 4, 8)
    assert torch.allclose(found, expected, atol=1e-3)
    assert np.allclose(cover[0].numpy() * 255, true_cover)


def test_a_pool_opened_again_keeps_what_it_had_and_draws_on_alike(tmp_path: Path) -> None:
    Pool(tmp_path / "a", SHELF, 16).ensure(16, average)
    Pool(tmp_path / "b", SHELF, 16).ensure(8, average)
    again = Pool(tmp_path / "b", SHELF, 16)
    assert again.size == 8
    again.ensure(16, average)
    everything = list(range(16))
    assert torch.equal(again.take(everything)[0], Pool(tmp_path / "a", SHELF, 16).take(everything)[0])
