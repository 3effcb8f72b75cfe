"""The super-resolution net: the compact VGG-style net published with Real-ESRGAN (SRVGGNetCompact), under its published
keys, so that other loaders read our weights and this one reads theirs. Torch is imported where a net is made.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

SCALE = 4


def make_upscaler(width: int = 48, depth: int = 12, scale: int = SCALE) -> nn.Module:
    """`depth` convolutions of `width` channels, then pixels to depth; the net adds detail to the nearest neighbours."""
    from torch import nn
    from torch.nn import functional

    class Compact(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = [nn.Conv2d(3, width, 3, padding=1), nn.PReLU(width)]
            for _ in range(depth):
                layers += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
            self.body = nn.ModuleList([*layers, nn.Conv2d(width, 3 * scale * scale, 3, padding=1)])

        def forward(self, x: Tensor) -> Tensor:
            y = x
            for layer in self.body:
                y = layer(y)
            detail: Tensor = functional.pixel_shuffle(y, scale)
            return detail + functional.interpolate(x, scale_factor=scale, mode="nearest")

    return Compact()


def load_upscaler(path: Path) -> nn.Module:
    """A net from published weights: its width, depth and scale are read off the tensors. Raises ValueError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file ({error})") from None
    numbers = [int(m[1]) for m in (re.fullmatch(r"body\.(\d+)\.weight", key) for key in weights) if m]
    first, last = weights.get("body.0.weight"), weights.get(f"body.{max(numbers, default=0)}.weight")
    if first is None or last is None or first.ndim != 4 or len(numbers) < 3:
        raise ValueError(
            f"{path} holds no SRVGGNetCompact weights: keys body.0.weight, body.1.weight, … are expected; "
            f"found {', '.join(sorted(weights)[:3])}, …"
        )
    net = make_upscaler(first.shape[0], (max(numbers) - 2) // 2, round((last.shape[0] / 3) ** 0.5))
    net.load_state_dict(weights)
    return net.eval()
