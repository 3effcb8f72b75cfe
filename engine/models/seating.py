"""Which parts of a model lie whole on the device, and which are streamed through it block by block because it is small.
The plan is pure arithmetic; `seat` carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.errors import ModelError

WORKING_SHARE = (
    0.15  # of the memory, kept for what a forward needs while it runs: a choice, to be turned if it runs out
)
_GIB = 2**30
_DENOISERS = ("transformer", "unet")


class Seat(StrEnum):
    WHOLE = "whole"
    STREAMED = "streamed"  # lies in the machine's memory; each group of layers visits the device when it is needed


def plan_seats(needs: Mapping[str, int], room: int, *, streams: bool, model: str) -> dict[str, Seat]:
    """Text encoders leave the device first: they run once a picture and their answers are kept. Then the denoiser."""
    seats = dict.fromkeys(needs, Seat.WHOLE)
    if sum(needs.values()) <= room:
        return seats
    if streams:
        readers = sorted((name for name in needs if name.startswith("text_encoder")), key=lambda name: -needs[name])
        for name in (*readers, *(name for name in _DENOISERS if name in needs)):
            seats[name] = Seat.STREAMED
            if on_device(needs, seats) <= room:
                return seats
    raise ModelError(model, lacking(model, needs, room), "Choose a smaller model, or a device with more memory.")


def lacking(model: str, needs: Mapping[str, int], room: int) -> str:
    return f"{model} needs {sum(needs.values()) / _GIB:.1f} GiB and {max(0, room) / _GIB:.1f} GiB can be had."


def on_device(needs: Mapping[str, int], seats: Mapping[str, Seat]) -> int:
    """What stays there. The few layers that visit are part of the work's memory."""
    return sum(size for name, size in needs.items() if seats[name] is Seat.WHOLE)


def seat(module: Any, where: Seat, name: str, device: str) -> None:
    """Put a module where the plan says. Before anything else wraps its forward: streaming wraps it too."""
    if where is Seat.WHOLE:
        module.to(device)
        return
    import torch
    from diffusers.hooks import apply_group_offloading

    blocks = name in _DENOISERS
    apply_group_offloading(
        module,
        onload_device=torch.device(device),
        offload_device=torch.device("cpu"),
        offload_type="block_level" if blocks else "leaf_level",
        num_blocks_per_group=1 if blocks else None,
        use_stream=device.startswith("cuda"),
    )
