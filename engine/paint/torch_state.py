"""What torch keeps per thread and a painter sets for itself: gradients, inference mode, autocast, device and stream.
Painters share one thread, so each leaves its state at the door whenever another goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

_CASTING = ("cpu", "cuda")


@dataclass(frozen=True, slots=True)
class TorchState:
    """As it was at one moment. Before torch is loaded, which another thread may be at, there is nothing to keep."""

    grad: bool
    inference: bool
    autocast: tuple[tuple[bool, Any], ...]
    autocast_cache: bool
    stream: Any

    @classmethod
    def now(cls) -> TorchState | None:
        torch = sys.modules.get("torch")
        if torch is None or getattr(torch.__spec__, "_initializing", False):
            return None
        casts = tuple((torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)) for kind in _CASTING)
        stream = torch.cuda.current_stream() if torch.cuda.is_initialized() else None
        inference = torch.is_inference_mode_enabled()
        return cls(torch.is_grad_enabled(), inference, casts, torch.is_autocast_cache_enabled(), stream)

    @property
    def casts(self) -> bool:
        return any(enabled for enabled, _ in self.autocast)


@contextmanager
def entered(state: TorchState | None) -> Iterator[None]:
    """Have this state within, and what was there before afterwards."""
    if state is None or state == TorchState.now():
        yield
        return
    import torch

    with ExitStack() as stack:
        if state.stream is not None:
            stack.enter_context(torch.cuda.stream(state.stream))  # a stream belongs to a device, which comes along
        stack.enter_context(torch.inference_mode(state.inference))
        stack.enter_context(torch.set_grad_enabled(state.grad))
        before = TorchState.now()
        _set_autocast(state)
        try:
            yield
        finally:
            _set_autocast(before)


def _set_autocast(state: TorchState | None) -> None:
    import torch

    if state is None:
        return
    for kind, (enabled, dtype) in zip(_CASTING, state.autocast, strict=True):
        torch.set_autocast_enabled(kind, enabled)
        torch.set_autocast_dtype(kind, dtype)
    torch.set_autocast_cache_enabled(state.autocast_cache)
