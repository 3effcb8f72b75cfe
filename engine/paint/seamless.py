"""Pictures that tile: what joins their edges. Convolutions are made to look round the edge, and put back. A
transformer, which counts places, has the picture moved under it. A decoder of another kind sees some of the far side.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from engine.models.catalog import Family

if TYPE_CHECKING:
    from torch import Tensor

FOLDING = frozenset({Family.SD, Family.SDXL})  # all convolution and attention without places: exactly seamless
_MARGIN = 8  # latents of the far side that a decoder sees
_STRIDES = (0.6180339887, 0.7548776662)  # shares of height and width that never come back to the same place
_folded: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()


def fold(module: Any, wanted: bool) -> None:
    """From now on the module's convolutions look round the edges, or no longer. Looks anew each time: a style may have
    brought some of its own."""
    for convolution in _folded.pop(module, ()):
        convolution.padding_mode = "zeros"
    if wanted:
        found = _folded[module] = _convolutions(module)
        for convolution in found:
            convolution.padding_mode = "circular"


@contextmanager
def folded(modules: Iterable[Any]) -> Iterator[None]:
    """For painting without an engine around it; there, each call is prepared by its marks."""
    found = list(modules)
    try:
        for module in found:
            fold(module, True)
        yield
    finally:
        for module in found:
            fold(module, False)


def _convolutions(module: Any) -> list[Any]:
    from torch.nn import Conv2d

    return [one for one in module.modules() if isinstance(one, Conv2d) and one.padding_mode == "zeros" and _pads(one)]


def _pads(convolution: Any) -> bool:
    return any(convolution._reversed_padding_repeated_twice)


class Rolled:
    """Stands in a transformer's place: at each step it sees the picture moved elsewhere, so that every edge lies in
    the middle by turns. `done` says how many steps are."""

    def __init__(self, denoiser: Any, rows: int, columns: int, done: Callable[[], int]) -> None:
        self._denoiser, self._rows, self._columns, self._done = denoiser, rows, columns, done
        self._signature = inspect.signature(denoiser.forward)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._denoiser, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        named = dict(self._signature.bind(*args, **kwargs).arguments)
        name = "x" if "x" in named else "hidden_states"
        down, right = (
            int(side * (stride * self._done() % 1))
            for side, stride in zip((self._rows, self._columns), _STRIDES, strict=True)
        )
        moved = self._moved(named[name], down, right)
        return self._moved(self._denoiser(**{**named, name: moved}), -down, -right)

    def _moved(self, value: Any, down: int, right: int) -> Any:
        """Squares of two by two latents are moved, which all transformers read as one; packed, they are the first."""
        if isinstance(value, (tuple, list)):
            return type(value)(self._moved(item, down, right) for item in value)
        if value.shape[-2:] == (2 * self._rows, 2 * self._columns):
            return value.roll((2 * down, 2 * right), (-2, -1))
        squares = self._rows * self._columns
        picture = value[:, :squares].unflatten(1, (self._rows, self._columns)).roll((down, right), (1, 2)).flatten(1, 2)
        return picture if value.shape[1] == squares else _behind(picture, value[:, squares:])


def _behind(picture: Tensor, rest: Tensor) -> Tensor:
    import torch

    return torch.cat([picture, rest], dim=1)


class Wrapped:
    """Stands in a decoder's place whose convolutions cannot be folded: it is given a margin of the far side, and what
    it makes of that is cut off."""

    def __init__(self, autoencoder: Any) -> None:
        self._autoencoder = autoencoder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._autoencoder, name)

    def decode(self, latents: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor]:
        kwargs["return_dict"] = False
        height, width = latents.shape[-2:]
        margin = min(_MARGIN, height, width)
        wide = _wrapped(_wrapped(latents, -2, margin), -1, margin)
        (picture,) = self._autoencoder.decode(wide, *args, **kwargs)[:1]
        larger = picture.shape[-1] // wide.shape[-1]
        for dim, side in ((-2, height), (-1, width)):
            picture = picture.narrow(dim, margin * larger, side * larger)
        return (picture,)


def _wrapped(latents: Tensor, dim: int, margin: int) -> Tensor:
    import torch

    side = latents.shape[dim]
    return latents.index_select(dim, torch.arange(-margin, side + margin, device=latents.device) % side)
