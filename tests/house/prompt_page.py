"""`python -m tests.house.prompt_page` writes the tables of docs/prompt-language.md from the table that the parser reads
and from what the translation truly does. The words around them are written by hand; a test holds the page to this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from engine.language.elsewhere import ELSEWHERE
from engine.language.kinds import Takes
from engine.language.parameters import TABLE, Destination, Parameter
from engine.language.prompt import parse
from engine.models.catalog import Entry, Guiding
from engine.models.catalog_toml import load_catalog
from engine.recipe import Weighting
from engine.translate import Translation, translate
from tests.house.prompt_sheets import SHEETS, file_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "prompt-language.md"
CATALOG = load_catalog()
WHOSE = {Destination.PICTURE: "picture", Destination.JOB: "job", Destination.CALLER: "caller"}
ASKED = ("weights", "no", "guidance", "stylize", "weird", "chaos", "stop", "tile")
_FLAGS = {"weights": "", "no": "--no b", "guidance": "--guidance 3.25", "tile": "--tile"}
_BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made(page: str) -> str:
    """The page, with what is between its marks made anew."""
    makers = {"parameters": parameters, "models": models, "elsewhere": elsewhere, "sheets": sheets}
    return _BLOCK.sub(lambda found: "".join((found[1], *(f"{line}\n" for line in makers[found[2]]()), found[3])), page)


def parameters() -> Iterator[str]:
    yield "| written | takes | neutral | decides | what it does |"
    yield "|---|---|---|---|---|"
    yield from map(line_of, TABLE)


def line_of(row: Parameter[object]) -> str:
    spelled = " ".join(f"`--{spelling}`" for spelling in row.spellings)
    takes = row.kind.allowed if row.kind.takes is not Takes.NOTHING else "–"
    neutral = "" if row.neutral is None or row.kind.takes is Takes.NOTHING else row.kind.write(row.neutral)
    shown = f"`{neutral}`" if neutral else "–"
    return f"| {spelled} | {takes} | {shown} | {WHOSE[row.destination]} | {row.help} |"


def models() -> Iterator[str]:
    """A column for models of which the same is true."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for entry in CATALOG.offered:
        columns.setdefault(tuple(said(parameter, entry) for parameter in ASKED), []).append(entry.title)
    yield "| asked | " + " | ".join(map(" · ".join, columns.values())) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for at, parameter in enumerate(ASKED):
        asked = parameter if parameter == "weights" else f"`--{parameter}`"
        yield f"| {asked} | " + " | ".join(column[at] for column in columns) + " |"


def asked(text: str, entry: Entry) -> Translation:
    return translate(parse(text), CATALOG, default_model=entry.name, drawn_seed=1, cells=1)


def worked(parameter: str, entry: Entry) -> Translation:
    text = "a::2 b" if parameter == "weights" else f"a {_FLAGS.get(parameter, f'--{parameter} 50')}"
    return asked(text, entry)


def said(parameter: str, entry: Entry) -> str:
    """What a translation truly does, in the page's words."""
    plain, work = asked("a", entry).cells[0], worked(parameter, entry)
    recipe, told = work.cells[0], {note.parameter for note in work.notes}
    match parameter:
        case "weights" | "stylize":
            guides = "guide apart" if parameter == "weights" else "guides apart"
            return guides if recipe.weighting is Weighting.GUIDANCE else "mixed"
        case "no":
            return "negative prompt" if recipe.negative != plain.negative else "weight −0.5"
        case "guidance" if recipe.guidance == plain.guidance:
            return "none needed"
        case "guidance":
            return "built in" if entry.guiding is Guiding.BUILT_IN else "yes"
        case "tile":
            return "moved" if "tile" in told else "exact"
        case _:
            return "yes" if recipe != plain and not told else "otherwise"


def elsewhere() -> Iterator[str]:
    yield "| written there | here |"
    yield "|---|---|"
    for instead, names in groupby(
        sorted(ELSEWHERE, key=lambda name: ELSEWHERE[name]), key=lambda name: ELSEWHERE[name]
    ):
        yield f"| {' '.join(f'`--{name}`' for name in names)} | {instead} |"


def sheets() -> Iterator[str]:
    """Those that have been painted."""
    for sheet in SHEETS:
        if file_of(sheet, PAGE.parent / "images").exists():
            yield f"![{sheet.caption}](images/{file_of(sheet, Path()).name})"
            yield ""


def main() -> None:
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
