"""What one page of the gallery holds: asked for anew at every press, from its view's row and a number in the id."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Page:
    """`is_first`: nothing newer is on a page before; `is_last`: nothing older on one after."""

    view: View
    viewer: Viewer
    shown: Sequence[Archived]
    total: int
    is_first: bool
    is_last: bool
    models: Sequence[str]
    collections: Sequence[Collection]
    notes: Mapping[int, str]

    @property
    def place(self) -> int:
        """Where it begins, to be asked for again; the first page begins with the newest, whatever that will be."""
        return 0 if self.is_first or not self.shown else self.shown[0].id + 1

    @property
    def own_collections(self) -> Sequence[Collection]:
        return [one for one in self.collections if one.member_id == self.viewer.member]

    @property
    def chosen(self) -> Sequence[Archived]:
        return [picture for picture in self.shown if picture.id in self.view.chosen]


async def begin(desk: Desk, viewer: Viewer, scope: Scope, words: str) -> View:
    view = View(
        id=make_job_id(desk.now(), secrets.SystemRandom()),
        member_id=viewer.member,
        scope=scope,
        words=words.strip()[:LONGEST_SEARCH],
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


async def load(tx: Reading, viewer: Viewer, view: View, before: int = 0, after: int | None = None) -> Page:
    """The pictures before that one, or the page that ends above it."""
    found = await collections.open_to(tx, viewer.member, viewer.server)
    if view.collection_id not in {one.id for one in found}:  # it is not shared any more, or not here
        view = replace(view, collection_id=None)
    wanted = wanted_by(view, viewer)
    shown, is_first, is_last = await _leaf(tx, viewer, wanted, before, after)
    return Page(
        view,
        viewer,
        shown,
        await archive.count(tx, viewer, wanted),
        is_first,
        is_last,
        await archive.models(tx, viewer) if view.unfolded else (),
        found,
        await notes.of_pictures(tx, viewer.member, [picture.id for picture in shown]),
    )


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
        shape=view.shape,
        maker=view.maker,
        collection=view.collection_id,
        words=view.words,
    )
