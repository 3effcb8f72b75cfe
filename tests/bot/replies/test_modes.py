"""What members read of their modes: what they mean under their plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import replies
from bot.plans.plan import Plan, Relax
from bot.replies import modes
from engine import Speed

HOUR = 3_600_000
PLAN = Plan(name="pro", title="Pro", fast_gpu_ms=HOUR, relax=Relax.CAPPED, relax_gpu_ms=HOUR, turbo_running=2)


@pytest.mark.parametrize("speed", Speed)
def test_every_mode_says_which_flags_say_otherwise(speed: Speed) -> None:
    told = modes.speed_set(speed, PLAN, 0, 0)
    assert f"`--{speed}`" not in told
    assert all(f"`--{other}`" in told for other in Speed if other is not speed)
    assert len(told) < replies.MESSAGE_LIMIT


def test_fast_and_turbo_say_what_they_cost_and_what_is_left() -> None:
    assert "They cost the GPU time that they use, and you have 50 min left." in modes.speed_set(
        Speed.FAST, PLAN, 3_000_000, 0
    )
    turbo = modes.speed_set(Speed.TURBO, PLAN, 0, 0)
    assert "at most 2 at a time. They cost twice the GPU time that they use, and you have none left." in turbo
    unbounded = replace(PLAN, fast_gpu_ms=None, title="Open")
    assert "Open sets no bound on GPU time." in modes.speed_set(Speed.TURBO, unbounded, 0, 0)


def test_relax_says_what_is_left_of_it_where_it_is_capped() -> None:
    capped = modes.speed_set(Speed.RELAX, PLAN, 0, 600_000)
    assert "They cost nothing; 50 min of 60 min are left this month." in capped
    assert "none of 60 min" in modes.speed_set(Speed.RELAX, PLAN, 0, 2 * HOUR)
    assert "They cost nothing. " in modes.speed_set(Speed.RELAX, replace(PLAN, relax=Relax.UNLIMITED), 0, 2 * HOUR)
