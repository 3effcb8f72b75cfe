"""What reactions mean, however a client writes them."""

from __future__ import annotations

import pytest

from bot.buttons.custom_id import Action
from bot.buttons.emoji import BAR_CHOICES, LEGEND, SINGLES, VARIATIONS, meaning

SELECTOR = "\N{VARIATION SELECTOR-16}"


@pytest.mark.parametrize("cell", range(4))
def test_numbers_and_letters_name_their_cell(cell: int) -> None:
    assert meaning(SINGLES[cell]) == (Action.SINGLE, cell)
    assert meaning(VARIATIONS[cell]) == (Action.VARY, cell)


@pytest.mark.parametrize("emoji", BAR_CHOICES)
def test_with_or_without_a_variation_selector_it_is_the_same(emoji: str) -> None:
    bare = emoji.replace(SELECTOR, "")
    assert meaning(emoji) is not None
    assert meaning(bare) == meaning(emoji) == meaning(bare[0] + SELECTOR + bare[1:])


@pytest.mark.parametrize("emoji", ["", "🎉", "5️⃣", "🇪", "1", "A", "💔", "<:heart:12345>", "🇦🇧"])
def test_anything_else_means_nothing(emoji: str) -> None:
    assert meaning(emoji) is None


def test_the_legend_explains_every_emoji_that_means_something() -> None:
    explained = {emoji for emojis, _ in LEGEND for emoji in emojis.split()}
    assert explained == set(BAR_CHOICES)
