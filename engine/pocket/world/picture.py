"""From a scene to its picture, the masks of its things, and its edges: the only file that knows all the parts."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.pocket.world import elsewhere, land, water
from engine.pocket.world.canvas import Canvas
from engine.pocket.world.finishes import as_image
from engine.pocket.world.kinds import KINDS, Home
from engine.pocket.world.materials import clothed
from engine.pocket.world.palette import COLORS, shifted
from engine.pocket.world.pen import MARGIN, Pen
from engine.pocket.world.scene import Place, Scene, Style, Thing, Time, Weather
from engine.pocket.world.sky import paint_sky, paint_weather
from engine.pocket.world.styles import MANNERS, Manner

_LANDS = {
    Place.MEADOW: land.paint_meadow,
    Place.HILLS: land.paint_hills,
    Place.MOUNTAINS: land.paint_mountains,
    Place.FOREST: land.paint_forest,
    Place.DESERT: land.paint_desert,
    Place.SNOW: land.paint_snow,
    Place.CITY: land.paint_city,
    Place.SEA: water.paint_sea,
    Place.BEACH: water.paint_beach,
    Place.LAKE: water.paint_lake,
}
_TONES = {
    Time.DAY: (1.0, 1.0, 1.0),
    Time.DAWN: (1.0, 0.96, 0.95),
    Time.SUNSET: (1.0, 0.91, 0.87),
    Time.NIGHT: (0.8, 0.82, 0.95),
}
SUPERSAMPLING = 2


@dataclass(frozen=True, slots=True)
class Picture:
    image: Image.Image
    masks: tuple[Image.Image, ...]  # one per thing, in the scene's order, only what is seen of it


def render(scene: Scene, width: int, height: int) -> Image.Image:
    return paint(scene, width, height).image


def in_style(scene: Scene, style: Style) -> Scene:
    """The same scene, the same shapes, painted otherwise."""
    return dataclasses.replace(scene, style=style)


def edges(scene: Scene, width: int, height: int) -> Image.Image:
    """White contours on black, of the shapes and not of the style's brushwork."""
    gray = render(in_style(scene, Style.FLAT), width, height).convert("L")
    wide = gray.filter(ImageFilter.MaxFilter(3))
    return ImageChops.subtract(wide, gray.filter(ImageFilter.MinFilter(3))).point(lambda v: 255 if v > 24 else 0)


def paint(scene: Scene, width: int, height: int) -> Picture:
    manner = MANNERS[scene.style]
    rng = random.Random(scene.seed)
    brush = random.Random(scene.seed ^ 0x5EED)
    w, h = width * SUPERSAMPLING, height * SUPERSAMPLING
    canvas = Canvas(w, h, manner.ground, scene.time, rng, manner.cut)
    paint_place(canvas, scene)
    if manner.ground_finish is not None:
        small = np.asarray(canvas.image.reduce(SUPERSAMPLING), np.float32)
        canvas.image.paste(as_image(manner.ground_finish(small, brush)).resize((w, h), Image.Resampling.BILINEAR))
    masks = [Image.new("L", (0, 0))] * len(scene.things)
    for index in reversed(range(len(scene.things))):
        masks[index] = put_thing(canvas.image, scene, scene.things[index], manner)
    if scene.place not in (Place.PLAIN, Place.SPACE, Place.UNDERWATER, Place.ROOM):
        paint_weather(canvas, scene.weather, manner.pale, 26 if manner.thing.bright else 92)
    image = canvas.image.reduce(SUPERSAMPLING)
    if manner.finish is not MANNERS[Style.FLAT].finish:
        image = as_image(manner.finish(np.asarray(image, np.float32), brush))
    return Picture(image, seen(masks, w, h))


def seen(masks: list[Image.Image], width: int, height: int) -> tuple[Image.Image, ...]:
    """Each thing's mask less what stands before it: the first thing is the frontmost."""
    cover: Image.Image | None = None
    visible = []
    for mask in masks:
        visible.append((mask if cover is None else ImageChops.subtract(mask, cover)).reduce(SUPERSAMPLING))
        cover = mask if cover is None else ImageChops.lighter(cover, mask)
    return tuple(visible)


