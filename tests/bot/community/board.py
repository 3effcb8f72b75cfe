"""What members can see of a community, and the rule of who may: that of docs/gallery.md once more, for rows as the
table has them. The board stands for Discord's channels, and keeps every card that was put up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from bot.messages.cards import Card
from bot.messages.sending import MessageGoneError, Sent
from bot.store.transactions import Reading
from bot.store.words import Audience

MEMBERS, SERVERS, ROLE = (1, 2, 3), (5, 6), 91
EVERYBODY = 0
DIRECT = 1000  # what a member's number is more by as a channel
PICTURE, WISH = re.compile(r"pic(\d+)x"), re.compile(r"wish(\d+)x")
_ROWS = text(
    "SELECT id, CAST(substr(job_id, 4) AS INTEGER) AS job, member_id, server_id, audience, words_hidden,"
    " hidden_at IS NOT NULL AS hidden, deleted_at IS NOT NULL AS deleted FROM archive"
)


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, and from which server; `rules` as a moderator there."""

    member: int
    server: int
    rules: bool = False
    has_role: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A picture as the table has it."""

    id: int
    job: int
    member_id: int
    server_id: int | None
    audience: str
    words_hidden: bool
    hidden: bool
    deleted: bool


class Board:
    """Where the letters' cards are: it stands for `sending.py` and `posting.py`, and keeps what was put up."""

    def __init__(self) -> None:
        self.standing: dict[tuple[int, int], Card] = {}
        self.notes: list[tuple[int, Card]] = []
        self.present = {(server, member) for server in SERVERS for member in MEMBERS}
        self._numbers = itertools.count(8_000_000)

    async def create(self, channel: int, *about: Any, **more: Any) -> Sent:
        (card,) = [one for one in about if isinstance(one, Card)]
        if channel > DIRECT:
            self.notes.append((channel - DIRECT, card))
            return Sent(channel, next(self._numbers))
        sent = Sent(channel, next(self._numbers))
        self.standing[sent.channel, sent.message] = card
        return sent

    async def edit(self, channel: int, message: int, card: Card, limit: int) -> Sent:
        if (channel, message) not in self.standing:
            raise MessageGoneError("gone")
        self.standing[channel, message] = card
        return Sent(channel, message)

    async def delete(self, channel: int, message: int) -> None:
        self.standing.pop((channel, message), None)

    async def find(self, *about: Any, **more: Any) -> None:
        return None  # nothing is ever sent without being noted

    async def open_thread(self, sent: Sent, name: str) -> int:
        return sent.channel

    async def pin(self, sent: Sent) -> None:
        pass

    async def direct_channel(self, member: int) -> int:
        return DIRECT + member

    async def is_in(self, server: int, member: int) -> bool:
        return (server, member) in self.present

    def limit_of(self, server: int | None) -> int:
        return 0

    def name_of(self, server: int) -> str:
        return f"Server {server}"


class Originals:
    """Files and their small copies, which say which picture they are."""

    async def read(self, sha256: str) -> bytes:
        return sha256.encode()

    async def several(self, originals: Iterable[str], side: int) -> dict[str, bytes]:
        return {one: one.encode() for one in originals}


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything that there is, by its number; whom and which servers' role each has named; what was asked for in
    private, and not shown to anybody since.
    """

    rows: Mapping[int, Row]
    friends: frozenset[tuple[int, int]]
    roles: frozenset[tuple[int, int]]
    secret: frozenset[int]

    def may_see(self, number: int, looker: Looker) -> bool:
        row = self.rows[number]
        if row.deleted or row.member_id == looker.member:
            return not row.deleted
        is_here = row.server_id == looker.server
        if number in self.secret or (row.hidden and not (looker.rules and is_here)):
            return False
        is_friend = (row.member_id, looker.member) in self.friends
        is_shown = is_here and looker.has_role and (row.member_id, looker.server) in self.roles
        return {
            Audience.PRIVATE: False,
            Audience.FRIENDS: is_friend,
            Audience.ROLES: is_friend or is_shown,
            Audience.SERVER: is_friend or is_here,
            Audience.GALLERY: is_friend or is_here,
        }[Audience(row.audience)]

    def seen_by(self, looker: Looker) -> set[int]:
        return {number for number in self.rows if self.may_see(number, looker)}

    def must_hold(self, shown: str, looker: Looker, what: str) -> None:
        """Of a view: each picture in it, and each prompt, is for whoever looks."""
        seen = self.seen_by(looker)
        read = {self.rows[one].job for one in seen if self.may_read(one, looker)}
        for number in map(int, PICTURE.findall(shown)):
            assert number in seen, f"{what} shows {looker} what they may not see: {self.rows[number]}"
        for job in map(int, WISH.findall(shown)):
            assert job in read, f"{what} tells {looker} words that are kept from them: those of job {job}"

    def may_read(self, number: int, looker: Looker) -> bool:
        return self.rows[number].member_id == looker.member or not self.rows[number].words_hidden


async def rule_of(tx: Reading, secret: set[int]) -> Rule:
    named = await tx.all(text("SELECT member_id, friend_id FROM friends"))
    roles = await tx.all(text("SELECT member_id, server_id FROM shown_roles"))
    return Rule(
        {row["id"]: Row(**row) for row in await tx.all(_ROWS)},
        frozenset((one["member_id"], one["friend_id"]) for one in named),
        frozenset((one["member_id"], one["server_id"]) for one in roles),
        frozenset(secret),
    )
