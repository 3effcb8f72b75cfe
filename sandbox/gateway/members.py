"""Request Guild Members (op 8): the answer in chunks, to the one session that asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.gateway import intents
from sandbox.gateway.codes import Close, ProtocolError
from sandbox.gateway.login import is_whole
from sandbox.gateway.roster import Roster, presence_view
from sandbox.gateway.session import Session
from sandbox.rules import ids
from sandbox.world.entities import Member
from sandbox.world.state import State
from sandbox.world.views import member_view

Json = dict[str, Any]

# Source: Discord's documentation, "Request Guild Members".
_CHUNK_MEMBERS = 1000
_SEARCH_MEMBERS = 100
_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Request:
    guild_id: int
    query: str | None
    limit: int
    user_ids: tuple[str, ...]
    with_presences: bool
    nonce: str | None


def parse_request(data: Any) -> Request:
    body = data if isinstance(data, dict) else {}
    guild_id = ids.parse(body.get("guild_id"))
    query, limit, wanted = body.get("query"), body.get("limit", 0), body.get("user_ids")
    user_ids = wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]
    is_search = isinstance(query, str) and is_whole(limit) and limit >= 0
    if guild_id is None or not (is_search or wanted is not None) or any(ids.parse(u) is None for u in user_ids):
        raise ProtocolError(
            Close.DECODE_ERROR, "Request Guild Members needs a guild_id, and a query with a limit or user_ids."
        )
    nonce = body.get("nonce")
    is_nonce = isinstance(nonce, str) and len(nonce.encode(errors="replace")) <= _NONCE_BYTES
    return Request(
        guild_id,
        query if wanted is None else None,
        limit if is_whole(limit) else 0,
        tuple(str(user_id) for user_id in user_ids[:_SEARCH_MEMBERS]),
        body.get("presences") is True,
        nonce if is_nonce else None,
    )


def answer_request(state: State, roster: Roster, session: Session, request: Request) -> None:
    """A server that the asker is not in gets no answer, as on Discord."""
    if state.find_member(request.guild_id, session.user_id) is None:
        return
    for chunk in _chunks(state, roster, session, request):
        session.dispatch("GUILD_MEMBERS_CHUNK", json.dumps(chunk, separators=(",", ":")))


def _chunks(state: State, roster: Roster, session: Session, request: Request) -> Iterator[Json]:
    found = _find(state, session, request)
    parts = [found[i : i + _CHUNK_MEMBERS] for i in range(0, len(found), _CHUNK_MEMBERS)] or [[]]
    known = {member.user_id for member in found}
    not_found = [user_id for user_id in request.user_ids if int(user_id) not in known]
    for index, part in enumerate(parts):
        chunk: Json = {
            "guild_id": str(request.guild_id),
            "members": [member_view(state, member) for member in part],
            "chunk_index": index,
            "chunk_count": len(parts),
        }
        if not_found:
            chunk["not_found"] = not_found
        if request.with_presences and _may_ask(session, intents.GUILD_PRESENCES):
            chunk["presences"] = presences_among(roster, [member.user_id for member in part])
        if request.nonce is not None:
            chunk["nonce"] = request.nonce
        yield chunk


def presences_among(roster: Roster, user_ids: list[int]) -> list[Json]:
    """Those of them who are connected; Discord leaves out the others too."""
    found = [(user_id, roster.presence_of(user_id)) for user_id in user_ids]
    return [presence_view(user_id, presence) for user_id, presence in found if presence is not None]


def _find(state: State, session: Session, request: Request) -> list[Member]:
    members = state.members[request.guild_id]
    if request.query is None:
        return [members[int(user_id)] for user_id in dict.fromkeys(request.user_ids) if int(user_id) in members]
    if request.query == "" and request.limit == 0:
        # The whole list needs GUILD_MEMBERS; an empty answer keeps a client without it from waiting for ever.
        return list(members.values()) if _may_ask(session, intents.GUILD_MEMBERS) else []
    start = request.query.casefold()
    matching = [member for member in members.values() if any(n.startswith(start) for n in _names(state, member))]
    return matching[: min(request.limit or _SEARCH_MEMBERS, _SEARCH_MEMBERS)]


def _names(state: State, member: Member) -> list[str]:
    user = state.users[member.user_id]
    return [name.casefold() for name in (user.username, user.global_name, member.nick) if name is not None]


def _may_ask(session: Session, intent: int) -> bool:
    return not session.ear.actor.is_bot or bool(session.ear.intents & intent)
