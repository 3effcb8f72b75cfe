"""What has to be true of all that a community shows: what may not be seen is neither posted nor counted nor named."""

from __future__ import annotations

import re

from bot.panels.gallery.drawing import Drawn
from bot.replies import community as words
from bot.replies.views import pictures as pictures_told
from bot.store import ballots, candidates, dailies, exhibits
from bot.store.dailies import Daily
from bot.store.transactions import Reading
from bot.store.words import Audience
from tests.bot.community.board import EVERYBODY, SERVERS, Board, Looker, Rule

COUNTS = re.compile(r"(\d+) pictures?, (\d+) in the gallery · (\d+) votes? · (\d+) days? won")


def told(drawn: Drawn) -> str:
    files = [(one.filename, one.description, one.fp.read()) for one in drawn.files]
    parts: list[object] = drawn.view.to_components()  # type: ignore[no-untyped-call]
    return f"{parts} {files}"


async def counted(tx: Reading, rule: Rule, looker: Looker, maker: int) -> tuple[int, int, int, int]:
    """Pictures, those in the gallery, votes and days won: of each only what is seen."""
    seen = {one for one in rule.seen_by(looker) if rule.rows[one].member_id == maker}
    here = {one for one in seen if rule.rows[one].server_id == looker.server}
    votes = 0
    for exhibit in await exhibits.hanging(tx, 1000):
        shown = set(await exhibits.pictures_of(tx, exhibit))
        if exhibit.server_id == looker.server and shown and shown <= seen:
            votes += exhibit.votes
    won = await candidates.wins(tx, looker.server, maker)
    hung = sum(rule.rows[one].audience == Audience.GALLERY for one in here)
    return len(here), hung, votes, len(seen & set(won))


async def part_of(tx: Reading, rule: Rule, daily: Daily) -> str:
    """How much takes part in a day, in words: nothing that may not be seen is counted."""
    seen = rule.seen_by(Looker(EVERYBODY, daily.server_id))
    known = {one.id for one in await candidates.of_daily(tx, daily.id) if one.picture_id in seen}
    cast = [one for one in await ballots.of_daily(tx, daily.id) if one.chosen is not None and known >= {*one.pair}]
    return f"{pictures_told(len(known))}, {words.votes(len(cast))}"


async def must_stand_right(tx: Reading, rule: Rule, board: Board) -> None:
    """What is posted is seen by all of a server, whoever they are."""
    for (channel, _), card in board.standing.items():
        rule.must_hold(repr(card), Looker(EVERYBODY, channel // 10), "A post")
    for server in SERVERS:
        newest = await dailies.newest(tx, server)
        while newest is not None and (last := await dailies.before(tx, newest)) is not None:
            await _must_be_over(tx, rule, board, last, newest)
            newest = last


async def _must_be_over(tx: Reading, rule: Rule, board: Board, last: Daily, following: Daily) -> None:
    """A winner who may not be seen any more is named nowhere, and neither is who came behind."""
    seen = rule.seen_by(Looker(EVERYBODY, last.server_id))
    entered = await candidates.of_daily(tx, last.id)
    cards = [_card(board, last.home_id, last.message_id), _card(board, following.home_id, following.message_id)]
    crown = _card(board, last.thread_id, last.crown_id)
    if any(one.place == 1 and one.picture_id not in seen for one in entered):
        named = "has won" in cards[0] or "won by" in cards[1] or bool(crown)
        assert not named, "a winner is named whose picture is not seen"
    if crown:
        assert await part_of(tx, rule, last) in crown, "what is not seen was counted"
        behind = [f"{one.place}. <@{one.member_id}>" for one in entered if one.picture_id not in seen]
        assert not [one for one in behind if one in crown], "a maker is named whose picture is not seen"


def _card(board: Board, channel: int | None, message: int | None) -> str:
    card = board.standing.get((channel or 0, message or 0))
    return card.text if card is not None else ""
