"""IDENTIFY and RESUME as frozen values, or the `ProtocolError` that Discord answers them with. Touches no session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeGuard

from sandbox.gateway import intents
from sandbox.gateway.audience import Ear
from sandbox.gateway.codes import Close, ProtocolError
from sandbox.world.actors import Actor, ActorKind, authenticate
from sandbox.world.state import State

Json = dict[str, Any]

_STATUSES = frozenset({"online", "idle", "dnd", "invisible", "offline"})


@dataclass(frozen=True, slots=True)
class Identify:
    ear: Ear
    shard: tuple[int, int] | None  # as it was sent, for READY to repeat
    wants_compression: bool
    presence: Json | None


@dataclass(frozen=True, slots=True)
class Resume:
    actor: Actor
    session_id: str
    seq: int


def parse_frame(raw: str | bytes, limit_bytes: int) -> tuple[int, Any]:
    """The opcode and data of what a client sent."""
    size = len(raw.encode()) if isinstance(raw, str) else len(raw)
    if size > limit_bytes:
        raise ProtocolError(Close.DECODE_ERROR, f"The payload has {size} bytes; at most {limit_bytes} are allowed.")
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        raise ProtocolError(Close.DECODE_ERROR, "The payload is not JSON.") from None
    op = frame.get("op") if isinstance(frame, dict) else None
    if not is_whole(op):
        raise ProtocolError(Close.DECODE_ERROR, "A payload is an object with a whole number as its op.")
    return op, frame.get("d")


def parse_identify(state: State, data: Any) -> Identify:
    body = _object(data, "IDENTIFY")
    actor = _authenticated(state, body)
    presence = None if body.get("presence") is None else parse_presence(body["presence"])
    wants_compression = body.get("compress") is True
    if actor.kind is ActorKind.PERSON:
        return Identify(Ear(actor), None, wants_compression, presence)
    if not isinstance(body.get("properties"), dict):
        raise ProtocolError(Close.DECODE_ERROR, "IDENTIFY needs properties: an object with os, browser and device.")
    shard = _shard(body.get("shard"))
    wanted = _intents(state, actor, body.get("intents"))
    shard_id, shard_count = shard or (0, 1)
    return Identify(Ear(actor, wanted, shard_id, shard_count), shard, wants_compression, presence)


def parse_resume(state: State, data: Any) -> Resume:
    body = _object(data, "RESUME")
    actor = _authenticated(state, body)
    session_id, seq = body.get("session_id"), body.get("seq")
    if not isinstance(session_id, str) or not is_whole(seq):
        raise ProtocolError(Close.DECODE_ERROR, "RESUME needs a session_id and the seq of the last event received.")
    return Resume(actor, session_id, seq)


def parse_presence(data: Any) -> Json:
    body = _object(data, "A presence")
    game = body.get("game")  # the form of gateway 6, which hikari and discord.py still send
    status, activities = body.get("status", "online"), body.get("activities") or ([game] if game else [])
    is_list = isinstance(activities, list) and all(isinstance(activity, dict) for activity in activities)
    if not isinstance(status, str) or status not in _STATUSES or not is_list:
        raise ProtocolError(Close.DECODE_ERROR, "A presence needs a status and a list of activities.")
    return {"status": status, "activities": activities}


def is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_person(state: State, data: Any) -> bool:
    token = data.get("token") if isinstance(data, dict) else None
    actor = authenticate(state, token) if isinstance(token, str) else None
    return actor is not None and actor.kind is ActorKind.PERSON


def _object(data: Any, what: str) -> Json:
    if not isinstance(data, dict):
        raise ProtocolError(Close.DECODE_ERROR, f"{what} must be an object.")
    return data


def _authenticated(state: State, body: Json) -> Actor:
    token = body.get("token")
    if not isinstance(token, str):
        raise ProtocolError(Close.DECODE_ERROR, "The token must be a string.")
    actor = authenticate(state, token)
    if actor is None or actor.kind is ActorKind.BEARER:
        raise ProtocolError(Close.AUTHENTICATION_FAILED, "Authentication failed.")
    return actor


def _shard(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(is_whole(part) for part in value):
        shard_id, shard_count = value
        if 0 <= shard_id < shard_count:
            return shard_id, shard_count
    raise ProtocolError(Close.INVALID_SHARD, "Invalid shard: [id, count] with 0 <= id < count is allowed.")


def _intents(state: State, actor: Actor, value: Any) -> int:
    if not is_whole(value) or value < 0 or value & ~intents.ACCEPTED:
        raise ProtocolError(
            Close.INVALID_INTENTS, f"Invalid intents; whole numbers made of {intents.KNOWN} are allowed."
        )
    if refused := intents.disallowed(state.applications[actor.user_id], value):
        raise ProtocolError(Close.DISALLOWED_INTENTS, f"Disallowed intents: {refused}.")
    return value
