"""Recipes of kind `swatch`: colour cards that show the words, drawn without torch and the same everywhere. A double for
tests and for trying things out, with steps, turns and previews like the real thing. It understands colours, weights and
whatever else a recipe says, each in the simplest way that can be seen.
"""

from __future__ import annotations

import functools
import hashlib
import math
import textwrap
import time
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from PIL import Image, ImageColor, ImageDraw, ImageFont

from engine.paint.easel import Easel
from engine.paint.image import fit
from engine.paint.strand import pause
from engine.paint.touches import STRANGEST, Touch
from engine.recipe import Phrase, Recipe, Role
from engine.schedule.timing import Stage

if TYPE_CHECKING:
    import numpy as np

_COLOURS = (
    "red", "orange", "gold", "yellow", "lime", "green", "teal", "cyan", "blue", "navy", "indigo", "violet", "purple",
    "magenta", "pink", "crimson", "brown", "black", "white", "gray", "silver", "turquoise", "salmon", "olive", "maroon",
)  # fmt: skip
_BLOTS = 9
_HERE = ((0, 0),)
Colour = tuple[int, int, int]
_LINES = 4
_BENT = 0.2  # how far weird 3000 bends a card, as a part of its shorter side
_DRAFT = 8  # a preview has this much fewer pixels


def paint(easel: Easel) -> np.ndarray:
    import numpy as np

    recipe, strokes = easel.recipe, Touch.of(easel.recipe).strokes(easel.recipe.steps)
    card = Image.new("RGB", (recipe.width, recipe.height))
    for step in range(1, strokes + 1):
        # Each step is a turn in the queue, as a model's would be.
        card = pause(functools.partial(_step, easel, step), stage=Stage.STEP)
        easel.tell(step, strokes, functools.partial(_draft, card))
    return np.asarray(card)


def _step(easel: Easel, step: int) -> Image.Image:
    """It may take as long as a model's would: the device is busy then, and the processor is not."""
    began = time.monotonic()
    card = _draw(easel, step / easel.recipe.steps)
    left_seconds = began + easel.swatch_seconds / easel.recipe.steps - time.monotonic()
    if left_seconds > 0:
        time.sleep(left_seconds)
    return card


