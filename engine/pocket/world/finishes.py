"""What a style does to the finished picture as a whole: its paper, brush, glaze. Pixels only; no shapes, no scene."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageFilter

from engine.pocket.world.grain import Floats, averaged, displaced, noise, panes, triangles


def as_image(a: Floats) -> Image.Image:
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def leave(a: Floats, rng: random.Random) -> Floats:
    return a


def watercolor(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    reach = min(h, w) / 26
    a = displaced(a, noise(rng, h, w, 14) * reach, noise(rng, h, w, 14) * reach)
    gray = a.mean(2)
    edge = np.abs(np.diff(gray, axis=0, prepend=gray[:1])) + np.abs(np.diff(gray, axis=1, prepend=gray[:, :1]))
    pool = noise(rng, h, w, 4) * 0.42 + noise(rng, h, w, 40) * 0.2
    a = 253 - (253 - a) * np.clip(0.84 + pool, 0.3, 1.1)[..., None] - np.minimum(edge, 54)[..., None] * 0.4
    y = np.abs(np.linspace(-1, 1, h, dtype=np.float32))[:, None]
    x = np.abs(np.linspace(-1, 1, w, dtype=np.float32))[None]
    margin = np.clip((np.maximum(x, y) + noise(rng, h, w, 7) * 0.16 - 0.93) * 16, 0, 1)[..., None]
    paper = np.array((252, 249, 242), np.float32) + noise(rng, h, w, 50)[..., None] * 7
    result: Floats = a + (paper - a) * margin
    return result


def oil(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    unit = min(h, w)
    bristle = noise(rng, h, w, 14, 52) if rng.random() < 0.5 else noise(rng, h, w, 52, 14)
    bend = noise(rng, h, w, 16)
    a = displaced(a, (bristle * 0.6 + bend) * unit / 30, (bend - bristle * 0.6) * unit / 30)
    ridge = bristle - np.roll(bristle, (1, 1), (0, 1))
    a = a * (1 + 0.26 * bend + 0.16 * bristle)[..., None] + (ridge * unit / 2.4)[..., None]
    return (a - 128) * 1.08 + 128


def pencil(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) * (128 / min(h, w))
    slope = rng.choice((0.7, 1.0, -0.8))
    stroke = np.abs(((x + slope * y) / 3.1 + noise(rng, h, w, 5) * 2.0) % 2 - 1)
    cover = np.clip(0.58 + 0.5 * stroke + noise(rng, h, w, 60) * 0.3, 0.2, 1)
    paper = np.array((251, 248, 240), np.float32)
    result: Floats = paper - (paper - a) * (cover * 0.9)[..., None]
    return result


def pixels(a: Floats, rng: random.Random) -> Floats:
    """Squares of a power of two, about 64 to the shorter side: they sit alike in each square of a model's latents."""
    h, w = a.shape[:2]
    block = max(2, 2 ** round(math.log2(min(h, w) / 60)))
    small = as_image(a).resize((round(w / block), round(h / block)), Image.Resampling.BOX)
    few = np.asarray(small, np.float32)
    few = np.floor(few / 18.2) * 19.6
    return np.asarray(as_image(few).resize((w, h), Image.Resampling.NEAREST), np.float32)


def broad_facets(a: Floats, rng: random.Random) -> Floats:
    """Large triangles for the ground, each turned a little otherwise to the light."""
    return _faceted(a, rng, 15, 0.09)


def facets(a: Floats, rng: random.Random) -> Floats:
    return _faceted(a, rng, 38, 0.02)


def _faceted(a: Floats, rng: random.Random, cells: int, turn: float) -> Floats:
    h, w = a.shape[:2]
    labels, count = triangles(h, w, cells, rng.randrange(8))
    colors = averaged(a, labels, count)
    colors *= 1 + np.random.default_rng(rng.randrange(1 << 30)).uniform(-turn, turn, (count, 1)).astype(np.float32)
    tiled: Floats = colors[labels].reshape(h, w, 3)
    return tiled


def leaded(a: Floats, rng: random.Random) -> Floats:
    """Panes of glass with lead between them: for the ground, before things are put upon it."""
    h, w = a.shape[:2]
    labels, count, seam = panes(h, w, 7, rng.randrange(12))
    glow = np.random.default_rng(rng.randrange(1 << 30)).uniform(0.8, 1.18, (count, 1)).astype(np.float32)
    lit: Floats = ((averaged(a, labels, count) * 0.6)[labels] + a.reshape(-1, 3) * 0.4) * glow[labels]
    thick = round(min(h, w) / 110) | 1
    lead = (
        np.asarray(Image.fromarray(seam).convert("L").filter(ImageFilter.MaxFilter(thick)), bool) if thick > 1 else seam
    )
    lit = lit.reshape(h, w, 3)
    lit[lead] = (22, 20, 26)
    return lit


def glassy(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    gray = a.mean(2, keepdims=True)
    result: Floats = (gray + (a - gray) * 1.2) * (1 + noise(rng, h, w, 12) * 0.26)[..., None]
    return result


def dotted(a: Floats, rng: random.Random) -> Floats:
    """The raster of cheap print: dots grow where the ground is darker."""
    h, w = a.shape[:2]
    pitch = min(h, w) / 26
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) * (np.pi / pitch)
    wave = np.cos(x + y) * np.cos(x - y)
    dark = (1 - a.mean(2) / 255) * 0.9
    ink = np.clip((dark - 0.5 - 0.5 * wave + 0.12) * 6, 0, 1)
    result: Floats = a * (1 - 0.22 * ink[..., None]) + 10
    return result


def printed(a: Floats, rng: random.Random) -> Floats:
    """Woodblock: muted pigments on cream paper, with the grain of the block."""
    h, w = a.shape[:2]
    gray = a.mean(2, keepdims=True)
    a = gray + (a - gray) * 0.84
    grain = noise(rng, h, w, 5, 64) * 0.1 + noise(rng, h, w, 46) * 0.06
    paper = np.array((250, 240, 214), np.float32)
    result: Floats = paper * (a / 255) ** 0.9 * (1 + grain)[..., None] + 4
    return result


def papery(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    return a + (noise(rng, h, w, 60) * 11)[..., None]


def glowing(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    small = as_image(a).reduce(2)
    near = small.filter(ImageFilter.GaussianBlur(min(h, w) / 90)).resize((w, h), Image.Resampling.BILINEAR)
    wide = small.filter(ImageFilter.GaussianBlur(min(h, w) / 28)).resize((w, h), Image.Resampling.BILINEAR)
    result: Floats = a + np.asarray(near, np.float32) * 0.62 + np.asarray(wide, np.float32) * 0.5
    return result


def wobbly(a: Floats, rng: random.Random) -> Floats:
    h, w = a.shape[:2]
    reach = min(h, w) / 70
    return displaced(a, noise(rng, h, w, 9) * reach, noise(rng, h, w, 9) * reach)
