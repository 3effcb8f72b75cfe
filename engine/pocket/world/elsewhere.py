"""Places without a horizon: a plain backdrop, outer space, a room, the open sky."""

from __future__ import annotations

import math

from engine.pocket.world.canvas import Canvas
from engine.pocket.world.palette import COLORS, Color, brightness, dark, light, mix, shifted
from engine.pocket.world.scene import Time, Weather
from engine.pocket.world.sky import CLOUDS, paint_cloud


def paint_plain(canvas: Canvas, backdrop: str) -> None:
    rng = canvas.rng
    color = shifted(COLORS[backdrop], rng, 7)
    second = light(color, 0.16) if brightness(color) < 230 else dark(color, 0.05)
    canvas.gradient((second, color) if rng.random() < 0.5 else (color, second))


def paint_space(canvas: Canvas) -> None:
    rng = canvas.rng
    low = shifted(rng.choice(((44, 18, 78), (20, 30, 84), (58, 18, 66))), rng, 8)
    canvas.gradient((shifted((10, 8, 30), rng, 4), low, shifted((16, 10, 40), rng, 4)))
    for _ in range(3):
        canvas.glow(
            rng.random(),
            rng.random(),
            rng.uniform(0.25, 0.5),
            rng.choice(((150, 60, 170), (60, 90, 190), (190, 70, 120))),
            0.4,
        )
    for _ in range(rng.randint(34, 64)):
        canvas.dot(
            rng.random(),
            rng.random(),
            rng.choice((0.0025, 0.004, 0.004, 0.007)),
            rng.choice(((252, 250, 240), (210, 224, 255), (255, 232, 200))),
        )
    if rng.random() < 0.75:
        x, y, r = rng.choice((0.14, 0.86)), rng.uniform(0.14, 0.28), rng.uniform(0.08, 0.14)
        body = shifted(rng.choice(((226, 156, 96), (110, 170, 220), (206, 112, 150), (140, 196, 150))), rng, 8)
        canvas.disc(x, y, r, dark(body, 0.3))
        canvas.disc(x - 0.015 * canvas.per_x, y - 0.015 * canvas.per_y, r * 0.86, body, lined=False)
        ring = [
            (x + 1.75 * r * math.cos(a) * canvas.per_x, y + (0.4 * math.sin(a) - 0.3 * math.cos(a)) * r * canvas.per_y)
            for a in [math.radians(-20 + 220 * i / 22) for i in range(23)]
        ]
        canvas.line(ring, light(body, 0.5), 0.012)


def paint_room(canvas: Canvas, backdrop: str) -> float:
    """Returns the height at which things stand."""
    rng = canvas.rng
    wall = mix(shifted(COLORS[backdrop], rng, 6), (246, 236, 222), 0.55)
    canvas.gradient((wall, dark(wall, 0.06)))
    if rng.random() < 0.5:
        for i in range(7):
            x = i / 7
            canvas.poly(((x, 0), (x + 1 / 14, 0), (x + 1 / 14, 0.7), (x, 0.7)), light(wall, 0.22), lined=False)
    x = rng.choice((0.2, 0.8))
    w, h = 0.15 * canvas.per_x, 0.17 * canvas.per_y
    frame: Color = (250, 246, 238)
    canvas.poly(((x - w, 0.24 - h), (x + w, 0.24 - h), (x + w, 0.24 + h), (x - w, 0.24 + h)), frame)
    pane = rng.choice(((150, 208, 246), (34, 40, 92), (252, 190, 130)))
    canvas.poly(
        (
            (x - w * 0.85, 0.24 - h * 0.86),
            (x + w * 0.85, 0.24 - h * 0.86),
            (x + w * 0.85, 0.24 + h * 0.86),
            (x - w * 0.85, 0.24 + h * 0.86),
        ),
        pane,
    )
    canvas.line(((x, 0.24 - h * 0.86), (x, 0.24 + h * 0.86)), frame, 0.014)
    canvas.line(((x - w * 0.85, 0.24), (x + w * 0.85, 0.24)), frame, 0.014)
    floor = shifted(rng.choice(((178, 124, 80), (152, 104, 70), (198, 152, 104))), rng, 8)
    canvas.poly(((0, 0.7), (1, 0.7), (1, 1.02), (0, 1.02)), floor)
    for y in (0.76, 0.84, 0.94):
        canvas.line(((0, y), (1, y)), dark(floor, 0.22), 0.007)
    canvas.poly(((0, 0.685), (1, 0.685), (1, 0.705), (0, 0.705)), frame)
    if rng.random() < 0.6:
        canvas.disc(0.5, 0.89, 0.4, shifted(rng.choice(((190, 84, 84), (92, 124, 170), (222, 180, 100))), rng, 8), 0.2)
    return 0.88


def paint_open_sky(canvas: Canvas, weather: Weather) -> None:
    """The sky below and all around: the sky itself is painted before, from top to bottom."""
    rng = canvas.rng
    body = CLOUDS[canvas.time]
    if weather is Weather.RAIN:
        body = mix(body, (112, 120, 140), 0.5)
    for y in (0.72, 0.86, 0.97):
        for i in range(4):
            shade = mix(body, (120, 140, 200), (0.97 - y) * 0.9 if canvas.time is not Time.NIGHT else 0.1)
            paint_cloud(canvas, (i + rng.uniform(-0.2, 0.5)) / 3.2, y, rng.uniform(0.1, 0.15), shade)
