"""What happened, and who is told: events go to every listener that may know of them.

Listeners are gateway sessions and anything else that registers (the journal). An event's data is built and encoded
once, however many listen. Whether a listener may see it is the listener's own question to `permissions.py`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]

# What a bot without the MESSAGE_CONTENT intent finds empty in other people's messages.
CONTENT_FIELDS: tuple[tuple[str, Any], ...] = (("content", ""), ("embeds", []), ("attachments", []), ("components", []))


@dataclass(slots=True)
class Event:
    """One dispatch. Who hears it is narrowed by each field that is set."""

    name: str
    data: Json
    guild_id: int | None = None
    channel_id: int | None = None  # only those who may view it
    users: frozenset[int] | None = None  # only these users, and bots of `application_id`
    application_id: int | None = None  # only this application's bot (and `users`)
    content_owner: int | None = None  # for messages: the author, who always sees content
    content_free_for: frozenset[int] = frozenset()  # mentioned users, who see content too
    bots_only: bool = False
    people_only: bool = False
    _encoded: str | None = field(default=None, init=False)
    _encoded_blank: str | None = field(default=None, init=False)

    def encoded(self) -> str:
        if self._encoded is None:
            self._encoded = json.dumps(self.data, separators=(",", ":"))
        return self._encoded

    def encoded_without_content(self) -> str:
        """For bots without MESSAGE_CONTENT; the same for all of them."""
        if self._encoded_blank is None:
            blank = dict(self.data)
            for name, nothing in CONTENT_FIELDS:
                if name in blank:
                    blank[name] = nothing
            self._encoded_blank = json.dumps(blank, separators=(",", ":"))
        return self._encoded_blank


class Listener(Protocol):
    def hear(self, event: Event) -> None:
        """Take the event or leave it; must not block and must not raise."""


class Hub:
    """Hands each event to every listener that it may be for, in the order in which things happened.

    One that joins with a `user_id` listens for that user or bot alone: what is addressed to others passes it by. Most
    events of an interaction are addressed, and a hundred open pages need not look at them.
    """

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._users: dict[int, int | None] = {}  # for whom each listens
        self._by_user: dict[int | None, dict[int, Listener]] = defaultdict(dict)

    def join(self, listener: Listener, *, user_id: int | None = None) -> None:
        key = id(listener)
        self._listeners[key] = self._by_user[user_id][key] = listener
        self._users[key] = user_id

    def leave(self, listener: Listener) -> None:
        key = id(listener)
        if self._listeners.pop(key, None) is not None:
            user_id = self._users.pop(key)
            del self._by_user[user_id][key]
            if not self._by_user[user_id]:
                del self._by_user[user_id]

    def __len__(self) -> int:
        return len(self._listeners)

    def emit(self, event: Event) -> None:
        for listener in self._readers(event):
            listener.hear(event)

    def _readers(self, event: Event) -> list[Listener]:
        if event.users is None and event.application_id is None:
            return list(self._listeners.values())
        users = {None, event.application_id, *(event.users or ())}
        return [listener for user in users if user in self._by_user for listener in self._by_user[user].values()]
