"""Plain shapes and geometric solids."""

from __future__ import annotations

import math

from engine.pocket.world.palette import Color, shade, tint
from engine.pocket.world.pen import Pen


def draw_star(pen: Pen, c: Color) -> None:
    pen.star(0, 0.06, 1.02, 0.46, 5, c)


def draw_heart(pen: Pen, c: Color) -> None:
    turns = [2 * math.pi * i / 40 for i in range(40)]
    pen.poly(
        [
            (
                0.95 * math.sin(t) ** 3,
                -0.06 - 0.95 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16,
            )
            for t in turns
        ],
        c,
    )
    pen.blob(((-0.6, -0.52), (-0.4, -0.56), (-0.44, -0.34), (-0.64, -0.22)), tint(c, 0.5))


def draw_moon(pen: Pen, c: Color) -> None:
    outer = [
        (0.1 + 0.92 * math.cos(a), 0.96 * math.sin(a)) for a in [math.radians(50 + 260 * i / 26) for i in range(27)]
    ]
    inner = [
        (0.5 + 0.72 * math.cos(a), 0.76 * math.sin(a)) for a in [math.radians(285 - 210 * i / 22) for i in range(23)]
    ]
    pen.poly(outer + inner, c)
    pen.ellipse(-0.48, 0.1, 0.1, 0.1, shade(c, 0.14))
    pen.ellipse(-0.24, 0.52, 0.08, 0.08, shade(c, 0.14))


def draw_circle(pen: Pen, c: Color) -> None:
    pen.ellipse(0, 0, 0.94, 0.94, c)


def draw_square(pen: Pen, c: Color) -> None:
    pen.rect(-0.86, -0.86, 0.86, 0.86, c)


def draw_triangle(pen: Pen, c: Color) -> None:
    pen.poly(((0.0, -0.94), (0.98, 0.8), (-0.98, 0.8)), c)


def draw_ball(pen: Pen, c: Color) -> None:
    for r, t in ((0.96, 0.42), (0.88, 0.24), (0.78, 0.08)):
        pen.ellipse(-0.96 * 0.5 + r * 0.5, -0.96 * 0.5 + r * 0.5, r, r, shade(c, t))
    pen.ellipse(-0.14, -0.14, 0.64, 0.64, c)
    pen.ellipse(-0.28, -0.3, 0.34, 0.32, tint(c, 0.25))
    pen.ellipse(-0.34, -0.38, 0.14, 0.12, tint(c, 0.75))


def draw_cube(pen: Pen, c: Color) -> None:
    pen.poly(((-0.86, -0.46), (0.0, -0.1), (0.0, 0.96), (-0.86, 0.54)), c)
    pen.poly(((0.86, -0.46), (0.0, -0.1), (0.0, 0.96), (0.86, 0.54)), shade(c, 0.38))
    pen.poly(((-0.86, -0.46), (0.0, -0.88), (0.86, -0.46), (0.0, -0.1)), tint(c, 0.35))


def draw_pyramid(pen: Pen, c: Color) -> None:
    pen.poly(((0.0, -0.92), (0.28, 0.94), (-0.98, 0.68)), c)
    pen.poly(((0.0, -0.92), (0.28, 0.94), (0.98, 0.62)), shade(c, 0.4))


def draw_cone(pen: Pen, c: Color) -> None:
    base = [(0.78 * math.cos(a), 0.72 + 0.24 * math.sin(a)) for a in [math.radians(180 * i / 16) for i in range(17)]]
    pen.poly([*base, (0.0, -0.98)], c)
    pen.poly([*base[:7], (0.0, -0.98)], shade(c, 0.34))
    pen.poly(((-0.04, -0.7), (-0.34, 0.72), (-0.5, 0.7)), tint(c, 0.45))


def draw_cylinder(pen: Pen, c: Color) -> None:
    base = [(0.62 * math.cos(a), 0.72 + 0.22 * math.sin(a)) for a in [math.radians(180 * i / 16) for i in range(17)]]
    pen.poly([*base, (-0.62, -0.7), (0.62, -0.7)], c)
    pen.poly([*base[:7], (0.24, -0.7), (0.62, -0.7)], shade(c, 0.34))
    pen.rect(-0.46, -0.5, -0.32, 0.74, tint(c, 0.45))
    pen.ellipse(0, -0.7, 0.62, 0.22, tint(c, 0.4))
