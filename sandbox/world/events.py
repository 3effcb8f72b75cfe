"""What happened, and who is told: events go to every listener that may know of them.

Listeners are gateway sessions and anything else that registers (the journal). An event's data is built and encoded
once, however many listen. Whether a listener may see it is the listener's own question to `permissions.py`.
"""

from __future__ import annotations

import json
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
    """Hands each event to every listener, in the order in which things happened."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}

    def join(self, listener: Listener) -> None:
        self._listeners[id(listener)] = listener

    def leave(self, listener: Listener) -> None:
        self._listeners.pop(id(listener), None)

    def emit(self, event: Event) -> None:
        for listener in list(self._listeners.values()):
            listener.hear(event)
