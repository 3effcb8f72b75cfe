"""What a route is, and what its handler gets: one request, understood. Knows no particular route."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.rules import errors, ids
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.actors import Actor, ActorKind
from sandbox.world.entities import Application, Channel, Guild, Message
from sandbox.world.files import Upload
from sandbox.world.state import State

Json = dict[str, Any]
NOTHING = Permission(0)
_WHOLE = re.compile(r"-?[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any = None


@dataclass(slots=True)
class Call:
    """One request. `actor_or_none` is None on routes whose path carries the token."""

    state: State
    actor_or_none: Actor | None
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    query_lists: Mapping[str, list[str]] = field(default_factory=dict)
    body: Any = None
    uploads: Mapping[int, Upload] = field(default_factory=dict)
    session_starts: Callable[[int], Json] | None = None
    authorization: str | None = None  # for OAuth2, whose clients name themselves by HTTP Basic
    content_type: str = ""

    @property
    def actor(self) -> Actor:
        if self.actor_or_none is None:
            raise errors.UNAUTHORIZED()
        return self.actor_or_none

    @property
    def form(self) -> Json:
        """The body where an object is expected; an absent one is empty."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            faults = errors.Faults()
            faults.add((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            faults.raise_if_any()
        form: Json = self.body
        return form

    def id(self, name: str) -> int:
        """A snowflake of the path."""
        found = ids.parse(self.params[name])
        if found is None:
            faults = errors.Faults()
            faults.add((name,), "NUMBER_TYPE_COERCE", f'Value "{self.params[name]}" is not snowflake.')
            raise errors.FormError(faults.tree())
        return found

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query, within its range."""
        text = self.query.get(name)
        if text is None:
            return default
        faults = errors.Faults()
        if not _WHOLE.fullmatch(text):
            faults.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text[:100]}" is not int.')
        elif not low <= int(text) <= high:
            bound, code = (low, "NUMBER_TYPE_MIN") if int(text) < low else (high, "NUMBER_TYPE_MAX")
            side = "greater" if int(text) < low else "less"
            faults.add((name,), code, f"int value should be {side} than or equal to {bound}.")
        faults.raise_if_any()
        return int(text)

    def snowflake(self, name: str) -> int | None:
        text = self.query.get(name)
        if text is None:
            return None
        found = ids.parse(text)
        if found is None:
            faults = errors.Faults()
            faults.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text[:100]}" is not snowflake.')
            raise errors.FormError(faults.tree())
        return found

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    # -- what the path names, as far as the actor may know of it ------------------------------------------------------

    def channel(self, needed: Permission = NOTHING) -> Channel:
        channel = self.state.channel(self.id("channel_id"))
        permissions.require(self.state, self.actor.user_id, channel, needed | Permission.VIEW_CHANNEL)
        return channel

    def message(self, channel: Channel) -> Message:
        """A message that the actor can read: an ephemeral one is there only for its one reader."""
        message = self.state.message(channel.id, self.id("message_id"))
        if message.only_for is not None and message.only_for != self.actor.user_id:
            raise errors.UNKNOWN_MESSAGE()
        return message

    def guild(self, needed: Permission = NOTHING) -> Guild:
        guild = self.state.guild(self.id("guild_id"))
        permissions.require_in_guild(self.state, self.actor.user_id, guild, needed)
        return guild

    def own_application(self) -> Application:
        if self.params["application_id"] == "@me":
            application_id = self.actor.application_id or 0
        else:
            application_id = self.id("application_id")
        application = self.state.applications.get(application_id)
        if application is None:
            raise errors.UNKNOWN_APPLICATION()
        if self.actor.application_id != application.id:
            raise errors.NOT_AUTHORIZED_FOR_APPLICATION()
        return application


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """`who`: which actors may call it; empty where the token is in the path. `status`: of an answer without a Reply."""

    method: str
    template: str
    handler: Handler
    who: frozenset[ActorKind]
    status: int


BOTS = frozenset({ActorKind.BOT})
PEOPLE = frozenset({ActorKind.PERSON})
BOTS_AND_PEOPLE = frozenset({ActorKind.BOT, ActorKind.PERSON})
EVERYONE = frozenset(ActorKind)
TOKEN_IN_PATH: frozenset[ActorKind] = frozenset()


class Routes:
    """The routes of one file."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def on(
        self, method: str, template: str, *, who: frozenset[ActorKind] = BOTS_AND_PEOPLE, status: int = 200
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self._routes.append(Route(method, template, handler, who, status))
            return handler

        return register
