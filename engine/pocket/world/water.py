"""Places by, on and under the water."""

from __future__ import annotations

import math

from engine.pocket.world.canvas import Canvas
from engine.pocket.world.palette import Color, dark, light, mix, shifted
from engine.pocket.world.scene import Time


def paint_sea(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    deep = canvas.lit(rng.choice(((28, 104, 178), (24, 118, 168), (40, 92, 170))))
    canvas.gradient((mix(deep, air, 0.45), mix(deep, air, 0.1), dark(deep, 0.15)), horizon, 1.0)
    if rng.random() < 0.4:
        x = rng.choice((0.14, 0.86))
        isle = mix(canvas.lit((96, 140, 110)), air, 0.4)
        canvas.disc(x, horizon, 0.1, isle, 0.5)
        canvas.gradient((mix(deep, air, 0.45), mix(deep, air, 0.4)), horizon, horizon + 0.06)
    crest = light(mix(deep, air, 0.35), 0.25)
    for row in range(7):
        y = horizon + 0.03 + (1 - horizon) * (row / 7) ** 1.25
        for _ in range(3):
            x, w = rng.random(), rng.uniform(0.03, 0.06) * (1 + row * 0.28)
            h = 0.004 + 0.003 * row
            canvas.poly(((x - w, y), (x, y - h), (x + w, y), (x, y + h * 0.3)), crest, lined=False)
    if canvas.time in (Time.SUNSET, Time.DAWN):
        x = rng.choice((0.2, 0.8))
        for row in range(6):
            y, w = horizon + 0.02 + row * 0.05, rng.uniform(0.03, 0.09)
            canvas.poly(((x - w, y), (x, y - 0.006), (x + w, y), (x, y + 0.006)), light(air, 0.35), lined=False)


def paint_beach(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    deep = canvas.lit((34, 142, 196))
    canvas.gradient((mix(deep, air, 0.3), light(deep, 0.25)), horizon, 1.0)
    for row in range(3):
        x, y = rng.random(), horizon + 0.025 + row * 0.02
        canvas.line(((x - 0.07, y), (x + 0.07, y)), light(deep, 0.5), 0.006)
    sand = canvas.lit((246, 218, 160))
    canvas.poly(canvas.wave(horizon + 0.085, 0.014, 1.1), canvas.lit((250, 252, 252)))
    canvas.poly(canvas.wave(horizon + 0.105, 0.014, 1.1), dark(sand, 0.12))
    canvas.poly(canvas.wave(horizon + 0.14, 0.012, 0.9), sand)
    for _ in range(9):
        canvas.dot(rng.random(), rng.uniform(horizon + 0.18, 1), 0.006, dark(sand, 0.18))
    shell = canvas.lit((240, 140, 120))
    for _ in range(rng.randint(0, 2)):
        x, y = rng.random(), rng.uniform(horizon + 0.25, 0.97)
        ring = [
            (
                x + 0.03 * (1 if i % 2 else 0.42) * math.sin(i * math.pi / 5) * canvas.per_x,
                y + 0.03 * (1 if i % 2 else 0.42) * math.cos(i * math.pi / 5) * canvas.per_y,
            )
            for i in range(10)
        ]
        canvas.poly(ring, shell)


def paint_lake(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    shore = canvas.lit((84, 132, 92))
    far = mix(canvas.lit((104, 126, 158)), air, 0.4)
    peaks = [(x, horizon - rng.uniform(0.04, 0.2)) for x in (0.0, 0.14, 0.3, 0.46, 0.62, 0.78, 0.92, 1.0)]
    water = canvas.lit((88, 164, 206))
    canvas.poly([(0.0, horizon + 0.01), *peaks, (1.0, horizon + 0.01)], far)
    canvas.gradient((mix(water, air, 0.4), water, dark(water, 0.2)), horizon, 1.0)
    canvas.poly(
        [(0.0, horizon), *((x, 2 * horizon - y) for x, y in peaks), (1.0, horizon)], mix(far, water, 0.55), lined=False
    )
    canvas.poly(((0, horizon - 0.014), (1, horizon - 0.014), (1, horizon + 0.008), (0, horizon + 0.008)), shore)
    for _ in range(9):
        x, y, w = rng.random(), rng.uniform(horizon + 0.03, 0.98), rng.uniform(0.04, 0.1)
        canvas.line(((x - w, y), (x + w, y)), light(water, 0.4), 0.006)
    reed = canvas.lit((70, 118, 70))
    for x in rng.sample((0.03, 0.08, 0.12, 0.88, 0.93, 0.97), 4):
        h = rng.uniform(0.1, 0.2)
        canvas.line(((x, 1.0), (x + rng.uniform(-0.02, 0.02), 1 - h)), reed, 0.012)
        canvas.dot(x, 1 - h, 0.013, canvas.lit((118, 76, 48)))


def paint_underwater(canvas: Canvas) -> None:
    rng = canvas.rng
    top: Color = shifted((92, 206, 226), rng, 10)
    canvas.gradient((top, shifted((28, 122, 184), rng, 8), shifted((10, 48, 110), rng, 8)))
    for _ in range(4):
        x, w = rng.uniform(-0.1, 0.9), rng.uniform(0.04, 0.1)
        canvas.glaze(((x, 0), (x + w, 0), (x + w + 0.3, 0.8), (x + 0.14, 0.8)), (200, 244, 250), 26)
    canvas.poly(canvas.wave(0.82, 0.03, 0.8), mix((24, 84, 140), (190, 176, 130), 0.25))
    sand: Color = shifted((214, 194, 138), rng, 8)
    canvas.poly(canvas.wave(0.89, 0.018, 1.0), sand)
    for _ in range(rng.randint(4, 7)):
        x, h = rng.choice((rng.uniform(0, 0.25), rng.uniform(0.75, 1), rng.random())), rng.uniform(0.1, 0.28)
        weed = shifted(rng.choice(((40, 142, 92), (60, 160, 80), (28, 118, 110))), rng, 8)
        canvas.line([(x + math.sin(i * 1.1) * 0.018 * canvas.per_x, 0.93 - h * i / 7) for i in range(8)], weed, 0.02)
    for _ in range(rng.randint(1, 3)):
        x, coral = (
            rng.choice((rng.uniform(0, 0.2), rng.uniform(0.8, 1))),
            shifted(rng.choice(((242, 110, 120), (246, 150, 90), (200, 100, 190))), rng, 8),
        )
        for lean in (-0.05, 0.0, 0.05):
            canvas.line(
                ((x, 0.95), (x + lean * canvas.per_x, 0.95 - rng.uniform(0.07, 0.12) * canvas.per_y)), coral, 0.022
            )
    for _ in range(rng.randint(6, 14)):
        x, y, r = rng.random(), rng.random() * 0.85, rng.uniform(0.006, 0.018)
        canvas.dot(x, y, r, mix(top, (240, 252, 255), 0.7))
        canvas.dot(x + r * 0.2 * canvas.per_x, y + r * 0.2 * canvas.per_y, r * 0.7, mix(top, (40, 130, 190), 0.6))
