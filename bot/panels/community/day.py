"""The day that is on: how far it is, which picture a member may enter, and two pictures of others to choose from."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action, Press
from bot.community.fairness import Ballot, Pair, next_pair, ordered
from bot.desk import Desk
from bot.drawings.contact import draw_pair
from bot.errors import CannotDoError
from bot.messages.cards import Button, Card, Document, Menu, MenuKind
from bot.messages.daily_posts import day_buttons, link_of
from bot.replies import WORDLESS, shortened
from bot.replies import community as words
from bot.replies.gallery import choice
from bot.store import archive, ballots, candidates, dailies, themes
from bot.store.archive import Archived, Wanted
from bot.store.dailies import Daily
from bot.store.transactions import Reading
from bot.store.words import Running
from bot.thumbnails import LARGE

CHOICES = 25
SKIP, LEFT, RIGHT = 0, 1, 2  # in the ids of a pair's buttons


@dataclass(frozen=True, slots=True)
class Round:
    """All that takes part now, and what was said of it. A picture that may not be seen any more is left out."""

    daily: Daily
    pictures: dict[int, Archived]  # by their candidates' numbers
    makers: dict[int, int]
    cast: list[Ballot]

    def pair_for(self, member: int) -> Pair:
        """Raises CannotDoError where there is none."""
        if len({maker for maker in self.makers.values() if maker != member}) < 2:
            raise CannotDoError(words.TOO_FEW)
        shown = Counter(one for ballot in self.cast for one in ballot.pair)
        seen = {ballot.pair for ballot in self.cast if ballot.member == member}
        try:
            return next_pair(self.makers, shown, seen, member, random.SystemRandom())
        except LookupError:
            raise CannotDoError(words.ALL_SEEN) from None

    @property
    def votes(self) -> int:
        """Between pictures that take part."""
        known = self.pictures.keys()
        return sum(ballot.chosen is not None and known >= {*ballot.pair} for ballot in self.cast)

    def votes_of(self, member: int) -> int:
        return sum(ballot.member == member and ballot.chosen is not None for ballot in self.cast)


async def open_day(tx: Reading, now: datetime, server: int, number: int | None = None) -> Daily:
    """The one that is on, or that one. Raises CannotDoError if it is over, by the clock too, or elsewhere."""
    daily = await (dailies.newest(tx, server) if number is None else dailies.find(tx, number))
    if daily is None or daily.server_id != server:
        raise CannotDoError(words.NO_DAY)
    if daily.state is Running.ENDED or daily.ends_at <= now:
        raise CannotDoError(words.NO_DAY if number is None else words.DAY_OVER)
    return daily


async def read_round(tx: Reading, daily: Daily) -> Round:
    entered = await candidates.of_daily(tx, daily.id)
    everybody = visibility.everybody_on(daily.server_id)
    seen = await archive.among(tx, everybody, [one.picture_id for one in entered])
    known = [one for one in entered if one.picture_id in seen]
    return Round(
        daily,
        {one.id: seen[one.picture_id] for one in known},
        {one.id: one.member_id for one in known},
        await ballots.of_daily(tx, daily.id),
    )


async def today_card(desk: Desk, asker: Asker, server: int) -> Card:
    async with desk.store.read() as tx:
        found = await read_round(tx, await open_day(tx, desk.now(), server))
        waiting = await themes.waiting(tx, server) if asker.rules else ()
    counts = (len(found.pictures), found.votes)
    daily, next_ones = found.daily, [shortened(theme.words, 60) for theme in waiting[:10]]
    text = words.today(daily.theme, daily.ends_at, counts, link_of(daily), next_ones)
    return Card(text, (day_buttons(daily),))


async def enter_card(desk: Desk, asker: Asker, daily: Daily) -> Card:
    """The newest of the member's own that may be entered."""
    found = await own_public(desk, asker, daily.server_id)
    if not found:
        raise CannotDoError(words.NOTHING_TO_ENTER)
    choices = tuple((str(one.id), choice(one)) for one in found)
    return Card(
        words.ASK_PICTURE,
        menus=(Menu(MenuKind.WORDS, Press(Action.DAILY, extra=f"p.{daily.id}"), words.ENTER, choices=choices),),
    )


async def own_public(desk: Desk, asker: Asker, server: int, typed: str = "") -> list[Archived]:
    wanted = Wanted(maker=asker.member, server=server, words=typed)
    async with desk.store.read() as tx:
        return await archive.browse(tx, visibility.everybody_on(server, asker.rooms), wanted, CHOICES)


async def pair_card(desk: Desk, found: Round, pair: Pair, voter: int) -> Card:
    """Nobody is told whose they are. The buttons name both pictures, so that they count what was seen."""
    left, right = (found.pictures[one] for one in pair)
    copies = await desk.thumbnails.several([left.sha256, right.sha256], LARGE)
    if left.sha256 not in copies or right.sha256 not in copies:
        raise CannotDoError(words.TOO_FEW)
    sheet = await asyncio.to_thread(draw_pair, copies[left.sha256], copies[right.sha256])
    everybody = visibility.everybody_on(found.daily.server_id)
    alts = [visibility.alt_of(one, everybody) or WORDLESS for one in (left, right)]
    alt = f"Left: {shortened(alts[0], 480)} Right: {shortened(alts[1], 480)}"
    extra = f"c.{pair[0]}.{pair[1]}"
    labels = {LEFT: (words.LEFT, "⬅️"), RIGHT: (words.RIGHT, "➡️"), SKIP: (words.SKIP, "")}
    row = tuple(Button(Action.DAILY, "", *labels[cell], cell=cell, extra=extra) for cell in (LEFT, RIGHT, SKIP))
    return Card(words.voted(found.votes_of(voter)), (row,), (Document("pair.jpg", sheet, alt),))


def ballot_of(member: int, pair: Pair, cell: int) -> Ballot:
    return Ballot(member, ordered(*pair), {LEFT: pair[0], RIGHT: pair[1]}.get(cell))
