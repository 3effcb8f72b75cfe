"""The gateway as the rest of the sandbox knows it: one handler, the sessions, and the acts of the fault script."""

from __future__ import annotations

import asyncio

from aiohttp import web

from sandbox.gateway.codes import Close
from sandbox.gateway.conversation import Conversation
from sandbox.gateway.hooks import GatewayFaults, GatewayLimits, GatewayTap
from sandbox.gateway.roster import Roster
from sandbox.gateway.session import Json, Session, Surroundings
from sandbox.gateway.starts import SessionStarts
from sandbox.world.state import State


class Gateway:
    """Acts that take an application's id do the same to every bot when it is None, and never touch people."""

    def __init__(
        self,
        state: State,
        faults: GatewayFaults,
        tap: GatewayTap | None = None,
        limits: GatewayLimits | None = None,
    ) -> None:
        self._around = Surroundings(state, faults, tap, limits or GatewayLimits())
        self._roster = Roster(self._around)
        self._starts = SessionStarts(state.clock, self._around.limits)
        self._conversations: set[Conversation] = set()
        self._one_left = asyncio.Event()
        self._is_closed = False

    @property
    def sessions(self) -> dict[str, Session]:
        """Those connected and those that may still be resumed, oldest first. Only to read."""
        return self._roster.sessions

    async def handler(self, request: web.Request) -> web.WebSocketResponse:
        """For `/gateway`, and for upgrades at `/`, where Discord's own gateway lives."""
        if self._is_closed:
            raise web.HTTPServiceUnavailable
        conversation = Conversation(request, self._around, self._roster, self._starts)
        self._conversations.add(conversation)
        try:
            return await conversation.run()
        finally:
            self._conversations.discard(conversation)
            self._one_left.set()

    async def close(self) -> None:
        """Say goodbye to everyone, and return when all sockets are gone."""
        self._is_closed = True
        self._roster.close()
        for conversation in list(self._conversations):
            conversation.close(Close.GOING_AWAY, "The sandbox is shutting down.")
        while self._conversations:
            self._one_left.clear()
            await self._one_left.wait()

    # -- who is there -------------------------------------------------------------------------------------------------

    def is_online(self, application_id: int) -> bool:
        return self._roster.presence_of(application_id) is not None

    def presence_of(self, user_id: int) -> Json | None:
        """`{"status", "activities"}` of a connected bot or person; an application's id is its bot user's."""
        return self._roster.presence_of(user_id)

    def connected_count(self, application_id: int | None = None) -> int:
        return sum(1 for session in self._roster.bots(application_id) if session.outlet is not None)

    def session_start_limit(self, application_id: int) -> Json:
        """For `GET /gateway/bot`."""
        return self._starts.view(application_id)

    # -- the fault script's acts; each returns how many connections it touched ----------------------------------------

    def reconnect(self, application_id: int | None = None) -> int:
        """Op 7: please come back on another connection."""
        found = self._of(application_id)
        for conversation in found:
            conversation.reconnect()
        return len(found)

    def invalidate(self, application_id: int | None = None, *, resumable: bool) -> int:
        """Op 9. When it is not resumable, sessions that wait without a socket are forgotten too."""
        found = self._of(application_id)
        for conversation in found:
            conversation.invalidate(is_resumable=resumable)
        if not resumable:
            for session in self._roster.bots(application_id):
                self._roster.forget(session)
        return len(found)

    def drop(self, application_id: int | None = None, code: int | None = None) -> int:
        """Close with a code, or without one cut the TCP connection."""
        found = self._of(application_id)
        for conversation in found:
            conversation.close(code, "Closed by the fault script.")
        return len(found)

    def revoke(self, application_id: int) -> int:
        """The token is void: close with 4004, which no client survives."""
        found = self._of(application_id)
        for conversation in found:
            conversation.close(Close.AUTHENTICATION_FAILED, "Authentication failed.")
        for session in self._roster.bots(application_id):
            self._roster.forget(session)
        return len(found)

    def _of(self, application_id: int | None) -> list[Conversation]:
        sessions = self._roster.bots(application_id)
        return [c for c in self._conversations if c.session in sessions and not c.socket.is_ended]
