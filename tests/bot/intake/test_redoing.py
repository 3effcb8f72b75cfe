"""A draft's words without the draft."""

from __future__ import annotations

import pytest

from bot.intake.redoing import without_draft


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("a barn --draft", "a barn"),
        ("a barn --draft --seed 7", "a barn --seed 7"),
        ("a barn —DRAFT --seed 7", "a barn --seed 7"),
        ("https://a.org/b.png --draft", "https://a.org/b.png"),
        ('a sign "--draft" --draft', 'a sign "--draft"'),
        ("a barn", "a barn"),
        ("a barn --mine", "a barn --mine"),
    ],
)
def test_only_the_parameter_is_taken_out(text: str, full: str) -> None:
    assert without_draft(text) == full
