"""The sentences about plans and one's own use."""

from __future__ import annotations

import pytest

from bot.plans.plan import Plan
from bot.replies import views


@pytest.mark.parametrize(
    ("share", "full"), [(0, 0), (0.0001, 1), (0.25, 4), (0.5, 8), (0.96, 15), (0.9999, 15), (1, 16)]
)
def test_bar_is_full_only_if_nothing_is_missing_and_empty_only_if_nothing_is_left(share: float, full: int) -> None:
    assert views.bar(share) == "█" * full + "░" * (16 - full)


def test_hours_are_told_as_they_were_written() -> None:
    assert [views.hours(ms) for ms in (4 * 3_600_000, 12_000_000, 1_440_000, 0)] == ["4 h", "3.3 h", "24 min", "none"]


def test_size_is_told_by_its_sides_or_by_its_pixels() -> None:
    sizes = (None, 2048 * 2048, 1536 * 1024)
    plans = [Plan(name="a", title="A", fast_gpu_ms=1, pixels=pixels) for pixels in sizes]
    assert [views.size_of(plan) for plan in plans] == ["any size", "up to 2048 x 2048", "up to 1.6 megapixels"]


def test_title_and_terms_of_a_plan_cannot_break_the_card() -> None:
    plan = Plan(name="a", title="**A** <@1>", fast_gpu_ms=1, terms="line one\nline two")
    lines, terms = views.plan_lines(plan, is_own=False, is_default=True)
    assert lines.splitlines()[0] == r"**\*\*A\*\* \<@1\>** · for everybody"
    assert terms == "\n-# line one line two"


def test_room_is_told_where_a_plan_bounds_it() -> None:
    plan = Plan(name="a", title="A", fast_gpu_ms=1, storage_bytes=2**30)
    assert "keeps 1.0 GiB" in views.plan_lines(plan, is_own=False, is_default=True)[0]
    assert views.room(2**29, plan) == ["**Room** · your pictures take 512.0 MiB of 1.0 GiB"]
    open_plan = Plan(name="a", title="A", fast_gpu_ms=1)
    assert "keeps" not in views.plan_lines(open_plan, is_own=False, is_default=True)[0]
    assert views.room(2**29, open_plan) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [("imagine", "imagine"), ("reroll", "imagine"), ("vary_strong", "variations"), ("upscale_creative", "upscales")],
)
def test_kinds_are_called_what_members_call_them(kind: str, name: str) -> None:
    assert views.family(kind) == name
