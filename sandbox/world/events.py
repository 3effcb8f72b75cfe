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
    _encoded_blank: dict[bool, str] = field(default_factory=dict, init=False)

    def encoded(self) -> str:
        if self._encoded is None:
            self._encoded = json.dumps(self.data, separators=(",", ":"))
        return self._encoded

    def encoded_without_content(self, reader_id: int) -> str:
        """For a bot without MESSAGE_CONTENT. Of the message that is replied to it may read more than of the reply."""
        replied_to = self.data.get("referenced_message")
        reads_reference = replied_to is not None and _is_about(replied_to, str(reader_id))
        if reads_reference not in self._encoded_blank:
            blank = _without_content(self.data)
            if replied_to is not None and not reads_reference:
                blank["referenced_message"] = _without_content(replied_to)
            self._encoded_blank[reads_reference] = json.dumps(blank, separators=(",", ":"))
        return self._encoded_blank[reads_reference]


def _is_about(message: Json, user_id: str) -> bool:
    """Whether someone wrote it or is mentioned in it: they read it without an intent."""
    return user_id in (message["author"]["id"], *(user["id"] for user in message["mentions"]))


def _without_content(message: Json) -> Json:
    """Emptied, and without the poll, which is left out as a whole."""
    blank = {name: value for name, value in message.items() if name != "poll"}
    blank |= {name: nothing for name, nothing in CONTENT_FIELDS if name in blank}
    if "message_snapshots" in blank:
        shown = [_without_content(snapshot["message"]) for snapshot in blank["message_snapshots"]]
        blank["message_snapshots"] = [{"message": message} for message in shown]
    return blank


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
