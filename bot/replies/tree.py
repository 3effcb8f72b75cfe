"""What members read of a picture's family: the words on its drawing, the list that leads to each of it, credits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import assert_never

from bot.kinds import Kind
from bot.replies import listed, mention, shortened

CHOICE = 100  # characters of a line in Discord's menus
CHOOSE = "Go to one of them"
NEARER, FURTHER = "Nearer ones", "Further ones"
HIDDEN_WORDS = "words kept private"
NO_FAMILY = "You have no pictures yet. `/imagine` paints some; then this shows what came of which."
FRAMED = "In the frame: this one"
TITLE = 90


def step(kind: Kind, cell: int | None, *, is_remix: bool) -> str:
    """What was done to the picture above, in as few words as stand beside an edge."""
    of = f" of {cell + 1}" if cell is not None else ""
    remix = " remix" if is_remix else ""
    match kind:
        case Kind.IMAGINE:
            return ""
        case Kind.REROLL:
            return "remix" if is_remix else "once more"
        case Kind.REDO:
            return "in full"
        case Kind.VARY_SUBTLE:
            return f"subtle{remix}{of}"
        case Kind.VARY_STRONG:
            return f"strong{remix}{of}"
        case Kind.SINGLE:
            return f"picture {cell + 1}" if cell is not None else "picture"
        case Kind.UPSCALE_SUBTLE:
            return f"enlarged{of}"
        case Kind.UPSCALE_CREATIVE:
            return f"new detail{of}"
    assert_never(kind)


def changed(before: str, after: str) -> tuple[str, str]:
    """The words that a prompt gained and lost on its way; where they stand does not matter."""
    gained, lost = _beyond(after, before), _beyond(before, after)
    return " ".join(gained), " ".join(lost)


def _beyond(text: str, other: str) -> list[str]:
    there = Counter(_bare(word) for word in other.split())
    beyond = []
    for word in text.split():
        if there[_bare(word)] > 0:
            there[_bare(word)] -= 1
        else:
            beyond.append(word)
    return beyond


def _bare(word: str) -> str:
    return word.strip(",.;:!?").casefold() or word


def title(words: str) -> str:
    return shortened(" ".join(words.split()), TITLE) or "(no words)"


def size(steps: int, pictures: int, shown: int) -> str:
    counted = "1 step" if steps == 1 else f"{steps} steps"
    seen = "1 picture" if pictures == 1 else f"{pictures} pictures"
    return f"{counted}, {seen}" + (f" · {shown} steps drawn" if shown < steps else "")


def legend(folded: int, elsewhere: int) -> str:
    parts = [FRAMED]
    parts += ["+3: three more come of it"] if folded else []
    parts += [f"{elsewhere} more further away"] if elsewhere else []
    return " · ".join(parts)


def drawn(words: Sequence[str]) -> str:
    """For whoever hears the drawing: its steps one by one, as many as fit."""
    return shortened("A family tree of pictures. " + "; ".join(words), 1000)


def choice(number: int, what: str, words: str) -> str:
    told = " · ".join(part for part in (str(number), what, " ".join(words.split())) if part)
    return shortened(told, CHOICE)


def after(member: int) -> str:
    """In the one message of a job that was made of somebody else's picture."""
    return f"after a picture by {mention(member)}"


def credits(members: Sequence[int]) -> str:
    """In a recipe: whose pictures it goes back to."""
    return f"-# Made from {'a picture' if len(members) == 1 else 'pictures'} by {listed(tuple(map(mention, members)))}"
