"""The table of styles: how each inks the ground and the things, and how it finishes the picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.pocket.world import finishes
from engine.pocket.world.grain import Floats
from engine.pocket.world.palette import Color, brightness, dark, light, mix
from engine.pocket.world.pen import Inking
from engine.pocket.world.scene import Style

PAPER: Color = (252, 249, 241)
INDIGO: Color = (36, 40, 82)
LEAD: Color = (20, 18, 24)


@dataclass(frozen=True, slots=True)
class Manner:
    ground: Inking
    thing: Inking
    finish: Callable[[Floats, random.Random], Floats] = finishes.leave
    ground_finish: Callable[[Floats, random.Random], Floats] | None = None
    volume: float = 0.0  # how much light from the upper left models a thing
    cut: bool = False  # every shape throws a hard shadow, as layers of paper do
    pale: bool = True  # white shows on its ground


def _own(fill: Color, main: Color) -> Color:
    return fill


def _sketched(fill: Color, main: Color) -> Color:
    return mix(fill, PAPER, 0.5) if fill == main or brightness(fill) < 90 else mix(fill, PAPER, 0.68)


def _pale(fill: Color, main: Color) -> Color:
    return mix(fill, PAPER, 0.8)


def _outline(fill: Color, main: Color) -> Color:
    return dark(main, 0.55) if brightness(main) > 60 else (70, 70, 84)


def _gray(fill: Color, main: Color) -> Color:
    return (118, 116, 124)


def _neon_fill(fill: Color, main: Color) -> Color:
    return mix(fill, (8, 6, 24), 0.86)


def _neon_ground(fill: Color, main: Color) -> Color:
    return mix(fill, (10, 6, 30), 0.86)


def _neon_line(fill: Color, main: Color) -> Color:
    if brightness(main) < 60:
        return (84, 84, 112)
    top = max(fill)
    bright = fill if top < 60 else (fill[0] * 250 // top, fill[1] * 250 // top, fill[2] * 250 // top)
    return mix(bright, main, 0.7) if brightness(fill) > 60 else main


def _neon_far(fill: Color, main: Color) -> Color:
    return mix(fill, (40, 30, 90), 0.5)


def _crayon(fill: Color, main: Color) -> Color:
    return light(fill, 0.1)


def _faint(fill: Color, main: Color) -> Color:
    return light(fill, 0.42)


def _vivid(fill: Color, main: Color) -> Color:
    gray = brightness(fill)
    r, g, b = (max(0, min(255, round(gray + (v - gray) * 1.2))) for v in fill)
    return (r, g, b)


def _constant(color: Color) -> Callable[[Color, Color], Color]:
    def line(fill: Color, main: Color) -> Color:
        return color

    return line


def _edge(fill: Color, main: Color) -> Color:
    return dark(main, 0.6) if brightness(main) > 60 else (92, 92, 112)


_FLAT = Inking(_own)
MANNERS: dict[Style, Manner] = {
    Style.FLAT: Manner(_FLAT, _FLAT, volume=1.0),
    Style.WATERCOLOR: Manner(_FLAT, _FLAT, finishes.watercolor, volume=0.8),
    Style.PIXEL: Manner(_FLAT, Inking(_own, _edge, 0.014), finishes.pixels, volume=0.5),
    Style.INK: Manner(Inking(_pale, _gray, 0.007), Inking(_sketched, _outline, 0.011), finishes.wobbly, pale=False),
    Style.OIL: Manner(_FLAT, _FLAT, finishes.oil, volume=1.0),
    Style.NEON: Manner(
        Inking(_neon_ground, _neon_far, 0.007), Inking(_neon_fill, _neon_line, 0.013, bright=True), finishes.glowing
    ),
    Style.PENCIL: Manner(
        Inking(_faint, _gray, 0.006), Inking(_crayon, _outline, 0.009), finishes.pencil, volume=0.4, pale=False
    ),
    Style.STAINED_GLASS: Manner(
        _FLAT, Inking(_vivid, _constant(LEAD), 0.015), finishes.glassy, ground_finish=finishes.leaded, volume=0.4
    ),
    Style.PAPERCUT: Manner(_FLAT, _FLAT, finishes.papery, cut=True),
    Style.WOODBLOCK: Manner(
        Inking(_own, _constant(INDIGO), 0.006), Inking(_own, _constant(INDIGO), 0.01), finishes.printed
    ),
    Style.LOW_POLY: Manner(_FLAT, _FLAT, finishes.facets, ground_finish=finishes.broad_facets, volume=1.2),
    Style.COMIC: Manner(
        Inking(_vivid, _constant((30, 26, 34)), 0.008),
        Inking(_vivid, _constant((16, 14, 20)), 0.017),
        ground_finish=finishes.dotted,
    ),
}
