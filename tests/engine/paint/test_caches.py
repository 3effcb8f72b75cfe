"""Caches inside a model keep state by a context's name, and every pipeline uses the same names: painters that take
turns must not find each other's.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import torch
from diffusers import FirstBlockCacheConfig

from engine.models.catalog import Family
from engine.paint.rendezvous import Parked, Rendezvous
from engine.schedule.timing import Stage
from tests.engine import tiny
from tests.engine.paint.driver import Driver
from tests.engine.paint.gate import Case

pytestmark = pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning")
CASES = [Case(Family.FLUX, "text", "flow", seed=n, steps=8 + 3 * n, guidance=2.0 + n) for n in range(3)]


@pytest.fixture
def denoiser() -> Iterator[Any]:
    """The tiny FLUX with a cache that skips most of its blocks; the other tests get it back without."""
    found = tiny.build(Family.FLUX).denoiser
    found.enable_cache(FirstBlockCacheConfig(threshold=0.5))
    yield found
    found.disable_cache()


def states(denoiser: Any) -> int:
    """How many contexts are remembered anywhere in the model."""
    hooks = [
        hook
        for module in denoiser.modules()
        for hook in getattr(getattr(module, "_diffusers_hook", None), "hooks", {}).values()
    ]
    return sum(len(getattr(getattr(hook, "state_manager", None), "_state_cache", {})) for hook in hooks)


def solo(case: Case, denoiser: Any) -> torch.Tensor:
    painted = case.painted()
    denoiser._reset_stateful_cache()
    return painted


def test_cached_jobs_that_take_turns_are_each_what_they_are_alone(denoiser: Any) -> None:
    expected = [solo(case, denoiser) for case in CASES]
    meeting = Rendezvous()
    meeting.share(denoiser, stage=Stage.STEP, merges=True)
    try:
        driver = Driver(meeting, Random(3))
        painted = driver.paint(*(case.painted for case in CASES), late=2)
    finally:
        meeting.unshare(denoiser)
    assert max(driver.forwards) == 1, "a cache decides for a whole batch: such forwards are never joined"
    for one, other in zip(painted, expected, strict=True):
        assert torch.equal(one, other)
    denoiser.disable_cache()
    assert not torch.equal(solo(CASES[0], denoiser), expected[0]), "the cache did skip something"


def test_a_job_that_ends_or_is_dropped_leaves_no_state_behind(denoiser: Any) -> None:
    meeting = Rendezvous()
    meeting.share(denoiser, stage=Stage.STEP, merges=True)
    try:
        driver = Driver(meeting)
        arrival = meeting.start("dropped", 0, CASES[1].painted)
        assert isinstance(arrival, Parked)
        driver.hear([arrival])
        for _ in range(3):
            driver.step()
        assert states(denoiser) > 0
        meeting.drop("dropped")
        assert states(denoiser) == 0
        Driver(meeting).paint(CASES[0].painted)
        assert states(denoiser) == 0
    finally:
        meeting.unshare(denoiser)
