"""Colours: the twelve that captions name, and how a colour is mixed. Knows nothing of shapes."""

from __future__ import annotations

import random

Color = tuple[int, int, int]

COLORS: dict[str, Color] = {
    "red": (218, 40, 44),
    "orange": (247, 132, 24),
    "yellow": (253, 214, 44),
    "green": (50, 156, 62),
    "turquoise": (44, 196, 190),
    "blue": (40, 88, 216),
    "purple": (130, 54, 178),
    "pink": (250, 134, 180),
    "brown": (126, 76, 42),
    "white": (248, 248, 246),
    "gray": (142, 144, 150),
    "black": (34, 34, 40),
}
WHITE: Color = (252, 252, 250)
BLACK: Color = (28, 28, 34)


def mix(a: Color, b: Color, t: float) -> Color:
    return (round(a[0] + (b[0] - a[0]) * t), round(a[1] + (b[1] - a[1]) * t), round(a[2] + (b[2] - a[2]) * t))


def dark(c: Color, t: float = 0.25) -> Color:
    """A shade of `c`, its shadows leaning to blue, as shadows under a sky do."""
    return mix(c, (14, 10, 34), t)


def light(c: Color, t: float = 0.3) -> Color:
    return mix(c, (255, 255, 250), t)


def shifted(c: Color, rng: random.Random, reach: int = 10) -> Color:
    """`c`, a little off: no two pictures mix their paint alike."""
    r, g, b = (max(0, min(255, v + rng.randint(-reach, reach))) for v in c)
    return (r, g, b)


def brightness(c: Color) -> float:
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def tint(c: Color, t: float = 0.3) -> Color:
    """A second tone for details on `c`: lighter, but darker where `c` is nearly white."""
    return light(c, t) if brightness(c) < 215 else mix(c, (150, 160, 182), min(1.0, t * 1.1))


def shade(c: Color, t: float = 0.25) -> Color:
    """A second tone for the parts in shadow: darker, but lighter where `c` is nearly black."""
    return dark(c, t) if brightness(c) > 60 else mix(c, (112, 116, 140), t * 0.9)
