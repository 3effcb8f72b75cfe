"""Pictures so narrow that a convolution with a stride makes one column of them: oneDNN's bfloat16 kernel reads beyond
the picture there, and gives other numbers each time, or none. On a processor such a convolution computes in 32 bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.models.device import Device


def settle_narrow(component: Any, device: Device) -> None:
    import torch

    if (device.name, device.dtype) != ("cpu", "bfloat16") or not isinstance(component, torch.nn.Module):
        return
    for conv in component.modules():
        if type(conv) is torch.nn.Conv2d and conv.stride[1] > 1:
            conv.__class__ = _class()  # a method of its own would be a cycle, which frees nothing when it is let go


@cache
def _class() -> Any:
    import torch

    class NarrowConv2d(torch.nn.Conv2d):
        def _conv_forward(self, values: Any, weight: Any, bias: Any) -> Any:
            padding = self.padding[1] if isinstance(self.padding, tuple) else 0
            if values.shape[-1] + 2 * padding >= self.kernel_size[1] + self.stride[1]:
                return super()._conv_forward(values, weight, bias)
            wide = (values.float(), weight.float(), None if bias is None else bias.float())
            return super()._conv_forward(*wide).to(values.dtype)

    return NarrowConv2d
