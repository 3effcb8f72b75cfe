"""How the painter begins: around the trained inner levels a new outermost one is laid that at first only halves what
comes in and doubles what goes out. So the first large pictures are the small ones, enlarged, and what was learned of
words, things and places stays.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import nn

_PATCH = 9  # places of a 3 x 3 kernel


@torch.no_grad()
def grow(inner: UNet2DConditionModel, outer: UNet2DConditionModel) -> None:
    """Fill `outer`, which has one level more, from `inner`."""
    for name in ("time_embedding", "mid_block", "conv_norm_out", "conv_out"):
        getattr(outer, name).load_state_dict(getattr(inner, name).state_dict())
    for old, new in zip(inner.down_blocks, outer.down_blocks[1:], strict=True):
        new.load_state_dict(old.state_dict())
    for old, new in zip(inner.up_blocks, outer.up_blocks[:-1], strict=True):
        new.load_state_dict(old.state_dict(), strict=False)  # the last of the old had no upsampler
    _see(outer.conv_in)
    _halve(inner.conv_in, outer.conv_in, outer.down_blocks[0].downsamplers[0].conv)
    _double(outer.up_blocks[-2].upsamplers[0].conv)
    for block in (outer.down_blocks[0], outer.up_blocks[-1]):
        for part in (*(r.conv2 for r in block.resnets), *(a.proj_out for a in block.attentions)):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)
    for resnet in outer.up_blocks[-1].resnets:
        _pass_first(resnet.conv_shortcut)


def _see(conv: Any) -> None:
    """Each latent and its eight neighbours, a channel each; the other channels stay as they are."""
    for channel in range(conv.in_channels):
        for place in range(_PATCH):
            kernel = conv.weight[channel * _PATCH + place]
            kernel.zero_()
            kernel[channel].view(-1)[place] = 1.0
            conv.bias[channel * _PATCH + place] = 0.0


def _halve(small: Any, seen: Any, conv: Any) -> None:
    """What the inner first layer would say of the means of four squares each, as far as the kernel reaches."""
    conv.weight.zero_()
    conv.bias.copy_(small.bias)
    for place in range(_PATCH):
        row, column = (2 * (place // 3 - 1), 2 * (place % 3 - 1))  # the upper left of the four squares
        four = [(y, x) for y in (row, row + 1) for x in (column, column + 1) if y <= 2 and x <= 2]
        for y, x in four:
            step_y, step_x = (max(-1, min(1, y)), max(-1, min(1, x)))  # the kernel's step, then the neighbour's
            neighbour = (y - step_y + 1) * 3 + (x - step_x + 1)
            for channel in range(seen.in_channels):
                seen_as = channel * _PATCH + neighbour
                conv.weight[:, seen_as, step_y + 1, step_x + 1] += small.weight[
                    :, channel, place // 3, place % 3
                ] / len(four)


def _double(conv: Any) -> None:
    nn.init.dirac_(conv.weight)
    nn.init.zeros_(conv.bias)


def _pass_first(conv: Any) -> None:
    """Of what was laid side by side only what came from within."""
    nn.init.zeros_(conv.weight)
    nn.init.zeros_(conv.bias)
    for channel in range(conv.out_channels):
        conv.weight[channel, channel] = 1.0
