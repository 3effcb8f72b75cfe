"""GPU time a day as bars, stacked by model. On a ground of its own, so that it reads the same in a dark Discord and in
a light one; its letters are large, since a phone shows it at less than half its size.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 960, 560
SHARP = 2  # drawn so many times larger, then made smaller: round corners and thin bars get soft edges
GROUND, PANEL, LINE, INK, PALE = "#1b1d23", "#22252d", "#3a3f4b", "#f2f3f5", "#b5bac4"
# Told apart by those who see red and green alike, and light enough for the ground.
COLOURS = ("#5fa8ff", "#ffb454", "#4fd6be", "#ff7eb6", "#b79cff", "#f7e06e", "#a3aab8")
LEFT, RIGHT, TOP, BOTTOM = 116, 36, 128, 124
LARGE, SMALL = 34, 24  # letters
MOST_LABELS = 6
WIDEST = 72  # of a bar
NAME = 18  # characters of a model's name
_TICKS = (
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10_800,
    18_000,
    36_000,
    72_000,
)  # seconds
_DAY = 86_400
_HEADROOM = 1.08
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """What one model took, a number of milliseconds for each day."""

    name: str
    gpu_ms: tuple[int, ...]


def draw_usage(title: str, subtitle: str, days: Sequence[date], series: Sequence[Series]) -> bytes:
    """The first series stands at the bottom. There are at most as many as COLOURS."""
    if not days or len(series) > len(COLOURS) or any(len(one.gpu_ms) != len(days) for one in series):
        raise ValueError(f"{len(series)} series cannot be drawn over {len(days)} days; give each a number a day.")
    card = Image.new("RGB", (WIDTH * SHARP, HEIGHT * SHARP), GROUND)
    pen = _Pen(ImageDraw.Draw(card))
    pen.panel((12, 12, WIDTH - 12, HEIGHT - 12))
    pen.write((36, 32), title, LARGE, INK)
    pen.write((36, 76), subtitle, SMALL, PALE)
    highest_ms = max(sum(one.gpu_ms[day] for one in series) for day in range(len(days))) if series else 0
    tick_ms = _tick(highest_ms)
    top_ms = max(highest_ms * _HEADROOM, tick_ms)
    _grid(pen, tick_ms, top_ms)
    _bars(pen, len(days), series, top_ms)
    _dates(pen, days)
    _legend(pen, series)
    data = io.BytesIO()
    card.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(data, "PNG", optimize=True)
    return data.getvalue()


class _Pen:
    """Draws in the plot's own measures."""

    def __init__(self, ink: ImageDraw.ImageDraw) -> None:
        self._ink = ink

    def panel(self, box: Box) -> None:
        self._ink.rounded_rectangle([SHARP * at for at in box], 18 * SHARP, fill=PANEL, outline=LINE, width=SHARP)

    def bar(self, box: Box, colour: str) -> None:
        left, top, right, bottom = (round(SHARP * at) for at in box)
        if bottom > top:
            self._ink.rectangle((left, top, max(left, right - 1), bottom - 1), fill=colour)

    def line(self, left: float, right: float, height: float) -> None:
        self._ink.line([(left * SHARP, height * SHARP), (right * SHARP, height * SHARP)], fill=LINE, width=SHARP)

    def dot(self, at: tuple[float, float], colour: str) -> None:
        box = (at[0] * SHARP, at[1] * SHARP, (at[0] + 16) * SHARP, (at[1] + 16) * SHARP)
        self._ink.rounded_rectangle(box, 4 * SHARP, fill=colour)

    def write(self, at: tuple[float, float], words: str, size: int, colour: str, anchor: str = "la") -> None:
        font = ImageFont.load_default(size * SHARP)
        self._ink.text((at[0] * SHARP, at[1] * SHARP), words, fill=colour, font=font, anchor=anchor)

    def width(self, words: str, size: int) -> float:
        return self._ink.textlength(words, ImageFont.load_default(size * SHARP)) / SHARP


def _tick(highest_ms: int) -> int:
    """Between two lines, so that there are three to six of them."""
    seconds = highest_ms / 1000 / 5
    return 1000 * next((tick for tick in _TICKS if tick >= seconds), math.ceil(seconds / _DAY) * _DAY)


def _words(ms: int) -> str:
    for unit_ms, unit in ((3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= unit_ms:
            return f"{ms / unit_ms:g} {unit}"
    return "0"


def _height(ms: float, top_ms: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * ms / top_ms


def _grid(pen: _Pen, tick_ms: int, top_ms: float) -> None:
    for ms in range(0, math.floor(top_ms) + 1, tick_ms):
        height = _height(ms, top_ms)
        pen.line(LEFT, WIDTH - RIGHT, height)
        pen.write((LEFT - 14, height), _words(ms), SMALL, PALE, "rm")


def _bars(pen: _Pen, days: int, series: Sequence[Series], top_ms: float) -> None:
    step = (WIDTH - LEFT - RIGHT) / days
    wide = min(WIDEST, step * 0.78) if step > 4 else step
    for day in range(days):
        left, so_far = LEFT + (day + 0.5) * step - wide / 2, 0
        for one, colour in zip(series, COLOURS, strict=False):
            below, so_far = so_far, so_far + one.gpu_ms[day]
            pen.bar((left, _height(so_far, top_ms), left + wide, _height(below, top_ms)), colour)


def _dates(pen: _Pen, days: Sequence[date]) -> None:
    step = (WIDTH - LEFT - RIGHT) / len(days)
    every = math.ceil(len(days) / MOST_LABELS)
    for number in range((len(days) - 1) % every, len(days), every):  # so that the last day has one
        words = f"{days[number].day} {days[number]:%b}"
        middle = min(LEFT + (number + 0.5) * step, WIDTH - 24 - pen.width(words, SMALL) / 2)
        pen.write((middle, HEIGHT - BOTTOM + 12), words, SMALL, PALE, "ma")


def _legend(pen: _Pen, series: Sequence[Series]) -> None:
    """In one row, cut where it ends: what is drawn largest comes first."""
    left, height = 36.0, HEIGHT - 60
    for one, colour in zip(series, COLOURS, strict=False):
        name = one.name if len(one.name) <= NAME else one.name[: NAME - 1] + "…"
        width = pen.width(name, SMALL) + 26
        if left + width > WIDTH - RIGHT:
            return
        pen.dot((left, height), colour)
        pen.write((left + 26, height + 8), name, SMALL, INK, "lm")
        left += width + 24
