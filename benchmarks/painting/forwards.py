"""Every forward of the denoiser and every decode, whoever asks for it: when it began and ended, and its rows."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ran:
    began: float  # by time.perf_counter
    ended: float
    rows: int


@dataclass(slots=True)
class Watch:
    forwards: list[Ran] = field(default_factory=list)
    decodes: list[Ran] = field(default_factory=list)


@contextmanager
def watched() -> Iterator[Watch]:
    """Open it before a model is loaded: it watches the classes, whose methods are looked up when they are shared."""
    from diffusers import AutoencoderTiny, UNet2DConditionModel

    watch = Watch()
    real_forward, real_decode = UNet2DConditionModel.forward, AutoencoderTiny.decode
    UNet2DConditionModel.forward = _noting(real_forward, watch.forwards)
    AutoencoderTiny.decode = _noting(real_decode, watch.decodes)
    try:
        yield watch
    finally:
        UNet2DConditionModel.forward, AutoencoderTiny.decode = real_forward, real_decode


def _noting(real: Callable[..., Any], ran: list[Ran]) -> Callable[..., Any]:
    @functools.wraps(real)  # its signature says to the engine what may be joined
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        result = real(self, *args, **kwargs)
        rows = len(args[0] if args else next(iter(kwargs.values())))  # what is painted comes first in every model
        ran.append(Ran(began, time.perf_counter(), rows))
        return result

    return noting
