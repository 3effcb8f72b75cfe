"""Parameters that members know from Midjourney and that are none here: each with what to do instead, so that nobody is
told no more than that a name is unknown. Knows no table; a row goes when the parameter comes.
"""

from __future__ import annotations

from types import MappingProxyType

_STYLE = "name a style with --style, or put pictures in front of the text"
_PICTURE = "put the picture's link in front of the text and weigh it with --iw"
_ANIME = "say anime in the text, or name a model with --model"
_CHOOSE = "name a model with --model"
_LARGER = "have the finished picture enlarged"
_FILM = "pictures here do not move; --video brings a film of the picture forming"
_HABITS = "keep your habits as a suffix, or give them a name as an option of your own"
_SIZE = "write the ratio with --ar, and --hd for twice the size"

ELSEWHERE = MappingProxyType(
    {
        "exp": "use --stylize for more art, or --chaos for pictures that differ more",
        "sref": _STYLE,
        "sw": _STYLE,
        "sv": _STYLE,
        "cref": _PICTURE,
        "cw": _PICTURE,
        "oref": _PICTURE,
        "ow": _PICTURE,
        "edit": "vary the finished picture, or start from a picture by its link and --iw",
        "profile": _HABITS,
        "p": _HABITS,
        "personalize": _HABITS,
        "niji": _ANIME,
        "motion": _FILM,
        "loop": _FILM,
        "end": _FILM,
        "bs": "use --repeat for more grids of the same",
        "zoom": "ask for a larger scene in the text; --ar gives it another shape",
        "sameseed": "use --seed, from which all four pictures follow",
        "uplight": _LARGER,
        "upbeta": _LARGER,
        "upanime": _LARGER,
        "test": _CHOOSE,
        "testp": _CHOOSE,
        "creative": "use --chaos or --weird",
        "beta": _CHOOSE,
        "hq": "use --quality 2",
        "width": _SIZE,
        "height": _SIZE,
        "h": _SIZE,
    }
)
# After one long dash, or glued to a word, these are words as often as not.
_WORDS = {"edit", "profile", "p", "motion", "loop", "end", "zoom", "test", "creative", "beta", "width", "height", "h"}
UNMISTAKABLE = frozenset(ELSEWHERE) - _WORDS
