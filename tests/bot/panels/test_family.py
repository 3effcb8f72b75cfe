"""Who sees what of a family: no step, no word and no count of what is not for them."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import Desk
from bot.errors import NoJobError
from bot.panels.family import Family, family_of, page_card
from bot.store import archive, jobs, pictures
from bot.store.archive import Viewer, Wanted
from bot.store.store import Store
from bot.store.words import Audience, Privacy
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import NOW, make_job, make_picture

MEMBERS, SERVERS = (1, 2, 3), (5, 6, None)


@dataclass(frozen=True)
class Step:
    """One job of a family with its one picture, as its maker and moderators left it."""

    above: int
    maker: int
    server: int | None
    privacy: Privacy
    audience: Audience
    is_copy: bool
    is_hidden: bool
    is_deleted: bool
    words_hidden: bool

    def is_for(self, viewer: Viewer) -> bool:
        """Said anew, in the words of the promise."""
        if self.is_deleted:
            return False
        if self.maker == viewer.member:
            return True
        is_here = viewer.server is not None and viewer.server == self.server
        if self.is_hidden and not (viewer.rules and is_here):
            return False
        is_friend = self.maker in viewer.friend_of and self.audience is not Audience.PRIVATE
        return is_friend or (is_here and self.audience in (Audience.SERVER, Audience.GALLERY))

    def copy_is_for(self, original: Step, viewer: Viewer) -> bool:
        is_here = viewer.server is not None and viewer.server == self.server
        is_told = self.maker == viewer.member or (self.privacy is Privacy.PUBLIC and is_here)
        return is_told and original.is_for(viewer)


STEPS = st.lists(
    st.builds(
        Step,
        above=st.integers(0, 6),
        maker=st.sampled_from(MEMBERS),
        server=st.sampled_from(SERVERS),
        privacy=st.sampled_from(Privacy),
        audience=st.sampled_from(Audience),
        is_copy=st.booleans(),
        is_hidden=st.booleans(),
        is_deleted=st.booleans(),
        words_hidden=st.booleans(),
    ),
    min_size=1,
    max_size=7,
)
PAIRS = st.sets(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)).filter(lambda pair: pair[0] != pair[1]))
VIEWERS = st.builds(Viewer, st.sampled_from(MEMBERS), st.sampled_from(SERVERS), st.booleans())


def test_no_tree_ever_shows_what_it_may_not(tmp_path: Path) -> None:
    with asyncio.Runner() as runner, ExitStack() as stack:
        opening = Store.open(tmp_path / "data", clock=Clock())
        store = runner.run(opening.__aenter__())
        stack.callback(lambda: runner.run(opening.__aexit__(None, None, None)))
        families = iter(range(10**6))

        @settings(max_examples=100, deadline=None)
        @given(STEPS, PAIRS, VIEWERS)
        def holds(steps: list[Step], named: set[tuple[int, int]], viewer: Viewer) -> None:
            steps = [replace(steps[0], is_copy=False), *steps[1:]]  # what comes first is no copy
            runner.run(check(store, next(families), steps, named, viewer))

        holds()


async def check(store: Store, family: int, steps: list[Step], named: set[tuple[int, int]], viewer: Viewer) -> None:
    befriended = frozenset(member for member, friend in named if friend == viewer.member)
    viewer = Viewer(viewer.member, viewer.server, viewer.rules, befriended)
    names, originals = await lay_out(store, family, steps)
    expected = {}
    for number, step in enumerate(steps):
        at = originals[number]
        is_seen = step.is_for(viewer) if at is None else step.copy_is_for(steps[at], viewer)
        if is_seen:
            expected[names[number]] = step if at is None else steps[at]
    desk = cast(Desk, SimpleNamespace(store=store))  # all that a family asks of it
    for name in names:
        found: Family = {}
        async with store.read() as tx:
            job = await jobs.find(tx, name)
        assert job is not None
        with suppress(NoJobError):
            found = await family_of(desk, viewer, job)
        assert set(found) == (set(expected) if name in expected else set())
        for one, each in found.items():
            is_read = expected[one].maker == viewer.member or not expected[one].words_hidden
            assert (each.words is not None) == is_read
            assert each.parent is None or each.parent in expected
        if found:
            labels = " ".join(label for menu in page_card(found, name, 0).menus for _, label in menu.choices)
            told = {at for at in names if f"secret{at}" in labels}
            assert told == {one for one, each in found.items() if each.words is not None}


async def lay_out(store: Store, family: int, steps: list[Step]) -> tuple[list[str], list[int | None]]:
    """Stored: their names, and of copies whose they are. There is no copy of a copy: that is a step like any other."""
    names = [f"F{family:09d}s{number}" for number in range(len(steps))]
    originals: list[int | None] = []
    async with store.write() as tx:
        for number, step in enumerate(steps):
            above = step.above % number if number else None
            copies = step.is_copy and above is not None and originals[above] is None
            originals.append(above if copies else None)
            job = make_job(
                names[number],
                member_id=step.maker,
                server_id=step.server,
                kind="single" if copies else "imagine" if above is None else "vary_strong",
                parent_id=names[above] if above is not None else None,
                parent_cell=0 if above is not None else None,
                privacy=step.privacy,
                text=f"secret{names[number]} words",
                created_at=NOW + timedelta(seconds=number),
            )
            await jobs.insert(tx, replace(job, root_id=names[0]))
            await pictures.insert(tx, [make_picture(names[number])])
            if not copies:
                (own, *_) = await archive.browse(tx, Viewer(step.maker), Wanted(mine=True), 1)
                await archive.change_audience(tx, [own.id], step.audience)
                await archive.hide_words(tx, [own.id], hidden=step.words_hidden)
                await archive.hide(tx, [own.id], NOW if step.is_hidden else None)
                await archive.lay_aside(tx, [own.id], NOW if step.is_deleted else None)
    return names, originals
