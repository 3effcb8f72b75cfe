from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.pocket.upscaler import load_upscaler, make_upscaler


def test_it_enlarges_four_times() -> None:
    assert make_upscaler()(torch.zeros(1, 3, 10, 16)).shape == (1, 3, 40, 64)


def test_its_keys_are_the_published_ones() -> None:
    # convolution and PReLU by turns: Real-ESRGAN's SRVGGNetCompact
    convolutions = {f"body.{i}.{part}" for i in (0, 2, 4, 6) for part in ("weight", "bias")}
    assert set(make_upscaler(width=8, depth=2).state_dict()) == convolutions | {f"body.{i}.weight" for i in (1, 3, 5)}


@pytest.mark.parametrize(("width", "depth", "scale"), [(8, 2, 4), (16, 3, 2)])
def test_any_width_depth_and_scale_is_read_off_the_weights(tmp_path: Path, width: int, depth: int, scale: int) -> None:
    net = make_upscaler(width, depth, scale)
    save_file(net.state_dict(), tmp_path / "net.safetensors")
    again = load_upscaler(tmp_path / "net.safetensors")
    x = torch.rand(1, 3, 12, 8)
    assert torch.equal(again(x), net(x))


def test_other_weights_are_refused_with_what_was_found(tmp_path: Path) -> None:
    save_file({"conv_first.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"holds no SRVGGNetCompact weights.*conv_first\.weight"):
        load_upscaler(tmp_path / "other.safetensors")
