"""What words carried weight, and shorter prompts as buttons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.buttons.custom_id import Action
from bot.messages.cards import Button, Card
from bot.replies import language


def shorter_card(words: Sequence[tuple[str, float]], shorter: Sequence[str], number: int) -> Card:
    """The buttons find their prompts by the number of what was kept."""
    buttons = tuple(
        Button(Action.SHORTEN, "", str(place + 1), "🎨", cell=place, extra=str(number)) for place in range(len(shorter))
    )
    return Card(language.weighed(words, shorter), (buttons,) if buttons else ())
