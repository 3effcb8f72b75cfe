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
        autoencoder.decode = _taking_any_numbers(autoencoder.decode)
        autoencoder.encode = _answering_narrowly(_taking_any_numbers(autoencoder.encode))


def _taking_any_numbers(method: Callable[..., Any]) -> Callable[..., Any]:
    """Latents come in the pipeline's float16; the module computes in its own."""

    def widened(values: Any, *rest: Any, **named: Any) -> Any:
        import torch

        return method(values.to(torch.float32), *rest, **named)

    return widened


def _answering_narrowly(encode: Callable[..., Any]) -> Callable[..., Any]:
    """Pipelines hand a picture's latents to the denoiser as they come, and some make the picture wide for this module:
    the answer is in the denoiser's float16 whatever came. What is decoded stays wide; a picture is made of it."""

    def narrowed(*args: Any, **named: Any) -> Any:
        said = encode(*args, **named)
        if isinstance(said, tuple):
            return (_Narrowed(said[0]), *said[1:])
        said.latent_dist = _Narrowed(said.latent_dist)
        return said

    return narrowed


class _Narrowed:
    """Stands in a distribution's place: drawn from in wide numbers, and only what was drawn is narrowed."""

    def __init__(self, distribution: Any) -> None:
        self._distribution = distribution

    def __getattr__(self, name: str) -> Any:
        return getattr(self._distribution, name)

    def sample(self, generator: Any = None) -> Any:
        return self._distribution.sample(generator).half()

    def mode(self) -> Any:
        return self._distribution.mode().half()
