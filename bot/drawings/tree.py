"""A family of pictures as a tree: the oldest at the top, on each edge what was done and which words changed. On a
ground of its own, so that it reads the same in a dark Discord and in a light one; its letters are large, for phones.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from bot.drawings.folding import tidy

SHARP = 2  # drawn so many times larger, then made smaller
GROUND, PANEL, LINE, INK, PALE = "#1b1d23", "#22252d", "#7b8496", "#f2f3f5", "#b5bac4"
ASKED, ADDED, REMOVED = "#ffb454", "#4fd6be", "#ff8fa3"
COLUMN, THUMB, MARGIN, HEAD, FOOT = 196, 160, 40, 116, 60
LARGE, SMALL = 34, 23  # letters
TEXT_LINE, DROP = 28, 34  # of the words on an edge; from a picture to where its lines part
NARROWEST = 720
_SIGNS = frozenset("‘’“”…·")  # all that Pillow's own font has beside ASCII; anything else is a box
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a family. `pictures` are small already: one, or those of a grid by their cells. Its `parent` may be
    one that is not drawn."""

    id: str
    parent: str | None
    number: int
    step: str
    pictures: Mapping[int, Image.Image]
    added: str = ""
    removed: str = ""
    is_film: bool = False
    below: int = 0  # how many come from it and are not shown

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The lines on the edge that leads to it, with their colours."""
        told = ((self.step, INK), (f"+ {self.added}", ADDED), (f"- {self.removed}", REMOVED))
        return tuple(line for line, has in zip(told, (self.step, self.added, self.removed), strict=True) if has)


def draw_tree(title: str, subtitle: str, nodes: Sequence[Node], asked: str, legend: str) -> bytes:
    """The bytes of a PNG. Whoever asks for hundreds of nodes folds them first."""
    places = tidy({node.id: node.parent for node in nodes})
    sheet = _Sheet(nodes, places)
    pen = _Pen(sheet.width, sheet.height)
    pen.panel((12, 12, sheet.width - 12, sheet.height - 12))
    pen.write((MARGIN, 32), title, LARGE, INK, sheet.width - 2 * MARGIN)
    pen.write((MARGIN, 76), subtitle, SMALL, PALE, sheet.width - 2 * MARGIN)
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        if node.parent is not None:
            _edge(pen, sheet, by_id.get(node.parent), node)
    for node in nodes:
        _picture(pen, sheet, node, is_asked=node.id == asked)
    pen.write((MARGIN, sheet.height - FOOT + 4), legend, SMALL, PALE, sheet.width - 2 * MARGIN)
    return pen.png()


def plain(words: str) -> str:
    """Letters without their accents, and three dots for words that the font cannot write: a box says less."""
    parts = unicodedata.normalize("NFD", words).split()
    bare = ("".join(c for c in part if not unicodedata.combining(c)) for part in parts)
    return " ".join(part if all(c.isascii() or c in _SIGNS for c in part) else "…" for part in bare)


class _Sheet:
    """How large it is, and where things are on it."""

    def __init__(self, nodes: Sequence[Node], places: Mapping[str, tuple[float, int]]) -> None:
        self._places = places
        rows = 1 + max(row for _, row in places.values())
        lines = [max(len(node.words) for node in nodes if places[node.id][1] == row) for row in range(rows)]
        self._tops: list[float] = []
        bottom: float = HEAD
        for row, count in enumerate(lines):
            self._tops.append(bottom + (DROP if row or count else 0) + count * TEXT_LINE + 10)
            bottom = self._tops[-1] + THUMB + 14
        wide = (1 + max(column for column, _ in places.values())) * COLUMN + 2 * MARGIN
        self.width, self.height = round(max(NARROWEST, wide)), round(bottom + FOOT)
        self._left = (self.width - wide) / 2 + MARGIN

    def middle(self, node: Node) -> float:
        return self._left + (self._places[node.id][0] + 0.5) * COLUMN

    def box(self, node: Node) -> Box:
        left, top = self.middle(node) - THUMB / 2, self._tops[self._places[node.id][1]]
        return (left, top, left + THUMB, top + THUMB)


class _Pen:
    """Draws in the tree's own measures."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._card = Image.new("RGB", (width * SHARP, height * SHARP), GROUND)
        self._ink = ImageDraw.Draw(self._card)

    def panel(self, box: Box, fill: str = PANEL, outline: str = "#3a3f4b", width: int = 1, radius: int = 18) -> None:
        corners = [SHARP * at for at in box]
        self._ink.rounded_rectangle(corners, radius * SHARP, fill=fill, outline=outline, width=width * SHARP)

    def line(self, *points: tuple[float, float]) -> None:
        self._ink.line([(x * SHARP, y * SHARP) for x, y in points], fill=LINE, width=2 * SHARP, joint="curve")

    def paste(self, picture: Image.Image, box: Box) -> None:
        """As large as fits, in the middle."""
        wide, high = (box[2] - box[0]) * SHARP, (box[3] - box[1]) * SHARP
        share = min(wide / picture.width, high / picture.height)
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        at = (round(box[0] * SHARP + (wide - size[0]) / 2), round(box[1] * SHARP + (high - size[1]) / 2))
        self._card.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), at)

    def triangle(self, left: float, top: float, side: float, colour: str) -> None:
        points = ((left, top), (left, top + side), (left + side, top + side / 2))
        self._ink.polygon([(x * SHARP, y * SHARP) for x, y in points], fill=colour)

    def pill(self, corner: tuple[float, float], words: str, *, from_right: bool = False) -> None:
        font = ImageFont.load_default(SMALL * SHARP)
        wide = self._ink.textlength(words, font) / SHARP + 16
        left = corner[0] - wide if from_right else corner[0]
        self.panel((left, corner[1], left + wide, corner[1] + 32), GROUND, LINE, 1, 10)
        self.write((left + wide / 2, corner[1] + 16), words, SMALL, INK, anchor="mm")

    def write(
        self, at: tuple[float, float], words: str, size: int, colour: str, most: float | None = None, anchor: str = "la"
    ) -> None:
        font = ImageFont.load_default(size * SHARP)
        shown = plain(words)
        while most is not None and shown and self._ink.textlength(shown, font) > most * SHARP:
            shown = shown.removesuffix("…")[:-1].rstrip() + "…"
            if shown == "…":
                break
        self._ink.text((at[0] * SHARP, at[1] * SHARP), shown, fill=colour, font=font, anchor=anchor)

    def png(self) -> bytes:
        data = io.BytesIO()
        self._card.resize(self._size, Image.Resampling.LANCZOS).save(data, "PNG", optimize=True)
        return data.getvalue()


