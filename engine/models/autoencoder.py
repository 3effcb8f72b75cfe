"""Autoencoders that overflow in float16, such as SDXL's: kept in numbers wide enough, once and for all jobs. The stock
pipelines would change the shared module's numbers back and forth around each decode, under their neighbours' feet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def settle_autoencoder(autoencoder: Any) -> None:
    import torch

    config = autoencoder.config
    if not getattr(config, "force_upcast", False):
        return
    autoencoder.register_to_config(force_upcast=False)
    if autoencoder.dtype is torch.float16:
        autoencoder.to(torch.float32)
        for name in ("encode", "decode"):
            setattr(autoencoder, name, _taking_any_numbers(getattr(autoencoder, name)))


def _taking_any_numbers(method: Callable[..., Any]) -> Callable[..., Any]:
    """Latents come in the pipeline's float16; the module computes in its own."""

    def widened(values: Any, *rest: Any, **named: Any) -> Any:
        import torch

        return method(values.to(torch.float32), *rest, **named)

    return widened
