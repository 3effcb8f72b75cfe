"""What each reaction under a picture means, for the handler and for `/help` alike."""

from __future__ import annotations

from bot.buttons.custom_id import Action

SINGLES = ("1️⃣", "2️⃣", "3️⃣", "4️⃣")
VARIATIONS = ("🇦", "🇧", "🇨", "🇩")
REROLL, ENVELOPE, CROSS, HEART, STAR = "🔄", "✉️", "❌", "❤️", "⭐"
LEGEND = (
    ("1️⃣ 2️⃣ 3️⃣ 4️⃣", "one of the four on its own"),
    ("🇦 🇧 🇨 🇩", "more like that one"),
    (REROLL, "all four anew"),
    (ENVELOPE, "the files, seeds and recipes by direct message"),
    (HEART, "a private bookmark"),
    (STAR, "into the server's gallery"),
    (CROSS, "cancel it, or delete it: yours only"),
)
BAR_CHOICES = (*SINGLES, *VARIATIONS, REROLL, ENVELOPE, HEART, STAR, CROSS)


def meaning(emoji: str) -> tuple[Action, int] | None:
    """What to do, and with which cell. Discord writes some emoji with and some without a variation selector."""
    bare = emoji.replace("\N{VARIATION SELECTOR-16}", "")
    return _MEANINGS.get(bare)


_MEANINGS = {
    emoji.replace("\N{VARIATION SELECTOR-16}", ""): deed
    for emoji, deed in {
        **{emoji: (Action.SINGLE, cell) for cell, emoji in enumerate(SINGLES)},
        **{emoji: (Action.VARY, cell) for cell, emoji in enumerate(VARIATIONS)},
        REROLL: (Action.REROLL, 0),
        ENVELOPE: (Action.DIRECT, 0),
        CROSS: (Action.DELETE, 0),
        HEART: (Action.BOOKMARK, 0),
        STAR: (Action.PUBLISH, 0),
    }.items()
}
