"""How the enlarging net begins, and which patches a batch is cut from."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from engine.pocket.training import upscaler
from engine.pocket.training.upscaler import UpscalerStage, begin_linear
from engine.pocket.upscaler import make_upscaler


def test_before_training_the_net_enlarges_bilinearly() -> None:
    net = make_upscaler(width=8, depth=3)
    begin_linear(net)
    small = torch.rand(2, 3, 12, 16)
    plain = functional.interpolate(small, scale_factor=4, mode="bilinear")
    inner = (..., slice(4, -4), slice(4, -4))  # outside the picture it sees black
    torch.testing.assert_close(net(small)[inner], plain[inner])


def test_a_batch_is_cut_from_several_pictures_and_its_number_alone_decides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upscaler, "FULL_SIDE", 64)
    monkeypatch.setattr(upscaler, "load_average", lambda *of: 0)
    cpu = torch.device("cpu")
    running, fresh = (UpscalerStage(cpu, tmp_path, 8, 8, side=32) for _ in range(2))
    number = 2 * upscaler.USES
    for earlier in range(number):
        running.examples(earlier)
    first, again = running.examples(number), fresh.examples(number)
    torch.testing.assert_close(first, again)
    assert first[0].shape == (8, 3, 8, 8)
    assert first[1].shape == (8, 3, 32, 32)
