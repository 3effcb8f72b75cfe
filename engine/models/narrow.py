"""Pictures so narrow that a convolution with a stride makes one column of them: oneDNN's bfloat16 kernel reads beyond
the picture there, and gives other numbers each time, or none. On a processor such a convolution computes in 32 bits.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.models.device import Device


def settle_narrow(component: Any, device: Device) -> None:
    import torch

    if (device.name, device.dtype) != ("cpu", "bfloat16") or not isinstance(component, torch.nn.Module):
        return
    for conv in component.modules():
        if isinstance(conv, torch.nn.Conv2d) and conv.stride[1] > 1:
            conv._conv_forward = partial(_forward, conv._conv_forward, conv)  # type: ignore[method-assign]


def _forward(plain: Any, conv: Any, values: Any, weight: Any, bias: Any) -> Any:
    padding = conv.padding[1] if isinstance(conv.padding, tuple) else 0
    if values.shape[-1] + 2 * padding >= conv.kernel_size[1] + conv.stride[1]:
        return plain(values, weight, bias)
    return plain(values.float(), weight.float(), None if bias is None else bias.float()).to(values.dtype)
