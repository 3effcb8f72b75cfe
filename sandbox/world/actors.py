"""Who makes a request: an application's bot, a member of the stand-in, or an OAuth2 bearer."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum

from sandbox.world.state import State


class ActorKind(StrEnum):
    BOT = "bot"
    PERSON = "person"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    user_id: int
    application_id: int | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def is_bot(self) -> bool:
        return self.kind is ActorKind.BOT


def bot_token(bot_id: int, secret: str) -> str:
    """The shape of a real token: hikari decodes its first part to the bot's id."""
    head = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{head}.sandbx.{secret}"


def person_token(state: State, user_id: int) -> str:
    """A person's token. Not a secret: whoever reaches the sandbox may be anyone in it."""
    head = base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("=")
    return f"{head}.person.{state.secret[:12]}"


def authenticate(state: State, header: str | None) -> Actor | None:
    """The actor behind an Authorization header or a gateway token, or None when it is nobody's."""
    if not header:
        return None
    scheme, _, rest = header.partition(" ")
    token = rest.strip() if rest else scheme
    if rest and scheme == "Bearer":
        return _bearer(state, token)
    application = next((a for a in state.applications.values() if a.token == token), None)
    if application is not None:
        return None if application.token_revoked else Actor(ActorKind.BOT, application.id, application.id)
    head = token.split(".", 1)[0]
    try:
        user_id = int(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return None
    user = state.users.get(user_id)
    if user is not None and not user.bot and token == person_token(state, user_id):
        return Actor(ActorKind.PERSON, user_id)
    return None


def _bearer(state: State, token: str) -> Actor | None:
    for grant in state.grants.values():
        if grant.access_token == token and grant.expires_ms > state.clock.now_ms():
            return Actor(ActorKind.BEARER, grant.user_id, grant.application_id, frozenset(grant.scopes))
    return None
