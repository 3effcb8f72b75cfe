"""The critic that keeps a net from averaging details away: it tells true patches from painted ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def make_critic(width: int = 32) -> nn.Module:
    def layer(a: int, b: int, stride: int) -> list[nn.Module]:
        return [nn.utils.parametrizations.spectral_norm(nn.Conv2d(a, b, 4, stride, 1)), nn.LeakyReLU(0.2)]

    layers = [*layer(3, width, 2), *layer(width, 2 * width, 2), *layer(2 * width, 4 * width, 2)]
    return nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 3, padding=1))


def verdict_loss(critic: nn.Module, real: Tensor, false: Tensor) -> Tensor:
    """What the critic minimises: hinge on true pictures and on painted ones."""
    on_real, on_false = critic(real).float(), critic(false.detach()).float()
    loss: Tensor = functional.relu(1 - on_real).mean() + functional.relu(1 + on_false).mean()
    return loss


def persuasion(critic: nn.Module, false: Tensor) -> Tensor:
    """What a painter minimises to be taken for real; the critic itself learns nothing from it."""
    for parameter in critic.parameters():
        parameter.requires_grad_(False)
    opinion = -torch.mean(critic(false).float())
    for parameter in critic.parameters():
        parameter.requires_grad_(True)
    return opinion
