"""A picture's family for one viewer: what of it they may see, drawn as a tree, with a list that leads to each of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import MOST_CELLS, Action, Press
from bot.desk import Desk
from bot.drawings.folding import Folded, fold, nearest
from bot.drawings.tree import Node, draw_tree
from bot.errors import NoJobError
from bot.intake.wishes import same_words
from bot.kinds import Kind
from bot.messages.cards import Button, Card, Document, Menu, MenuKind, Pictures
from bot.replies import mention, title, tree
from bot.store import archive, films, jobs, pictures
from bot.store.archive import Archived, Viewer
from bot.store.errors import MissingFileError
from bot.store.jobs import Job
from bot.thumbnails import SMALL

MOST = 5000  # of a family
A_PAGE = 25  # that a menu of Discord's holds
THUMBNAIL = 320  # as sharp as the drawing is before it is made smaller
GO, PAGE = "go", "p"


@dataclass(frozen=True, slots=True)
class Relative:
    """A job of a family as its viewer sees it: which of its pictures, and its words if they may be read."""

    job: Job
    number: int
    parent: str | None  # the nearest above that the viewer may see
    hashes: Mapping[int, str]
    words: str | None
    is_film: bool


Family = Mapping[str, Relative]


async def viewer_of(desk: Desk, asker: Asker) -> Viewer:
    async with desk.store.read() as tx:
        return await visibility.viewer_of(tx, asker)


async def family_of(desk: Desk, viewer: Viewer, job: Job) -> Family:
    """By their jobs' ids, the oldest first. Raises NoJobError if the job itself is not to be seen."""
    async with desk.store.read() as tx:
        related = await jobs.family(tx, job.root_id, MOST)
        kept = await archive.of_family(tx, job.root_id)
        copies = await pictures.copies_of_family(tx, job.root_id, Kind.SINGLE)
        filmed = await films.of_family(tx, job.root_id)
    originals = {(one.job_id, one.cell): one for one in kept}
    parents = {each.id: each.parent_id for each in related}
    found: dict[str, Relative] = {}
    for each in related:
        shown, hashes = _shown(each, originals, copies, viewer)
        if hashes:
            is_read = all(visibility.may_read(one, viewer) for one in shown)
            words = visibility.words_for(each, viewer.member) if is_read else None
            above = _nearest_above(each.parent_id, parents, found)
            found[each.id] = Relative(each, len(found) + 1, above, hashes, words, each.id in filmed)
    if job.id not in found:
        raise NoJobError
    return found


def _shown(
    job: Job, originals: Mapping[tuple[str, int], Archived], copies: Mapping[str, str], viewer: Viewer
) -> tuple[list[Archived], dict[int, str]]:
    """What the viewer may see of a job: rows of the archive, and hashes by cells."""
    if Kind(job.kind) is not Kind.SINGLE:
        own = (originals.get((job.id, cell)) for cell in range(MOST_CELLS))
        seen = [one for one in own if one is not None and visibility.may_view(one, viewer)]
        return seen, {one.cell: one.sha256 for one in seen}
    original = originals.get((job.parent_id or "", job.parent_cell or 0))
    if job.id not in copies or not visibility.may_view_copy(job, original, viewer):
        return [], {}
    return [original] if original is not None else [], {0: copies[job.id]}


def _nearest_above(parent: str | None, parents: Mapping[str, str | None], found: Family) -> str | None:
    """What the viewer may not see, or is gone, leaves no gap that would tell of it."""
    while parent is not None and parent not in found:
        parent = parents.get(parent)
    return parent


async def tree_card(desk: Desk, family: Family, job_id: str) -> Card:
    """The drawing, and the first page of the list."""
    folded = fold({one: each.parent for one, each in family.items()}, job_id)
    nodes = [await _node(desk, family, family[one], folded) for one in folded.shown]
    oldest = next(iter(family.values()))
    title = tree.title(oldest.words if oldest.words is not None else tree.HIDDEN_WORDS)
    size = tree.size(len(family), sum(len(each.hashes) for each in family.values()), len(nodes))
    legend = tree.legend(sum(folded.below.values()), folded.elsewhere)
    data = await asyncio.to_thread(draw_tree, title, size, nodes, job_id, legend)
    alt = tree.drawn([choice for _, choice in _choices(family, list(folded.shown))])
    page = page_card(family, job_id, 0)
    return Card(page.text, page.rows, (Document("tree.png", data, alt),), menus=page.menus)


def page_card(family: Family, job_id: str, page: int) -> Card:
    """The list alone: those who are nearest first."""
    order = nearest({one: each.parent for one, each in family.items()}, job_id)
    last = (len(order) - 1) // A_PAGE
    page = min(page, last)
    choices = _choices(family, order[page * A_PAGE : (page + 1) * A_PAGE])
    menu = Menu(MenuKind.WORDS, Press(Action.TREE, job_id, extra=GO), tree.CHOOSE, choices=choices)
    turns = [(page - 1, tree.NEARER), (page + 1, tree.FURTHER)]
    row = tuple(Button(Action.TREE, job_id, label, extra=f"{PAGE}{at}") for at, label in turns if 0 <= at <= last)
    return Card("", (row,) if row else (), menus=(menu,))


def seen_card(each: Relative) -> Card:
    """Of a job only what its viewer sees."""
    alt = each.words[: visibility.ALT_LIMIT] if each.words else None
    shown = Pictures(tuple(each.hashes.values()), each.job.id, each.job.id, alt)
    return Card(f"{title(each.words)} · {mention(each.job.member_id)}", files=(shown,))


def _choices(family: Family, order: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((one, _choice(family, family[one])) for one in order)


def _choice(family: Family, each: Relative) -> str:
    words = each.words if each.words is not None else tree.HIDDEN_WORDS
    return tree.choice(each.number, _step(family, each)[0], words)


def _step(family: Family, each: Relative) -> tuple[str, str, str]:
    """What was done, and the words that came and went with it."""
    before = family[each.parent].words if each.parent is not None else None
    is_told = before is not None and each.words is not None
    is_remix = is_told and not same_words(before or "", each.words or "")
    added, removed = tree.changed(before or "", each.words or "") if is_told else ("", "")
    return tree.step(Kind(each.job.kind), each.job.parent_cell, is_remix=is_remix), added, removed


async def _node(desk: Desk, family: Family, each: Relative, folded: Folded) -> Node:
    step, added, removed = _step(family, each)
    return Node(
        id=each.job.id,
        parent=each.parent,
        number=each.number,
        step=step,
        pictures={cell: await _small(desk, sha256) for cell, sha256 in each.hashes.items()},
        added=added,
        removed=removed,
        is_film=each.is_film,
        below=folded.below.get(each.job.id, 0),
    )


async def _small(desk: Desk, sha256: str) -> Image.Image:
    """One after the other, so that of forty grids only one original is in memory."""
    try:
        data = await desk.thumbnails.get(sha256, SMALL)
    except MissingFileError:
        return Image.new("RGB", (1, 1))  # a hole in a family is no reason to show none of it
    return await asyncio.to_thread(_opened, data)


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return small
