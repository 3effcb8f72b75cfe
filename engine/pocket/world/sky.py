"""Skies: the hour's colours, sun, moon, stars, clouds and what falls from them."""

from __future__ import annotations

import math

import numpy as np

from engine.pocket.world.canvas import Canvas
from engine.pocket.world.palette import Color, light, mix, shifted
from engine.pocket.world.scene import Time, Weather

SKIES: dict[Time, tuple[tuple[Color, ...], ...]] = {
    Time.DAY: (((72, 156, 236), (136, 200, 248), (220, 240, 252)), ((54, 140, 222), (120, 190, 240), (196, 228, 246))),
    Time.SUNSET: (((74, 48, 130), (206, 84, 110), (255, 178, 88)), ((50, 54, 128), (180, 92, 136), (255, 150, 96))),
    Time.NIGHT: (((8, 10, 38), (22, 28, 78), (56, 62, 120)), ((10, 8, 34), (34, 24, 84), (66, 52, 122))),
    Time.DAWN: (
        ((128, 166, 224), (206, 190, 226), (255, 214, 184)),
        ((150, 190, 232), (236, 200, 212), (255, 226, 190)),
    ),
}
SUNS: dict[Time, Color] = {Time.DAY: (255, 230, 96), Time.SUNSET: (255, 108, 56), Time.DAWN: (255, 222, 150)}
CLOUDS: dict[Time, Color] = {
    Time.DAY: (254, 254, 255),
    Time.SUNSET: (255, 196, 176),
    Time.NIGHT: (78, 80, 128),
    Time.DAWN: (255, 240, 236),
}
BOW: tuple[Color, ...] = ((232, 64, 60), (248, 150, 50), (252, 226, 70), (84, 186, 92), (62, 126, 226), (140, 72, 184))


def paint_sky(canvas: Canvas, weather: Weather, horizon: float) -> Color:
    """Paint from the top down to the horizon; returns the colour of the air there, for far things to fade into."""
    rng, time = canvas.rng, canvas.time
    stops = [shifted(c, rng, 7) for c in rng.choice(SKIES[time])]
    dull = {Weather.RAIN: 0.62, Weather.FOG: 0.62, Weather.CLOUDY: 0.22, Weather.SNOWFALL: 0.36}.get(weather, 0.0)
    gray: Color = (150, 158, 172) if time is not Time.NIGHT else (40, 44, 70)
    stops = [mix(c, gray, dull) for c in stops]
    canvas.gradient(stops, 0.0, min(1.0, horizon + 0.03))
    if time is Time.NIGHT and weather in (Weather.CLEAR, Weather.RAINBOW, Weather.SNOWFALL):
        for _ in range(rng.randint(24, 52)):
            canvas.dot(rng.random(), rng.random() * horizon * 0.96, rng.choice((0.0025, 0.004, 0.006)), (244, 240, 220))
    x = rng.choice((rng.uniform(0.1, 0.3), rng.uniform(0.7, 0.9)))
    if weather in (Weather.CLEAR, Weather.CLOUDY, Weather.RAINBOW, Weather.SNOWFALL):
        paint_sun(canvas, x, horizon, stops[0])
    if weather is Weather.RAINBOW:
        cx, r = rng.uniform(0.36, 0.64), rng.uniform(0.42, 0.56) * horizon / 0.62
        for i, c in enumerate(BOW):
            canvas.bow(cx, horizon * 1.04, (r - i * 0.026), 0.03, mix(c, stops[1], 0.2))
    if weather in (Weather.CLOUDY, Weather.RAIN, Weather.SNOWFALL) or rng.random() < 0.35:
        paint_clouds(canvas, weather, horizon)
    return stops[-1]


