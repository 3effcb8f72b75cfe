"""SDXL's autoencoder overflows in float16: it is kept wider, and no job's decode changes it for the others."""

from __future__ import annotations

from typing import Any

from engine.models.autoencoder import settle_autoencoder


def make(dtype: str, force_upcast: bool) -> Any:
    import torch
    from diffusers import AutoencoderKL

    torch.manual_seed(0)
    autoencoder = AutoencoderKL(block_out_channels=(32,), norm_num_groups=8, force_upcast=force_upcast)
    return autoencoder.eval().to(getattr(torch, dtype))


def test_in_float16_it_becomes_float32_and_takes_the_pipelines_latents() -> None:
    import torch

    autoencoder = make("float16", force_upcast=True)
    settle_autoencoder(autoencoder)
    assert autoencoder.dtype is torch.float32
    assert autoencoder.config.force_upcast is False
    with torch.no_grad():
        picture = autoencoder.decode(torch.randn(1, 4, 8, 8, dtype=torch.float16), return_dict=False)[0]
        latents = autoencoder.encode(picture.to(torch.float16)).latent_dist.mode()
    assert picture.dtype is torch.float32
    assert torch.isfinite(latents).all()


def test_in_bfloat16_it_stays_as_it_is() -> None:
    import torch

    autoencoder = make("bfloat16", force_upcast=True)
    settle_autoencoder(autoencoder)
    assert (autoencoder.dtype, autoencoder.config.force_upcast) == (torch.bfloat16, False)


def test_one_that_does_not_overflow_stays_in_float16() -> None:
    import torch

    autoencoder = make("float16", force_upcast=False)
    settle_autoencoder(autoencoder)
    assert autoencoder.dtype is torch.float16
