"""What is said on one socket: HELLO, IDENTIFY or RESUME, and then each opcode that a client may send."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from sandbox.gateway.codes import CLIENT_IS_DONE, SESSION_IS_OVER, Close, Op, ProtocolError, control_frame
from sandbox.gateway.compress import Plain, ZlibPayload, transport_encoder
from sandbox.gateway.greeting import greet
from sandbox.gateway.login import is_person, is_whole, parse_frame, parse_identify, parse_presence, parse_resume
from sandbox.gateway.members import answer_request, parse_request
from sandbox.gateway.roster import Roster
from sandbox.gateway.session import Session, Surroundings
from sandbox.gateway.socket import Socket
from sandbox.gateway.starts import SessionStarts

_VERSIONS = ("9", "10")
_BEFORE_LOGIN = frozenset({Op.HEARTBEAT, Op.IDENTIFY, Op.RESUME})
_FROM_CLIENTS = _BEFORE_LOGIN | {
    Op.PRESENCE_UPDATE,
    Op.VOICE_STATE_UPDATE,
    Op.REQUEST_GUILD_MEMBERS,
    Op.REQUEST_SOUNDBOARD_SOUNDS,
}


class Conversation:
    def __init__(self, request: web.Request, around: Surroundings, roster: Roster, starts: SessionStarts) -> None:
        self.session: Session | None = None
        self._around = around
        self._roster = roster
        self._starts = starts
        self._query = request.query
        self._has_spoken = False
        encoder = transport_encoder(request.query.get("compress"))
        self._refusal = _refusal(request) if encoder is not None else "compress may be zlib-stream or zstd-stream."
        self.socket = Socket(request, around.state.clock, around.limits, encoder or Plain(), self._release)

    async def run(self) -> web.WebSocketResponse:
        try:
            await self.socket.open()
        except ConnectionError:
            return self.socket.response  # gone before it was connected
        if self._refusal is not None:
            # For encodings too: clients give up on this code, and would come back for ever on another.
            self.socket.end(Close.INVALID_API_VERSION, self._refusal)
        else:
            self.socket.send(control_frame(Op.HELLO, {"heartbeat_interval": self._around.limits.heartbeat_interval_ms}))
        await self.socket.run(self._take)
        return self.socket.response

    def reconnect(self) -> None:
        if self.session is not None:
            self._tell(self.session, Op.RECONNECT, None)

    def invalidate(self, *, is_resumable: bool) -> None:
        """Op 9. The client may identify or resume on this connection or on another."""
        session, self.session = self.session, None
        if session is None:
            return
        self._roster.release(session, self.socket)
        if not is_resumable:
            self._roster.forget(session)
        self._tell(session, Op.INVALID_SESSION, is_resumable)

    def _tell(self, session: Session, op: Op, data: bool | None) -> None:
        self.socket.send(control_frame(op, data))
        if self._around.tap is not None:
            self._around.tap.sent(session.id, session.application_id, op.name, None, json.dumps(data))

    def _release(self, client_code: int | None) -> None:
        if self.session is None:
            return
        self._roster.release(self.session, self.socket)
        if client_code in CLIENT_IS_DONE:
            self._roster.forget(self.session)

    def _take(self, raw: str | bytes) -> None:
        op = None
        try:
            op, data = parse_frame(raw, self._around.limits.payload_bytes)
        finally:
            if self._around.tap is not None:
                self._around.tap.received(None if self.session is None else self.session.id, op, raw)
        if self._falls_silent(op, data):
            return
        if op not in _FROM_CLIENTS:
            raise ProtocolError(Close.UNKNOWN_OPCODE, f"Unknown opcode {op}.")
        if self.session is None and op not in _BEFORE_LOGIN:
            raise ProtocolError(Close.NOT_AUTHENTICATED, "Not authenticated; IDENTIFY or RESUME first.")
        if self.session is not None and op in (Op.IDENTIFY, Op.RESUME):
            raise ProtocolError(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
        match op:
            case Op.HEARTBEAT:
                if data is not None and not is_whole(data):
                    raise ProtocolError(Close.DECODE_ERROR, "A heartbeat carries the last sequence number, or null.")
                self.socket.beat()
            case Op.IDENTIFY:
                self._identify(data)
            case Op.RESUME:
                self._resume(data)
            case Op.PRESENCE_UPDATE if self.session is not None:
                self.session.presence = parse_presence(data)
                self._roster.show(self.session)
            case Op.REQUEST_GUILD_MEMBERS if self.session is not None:
                answer_request(self._around.state, self._roster, self.session, parse_request(data))
            case _:
                pass  # voice and soundboards are not offered here, and Discord answers neither directly

    def _falls_silent(self, op: int, data: Any) -> bool:
        """Decided at the first frame, which is the first that could be answered; a person's page is left alone."""
        if self._has_spoken:
            return False
        self._has_spoken = True
        if op in (Op.IDENTIFY, Op.RESUME) and is_person(self._around.state, data):
            return False
        self.socket.is_silent = self._around.faults.take_silence()
        return self.socket.is_silent

    def _identify(self, data: Any) -> None:
        identify = parse_identify(self._around.state, data)
        application_id = identify.ear.actor.application_id
        if application_id is not None and not self._starts.take(application_id, identify.ear.shard_id):
            self.socket.send(control_frame(Op.INVALID_SESSION, False))
            return
        if identify.wants_compression and isinstance(self.socket.encoder, Plain):
            self.socket.encoder = ZlibPayload()
        self.session = self._roster.start(identify.ear, self.socket, identify.presence)
        greet(self._around.state, self._roster, self.session, identify, int(self._query["v"]))

    def _resume(self, data: Any) -> None:
        resume = parse_resume(self._around.state, data)
        session = self._roster.sessions.get(resume.session_id)
        if session is None or session.ear.actor != resume.actor or not session.can_replay(resume.seq):
            self.socket.send(control_frame(Op.INVALID_SESSION, False))
            return
        if not 0 <= resume.seq <= session.seq:
            raise ProtocolError(Close.INVALID_SEQ, f"Invalid seq {resume.seq}; the session is at {session.seq}.")
        self.session = session
        self._roster.attach(session, self.socket)
        session.replay(resume.seq)
        session.dispatch("RESUMED", "{}", keep=False)

    def close(self, code: int | None, reason: str = "") -> None:
        if self.session is not None and code in SESSION_IS_OVER:
            self._roster.forget(self.session)
        self.socket.end(code, reason)


def _refusal(request: web.Request) -> str | None:
    if request.query.get("v") not in _VERSIONS:
        return "Invalid API version; ask for ?v=10 or ?v=9."
    if request.query.get("encoding", "json") != "json":
        return "Only encoding=json is offered here."
    return None