def paint_sun(canvas: Canvas, x: float, horizon: float, deep: Color) -> None:
    rng = canvas.rng
    r = rng.uniform(0.06, 0.09)
    if canvas.time is Time.NIGHT:
        y = rng.uniform(0.12, 0.24)
        canvas.glow(x, y, r * 3, (150, 160, 220), 0.5)
        canvas.disc(x, y, r, (250, 244, 208))
        if rng.random() < 0.6:
            canvas.disc(x + r * 0.5 * canvas.per_x, y - r * 0.2, r * 0.84, mix(deep, (70, 76, 140), 0.35), lined=False)
        else:
            for dx, dy, k in ((-0.3, -0.2, 0.2), (0.3, 0.3, 0.26), (0.25, -0.4, 0.14)):
                canvas.dot(x + dx * r * canvas.per_x, y + dy * r * canvas.per_y, r * k, (226, 218, 178))
        return
    low = canvas.time is not Time.DAY
    y = horizon - rng.uniform(0.06, 0.18) if low else rng.uniform(0.12, 0.24)
    canvas.glow(x, y, r * (4.4 if low else 3.2), light(SUNS[canvas.time], 0.35), 0.75)
    canvas.disc(x, y, r * (1.25 if low else 1.0), SUNS[canvas.time])


def paint_clouds(canvas: Canvas, weather: Weather, horizon: float) -> None:
    rng = canvas.rng
    heavy = weather in (Weather.RAIN, Weather.CLOUDY)
    body = CLOUDS[canvas.time]
    if weather is Weather.RAIN:
        body = mix(body, (112, 120, 140), 0.62)
    for _ in range(rng.randint(3, 5) if heavy else rng.randint(1, 3)):
        paint_cloud(canvas, rng.random(), rng.uniform(0.08, 0.5) * horizon, rng.uniform(0.06, 0.11), body)


def paint_cloud(canvas: Canvas, x: float, y: float, r: float, body: Color) -> None:
    under = mix(body, (132, 146, 190), 0.28)
    puffs = ((-1.5, 0.1, 0.62), (-0.7, -0.3, 0.9), (0.3, -0.46, 1.05), (1.2, -0.06, 0.74), (1.8, 0.2, 0.45))
    for lift, fill in ((0.16, under), (0.0, body)):
        outline: list[tuple[float, float]] = []
        for px, py, k in puffs:
            for i in range(9):
                a = math.pi * (1.02 + 0.96 * i / 8)
                ox, oy = px + k * math.cos(a), py + k * math.sin(a) * 0.86
                if all(math.hypot(ox - qx, (oy - qy) / 0.86) >= qk - 0.02 for qx, qy, qk in puffs):
                    outline.append((x + ox * r * canvas.per_x, y + (oy + lift) * r * canvas.per_y))
        outline.append((x + 2.3 * r * canvas.per_x, y + (0.34 + lift) * r * canvas.per_y))
        outline.append((x - 2.2 * r * canvas.per_x, y + (0.34 + lift) * r * canvas.per_y))
        canvas.poly(outline, fill, lined=lift == 0.0)


def paint_weather(canvas: Canvas, weather: Weather, pale: bool, fog: int) -> None:
    """What falls in front of everything; `pale` is false on white paper, where white drops would not show; `fog` is
    the opacity of a bank of it.
    """
    rng = canvas.rng
    match weather:
        case Weather.RAIN:
            drop: Color = (206, 222, 242) if pale else (120, 136, 170)
            for _ in range(44):
                x, y, k = rng.random() * 1.1, rng.random(), rng.uniform(0.04, 0.08)
                canvas.line(((x, y), (x - k * 0.3 * canvas.per_x, y + k * canvas.per_y)), drop, 0.006)
        case Weather.SNOWFALL:
            for _ in range(58):
                canvas.dot(
                    rng.random(),
                    rng.random(),
                    rng.choice((0.006, 0.009, 0.013)),
                    (252, 252, 255) if pale else (150, 164, 196),
                )
        case Weather.FOG:
            along = np.linspace(0, 1, 24)
            for y, thick in ((0.42, 0.05), (0.56, 0.07), (0.7, 0.06), (0.84, 0.08), (0.97, 0.1)):
                top = y - thick * (1 + 0.5 * np.sin(rng.random() * 6 + along * rng.uniform(4, 8)))
                low = y + thick * (1 + 0.5 * np.sin(rng.random() * 6 + along * rng.uniform(4, 8)))
                canvas.glaze(
                    np.concatenate([np.stack([along, top], 1), np.stack([along, low], 1)[::-1]]), (226, 230, 236), fog
                )
        case _:
            pass
