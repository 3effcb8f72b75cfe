"""Latents as their decoder has them: some families paint with rows of little squares. For previews alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def unpacked(latents: Tensor, packed: str, vae: Any, width: int, height: int) -> Tensor:
    """One picture's latents: (channels, height, width)."""
    if latents.dim() == 5:  # (rows, channels, frames, height, width)
        return latents[0, :, 0]
    if latents.dim() == 4:
        return latents[0]
    rows, columns = _grid(latents.shape[1], width, height)
    squares = latents[0].reshape(rows, columns, -1)
    if packed == "flux2":
        squares = squares.permute(2, 0, 1)[None]
        deviation = (vae.bn.running_var + vae.config.batch_norm_eps).sqrt().view(1, -1, 1, 1).to(squares)
        squares = squares * deviation + vae.bn.running_mean.view(1, -1, 1, 1).to(squares)
        squares = squares[0].permute(1, 2, 0)
    channels = squares.shape[-1] // 4
    squares = squares.reshape(rows, columns, channels, 2, 2).permute(2, 0, 3, 1, 4)
    return squares.reshape(channels, rows * 2, columns * 2)


def _grid(tokens: int, width: int, height: int) -> tuple[int, int]:
    """How many squares high and wide: the pair nearest to the picture's shape."""
    pairs = [(tokens // columns, columns) for columns in range(1, tokens + 1) if tokens % columns == 0]
    return min(pairs, key=lambda pair: abs(pair[0] * width - pair[1] * height))
