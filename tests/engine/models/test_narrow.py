"""Convolutions with a stride on a processor that computes in bfloat16."""

from __future__ import annotations

import pytest
import torch

from engine.engine import Engine
from engine.events import Finished
from engine.job import Job, Speed
from engine.language.prompt import parse
from engine.models.device import Device, choose, look_around
from engine.models.narrow import settle_narrow
from engine.settings import EngineSettings
from engine.translate import translate
from tests.engine.conftest import Listener

PROCESSOR = Device("cpu", "bfloat16", 2**30, "")


@pytest.mark.parametrize("width", [1, 2, 3, 4, 8])
def test_whatever_the_width_it_computes_what_32_bits_would(width: int) -> None:
    torch.manual_seed(0)
    wide = torch.nn.Conv2d(32, 32, 3, stride=2, padding=1)
    narrow = torch.nn.Conv2d(32, 32, 3, stride=2, padding=1)
    narrow.load_state_dict(wide.state_dict())
    settle_narrow(narrow.to(torch.bfloat16), PROCESSOR)
    values = torch.randn(2, 32, 40, width)
    with torch.inference_mode():
        made, right = narrow(values.to(torch.bfloat16)), wide(values)
    assert made.dtype is torch.bfloat16
    assert torch.allclose(made.float(), right, atol=0.05)


@pytest.mark.parametrize("device", [Device("cpu", "float32", 1, ""), Device("cuda:0", "bfloat16", 1, "")])
def test_elsewhere_nothing_is_touched(device: Device) -> None:
    conv = torch.nn.Conv2d(4, 4, 3, stride=2)
    settle_narrow(conv, device)
    assert type(conv) is torch.nn.Conv2d


async def test_a_narrow_picture_is_the_same_each_time_and_never_empty() -> None:
    if choose(look_around(), "cpu").dtype != "bfloat16":
        pytest.skip("this processor does not compute in bfloat16")
    async with await Engine.open(EngineSettings(device="cpu")) as engine:
        listener, made = Listener(engine), []
        listener.start()
        for number in range(6):
            asked = translate(
                parse("a house --steps 2 --ar 1:10"), engine.catalog, default_model="pocket", drawn_seed=1, cells=1
            )
            engine.submit(Job(f"job{number}", 1, "ada", Speed.FAST, asked.cells))
            made.append(await listener.end_of(f"job{number}"))
    pictures = [one.pictures[0].data for one in made if isinstance(one, Finished)]
    assert len(pictures) == len(made), made
    assert len(set(pictures)) == 1
