"""Opcodes and close codes of the gateway. Source: Discord's documentation, "Opcodes and Status Codes"."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    REQUEST_SOUNDBOARD_SOUNDS = 31


class Close(IntEnum):
    NORMAL = 1000
    GOING_AWAY = 1001
    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    SHARDING_REQUIRED = 4011
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


CLIENT_IS_DONE = frozenset({Close.NORMAL, Close.GOING_AWAY})  # a client that closes so will not resume

# After these from the gateway there is nothing to resume.
SESSION_IS_OVER = frozenset(
    {
        Close.AUTHENTICATION_FAILED,
        Close.INVALID_SEQ,
        Close.SESSION_TIMED_OUT,
        Close.INVALID_SHARD,
        Close.SHARDING_REQUIRED,
        Close.INVALID_API_VERSION,
        Close.INVALID_INTENTS,
        Close.DISALLOWED_INTENTS,
    }
)


class ProtocolError(Exception):
    """A fault of the client's for which its connection is closed with this code and sentence."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(f"{int(code)}: {reason}")
        self.code = code
        self.reason = reason


def control_frame(op: Op, data: Any = None) -> str:
    """Anything but a dispatch; only those carry a sequence number and a name."""
    return json.dumps({"t": None, "s": None, "op": int(op), "d": data}, separators=(",", ":"))


def dispatch_frame(seq: int, name: str, encoded: str) -> str:
    """Joined as text, so that an event's data is encoded once however many sessions hear it."""
    return f'{{"t":"{name}","s":{seq},"op":0,"d":{encoded}}}'
