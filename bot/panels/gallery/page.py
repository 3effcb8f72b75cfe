"""What one page of the gallery holds: asked for anew at every press, from its view's row and a number in the id."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.desk import Desk
from bot.errors import NoViewError
from bot.store import archive, collections, notes, views
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.collections import Collection
from bot.store.ids import make_job_id
from bot.store.transactions import Reading
from bot.store.views import View
from bot.store.words import Scope

SIZE = 9
LONGEST_SEARCH = 100
MOST_RANKED = 900  # pictures: a hundred pages
MOST_FOUND = 180  # by meaning: what comes after is hardly alike any more
RANKED = {
    Scope.DAY: timedelta(days=1),
    Scope.WEEK: timedelta(days=7),
    Scope.MONTH: timedelta(days=30),
    Scope.LIKE: timedelta(),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """The pictures of a page, however they were found. `place` is where it begins, `newer` and `older` where the pages
    beside it are asked for: numbers of pictures, or places in a ranking. `is_first`: nothing is on a page before;
    `is_last`: nothing on one after."""

    shown: Sequence[Archived]
    total: int
    is_first: bool
    is_last: bool
    place: int
    newer: int
    older: int
    votes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    view: View
    viewer: Viewer
    leaf: Leaf
    models: Sequence[str]
    styles: Sequence[str]
    collections: Sequence[Collection]
    notes: Mapping[int, str]

    @property
    def own_collections(self) -> Sequence[Collection]:
        return [one for one in self.collections if one.member_id == self.viewer.member]

    @property
    def chosen(self) -> Sequence[Archived]:
        return [picture for picture in self.leaf.shown if picture.id in self.view.chosen]


async def begin(desk: Desk, viewer: Viewer, scope: Scope, words: str, found: Sequence[int] = ()) -> View:
    view = View(
        id=make_job_id(desk.now(), secrets.SystemRandom()),
        member_id=viewer.member,
        scope=scope,
        words=words.strip()[:LONGEST_SEARCH],
        found=tuple(found),
        used_at=desk.now(),
    )
    async with desk.store.write() as tx:
        await views.save(tx, view)
    return view


async def known_view(tx: Reading, viewer: Viewer, view_id: str) -> View:
    view = await views.find(tx, view_id, viewer.member)
    if view is None:
        raise NoViewError
    return view


async def load(
    tx: Reading, viewer: Viewer, view: View, before: int = 0, after: int | None = None, showing: int | None = None
) -> Page:
    """The page that begins at that place, the one that ends above it, or the one that shows that picture."""
    found = await collections.open_to(tx, viewer.member, viewer.server)
    if view.collection_id not in {one.id for one in found}:  # it is not shared any more, or not here
        view = replace(view, collection_id=None)
    wanted = wanted_by(view, viewer)
    if view.scope in RANKED:
        leaf = await _ranked(tx, viewer, view, wanted, before if after is None else after, showing)
    else:
        leaf = await _newest(tx, viewer, wanted, before if showing is None else showing + 1, after)
    models, styles = await archive.models_and_styles(tx, viewer) if view.unfolded else ((), ())
    own = await notes.of_pictures(tx, viewer.member, [picture.id for picture in leaf.shown])
    return Page(view, viewer, leaf, models, styles, found, own)


async def _ranked(tx: Reading, viewer: Viewer, view: View, wanted: Wanted, place: int, showing: int | None) -> Leaf:
    """By votes or by likeness: who may see them is asked anew each time, so that places may change."""
    votes: Mapping[int, int] = {}
    if view.scope is Scope.LIKE:
        seen = await archive.ids(tx, viewer, wanted)
        ranking = [number for number in view.found if number in seen]
    else:
        votes = await archive.top(tx, viewer, wanted, view.used_at - RANKED[view.scope], MOST_RANKED)
        ranking = list(votes)
    if showing in ranking:
        place = ranking.index(showing) // SIZE * SIZE
    place = min(max(place, 0), max(len(ranking) - 1, 0))
    part = ranking[place : place + SIZE]
    there = await archive.among(tx, viewer, part)
    shown = [there[number] for number in part if number in there]
    end = place + SIZE
    return Leaf(shown, len(ranking), place == 0, end >= len(ranking), place, max(place - SIZE, 0), end, votes)


async def _newest(tx: Reading, viewer: Viewer, wanted: Wanted, before: int, after: int | None) -> Leaf:
    shown, is_first, is_last = await _leaf(tx, viewer, wanted, before, after)
    total = await archive.count(tx, viewer, wanted)
    first, last = (shown[0].id, shown[-1].id) if shown else (0, 0)
    # The first page begins with the newest, whatever that will be.
    place = 0 if is_first or not shown else first + 1
    return Leaf(shown, total, is_first, is_last, place, first, last)


async def _leaf(
    tx: Reading, viewer: Viewer, wanted: Wanted, before: int, after: int | None
) -> tuple[list[Archived], bool, bool]:
    if after is not None:
        found = await archive.browse(tx, viewer, wanted, SIZE + 1, after=after)
        if len(found) >= SIZE:
            return found[-SIZE:], len(found) == SIZE, False
        before = 0  # the first page, filled up
    found = await archive.browse(tx, viewer, wanted, SIZE + 1, before=before or None)
    if before and not found:
        return await _leaf(tx, viewer, wanted, 0, None)
    is_first = not before or not await archive.browse(tx, viewer, wanted, 1, after=before - 1)
    return found[:SIZE], is_first, len(found) <= SIZE


def wanted_by(view: View, viewer: Viewer) -> Wanted:
    return Wanted(
        mine=view.scope is Scope.MINE,
        server=viewer.server if view.scope is Scope.SERVER else None,
        bookmarked=view.scope is Scope.KEPT,
        deleted=view.scope is Scope.DELETED,
        model=view.model,
        style=view.style,
        shape=view.shape,
        maker=view.maker,
        collection=view.collection_id,
        words="" if view.scope is Scope.LIKE else view.words,  # those were found by their meaning
        ids=view.found if view.scope is Scope.LIKE else None,
    )