def paint_place(canvas: Canvas, scene: Scene) -> None:
    match scene.place:
        case Place.PLAIN:
            elsewhere.paint_plain(canvas, scene.backdrop)
        case Place.SPACE:
            elsewhere.paint_space(canvas)
        case Place.UNDERWATER:
            water.paint_underwater(canvas)
        case Place.ROOM:
            elsewhere.paint_room(canvas, scene.backdrop)
        case Place.SKY:
            paint_sky(canvas, scene.weather, 1.0)
            elsewhere.paint_open_sky(canvas, scene.weather)
        case _:
            air = paint_sky(canvas, scene.weather, scene.horizon)
            _LANDS[scene.place](canvas, scene.horizon, air)


@lru_cache(maxsize=64)
def _light(time: Time, volume: float) -> Image.Image:
    """Light from the upper left, in the hour's tone, to be multiplied over a thing."""
    y, x = np.mgrid[0:48, 0:48].astype(np.float32) / 47
    lit = 1 - volume * 0.2 * np.clip((x * 0.7 + y) / 1.7 - 0.28, 0, 1) * 1.5
    tone = np.array(_TONES[time], np.float32)
    rgb = 255 * lit[..., None] * tone
    return Image.fromarray(np.concatenate([rgb, np.full((48, 48, 1), 255)], 2).clip(0, 255).astype(np.uint8), "RGBA")


def put_thing(image: Image.Image, scene: Scene, thing: Thing, manner: Manner) -> Image.Image:
    """Compose one thing into the picture; returns its mask at the picture's size."""
    rng = random.Random(thing.seed)
    main = shifted(COLORS[thing.color], rng, 8)
    unit = min(image.size)
    side = thing.size * unit
    extent = max(8, round(side * MARGIN))
    layer = Image.new("RGBA", (extent, extent))
    kind = KINDS[thing.kind]
    kind.draw(Pen(layer, side, manner.thing, main, manner.thing.width * unit, rng, thing.flip), main)
    layer = clothed(layer, thing.material, main, rng)
    tone = scene.time if scene.place not in (Place.PLAIN, Place.SPACE, Place.ROOM) else Time.DAY
    if manner.volume or tone is not Time.DAY:
        layer = ImageChops.multiply(layer, _light(tone, manner.volume).resize(layer.size, Image.Resampling.BILINEAR))
    at = (round(thing.x * image.width - extent / 2), round(thing.y * image.height - extent / 2))
    put_shadow(image, scene, thing, layer, at, manner)
    image.paste(layer, at, layer)
    mask = Image.new("L", image.size)
    mask.paste(layer.getchannel("A").point(lambda v: 255 if v else 0), at)
    return mask


def put_shadow(
    image: Image.Image, scene: Scene, thing: Thing, layer: Image.Image, at: tuple[int, int], manner: Manner
) -> None:
    unit = min(image.size)
    if manner.cut:
        card = layer.getchannel("A").filter(ImageFilter.MaxFilter(max(3, round(unit / 48) | 1)))
        shade = card.point(lambda v: v * 4 // 10)
        image.paste((20, 14, 30), (at[0] + round(0.014 * unit), at[1] + round(0.02 * unit)), shade)
        image.paste((252, 248, 238), at, card)
        return
    kind = KINDS[thing.kind]
    stands = kind.home in (Home.GROUND, Home.INDOORS) and scene.place not in (
        Place.PLAIN,
        Place.SPACE,
        Place.UNDERWATER,
        Place.SKY,
    )
    if not stands or manner.thing.line is not None or scene.weather is Weather.FOG:
        return
    half = thing.size * unit / 2
    x, y = thing.x * image.width, thing.y * image.height + kind.foot * half
    box = (x - half * 0.92, y - half * 0.13, x + half * 1.02, y + half * 0.13)
    ImageDraw.Draw(image, "RGBA").ellipse(box, fill=(20, 16, 40, 62))
