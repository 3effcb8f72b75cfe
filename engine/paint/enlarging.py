"""A picture made larger: by the super-resolution net, tile by tile, or smoothly without torch. A tile is a turn in the
queue, and memory is bounded by the pixels that may come out.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFilter

from engine.errors import DataFault, ModelError, RecipeError
from engine.models.device import NO_DEVICE
from engine.paint.image import fit
from engine.paint.strand import pause
from engine.pocket.upscaler import SCALE, load_upscaler
from engine.schedule.timing import Stage

if TYPE_CHECKING:
    from torch import Tensor

SHIPPED = Path(__file__).parent.parent / "pocket" / "weights" / "upscaler" / "model.safetensors"
TILE = 128  # pixels of the small picture
FOREIGN_REACH = 32  # pixels that an unknown architecture is shown around a tile: farther ones change little
MOST_PIXELS = 128_000_000  # of what the net makes before it is brought to the asked size: 384 MB
_LANCZOS = Image.Resampling.LANCZOS
_NAME_ANOTHER = "Name a safetensors file of a net that enlarges four times, or none, for the one that ships."

Told = Callable[[int], None]  # how many turns are done


class Enlarger(StrEnum):
    """How a picture is made larger."""

    NET = "net"  # the super-resolution net, which adds what is likely there
    LANCZOS = "lanczos"  # smoothly, and sharpened a little: adds nothing, needs no torch


@dataclass(frozen=True, slots=True)
class Enlargement:
    """One picture on its way to a size. What juts out of the new shape is cut off; what the enlarger makes too large is
    brought down again. `scale` is how many times as large it makes a picture, `device` where the net computes."""

    how: Enlarger
    scale: int
    small: tuple[int, int]
    width: int
    height: int
    device: str = "cpu"

    @property
    def turns(self) -> int:
        if self.small == (self.width, self.height):
            return 0
        return count_tiles(*self.small) if self.how is Enlarger.NET else 1

    def run(self, picture: Image.Image, told: Told) -> Image.Image:
        small = fit(picture, *self.small)
        if not self.turns:
            return small
        match self.how:
            case Enlarger.NET:
                large = _by_net(small, told, self.device)
            case Enlarger.LANCZOS:
                large = pause(lambda: self._smooth(small))
                told(1)
        size = (self.width, self.height)
        return large if large.size == size else large.resize(size, _LANCZOS)

    def _smooth(self, small: Image.Image) -> Image.Image:
        larger = self.width / small.width
        large = small.resize((self.width, self.height), _LANCZOS)
        return large.filter(ImageFilter.UnsharpMask(radius=max(0.5, 0.5 * larger), percent=60, threshold=2))


@dataclass(frozen=True, slots=True)
class _Net:
    """`reach` is a little more than it looks around each pixel, so that seams cannot be seen. Weights may be anyone's:
    both are read off them."""

    module: Callable[[Tensor], Tensor]
    scale: int
    reach: int
    sha256: str


def net_hash() -> str:
    """Which weights enlarge here. Raises ModelError if there are none."""
    return _load(_weights()).sha256


def count_tiles(width: int, height: int) -> int:
    """Turns that the net takes over a picture of this size."""
    return -(-width // TILE) * -(-height // TILE)


def plan_enlargement(size: tuple[int, int], width: int, height: int, how: Enlarger, device: str = "cpu") -> Enlargement:
    """From `size` to another. Raises RecipeError if that is farther than the enlarger goes; ModelError without one."""
    if how is Enlarger.NET and device == NO_DEVICE:
        raise ModelError("upscaler", "No device was wanted, and the enlarging net needs one.", "Name one such as cpu.")
    scale = _load(_weights()).scale if how is Enlarger.NET else SCALE
    larger = max(width / size[0], height / size[1])
    if larger > scale:
        most = f"{size[0] * scale} x {size[1] * scale}"
        problem = (
            f"is {width} x {height}, and a picture of {size[0]} x {size[1]} becomes at most {scale} times as large."
        )
        raise RecipeError([DataFault("width", problem, f"Use at most {most} pixels.")])
    # A picture that is larger than what is wanted has details that nobody would see.
    larger = max(1.0, larger)
    small = (max(1, round(width / larger)), max(1, round(height / larger)))
    if how is Enlarger.NET and small[0] * small[1] * scale * scale > MOST_PIXELS:
        problem = f"is {width} x {height}, for which {scale} times {small[0]} x {small[1]} pixels would be reckoned."
        raise RecipeError([DataFault("width", problem, "Enlarge a smaller picture, or ask for less.")])
    return Enlargement(how, scale, small, width, height, device)


def _by_net(picture: Image.Image, told: Told, device: str) -> Image.Image:
    import numpy as np
    import torch

    net = _load(_weights(), device)
    scale, (width, height) = net.scale, picture.size
    small = torch.from_numpy(np.array(picture)).to(device).permute(2, 0, 1)[None].float() / 255
    large = torch.zeros(height * scale, width * scale, 3, dtype=torch.uint8)
    for done, (top, left) in enumerate(_places(width, height), 1):
        tile = pause(functools.partial(_tile, net, small, top, left), stage=Stage.TILE)
        large[top * scale : top * scale + len(tile), left * scale : left * scale + tile.shape[1]] = tile
        told(done)
    return Image.fromarray(large.numpy())


def _places(width: int, height: int) -> Iterator[tuple[int, int]]:
    return ((top, left) for top in range(0, height, TILE) for left in range(0, width, TILE))


def _tile(net: _Net, small: Tensor, top: int, left: int) -> Tensor:
    """Height x width x 3, on the processor: one tile, reckoned with what lies around it, which is cut off again."""
    import torch

    scale, reach = net.scale, net.reach
    height, width = small.shape[2:]
    above, before = min(reach, top), min(reach, left)
    bottom, right = min(height, top + TILE), min(width, left + TILE)
    around = small[:, :, top - above : min(height, bottom + reach), left - before : min(width, right + reach)]
    with torch.inference_mode():
        large = net.module(around)[0, :, above * scale :, before * scale :]
    large = large[:, : (bottom - top) * scale, : (right - left) * scale]
    rounded: Tensor = (large.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu()
    return rounded


_chosen: Path | None = None  # one net a process: jobs that are derived know no settings


def choose_net(path: Path | None) -> None:
    """Enlarge by these weights from now on; None: by those that ship. Raises ModelError if they are of no use."""
    global _chosen
    if path is not None:
        if not path.is_file():
            raise ModelError("upscaler", f"{path} is no file.", _NAME_ANOTHER)
        if (scale := _load(path).scale) < SCALE:
            problem = f"{path} makes pictures {scale} times as large, and {SCALE} times is what members are offered."
            raise ModelError("upscaler", problem, _NAME_ANOTHER)
    _chosen = path


def has_net() -> bool:
    return (_chosen or SHIPPED).is_file()


def _weights() -> Path:
    if not has_net():
        raise ModelError("upscaler", "There are no weights of the enlarging net here.", "Train it, or add them.")
    return _chosen or SHIPPED


@functools.cache
def _load(path: Path, device: str = "cpu") -> _Net:
    """Two megabytes, kept wherever they were needed as long as the process lives."""
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    try:
        module: Any = load_upscaler(path)
    except ValueError as error:
        if path == SHIPPED:
            raise ModelError("upscaler", f"{error}.", "Put the weights back that belong there.") from None
        return _load_foreign(path, device, digest)
    convolutions = (len(module.body) + 1) // 2
    return _Net(module.to(device), round((module.body[-1].out_channels / 3) ** 0.5), convolutions + 2, digest)


def _load_foreign(path: Path, device: str, digest: str) -> _Net:
    """Another published architecture, which spandrel tells from its keys."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
    except ImportError:
        problem = f"{path} is no compact net (SRVGGNetCompact), and the library that reads others is not installed."
        raise ModelError(
            "upscaler", problem, 'Install it: .venv/bin/pip install -c constraints.txt -e ".[gpu]".'
        ) from None
    try:
        net = ModelLoader().load_from_state_dict(load_file(path))
    except (SafetensorError, UnsupportedModelError) as error:
        raise ModelError("upscaler", f"{path} cannot be read ({error}).", _NAME_ANOTHER) from None
    if not isinstance(net, ImageModelDescriptor) or (net.input_channels, net.output_channels) != (3, 3):
        raise ModelError("upscaler", f"{path} does not make a picture out of a picture.", _NAME_ANOTHER)
    return _Net(net.to(device).eval(), net.scale, FOREIGN_REACH, digest)
