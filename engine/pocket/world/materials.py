"""What a thing is made of: patterns and sheens laid over its layer, inside its outline."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageChops

from engine.pocket.world.grain import Floats, displaced, noise
from engine.pocket.world.palette import Color, brightness
from engine.pocket.world.scene import Material


def clothed(layer: Image.Image, material: Material, main: Color, rng: random.Random) -> Image.Image:
    side = layer.width
    match material:
        case Material.NONE:
            return layer
        case Material.FLUFFY:
            tuft = noise(rng, side, side, 34) * (side / 13)
            return Image.fromarray(displaced(np.asarray(layer), tuft, noise(rng, side, side, 34) * (side / 13)))
        case Material.GLASS:
            return _glazed(layer)
        case _:
            a = np.asarray(layer).astype(np.float32)
            a[..., :3] = np.clip(a[..., :3] * _pattern(material, side, main, rng)[..., None], 0, 255)
            return Image.fromarray(a.astype(np.uint8))


def _pattern(material: Material, side: int, main: Color, rng: random.Random) -> Floats:
    """How much of the light each spot gives back."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    factor: Floats
    other = 1.9 if brightness(main) < 60 else 0.52
    match material:
        case Material.STRIPED:
            tilt = rng.choice((0.0, 0.5, -0.5))
            factor = 1 + (other - 1) * np.clip(np.sin((y + tilt * x) * 2 * np.pi * 6.5) * 4 + 0.5, 0, 1)
        case Material.SPOTTED:
            k = 2 * np.pi * 3.6
            factor = 1 + (other - 1) * np.clip((np.cos((x + y) * k) + np.cos((x - y) * k) - 0.8) * 4, 0, 1)
        case Material.WOODEN:
            ring = np.sin((x * 26 + noise(rng, side, side, 3) * 9) + y * 3)
            factor = 0.84 + 0.14 * ring + noise(rng, side, side, 5, 40) * 0.24
        case _:
            sheen = np.sin((x * 0.8 + y) * 9 + rng.uniform(0, 6))
            factor = 1.0 + 0.34 * sheen * np.abs(sheen) + 0.3 * np.exp(-(((x + y - 0.75) * 9) ** 2))
    return factor


def _glazed(layer: Image.Image) -> Image.Image:
    side = layer.width
    alpha = layer.getchannel("A")
    rim = ImageChops.subtract(alpha, ImageChops.offset(alpha, max(1, side // 40), max(1, side // 40)))
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    gleam = Image.fromarray((230 * np.exp(-(((x + y - 0.72) * 14) ** 2))).astype(np.uint8))
    shine = ImageChops.lighter(rim, ImageChops.multiply(gleam, alpha))
    clear = Image.composite(Image.new("RGB", layer.size, (250, 254, 255)), layer.convert("RGB"), shine)
    clear.putalpha(ImageChops.lighter(alpha.point(lambda v: v * 6 // 10), shine))
    return clear