def _draft(card: Image.Image) -> np.ndarray:
    import numpy as np

    return np.asarray(card.resize((max(1, card.width // _DRAFT), max(1, card.height // _DRAFT))))


def _draw(easel: Easel, share: float) -> Image.Image:
    """The card as far as it is: fewer blots, and paler, than when it is done."""
    recipe, touch, numbers = easel.recipe, Touch.of(easel.recipe), _numbers(easel.recipe)
    colours = _colours(recipe, numbers)
    if touch.tile:
        card = _pattern(recipe, colours)
    else:
        card = _ground(recipe.width, recipe.height, recipe.seed, colours[0], colours[-1]).copy()
    ink = ImageDraw.Draw(card, "RGBA")
    longer = max(recipe.width, recipe.height)
    for number in range(round(_BLOTS * share)):
        x, y = next(numbers) * recipe.width, next(numbers) * recipe.height
        radius = longer * (0.05 + 0.14 * next(numbers))
        colour = (*colours[number % len(colours)], round(90 + 120 * share))
        for left, top in product((-card.width, 0, card.width), (-card.height, 0, card.height)) if touch.tile else _HERE:
            ink.ellipse((x + left - radius, y + top - radius, x + left + radius, y + top + radius), fill=colour)
    card = _bent(card, touch.weird)
    _paste_controls(card, easel)
    _write(card, recipe, in_the_middle=touch.tile)
    return _over_start(card, easel)


def _numbers(recipe: Recipe) -> Iterator[float]:
    """From 0 to 1, the same for one recipe everywhere: each text has its own, mixed by weight; so has chaos."""
    seed = f"{recipe.negative}|{recipe.seed}"
    phrases = recipe.phrases or (Phrase(""),)
    # As a text alone was always drawn: cards that are kept somewhere are replayed bit for bit.
    texts, chaos = [_drawn(f"{phrase.text}*1.0|{seed}|0") for phrase in phrases], recipe.chaos / 100
    for strange, *known in zip(_drawn(f"chaos|{seed}"), *texts, strict=True):
        mixed = sum(phrase.weight * number for phrase, number in zip(phrases, known, strict=True))
        yield max(0.0, min(1.0, mixed)) * (1 - chaos) + strange * chaos


def _drawn(seed: str) -> Iterator[float]:
    for block in range(1000):
        digest = hashlib.sha256(seed.encode() + block.to_bytes(4, "big")).digest()
        yield from (int.from_bytes(digest[at : at + 2], "big") / 65536 for at in range(0, 32, 2))


def _colours(recipe: Recipe, numbers: Iterator[float]) -> list[Colour]:
    """Those that the words name, then others that go with them."""
    text = " ".join(phrase.text.lower() for phrase in recipe.phrases if phrase.weight > 0)
    named = [ImageColor.getrgb(name)[:3] for name in _COLOURS if name in text.replace(",", " ").split()]
    turn = next(numbers) * 360
    others = [ImageColor.getrgb(f"hsl({(turn + 40 * n) % 360:.0f}, 62%, {52 + 9 * n}%)")[:3] for n in range(4)]
    found = [*named, *others[: max(1, 4 - len(named))]]
    return [(red, green, blue) for red, green, blue in found]


@functools.lru_cache(maxsize=4)  # the same at every step, and most of the work
def _ground(width: int, height: int, seed: int, first: Colour, last: Colour) -> Image.Image:
    """From the first colour to the last, across."""
    import numpy as np

    turn = math.radians(seed % 360)
    along = np.arange(width) * math.cos(turn) + np.arange(height)[:, None] * math.sin(turn)
    share = ((along - along.min()) / max(float(np.ptp(along)), 1e-6))[..., None]
    blend = np.array(first) * (1 - share) + np.array(last) * share
    return Image.fromarray(blend.round().astype(np.uint8))


def _pattern(recipe: Recipe, colours: list[tuple[int, int, int]]) -> Image.Image:
    """From the first colour to the last and back, in waves that end as they begin."""
    import numpy as np

    rows, columns = np.mgrid[0 : recipe.height, 0 : recipe.width]
    turns = columns / recipe.width * (1 + recipe.seed % 2) + rows / recipe.height * (1 + recipe.seed // 2 % 2)
    share = (0.5 - 0.5 * np.cos(2 * math.pi * turns))[..., None]
    blend = np.array(colours[0]) * (1 - share) + np.array(colours[-1]) * share
    return Image.fromarray(blend.round().astype(np.uint8))


def _bent(card: Image.Image, weird: int) -> Image.Image:
    """Moved in waves, round the edges."""
    import numpy as np

    if not weird:
        return card
    far = _BENT * min(card.size) * weird / STRANGEST
    rows, columns = np.mgrid[0 : card.height, 0 : card.width]
    down = rows + far * np.sin(4 * math.pi * columns / card.width)
    right = columns + far * np.sin(2 * math.pi * rows / card.height)
    return Image.fromarray(
        np.asarray(card)[down.round().astype(int) % card.height, right.round().astype(int) % card.width]
    )


def _paste_controls(card: Image.Image, easel: Easel) -> None:
    """What its shapes would follow, in a corner each."""
    side = max(8, min(card.size) // 4)
    controls = [source for source in easel.recipe.sources if source.role is Role.CONTROL]
    for number, source in enumerate(controls):
        picture = fit(easel.pictures[source.sha256], side, side)
        card.paste(picture, (card.width - (number % 3 + 1) * side, 0))


def _over_start(card: Image.Image, easel: Easel) -> Image.Image:
    """The picture that it starts from, with as much of the card over it as that may change, where it may."""
    found = {source.role: source for source in easel.recipe.sources}
    image, mask = found.get(Role.IMAGE), found.get(Role.MASK)
    if image is None:
        return card
    start = fit(easel.pictures[image.sha256], *card.size)
    blend = Image.blend(start, card, image.strength)
    if mask is None:
        return blend
    return Image.composite(blend, start, fit(easel.pictures[mask.sha256], *card.size).convert("L"))


def _write(card: Image.Image, recipe: Recipe, *, in_the_middle: bool) -> None:
    text = ", ".join(phrase.text for phrase in recipe.phrases) or "(no words)"
    size = max(9, min(card.size) // 14)
    font = ImageFont.load_default(size)
    width = max(8, math.floor(card.width / (size * 0.56)) - 2)
    lines = textwrap.wrap(text[: width * _LINES * 2], width, max_lines=_LINES, placeholder=" …") or [""]
    ink, tall = ImageDraw.Draw(card, "RGBA"), (len(lines) + 0.6) * size * 1.25
    top = (card.height - tall) / 2 if in_the_middle else card.height - tall
    ink.rectangle((0, top - size * 0.4, card.width, top + tall), fill=(0, 0, 0, 120))
    for number, line in enumerate(lines):
        ink.text((size * 0.6, top + number * size * 1.25), line, font=font, fill="white")
    ink.text(
        (card.width - size * 0.4, size * 0.3), f"seed {recipe.seed}", font=font, fill=(255, 255, 255, 180), anchor="ra"
    )
