"""`python -m tests.house.prompt_sheets --model pocket` paints a sheet for each parameter that is better seen than told,
through the engine, from one seed, into docs/images: a column for each value, and in it the four cells of a grid.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from engine.engine import Engine
from engine.events import Cancelled, Event, Failed, Finished
from engine.job import Job, Speed
from engine.language.prompt import parse
from engine.settings import EngineSettings
from engine.translate import translate

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SEED = 7
CELLS = 4
SIDE = 192  # pixels of one cell on a sheet
MOST_BYTES = 200_000
HEAD = 24  # pixels, for the values
_GAP = 4
_QUALITIES = (88, 80, 70, 60, 45, 30)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`beside`: how often each picture is laid beside itself, to show that no seam is seen."""

    name: str
    text: str
    flags: tuple[str, ...]
    caption: str
    beside: int = 1


HOUSE = "a red house on green hills"
SHEETS = (
    Sheet("stylize", HOUSE, tuple(f"--stylize {n}" for n in (0, 250, 500, 1000)), "More and more art"),
    Sheet("weird", HOUSE, tuple(f"--weird {n}" for n in (0, 500, 1500, 3000)), "Words read more and more strangely"),
    Sheet("chaos", HOUSE, tuple(f"--chaos {n}" for n in (0, 25, 50, 100)), "Four cells, further and further apart"),
    Sheet(
        "quality", HOUSE, ("--draft", "--quality 1", "--quality 2", "--quality 4"), "From half the steps to four times"
    ),
    Sheet("stop", HOUSE, tuple(f"--stop {n}" for n in (25, 50, 75, 100)), "Stopped earlier and later"),
    Sheet(
        "tile", "green leaves and red berries", ("", "--tile"), "Each picture four times: with seams, and without", 2
    ),
)


class UnpaintedError(Exception):
    """A sheet that could not be painted, with the engine's own sentence."""


def file_of(sheet: Sheet, folder: Path) -> Path:
    return folder / f"prompt-{sheet.name}.webp"


async def paint_all(model: str, folder: Path, wanted: Sequence[Sheet], settings: EngineSettings) -> list[Path]:
    async with await Engine.open(settings) as engine:
        events = engine.events()
        return [await paint(engine, events, sheet, model, folder) for sheet in wanted]


async def paint(engine: Engine, events: AsyncIterator[Event], sheet: Sheet, model: str, folder: Path) -> Path:
    columns = [await paint_grid(engine, events, f"{sheet.text} {flag}", model) for flag in sheet.flags]
    path = file_of(sheet, folder)
    path.write_bytes(as_file(lay_out(sheet, columns)))
    return path


async def paint_grid(engine: Engine, events: AsyncIterator[Event], text: str, model: str) -> list[Image.Image]:
    asked = translate(parse(text), engine.catalog, default_model=model, drawn_seed=SEED, cells=CELLS)
    engine.submit(Job(text, 1, "sheets", Speed.FAST, asked.cells, previews=False))
    while True:
        event = await anext(events)
        if isinstance(event, Finished):
            return [Image.open(io.BytesIO(picture.data)).convert("RGB") for picture in event.pictures]
        if isinstance(event, Failed | Cancelled):
            reason = event.message if isinstance(event, Failed) else "it was cancelled."
            raise UnpaintedError(f"“{text}” was not painted with {model}: {reason}")


def lay_out(sheet: Sheet, columns: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """A column for each value under its name; a picture that is not square stands in the middle of its place."""
    step = SIDE + _GAP
    whole = Image.new("RGB", (step * len(columns) - _GAP, HEAD + step * CELLS - _GAP), "white")
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(size=14)
    for at, (flag, cells) in enumerate(zip(sheet.flags, columns, strict=True)):
        pen.text((at * step + 2, 3), flag or "plain", "black", font)
        for row, cell in enumerate(cells):
            shown = ImageOps.contain(_beside(cell, sheet.beside), (SIDE, SIDE), Image.Resampling.LANCZOS)
            left, top = (SIDE - shown.width) // 2, (SIDE - shown.height) // 2
            whole.paste(shown, (at * step + left, HEAD + row * step + top))
    return whole


def _beside(picture: Image.Image, times: int) -> Image.Image:
    laid = Image.new("RGB", (picture.width * times, picture.height * times))
    for at in range(times * times):
        laid.paste(picture, (at % times * picture.width, at // times * picture.height))
    return laid


def as_file(sheet: Image.Image) -> bytes:
    """The best that stays under the limit."""
    for quality in _QUALITIES:
        target = io.BytesIO()
        sheet.save(target, "WEBP", quality=quality, method=6)
        if target.tell() <= MOST_BYTES:
            return target.getvalue()
    raise UnpaintedError(f"A sheet takes {target.tell():,} bytes at the lowest quality; {MOST_BYTES:,} are allowed.")


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.house.prompt_sheets", description=__doc__)
    made.add_argument("sheets", nargs="*", metavar="NAME", help=f"of {', '.join(s.name for s in SHEETS)}: default all")
    made.add_argument("--model", default="pocket", help="whose pictures they are (default: pocket)")
    made.add_argument("--folder", type=Path, default=IMAGES, help="where they go (default: docs/images)")
    made.add_argument("--models", type=Path, help="where fetched models are (default: the hub's cache)")
    made.add_argument("--device", help="cpu, cuda, mps (default: the best there is)")
    given = made.parse_args()
    unknown = set(given.sheets) - {sheet.name for sheet in SHEETS}
    if unknown:
        made.error(f"There is no sheet {', '.join(sorted(unknown))}; choose from {', '.join(s.name for s in SHEETS)}.")
    wanted = [sheet for sheet in SHEETS if not given.sheets or sheet.name in given.sheets]
    settings = EngineSettings(models=given.models, device=given.device)
    for path in asyncio.run(paint_all(given.model, given.folder, wanted, settings)):
        print(f"{path}: {path.stat().st_size:,} bytes")  # noqa: T201  # a program speaks to its user


if __name__ == "__main__":
    main()
