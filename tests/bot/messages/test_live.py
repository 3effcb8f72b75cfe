"""How long a job under way will still take, as its message says."""

from __future__ import annotations

import itertools

import pytest

from bot.messages.live import remaining_ms


def test_before_the_first_step_it_is_what_was_expected() -> None:
    assert remaining_ms(18_000, 0, 0.0) == 18_000
    assert remaining_ms(18_000, 3_000, 0.0) == 15_000
    assert remaining_ms(18_000, 30_000, 0.0) == 0


@pytest.mark.parametrize("expected_ms", [2_000, 12_000, 60_000])
def test_it_falls_with_every_step_and_ends_at_nothing_whatever_was_expected(expected_ms: int) -> None:
    """Here in truth 12 s."""
    told = [remaining_ms(expected_ms, 12_000 * share, share) for share in (0.25, 0.5, 0.75, 0.9, 1.0)]
    assert all(later < earlier for earlier, later in itertools.pairwise(told))
    assert told[-1] == 0
    assert told[-2] == 1_200
