"""Themes for days when nobody has set one. Each server goes through all of them, in an order of its own, before one
comes again; which day has which needs no memory.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date

THEMES = (
    "A house that nobody lives in",
    "A letter that was never sent",
    "After the rain",
    "Animals at work",
    "Before sunrise",
    "Borrowed light",
    "Bridges",
    "By candlelight",
    "Circles and squares",
    "Everything is blue",
    "Far below the sea",
    "First snow",
    "Fog",
    "From above",
    "Glass and metal",
    "Houses on stilts",
    "Imaginary maps",
    "In the attic",
    "Islands",
    "Kitchens of the world",
    "Ladders and stairs",
    "Last day of summer",
    "Lighthouses",
    "Lost and found",
    "Machines that dream",
    "Market day",
    "Midnight trains",
    "Monsters with good manners",
    "Mountains made of something else",
    "Music, seen",
    "Night gardens",
    "On the moon",
    "One colour and its shadow",
    "Only two colours",
    "Paper and scissors",
    "Patterns",
    "Portraits without a face",
    "Rooms with a view",
    "Seen from a window",
    "Shadows",
    "Small gods",
    "Something enormous",
    "Something tiny",
    "Still life with a surprise",
    "Storms",
    "Streets after closing time",
    "The colour red",
    "The inventor's workshop",
    "The last lamp",
    "The other side of the door",
    "The sea at night",
    "Things that float",
    "Towers",
    "Trees with a story",
    "Under the ice",
    "Unlikely friends",
    "Wanderers",
    "What grows in the dark",
    "Wings",
    "Yesterday's future",
)
_WORD = re.compile(r"\w+")


def draw(server: int, day: date, themes: Sequence[str] = THEMES) -> str:
    order = list(range(len(themes)))
    random.Random(str(server)).shuffle(order)  # seeded by text: the same on every machine
    return themes[order[day.toordinal() % len(themes)]]


def touches(words: str, text: str) -> bool:
    """Whether all of these words are in a text, in any order and case."""
    wanted = _words(words)
    return bool(wanted) and wanted <= _words(text)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
