"""The ground that a place is painted on: gradients, shapes, lines and glows in fractions of the picture, in the
style's inking and the hour's light.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.pocket.world.palette import Color, mix, shifted
from engine.pocket.world.pen import Inking, Point
from engine.pocket.world.scene import Time

_LIGHT: dict[Time, tuple[Color, float]] = {
    Time.DAY: ((255, 255, 255), 0.0),
    Time.DAWN: ((246, 196, 190), 0.26),
    Time.SUNSET: ((168, 74, 70), 0.42),
    Time.NIGHT: ((18, 22, 66), 0.68),
}


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    axis = np.linspace(-1, 1, 64)
    far = np.clip(1 - np.hypot(*np.meshgrid(axis, axis)), 0, 1)
    return Image.fromarray((255 * far**1.6).astype(np.uint8))


class Canvas:
    """Coordinates: x and y from 0 to 1 over the picture; lengths (`r`, `w`) in its shorter side."""

    def __init__(self, width: int, height: int, inking: Inking, time: Time, rng: random.Random, shadow: bool) -> None:
        self.image = Image.new("RGB", (width, height))
        self.width, self.height = width, height
        self.unit = min(width, height)
        self.rng = rng
        self.time = time
        self.per_x, self.per_y = self.unit / width, self.unit / height
        self._inking = inking
        self._shadow = shadow
        self._draw = ImageDraw.Draw(self.image)
        self._glaze = ImageDraw.Draw(self.image, "RGBA")
        self._line_px = max(1, round(inking.width * self.unit * 0.8))

    def lit(self, color: Color) -> Color:
        """The colour in this hour's light, a little off."""
        light, strength = _LIGHT[self.time]
        return mix(shifted(color, self.rng, 7), light, strength)

    def gradient(self, stops: Sequence[Color], y0: float = 0.0, y1: float = 1.0) -> None:
        top, bottom = round(y0 * self.height), round(y1 * self.height)
        if bottom <= top:
            return
        fills = np.array([self._inking.fill(c, c) for c in stops], np.float32)
        t = np.linspace(0, len(stops) - 1, bottom - top)
        column = np.stack([np.interp(t, np.arange(len(stops)), fills[:, i]) for i in range(3)], 1)
        strip = Image.fromarray(np.ascontiguousarray(column[:, None].astype(np.uint8)))
        self.image.paste(strip.resize((self.width, bottom - top)), (0, top))

    def poly(self, points: Sequence[Point] | NDArray[np.float64], color: Color, lined: bool = True) -> None:
        at = (np.asarray(points, np.float64) * (self.width, self.height)).ravel().tolist()
        if self._shadow and lined:
            for lift, alpha in ((0.026, 34), (0.013, 60)):
                self._glaze.polygon(
                    [v - lift * self.unit * (i % 2) for i, v in enumerate(at)], fill=(20, 14, 30, alpha)
                )
        self._draw.polygon(at, fill=self._inking.fill(color, color))
        if self._inking.line is not None and lined:
            self._draw.line([*at, *at[:4]], fill=self._inking.line(color, color), width=self._line_px)

    def disc(self, x: float, y: float, r: float, color: Color, squash: float = 1.0, lined: bool = True) -> None:
        angle = np.linspace(0, 2 * math.pi, max(10, min(40, int(r * self.unit))), endpoint=False)
        around = np.stack([x + r * self.per_x * np.cos(angle), y + r * self.per_y * squash * np.sin(angle)], 1)
        self.poly(around, color, lined)

    def dot(self, x: float, y: float, r: float, color: Color) -> None:
        """A plain small disc without contour: a star, a flower, a flake."""
        cx, cy, px = x * self.width, y * self.height, max(0.5, r * self.unit)
        self._draw.ellipse((cx - px, cy - px, cx + px, cy + px), fill=color)

    def line(self, points: Sequence[Point] | NDArray[np.float64], color: Color, w: float) -> None:
        at = (np.asarray(points, np.float64) * (self.width, self.height)).ravel().tolist()
        ink = self._inking.line(color, color) if self._inking.line is not None else color
        px = max(1, round(w * self.unit))
        self._draw.line(at, fill=ink, width=px, joint="curve" if px > 4 else None)

    def bow(self, x: float, y: float, r: float, w: float, color: Color) -> None:
        cx, cy, px = x * self.width, y * self.height, r * self.unit
        fill = self._inking.fill(color, color)
        self._draw.arc((cx - px, cy - px, cx + px, cy + px), 180, 360, fill=fill, width=max(2, round(w * self.unit)))

    def glaze(self, points: Sequence[Point] | NDArray[np.float64], color: Color, alpha: int) -> None:
        at = (np.asarray(points, np.float64) * (self.width, self.height)).ravel().tolist()
        self._glaze.polygon(at, fill=(*color, alpha))

    def glow(self, x: float, y: float, r: float, color: Color, strength: float) -> None:
        px = max(2, round(r * self.unit))
        mask = _spot().resize((2 * px, 2 * px)).point(lambda v: int(v * strength))
        self.image.paste(color, (round(x * self.width) - px, round(y * self.height) - px), mask)

    def wave(self, y: float, amplitude: float, turns: float, to: float = 1.02) -> NDArray[np.float64]:
        """The outline of a rolling land from height `y` down to `to`."""
        x = np.linspace(0, 1, 30)
        a, b = self.rng.random() * 6.3, self.rng.random() * 6.3
        top = y + amplitude * (0.7 * np.sin(a + turns * 6.28 * x) + 0.3 * np.sin(b + turns * 15 * x))
        return np.concatenate([np.stack([x, top], 1), [(1.01, top[-1]), (1.01, to), (-0.01, to), (-0.01, top[0])]])
