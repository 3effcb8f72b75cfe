"""GPUs too old for bfloat16 paint in float16, with autoencoders that are kept wider: every task of every family is
painted there too. The processor stands for such a GPU; the numbers are the same kind.
"""

from __future__ import annotations

import copy
from functools import cache

import pytest
import torch

from engine.models.autoencoder import settle_autoencoder
from engine.models.catalog import Family
from engine.models.loaded import Loaded
from engine.paint.easel import Easel
from engine.paint.painters import diffusion
from tests.engine import tiny
from tests.engine.paint.gate import PICTURES, Case, apart
from tests.engine.paint.test_gate import ALL

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
NEAR = 0.1  # of the range: these weights are random, and 16 bits round
TASKS = {(case.family, case.task): case for case in reversed(ALL)}.values()


@cache
def halved(family: Family) -> Loaded:
    """As `Loading` has it on such a GPU."""
    model = copy.deepcopy(tiny.build(family))
    for module in (*model.components.values(), *model.controls.values()):
        if isinstance(module, torch.nn.Module):
            module.to(torch.float16)
    settle_autoencoder(model.components["vae"])
    return model


@pytest.mark.parametrize("case", TASKS, ids=str)
def test_in_float16_every_task_is_painted_as_it_is_in_32_bits(case: Case) -> None:
    painted = diffusion.paint_raw(Easel(case.recipe(), halved(case.family), PICTURES))[0]
    assert apart(painted.float(), case.painted()) <= NEAR
