"""A Hypothesis machine that does with pictures whatever members of two servers may do, in any order, and looks at all
that the community shows of them: nobody ever sees what the rule in docs/gallery.md, written down here once more, keeps
from them. Discord is a board on which cards are pinned; letters come late, backwards and twice.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import SECRET_BYTES, Key, Signer
from bot.community.fairness import Ballot, ordered
from bot.community.features import ON, Feature
from bot.errors import CannotDoError
from bot.handlers import daily as entering
from bot.hosting import advance
from bot.messages import community
from bot.messages.cards import Card
from bot.messages.daily_posts import DailyPosts
from bot.messages.digest_posts import DigestPosts
from bot.messages.follow_notes import FollowNotes
from bot.messages.lanes import Later
from bot.messages.publishing import hang
from bot.messages.told import Told
from bot.panels.community import day, top
from bot.panels.gallery import deeds
from bot.panels.gallery.deeds import Deed
from bot.store import (
    archive,
    ballots,
    candidates,
    dailies,
    exhibits,
    follows,
    friends,
    jobs,
    members,
    outbox,
    pictures,
    servers,
    shown_roles,
)
from bot.store.exhibits import Exhibit
from bot.store.follows import Follow
from bot.store.outbox import Letter
from bot.store.servers import Server
from bot.store.words import Hanging, Privacy, Running, State
from tests.bot.community.board import (
    EVERYBODY,
    MEMBERS,
    PICTURE,
    ROLE,
    SERVERS,
    Board,
    Looker,
    Originals,
    Rule,
    rule_of,
)
from tests.bot.community.looking import COUNTS, counted, must_stand_right, part_of, told
from tests.bot.store.ledger_machine import Bench, Fragile
from tests.bot.store.rows import NOW, make_job, make_picture

HERE, ELSEWHERE = SERVERS
WHO, WHERE, NUMBERS = st.sampled_from(MEMBERS), st.sampled_from((HERE, HERE, HERE, ELSEWHERE)), st.integers(0, 30)
OPENING = (Deed.FRIENDS, Deed.ROLES, Deed.SERVER, Deed.PUBLISH)
DEEDS = st.sampled_from([*Deed, *[Deed.PUBLISH] * 3, *[Deed.PRIVATE] * 2, *[Deed.HIDE] * 2])


class MembersMachine(RuleBasedStateMachine):
    bench: ClassVar[Bench]

    @initialize()
    def open(self) -> None:
        self.bench.clear()
        self.runner, self.now, self.jobs = asyncio.Runner(), NOW, 0
        self.posts, self.secret, self.board = itertools.count(9_000_000), set[int](), Board()
        self.files = Originals()
        self.desk: Any = SimpleNamespace(
            store=self,
            now=lambda: self.now,
            delivery=SimpleNamespace(poke=lambda: None),
            sender=self.board,
            signer=Signer([Key(1, bytes(SECRET_BYTES))]),
            thumbnails=self.files,
            votes_known=asyncio.Event(),
        )
        self.desk.votes_known.set()
        board: Any = self.board
        store, thumbnails = cast(Any, self), cast(Any, self.files)
        days, digests = DailyPosts(store, board), DigestPosts(store, board, thumbnails)
        days._posting = digests._posting = board
        notes = FollowNotes(store, board)
        self.tellers: dict[str, DailyPosts | DigestPosts | FollowNotes]
        self.tellers = {Told.DAILY: days, Told.CANDIDATE: days, Told.DIGEST: digests, Told.NOTE: notes}
        self.run(self._settle())

    async def _settle(self) -> None:
        async with self.write() as tx:
            for number in SERVERS:
                about: dict[str, Any] = {ON: list(Feature)}
                await servers.save(tx, Server(id=number, joined_at=NOW, gallery_channel_id=10 * number, settings=about))
            for member in MEMBERS:
                await members.meet(tx, member, NOW)
        await advance(self.desk, self.now)
        for member in MEMBERS:
            await self._paint(member, HERE, Privacy.PUBLIC, 1, hangs=True)
        await self._deliver()
        for number, member in enumerate(MEMBERS):
            await self._react(number, member)
            await self._enter(member, HERE, 0)
        for member in MEMBERS[1:]:
            await self._compare(member, HERE, 0)
        await self._follow(2, HERE, {"maker_id": 1})
        await self._follow(3, HERE, {"words": "house"})
        await self._paint(1, ELSEWHERE, Privacy.PUBLIC, 1, hangs=False)
        await self._act(Looker(1, HERE), Deed.PUBLISH, 0, 4)  # where it hangs, it is not everybody's to see
        await self._deliver()
        await self._react(3, 0)

    # -- a store, as far as the rooms of the bot that are looked at need one -------------------------------------------

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        self.now += timedelta(seconds=1)  # no two things are done at the same millisecond
        return self.runner.run(work)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Fragile]:
        async with self.write() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Fragile]:
        with self.bench.engine.connect() as connection:
            yield Fragile(connection)
            connection.commit()

    def asker(self, looker: Looker) -> Asker:
        roles = frozenset([ROLE]) if looker.has_role else frozenset[int]()
        return Asker(looker.member, 0, looker.server, rules=looker.rules, roles=roles)

    async def as_it_is(self) -> Rule:
        async with self.read() as tx:
            return await rule_of(tx, self.secret)

    async def must_hold(self, shown: str, looker: Looker, what: str) -> None:
        (await self.as_it_is()).must_hold(shown, looker, what)

    # -- what members do -----------------------------------------------------------------------------------------------

    @rule(
        maker=WHO,
        server=WHERE | st.none(),
        privacy=st.sampled_from([Privacy.PUBLIC, Privacy.PUBLIC, *Privacy]),
        count=st.integers(1, 2),
        hangs=st.booleans(),
    )
    def paint(self, maker: int, server: int | None, privacy: Privacy, count: int, hangs: bool) -> None:
        self.run(self._paint(maker, server, privacy, count, hangs))

    async def _paint(self, maker: int, server: int | None, privacy: Privacy, count: int, hangs: bool) -> None:
        self.jobs += 1
        name, wish = f"JOB{self.jobs}", f"wish{self.jobs:03}x"
        privacy = privacy if server is not None or privacy is Privacy.STEALTH else Privacy.PRIVATE
        recipe = f'{{"seed":1,"prompt":"{wish}"}}'
        about = {"member_id": maker, "server_id": server, "privacy": privacy, "cells": (recipe,) * count}
        job = make_job(name, text=f"a house, {wish} --style {wish}", state=State.DONE, **about)
        async with self.write() as tx:
            await jobs.insert(tx, job)
            first = len((await rule_of(tx, self.secret)).rows) + 1
            made = [
                make_picture(name, cell, sha256=f"pic{first + cell:03}x", recipe=recipe, created_at=self.now)
                for cell in range(count)
            ]
            await pictures.insert(tx, made)
            shown = await archive.of_job(tx, job)
            assert [one.id for one in shown] == list(range(first, first + count))
            if privacy is not Privacy.PUBLIC:
                self.secret |= {one.id for one in shown}
            elif hangs and server is not None:
                cell, alone = (0, first) if count == 1 else (None, None)
                place = {"server_id": server, "channel_id": 10 * server, "published_at": self.now, "by": maker}
                wanted = Exhibit(job_id=name, cell=cell, archive_id=alone, **place)  # type: ignore[arg-type]
                await hang(tx, wanted, None, shown, maker, self.now)

    @rule(member=WHO, server=WHERE, rules=st.booleans(), deed=DEEDS, which=NUMBERS, is_told=st.booleans())
    def act(self, member: int, server: int, rules: bool, deed: Deed, which: int, is_told: bool) -> None:
        self.run(self._act(Looker(member, server, rules), deed, which))
        if is_told:
            self.run(self._deliver())

    @rule(which=st.integers(1, 3), deed=st.sampled_from((Deed.PRIVATE, Deed.HIDE, Deed.DELETE, Deed.HIDE_WORDS)))
    def take_back(self, which: int, deed: Deed) -> None:
        """One of those that have been there from the start, by its maker."""
        self.run(self._act(Looker(which, HERE), deed, which, which))
        self.run(self._deliver())

    async def _act(self, looker: Looker, deed: Deed, which: int, *only: int) -> None:
        async with self.read() as tx:
            viewer = await visibility.viewer_of(tx, self.asker(looker))
            found = await archive.chosen(tx, viewer, only or list((await rule_of(tx, self.secret)).rows))
        if not found:
            return
        picture = found[which % len(found)]
        if picture.member_id == looker.member and deed in OPENING:
            self.secret.discard(picture.id)
        await deeds.do(self.desk, viewer, deed.value, [picture])

    @rule(member=WHO, other=WHO, server=WHERE, change=st.sampled_from(("friend", "stranger", "role", "presence")))
    def meet(self, member: int, other: int, server: int, change: str) -> None:
        self.run(self._meet(member, other, server, change))

    async def _meet(self, member: int, other: int, server: int, change: str) -> None:
        if change == "presence":
            self.board.present ^= {(server, member)}
        async with self.write() as tx:
            if change == "friend" and member != other:
                await friends.add(tx, member, other, self.now)
            elif change == "stranger":
                await friends.remove(tx, member, other)
            elif change == "role":
                await shown_roles.add(tx, member, server, ROLE, self.now)

    @rule(member=WHO, server=WHERE, maker=WHO, words=st.none() | st.sampled_from(["house", "wish001x", "wish002x"]))
    def follow(self, member: int, server: int, maker: int, words: str | None) -> None:
        if member != maker:
            self.run(self._follow(member, server, {"maker_id": maker} if words is None else {"words": words}))

    async def _follow(self, member: int, server: int, what: dict[str, Any]) -> None:
        async with self.write() as tx:
            await follows.add(tx, Follow(member_id=member, server_id=server, created_at=self.now, **what))

    @rule(count=st.integers(1, 3), which=NUMBERS)
    def react(self, count: int, which: int) -> None:
        self.run(self._react(count, which))

    async def _react(self, count: int, which: int) -> None:
        async with self.write() as tx:
            hung = await exhibits.hanging(tx, 100)
            for member in MEMBERS[:count] if hung else ():
                exhibit = hung[which % len(hung)]
                await exhibits.vote(tx, exhibit, exhibit.message_id or 0, (member, "⭐"))

    @rule(member=WHO, server=WHERE, which=NUMBERS)
    def enter(self, member: int, server: int, which: int) -> None:
        self.run(self._enter(member, server, which))

    async def _enter(self, member: int, server: int, which: int) -> None:
        """Any picture there is: it is taken if it is one's own, and everybody's there to see."""
        async with self.read() as tx:
            rows = (await rule_of(tx, self.secret)).rows
            newest = await dailies.newest(tx, server)
        own = [row.id for row in rows.values() if row.member_id == member]
        asker, everybody = self.asker(Looker(member, server)), Looker(EVERYBODY, server)
        offered = await day.own_public(self.desk, asker, server)
        assert {one.member_id for one in offered} <= {member}
        await self.must_hold(" ".join(one.sha256 for one in offered), everybody, "What can be entered")
        if own and newest is not None:
            with suppress(CannotDoError):
                picture = own[which % len(own)]
                await entering._enter(self.desk, asker, newest.id, picture)
                await self.must_hold(f"pic{picture}x", everybody, "What was entered")

    @rule(member=WHO, server=WHERE, chosen=st.sampled_from((0, 1)))
    def compare(self, member: int, server: int, chosen: int) -> None:
        self.run(self._compare(member, server, chosen))

    async def _compare(self, member: int, server: int, chosen: int) -> None:
        async with self.read() as tx:
            newest = await dailies.newest(tx, server)
            found = await day.read_round(tx, newest) if newest is not None else None
        if found is None or newest is None or newest.state is Running.ENDED:
            return
        with suppress(CannotDoError):
            pair = found.pair_for(member)
            card = await day.pair_card(self.desk, found, pair, member)
            await self.must_hold(repr(card), Looker(EVERYBODY, server), "A pair")
            assert len(set(PICTURE.findall(repr(card)))) == 2
            async with self.write() as tx:
                await ballots.cast(tx, Ballot(member, ordered(*pair), pair[chosen]), self.now)

    # -- what time and Discord do --------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from((24, 24, 24 * 7)), is_told=st.booleans())
    def pass_time(self, hours: int, is_told: bool) -> None:
        self.now += timedelta(hours=hours)
        self.run(self._pass())
        if is_told:
            self.run(self._deliver())

    async def _pass(self) -> None:
        async with self.read() as tx:
            over = [one.id for one in await dailies.over(tx, self.now)]
        await advance(self.desk, self.now)
        for number in over:
            async with self.read() as tx:
                daily = await dailies.find(tx, number)
                placed = [one.picture_id for one in await candidates.of_daily(tx, number) if one.place is not None]
            assert daily is not None
            shown = " ".join(f"pic{one}x" for one in placed)
            await self.must_hold(shown, Looker(EVERYBODY, daily.server_id), "The result of a day")

    @rule(backwards=st.booleans(), twice=st.booleans())
    def deliver(self, backwards: bool, twice: bool) -> None:
        self.run(self._deliver(backwards, twice))

    async def _deliver(self, backwards: bool = False, twice: bool = False) -> None:
        for tries in range(0, 50, 10):  # one may have to wait for another, and does not do so for ever
            async with self.read() as tx:
                due = sorted(await outbox.due(tx, self.now, 1000), key=lambda one: one.id, reverse=backwards)
            if not due:
                return
            for letter in due:
                for _ in range(1 + twice):
                    await self._bring(replace(letter, tries=tries))
        raise AssertionError(f"These letters never end: {due}")

    async def _bring(self, letter: Letter) -> None:
        try:
            if letter.kind == Told.PUBLISH:
                await self._post(int(letter.payload["exhibit"]))
            elif letter.kind in self.tellers:
                await self.tellers[letter.kind].tell(letter)
        except Later:
            return
        while self.board.notes:
            await self._must_be_noted(letter, *self.board.notes.pop())
        async with self.write() as tx:
            await tx.change(text("UPDATE outbox SET state = 'sent' WHERE id = :id").bindparams(id=letter.id))

    async def _post(self, number: int) -> None:
        """As the gallery's own letters do; what its posts show is no part of this."""
        async with self.write() as tx:
            exhibit = await exhibits.find(tx, number)
            if exhibit is None or (exhibit.state is Hanging.SHOWN) == (exhibit.message_id is not None):
                return
            if exhibit.message_id is not None:
                await exhibits.vanish(tx, number, exhibit.message_id)
                return
            await exhibits.appear(tx, exhibit, None, next(self.posts))
            await community.put_notes(tx, exhibit, self.now)

    async def _must_be_noted(self, letter: Letter, member: int, card: Card) -> None:
        async with self.read() as tx:
            follow = await follows.find(tx, int(letter.payload["follow"]))
        assert follow is not None
        assert follow.member_id == member
        assert (follow.server_id, member) in self.board.present, "somebody who left gets notes"
        await self.must_hold(repr(card), Looker(member, follow.server_id), "A note")

    # -- what members see ----------------------------------------------------------------------------------------------

    @rule(member=WHO, server=WHERE, rules=st.booleans(), has_role=st.booleans(), maker=WHO)
    def look(self, member: int, server: int, rules: bool, has_role: bool, maker: int) -> None:
        self.run(self._look(Looker(member, server, rules, has_role), maker))

    async def _look(self, looker: Looker, maker: int) -> None:
        asker, server = self.asker(looker), looker.server
        best = await top.draw_top(self.desk, asker, server, "month")
        await self.must_hold(told(best), looker, "/top")
        profile = told(await top.draw_profile(self.desk, asker, server, maker, None, can_follow=True))
        await self.must_hold(profile, looker, "/profile")
        counts = COUNTS.search(profile)
        assert counts is not None, profile
        async with self.read() as tx:
            expected = await counted(tx, await rule_of(tx, self.secret), looker, maker)
        assert tuple(map(int, counts.groups())) == expected, "what is not seen was counted"
        with suppress(CannotDoError):
            card = await day.today_card(self.desk, asker, server)
            async with self.read() as tx:
                newest = await dailies.newest(tx, server)
                assert newest is not None
                assert await part_of(tx, await rule_of(tx, self.secret), newest) in card.text

    @invariant()
    def what_stands_may_be_seen(self) -> None:
        if hasattr(self, "runner"):
            self.run(self._stands())

    async def _stands(self) -> None:
        """Once every letter was brought."""
        async with self.read() as tx:
            if not await outbox.due(tx, self.now, 1):
                await must_stand_right(tx, await rule_of(tx, self.secret), self.board)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.close()
