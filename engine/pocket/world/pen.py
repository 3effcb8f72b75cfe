"""A pen that draws in a square from -1 to 1, y downwards. It knows shapes and an inking (what a style does to each
shape as it is put down), and nothing of what the shapes mean.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.pocket.world.palette import Color

Point = tuple[float, float]
Points = tuple[Point, ...]
MARGIN = 1.14  # half the layer's side in pen units: outlines and tufts reach past the square


@dataclass(frozen=True, slots=True)
class Inking:
    """How a style puts down one shape: its fill and its contour, each from (the shape's colour, the object's)."""

    fill: Callable[[Color, Color], Color]
    line: Callable[[Color, Color], Color] | None = None
    width: float = 0.012  # of the picture's shorter side
    bright: bool = False  # light on dark: what is too small for a contour takes the contour's colour

    def small(self, fill: Color, main: Color) -> Color:
        return self.line(fill, main) if self.bright and self.line is not None else fill


@lru_cache(maxsize=4096)
def smooth(points: Points, closed: bool, steps: int = 6) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points."""
    p = np.array(points, np.float64)
    before = p[-1:] if closed else 2 * p[:1] - p[1:2]
    after = p[:2] if closed else 2 * p[-1:] - p[-2:-1]
    p = np.concatenate([before, p, after])
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, p[-2:-1]])


@lru_cache(maxsize=4096)
def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, steps: int = 20) -> NDArray[np.float64]:
    angle = np.radians(np.linspace(start, end, steps))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1)


class Pen:
    def __init__(
        self,
        layer: Image.Image,
        side: float,
        inking: Inking,
        main: Color,
        line_px: float,
        rng: random.Random,
        flip: bool,
    ) -> None:
        self.rng = rng
        self._draw = ImageDraw.Draw(layer)
        self._half = side / 2
        self._origin = layer.width / 2
        self._inking = inking
        self._main = main
        self._line_px = max(1, round(line_px))
        self._sign = -1.0 if flip else 1.0

    def poly(self, points: Sequence[Point] | NDArray[np.float64], fill: Color) -> None:
        at = self._place(points)
        line = self._inking.line
        if line is None:
            self._draw.polygon(at, fill=self._inking.fill(fill, self._main))
            return
        breadth = min(max(at[::2]) - min(at[::2]), max(at[1::2]) - min(at[1::2]))
        if breadth < 4 * self._line_px:  # contours would swallow it: an eye stays an eye
            self._draw.polygon(at, fill=self._inking.small(fill, self._main))
            return
        self._draw.polygon(at, fill=self._inking.fill(fill, self._main))
        width = self._line_px if breadth > 9 * self._line_px else max(1, self._line_px * 2 // 3)
        self._contour([*at, at[0], at[1], at[2], at[3]], line(fill, self._main), width)

    def blob(self, points: Points, fill: Color) -> None:
        self.poly(smooth(points, True), fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Color) -> None:
        self.poly(arc(x, y, rx, ry, 0, 360, 16 if rx + ry < 0.4 else 26), fill)

    def slice(self, x: float, y: float, rx: float, ry: float, start: float, end: float, fill: Color) -> None:
        """A piece of an ellipse, closed by its chord; degrees clockwise from the right."""
        self.poly(arc(x, y, rx, ry, start, end), fill)

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Color) -> None:
        self.poly(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), fill)

    def line(self, points: Sequence[Point] | NDArray[np.float64], fill: Color, width: float = 0.06) -> None:
        self._line(points, fill, width)

    def curve(self, points: Points, fill: Color, width: float = 0.06) -> None:
        self._line(smooth(points, False), fill, width)

    def ring(self, x: float, y: float, radius: float, fill: Color, width: float) -> None:
        self._line(arc(x, y, radius, radius, 0, 372, 30), fill, width)

    def star(self, x: float, y: float, outer: float, inner: float, count: int, fill: Color) -> None:
        radii = (outer, inner)
        angle = [math.pi * i / count for i in range(2 * count)]
        self.poly([(x + radii[i % 2] * math.sin(a), y - radii[i % 2] * math.cos(a)) for i, a in enumerate(angle)], fill)

    def _line(self, points: Sequence[Point] | NDArray[np.float64], fill: Color, width: float) -> None:
        thick = max(self._line_px, round(width * self._half))
        at = self._place(points)
        line = self._inking.line
        if line is not None and thick > 1.3 * self._line_px:
            self._contour(at, line(fill, self._main), thick + self._line_px)
            self._contour(at, self._inking.fill(fill, self._main), max(1, thick - self._line_px // 2))
        else:
            self._contour(at, line(fill, self._main) if line is not None else fill, thick)

    def _contour(self, at: list[float], fill: Color, width: int) -> None:
        self._draw.line(at, fill=fill, width=width, joint="curve" if width > 3 else None)

    def _place(self, points: Sequence[Point] | NDArray[np.float64]) -> list[float]:
        half, origin = self._half, self._origin
        flip = half * self._sign
        if isinstance(points, np.ndarray):
            at: list[float] = (points * (flip, half) + origin).ravel().tolist()
            return at
        return [v for x, y in points for v in (origin + x * flip, origin + y * half)]
