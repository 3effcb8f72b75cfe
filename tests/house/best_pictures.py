"""`python -m tests.house.best_pictures` paints the ten pictures at the head of the README, each the chosen cell of its
prompt's grid. `--all` shows the whole grids instead, to choose from.
"""

from __future__ import annotations

import argparse
import asyncio
import textwrap
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from engine.engine import Engine
from engine.settings import EngineSettings
from tests.house.prompt_sheets import CELLS, IMAGES, as_file, paint_grid

FILE = IMAGES / "pocket-best.webp"
BEST: tuple[tuple[str, int], ...] = (
    ("a red house on green hills at sunset, watercolor", 1),
    ("a castle in the mountains at night, pixel art", 1),
    ("a boat on the sea at dawn, woodblock print", 0),
    ("an orange balloon in the sky", 0),
    ("two red apples on a white background", 0),
    ("a yellow rocket in space", 1),
    ("a green tree in the snow", 2),
    ("a red car in the city, comic", 1),
    ("a purple umbrella, flat illustration", 2),
    ("a pink flower on green hills", 2),
)
SIDE, GAP, WORDS, ACROSS, LINE = 224, 6, 34, 5, 32
Captioned = tuple[str, Image.Image]


async def paint_best(model: str, settings: EngineSettings, every_cell: bool = False) -> list[Captioned]:
    async with await Engine.open(settings) as engine:
        events, found = engine.events(), []
        for text, chosen in BEST:
            cells = await paint_grid(engine, events, text, model)
            found += [(text, cells[cell]) for cell in (range(CELLS) if every_cell else (chosen,))]
        return found


def hang(pictures: Sequence[Captioned], across: int) -> Image.Image:
    """Side by side, each over its prompt."""
    rows = -(-len(pictures) // across)
    wall = Image.new("RGB", ((SIDE + GAP) * across - GAP, (SIDE + WORDS + GAP) * rows - GAP), "white")
    pen, font = ImageDraw.Draw(wall), ImageFont.load_default(size=12)
    for at, (text, picture) in enumerate(pictures):
        left, top = at % across * (SIDE + GAP), at // across * (SIDE + WORDS + GAP)
        wall.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (left, top))
        pen.multiline_text((left + 2, top + SIDE + 2), textwrap.fill(text, LINE), "black", font, spacing=2)
    return wall


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.house.best_pictures", description=__doc__)
    made.add_argument("--model", default="pocket", help="whose pictures they are (default: pocket)")
    made.add_argument("--all", action="store_true", help="every cell, to choose from")
    made.add_argument("-o", "--output", type=Path, default=FILE, help="where they go (default: docs/images)")
    given = made.parse_args()
    pictures = asyncio.run(paint_best(given.model, EngineSettings(), given.all))
    given.output.write_bytes(as_file(hang(pictures, 2 * CELLS if given.all else ACROSS)))
    print(f"{given.output}: {given.output.stat().st_size:,} bytes")  # noqa: T201  # a program speaks to its user


if __name__ == "__main__":
    main()