def _edge(pen: _Pen, sheet: _Sheet, above: Node | None, node: Node) -> None:
    """Down, across, down; its words stand between the line and the picture that it leads to. From what is not shown
    comes only the end of a line."""
    middle = sheet.middle(node)
    words = sheet.box(node)[1] - 10 - len(node.words) * TEXT_LINE
    if above is None:
        pen.line((middle, words - DROP), (middle, words - 4))
    else:
        start, turn = sheet.box(above)[3], sheet.box(above)[3] + DROP / 2 + 6
        pen.line((sheet.middle(above), start), (sheet.middle(above), turn), (middle, turn), (middle, words - 4))
    for row, (line, colour) in enumerate(node.words):
        pen.write((middle, words + row * TEXT_LINE), line, SMALL, colour, COLUMN - 10, anchor="ma")


def _picture(pen: _Pen, sheet: _Sheet, node: Node, *, is_asked: bool) -> None:
    box = left, top, right, bottom = sheet.box(node)
    if is_asked:
        pen.panel((left - 9, top - 9, right + 9, bottom + 9), ASKED, ASKED, radius=14)
    pen.panel(box, GROUND, LINE, radius=6)
    inner = (left + 3, top + 3, right - 3, bottom - 3)
    for cell, picture in node.pictures.items():
        pen.paste(picture, _quarter(inner, cell) if len(node.pictures) > 1 else inner)
    pen.pill((left - 6, top - 6), str(node.number))
    if node.is_film:
        pen.panel((right - 34, top + 4, right - 4, top + 34), GROUND, LINE, radius=8)
        pen.triangle(right - 25, top + 11, 16, INK)
    if node.below:
        pen.pill((right + 6, bottom - 26), f"+{node.below}", from_right=True)


def _quarter(box: Box, cell: int) -> Box:
    """Where a grid has that cell. More than four are laid over each other: no grid has them."""
    wide, high = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    left, top = box[0] + (cell % 2) * wide, box[1] + (cell // 2 % 2) * high
    return (left + 1, top + 1, left + wide - 1, top + high - 1)
