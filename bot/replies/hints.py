"""What members are offered without having asked: a list to choose from, a first word of how to begin."""

from __future__ import annotations

from bot.replies import shortened

CHOICE_LIMIT = 100  # Discord's


def choice(prompt: str, what: str, *, is_own: bool) -> str:
    """A job in a list; jobs of the same words are told apart by what they do."""
    before, behind = "" if is_own else "❤️ ", f" · {what}" if what else ""
    return f"{before}{shortened(prompt, CHOICE_LIMIT - len(before) - len(behind))}{behind}"


def passer_by(imagine_command: str, help_command: str) -> str:
    """To whoever began with the picture of another."""
    return f"👋 {imagine_command} paints from words of your own. {help_command} shows by example what you can say."
