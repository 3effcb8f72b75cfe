"""Time on a device: of one piece of work, of all that a module ran, of a matrix product to compare with. On a GPU by
its own events, which see what it did and not when it was asked.
"""

from __future__ import annotations

import functools
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.models.loaded import Loaded

_GEMM_SIDE, _TINY_SIDE, _PRODUCTS = 8192, 256, 10


class Moment:
    """One instant on the device. Reading a difference waits for it."""

    def __init__(self, device: str) -> None:
        self._event: Any = None
        if device.startswith("cuda"):
            import torch

            event: Any = torch.cuda.Event
            self._event = event(enable_timing=True)
            self._event.record(torch.cuda.current_stream(device))
        self._at = time.perf_counter()

    def ms_until(self, other: Moment) -> float:
        if self._event is None:
            return (other._at - self._at) * 1000
        other._event.synchronize()
        return float(self._event.elapsed_time(other._event))


def ms_of(work: Callable[[], Any], device: str) -> float:
    began = Moment(device)
    work()
    return began.ms_until(Moment(device))


class Meter:
    """Listens at a model's modules: how long the device was in their forwards. `step` are the denoiser's, `tail` the
    encoders' and the decoder's. Attach it before painters share the modules."""

    def __init__(self, model: Loaded) -> None:
        self._device = model.device
        self._laps: defaultdict[str, list[tuple[Moment, Moment]]] = defaultdict(list)
        self._listen(model.denoiser, "forward", "step")
        self._listen(model.components["vae"], "decode", "tail")
        for name, part in model.components.items():
            if name.startswith("text_encoder"):
                self._listen(part, "forward", "tail")

    def take(self) -> dict[str, list[float]]:
        """Milliseconds of every forward since the last time."""
        laps, self._laps = self._laps, defaultdict(list)
        return {kind: [began.ms_until(ended) for began, ended in pairs] for kind, pairs in laps.items()}

    def _listen(self, module: Any, method: str, kind: str) -> None:
        real = getattr(module, method)

        @functools.wraps(real)  # the engine reads the signature
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = Moment(self._device)
            result = real(*args, **kwargs)
            self._laps[kind].append((began, Moment(self._device)))
            return result

        setattr(module, method, timed)


def gemm_tflops(device: str, *, tiny: bool) -> float:
    """A large product of random matrices: what this card does at its best now, at the power that numbers cost."""
    import torch

    side, dtype = (_TINY_SIDE, torch.float32) if tiny else (_GEMM_SIDE, torch.bfloat16)
    one, other = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))

    def multiply() -> None:
        for _ in range(_PRODUCTS):
            one @ other

    multiply()
    return _PRODUCTS * 2 * side**3 / min(ms_of(multiply, device) for _ in range(5)) / 1e9


def card_state() -> str:
    """Clock, power and temperature as the driver tells them, so that a throttled run can be recognised."""
    asked = ["nvidia-smi", "--query-gpu=clocks.sm,power.draw,temperature.gpu", "--format=csv,noheader"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip().splitlines()[0]


@contextmanager
def counting_flops() -> Iterator[Callable[[], float]]:
    """Of what runs within, in TFLOP. Attention is written out for it: the counter does not know all fused kernels."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        yield lambda: counter.get_total_flops() / 1e12
