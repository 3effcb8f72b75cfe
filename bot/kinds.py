"""What kinds of jobs there are, and why some wait for a word: of the tables, the cards and the buttons alike."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    IMAGINE = "imagine"
    REROLL = "reroll"
    REDO = "redo"  # a draft in full
    VARY_SUBTLE = "vary_subtle"
    VARY_STRONG = "vary_strong"
    SINGLE = "single"  # a cell of a grid on its own: no painting
    UPSCALE_SUBTLE = "upscale_subtle"
    UPSCALE_CREATIVE = "upscale_creative"

    @property
    def is_free(self) -> bool:
        """Needs no engine: the picture is there."""
        return self is Kind.SINGLE

    @property
    def enlarges(self) -> bool:
        """Its words are its picture's; there is nothing to paint by others."""
        return self in (Kind.UPSCALE_SUBTLE, Kind.UPSCALE_CREATIVE)


class Occasion(StrEnum):
    """Why something is painted only after its member has confirmed it."""

    BATCH = "batch"  # several jobs at once
    DEAR = "dear"  # much of what is left
    QUOTE = "quote"  # only the price was asked
    RELAXED = "relaxed"  # there is no credit for it at any other speed
