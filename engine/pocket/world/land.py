"""Places under an open sky, on land: each paints from the horizon down, the air's colour given."""

from __future__ import annotations

from engine.pocket.world.canvas import Canvas
from engine.pocket.world.palette import Color, dark, light, mix
from engine.pocket.world.scene import Time

LAMP: Color = (255, 226, 120)


def paint_meadow(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    grass = canvas.lit(rng.choice(((118, 186, 76), (138, 190, 70), (96, 172, 84))))
    canvas.poly(canvas.wave(horizon - 0.02, 0.015, 2.4), mix(dark(grass, 0.3), air, 0.45))
    for _ in range(7):
        x, r = rng.random(), rng.uniform(0.025, 0.05)
        canvas.disc(x, horizon - 0.015, r, mix(dark(grass, 0.4), air, 0.35), 0.8, lined=False)
    canvas.poly(canvas.wave(horizon, 0.008, 0.8), grass)
    canvas.poly(canvas.wave(horizon + 0.17, 0.015, 0.7), dark(grass, 0.1))
    for _ in range(20):
        x, y = rng.random(), rng.uniform(horizon + 0.04, 1)
        canvas.line(((x, y), (x + 0.012, y - 0.035)), dark(grass, 0.28), 0.009)
    for _ in range(rng.randint(4, 14)):
        x, y = rng.random(), rng.uniform(horizon + 0.06, 1)
        canvas.dot(
            x,
            y,
            0.006 + 0.014 * (y - horizon),
            canvas.lit(rng.choice(((250, 250, 250), (252, 214, 84), (242, 124, 164), (190, 130, 220)))),
        )


def paint_hills(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    base = canvas.lit(rng.choice(((92, 164, 78), (110, 172, 70), (80, 156, 92))))
    for y, rise, fade in ((-0.06, 0.05, 0.55), (0.02, 0.045, 0.25), (0.12, 0.035, 0.0)):
        color = mix(base, air, fade)
        canvas.poly(canvas.wave(horizon + y, rise, rng.uniform(0.7, 1.4)), color)
        if y < 0.1:
            for _ in range(3):
                x = rng.random()
                canvas.disc(x, horizon + y + 0.015, 0.018, dark(color, 0.3), 1.3, lined=False)
    canvas.poly(canvas.wave(horizon + 0.26, 0.02, 0.6), dark(base, 0.12))


def paint_mountains(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    rock = canvas.lit(rng.choice(((104, 112, 146), (122, 112, 138), (96, 122, 138))))
    snow = canvas.lit((246, 248, 253))
    for far in (True, False):
        for i in range(4 if far else 3):
            x = (i + rng.uniform(0.1, 0.9)) / (4 if far else 3)
            rise = rng.uniform(0.16, 0.26) if far else rng.uniform(0.24, 0.42)
            wide, y = rise * rng.uniform(0.8, 1.1) * canvas.per_x, horizon + 0.03
            peak = y - rise
            body = mix(rock, air, 0.55) if far else rock
            canvas.poly(((x - wide, y), (x, peak), (x + wide, y)), body)
            canvas.poly(
                ((x, peak), (x + wide, y), (x + wide * 0.2, y), (x - wide * 0.06, peak + rise * 0.5)),
                dark(body, 0.2),
                lined=False,
            )
            if not far:
                k = wide * 0.3
                cap = (
                    (x - k, peak + rise * 0.3),
                    (x, peak),
                    (x + k, peak + rise * 0.3),
                    (x + k * 0.4, peak + rise * 0.24),
                    (x, peak + rise * 0.36),
                    (x - k * 0.45, peak + rise * 0.23),
                )
                canvas.poly(cap, snow, lined=False)
    grass = canvas.lit((110, 156, 88))
    canvas.poly(((0, horizon + 0.02), (1, horizon + 0.02), (1, 1.02), (0, 1.02)), dark(grass, 0.2), lined=False)
    pines = canvas.lit((52, 96, 74))
    for i in range(15):
        paint_pine(
            canvas, (i + rng.uniform(-0.3, 0.3)) / 14, horizon + 0.05, rng.uniform(0.05, 0.09), mix(pines, air, 0.2)
        )
    canvas.poly(canvas.wave(horizon + 0.045, 0.012, 1.2), grass)
    canvas.poly(canvas.wave(horizon + 0.2, 0.016, 0.7), dark(grass, 0.12))


def paint_pine(canvas: Canvas, x: float, y: float, tall: float, color: Color) -> None:
    w = tall * 0.34 * canvas.per_x
    h = tall * canvas.per_y
    canvas.poly(
        (
            (x - w, y),
            (x - w * 0.5, y - h * 0.4),
            (x - w * 0.7, y - h * 0.4),
            (x, y - h),
            (x + w * 0.7, y - h * 0.4),
            (x + w * 0.5, y - h * 0.4),
            (x + w, y),
        ),
        color,
    )


def paint_forest(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    leaf = canvas.lit(rng.choice(((44, 104, 66), (56, 116, 58), (40, 98, 82))))
    floor = canvas.lit((92, 132, 66))
    canvas.poly(((0, horizon), (1, horizon), (1, 1.02), (0, 1.02)), dark(floor, 0.35), lined=False)
    for depth, fade in ((0.0, 0.6), (0.03, 0.3), (0.06, 0.0)):
        count = 12 - round(depth * 60)
        for i in range(count):
            x = (i + rng.uniform(-0.3, 0.3)) / (count - 1)
            tall = rng.uniform(0.2, 0.34) + depth * 2.6
            color = mix(leaf, air, fade)
            canvas.poly(
                (
                    (x - 0.008, horizon + depth),
                    (x + 0.008, horizon + depth),
                    (x + 0.008, horizon + depth + 0.05),
                    (x - 0.008, horizon + depth + 0.05),
                ),
                dark(color, 0.5),
                lined=False,
            )
            paint_pine(canvas, x, horizon + depth + 0.012, tall, color)
    canvas.poly(canvas.wave(horizon + 0.08, 0.01, 1.4), floor)
    canvas.poly(canvas.wave(horizon + 0.2, 0.014, 0.9), dark(floor, 0.16))
    for _ in range(12):
        x, y = rng.random(), rng.uniform(horizon + 0.12, 1)
        canvas.disc(x, y, 0.016, dark(floor, 0.3), 0.5, lined=False)


def paint_desert(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    sand = canvas.lit(rng.choice(((238, 194, 122), (232, 176, 108), (240, 206, 142))))
    canvas.poly(canvas.wave(horizon - 0.03, 0.04, 0.8), mix(sand, air, 0.45))
    for y, rise in ((0.02, 0.035), (0.16, 0.03)):
        dune = canvas.wave(horizon + y, rise, rng.uniform(0.6, 1.1))
        canvas.poly(dune, sand if y < 0.1 else light(sand, 0.1))
        canvas.poly([*dune[4:22].tolist(), (dune[12][0], dune[12][1] + 0.1)], dark(sand, 0.1), lined=False)
    cactus = canvas.lit((74, 140, 84))
    for x in rng.sample((0.06, 0.16, 0.84, 0.94), rng.randint(1, 3)):
        y, tall = horizon + rng.uniform(0.04, 0.1), rng.uniform(0.1, 0.17)
        canvas.line(((x, y), (x, y - tall * canvas.per_y)), cactus, 0.028)
        for s in (-1, 1):
            k = s * 0.035 * canvas.per_x
            canvas.line(((x, y - tall * 0.4), (x + k, y - tall * 0.4), (x + k, y - tall * 0.75)), cactus, 0.017)


def paint_snow(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    white = canvas.lit((244, 248, 254))
    blue = canvas.lit((196, 214, 238))
    canvas.poly(canvas.wave(horizon - 0.05, 0.04, 0.9), mix(blue, air, 0.35))
    pine = canvas.lit((58, 104, 96))
    for _ in range(rng.randint(4, 9)):
        x, tall = rng.random(), rng.uniform(0.09, 0.2)
        y = horizon + rng.uniform(0.0, 0.05)
        paint_pine(canvas, x, y, tall, mix(pine, air, 0.25))
        w, h = tall * 0.15 * canvas.per_x, tall * canvas.per_y
        canvas.poly(((x - w, y - h * 0.62), (x, y - h), (x + w, y - h * 0.62), (x, y - h * 0.72)), white, lined=False)
    canvas.poly(canvas.wave(horizon + 0.02, 0.025, 0.9), blue)
    canvas.poly(canvas.wave(horizon + 0.09, 0.025, 0.8), white)
    canvas.poly(canvas.wave(horizon + 0.24, 0.02, 0.6), mix(white, blue, 0.35))


def paint_city(canvas: Canvas, horizon: float, air: Color) -> None:
    rng = canvas.rng
    lit = LAMP if canvas.time in (Time.NIGHT, Time.SUNSET) else (214, 234, 246)
    for fade, tall in ((0.6, 0.46), (0.12, 0.34)):
        x = -0.04
        while x < 1:
            w, h = rng.uniform(0.09, 0.17) * canvas.per_x, rng.uniform(0.4, 1.0) * tall
            wall = mix(
                canvas.lit(rng.choice(((108, 118, 148), (140, 128, 142), (88, 104, 134), (164, 140, 128)))), air, fade
            )
            top = horizon - h
            canvas.poly(((x, horizon + 0.02), (x, top), (x + w, top), (x + w, horizon + 0.02)), wall)
            if fade > 0.5 and rng.random() < 0.4:
                canvas.line(((x + w / 2, top), (x + w / 2, top - 0.06)), wall, 0.01)
            if fade < 0.5:
                rows = max(1, int((h - 0.03) / 0.055))
                for i in range(rows):
                    for k in (0.18, 0.44, 0.7):
                        if rng.random() < 0.7:
                            wx, wy = x + w * k, top + 0.025 + i * 0.055
                            canvas.poly(
                                ((wx, wy), (wx + w * 0.15, wy), (wx + w * 0.15, wy + 0.027), (wx, wy + 0.027)),
                                lit,
                                lined=False,
                            )
            x += w + 0.006
    road = canvas.lit((110, 112, 124))
    canvas.poly(((0, horizon), (1, horizon), (1, 1.02), (0, 1.02)), canvas.lit((182, 176, 170)))
    canvas.poly(((0, horizon + 0.07), (1, horizon + 0.07), (1, 1.02), (0, 1.02)), road)
    dash = canvas.lit((240, 226, 160))
    for i in range(6):
        x = i / 5.5 + 0.02
        canvas.poly(
            ((x, horizon + 0.27), (x + 0.09, horizon + 0.27), (x + 0.08, horizon + 0.29), (x - 0.01, horizon + 0.29)),
            dash,
            lined=False,
        )
