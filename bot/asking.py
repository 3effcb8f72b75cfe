"""Who asks, where, and what may be done there. Made from an interaction or a reaction; knows neither."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asker:
    """`token` answers the interaction for a quarter of an hour; without one the bot writes by its own token.
    `reaches` says whether the bot itself may write there: where it is only installed by a user, it may not."""

    member: int
    channel: int
    server: int | None = None
    interaction: int | None = None
    token: str | None = None
    asked_at: int = 0
    rules: bool = False  # a moderator of that server
    rules_here: bool = False  # may manage the messages of that channel, which is no right over others
    manages: bool = False  # may set the bot up there
    roles: frozenset[int] = frozenset()
    parent: int | None = None  # the channel that a thread belongs to
    room: int | None = None  # as what that channel counts, if not everybody there is let in
    rooms: frozenset[int] = frozenset()  # the channels of that server that they see from there
    reaches: bool = True
    lacks: tuple[str, ...] = ()  # what the bot may not do there, and has to for a picture
    ephemeral: bool = False
    alone: bool = False  # outside of all servers: what is asked for there is private
    limit_bytes: int = 10 * 2**20
    locale: str = ""
    message: int | None = None  # the message whose button was pressed, or to which it reacted

    @property
    def is_unseen(self) -> bool:
        """In direct messages with the bot nobody else reads; in those of others the bot is a guest."""
        return self.alone and self.reaches
