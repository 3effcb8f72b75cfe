"""Which net enlarges: the one that ships, or the operator's own, of this architecture or of another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine.errors import ModelError
from engine.paint import enlarging
from engine.paint.enlarging import SHIPPED, Enlarger, choose_net, net_hash, plan_enlargement
from engine.pocket.upscaler import load_upscaler, make_upscaler

PICTURE = Image.effect_noise((40, 30), 60).convert("RGB")
SIZE = (160, 120)


@pytest.fixture(autouse=True)
def _back_to_what_ships() -> Iterator[None]:
    yield
    choose_net(None)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    save_file(make_upscaler(width=8, depth=2).state_dict(), tmp_path / "own.safetensors")
    return tmp_path / "own.safetensors"


def enlarged() -> np.ndarray:
    plan = plan_enlargement(PICTURE.size, *SIZE, Enlarger.NET)
    return np.asarray(plan.run(PICTURE, lambda done: None), int)


def through(net: torch.nn.Module) -> np.ndarray:
    small = torch.from_numpy(np.array(PICTURE)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        large = net(small)[0].clamp(0, 1).mul(255).round().permute(1, 2, 0)
    return np.asarray(large.numpy(), int)


def test_the_net_that_ships_enlarges_where_nothing_is_said() -> None:
    assert np.abs(enlarged() - through(load_upscaler(SHIPPED))).max() <= 1


def test_an_operators_own_net_takes_its_place_until_it_is_taken_back(own: Path) -> None:
    shipped, first = net_hash(), enlarged()
    choose_net(own)
    assert np.abs(enlarged() - through(load_upscaler(own))).max() <= 1
    assert net_hash() != shipped
    choose_net(None)
    assert (enlarged() == first).all()


def test_a_file_of_no_use_is_told_at_once_and_changes_nothing(own: Path, tmp_path: Path) -> None:
    save_file(make_upscaler(width=8, depth=2, scale=2).state_dict(), tmp_path / "twice.safetensors")
    choose_net(own)
    before = net_hash()
    for name, problem in (("absent", "absent is no file"), ("twice.safetensors", "2 times as large, and 4 times")):
        with pytest.raises(ModelError, match=problem) as caught:
            choose_net(tmp_path / name)
        assert "enlarges four times, or none" in str(caught.value)
    assert net_hash() == before


def test_another_architecture_needs_the_extra_that_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file({"conv_first.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(ModelError, match=r"no compact net.*not installed.*\[gpu\]"):
        choose_net(tmp_path / "other.safetensors")


class TestWithSpandrel:
    @pytest.fixture(autouse=True)
    def _spandrel(self) -> None:
        pytest.importorskip("spandrel", reason="it comes with the extra gpu", exc_type=ImportError)

    def test_it_reads_the_net_that_ships(self) -> None:
        from spandrel import ModelLoader

        net = ModelLoader().load_from_file(SHIPPED)
        assert (net.architecture.name, net.scale) == ("RealESRGAN Compact", 4)
        assert (through(net.model) == through(load_upscaler(SHIPPED))).all()

    def test_a_net_of_another_architecture_enlarges(self, tmp_path: Path) -> None:
        from spandrel.architectures.ESRGAN import ESRGAN

        torch.manual_seed(4)
        net = ESRGAN(num_filters=8, num_blocks=1).eval()
        save_file(net.state_dict(), tmp_path / "esrgan.safetensors")
        choose_net(tmp_path / "esrgan.safetensors")
        assert np.abs(enlarged() - through(net)).max() <= 1

    def test_what_spandrel_does_not_know_is_refused(self, tmp_path: Path) -> None:
        save_file({"mystery": torch.zeros(1)}, tmp_path / "other.safetensors")
        with pytest.raises(ModelError, match="cannot be read"):
            choose_net(tmp_path / "other.safetensors")
        (tmp_path / "text.safetensors").write_text("no weights")
        with pytest.raises(ModelError, match="cannot be read"):
            choose_net(tmp_path / "text.safetensors")


def test_a_tile_is_shown_enough_around_it() -> None:
    assert enlarging.FOREIGN_REACH < enlarging.TILE
