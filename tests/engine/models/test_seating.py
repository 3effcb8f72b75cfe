"""What does not fit whole is streamed: text encoders first, then the denoiser; the picture is the same."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ModelError
from engine.models.seating import Seat, on_device, plan_seats, seat
from engine.pocket import parts

GIB = 2**30
FLUX = {"transformer": 24 * GIB, "text_encoder": GIB, "text_encoder_2": 9 * GIB, "vae": GIB}


def streamed(room: int) -> set[str]:
    seats = plan_seats(FLUX, room * GIB, streams=True, model="flux")
    assert on_device(FLUX, seats) <= room * GIB
    return {name for name, where in seats.items() if where is Seat.STREAMED}


def test_the_largest_reader_leaves_first_and_the_denoiser_last() -> None:
    assert streamed(35) == set()
    assert streamed(30) == {"text_encoder_2"}
    assert streamed(25) == {"text_encoder", "text_encoder_2"}
    assert streamed(8) == {"text_encoder", "text_encoder_2", "transformer"}


def test_what_cannot_be_streamed_or_is_too_large_even_so_is_refused() -> None:
    with pytest.raises(ModelError, match=r"flux needs 35\.0 GiB and 30\.0 GiB can be had"):
        plan_seats(FLUX, 30 * GIB, streams=False, model="flux")
    with pytest.raises(ModelError, match=r"0\.5 GiB can be had"):
        plan_seats(FLUX, GIB // 2, streams=True, model="flux")


def test_a_streamed_module_computes_what_it_computed_whole() -> None:
    import torch

    torch.manual_seed(0)
    unet, reader = parts.make_unet((16, 16)).eval(), parts.make_text_encoder(40).eval()
    with torch.no_grad():
        expected = _paint(unet, reader)
        for module, name in ((unet, "unet"), (reader, "text_encoder")):
            seat(module, Seat.STREAMED, name, "cpu")
        assert torch.equal(_paint(unet, reader), expected)


def _paint(unet: Any, reader: Any) -> Any:
    import torch

    latents = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    words = reader(torch.arange(10)[None]).last_hidden_state.expand(2, -1, -1)
    return unet(latents, torch.tensor(7.0), encoder_hidden_states=words).sample


def test_a_whole_module_moves_to_its_device() -> None:
    import torch

    module = torch.nn.Linear(2, 2)
    seat(module, Seat.WHOLE, "vae", "meta")
    assert module.weight.is_meta
