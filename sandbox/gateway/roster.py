"""All sessions: who is connected, who may still come back, and which session of an application gets an interaction."""

from __future__ import annotations

import secrets

from sandbox.gateway.audience import Ear
from sandbox.gateway.session import Json, Outlet, Session, Surroundings
from sandbox.rules.clock import Timer
from sandbox.world.events import Event

# A program that is killed and started again leaves a session behind each time; these many may wait to be resumed.
_WAITING_PER_SHARD = 3


class Roster:
    def __init__(self, around: Surroundings) -> None:
        self.sessions: dict[str, Session] = {}  # oldest first
        self._around = around
        self._expiries: dict[str, Timer] = {}
        self._shown: dict[int, Json] = {}  # a bot's presence as its servers were last told

    def start(self, ear: Ear, outlet: Outlet, presence: Json | None) -> Session:
        session = Session(secrets.token_hex(16), ear, self._around, self._is_chosen)
        if presence is not None:
            session.presence = presence
        self.sessions[session.id] = session
        self._around.state.hub.join(session, user_id=session.user_id)
        self.attach(session, outlet)
        return session

    def attach(self, session: Session, outlet: Outlet) -> None:
        """Give the session this socket; one that it still had is closed."""
        if (timer := self._expiries.pop(session.id, None)) is not None:
            timer.cancel()
        old, session.outlet = session.outlet, outlet
        if old is not None:
            old.end(4000, "The session was resumed on another connection.")
        self.show(session)

    def release(self, session: Session, outlet: Outlet) -> None:
        """The socket is gone; the session waits for a while. Nothing happens when it has another one by now."""
        if session.outlet is not outlet:
            return
        session.outlet = None
        if not session.is_over:
            expiry = self._around.state.clock.call_in(self._around.limits.resume_seconds, lambda: self.forget(session))
            self._expiries[session.id] = expiry
            self._forget_excess(session)
        self.show(session)

    def forget(self, session: Session) -> None:
        """It cannot be resumed from here on."""
        session.is_over = True
        self.sessions.pop(session.id, None)
        self._around.state.hub.leave(session)
        if (timer := self._expiries.pop(session.id, None)) is not None:
            timer.cancel()
        self.show(session)

    def close(self) -> None:
        for session in list(self.sessions.values()):
            session.is_over = True
            self._around.state.hub.leave(session)
        for timer in self._expiries.values():
            timer.cancel()
        self._expiries.clear()
        self.sessions.clear()

    def bots(self, application_id: int | None = None) -> list[Session]:
        """The sessions of one application, or of all."""
        return [
            session
            for session in self.sessions.values()
            if session.application_id is not None and application_id in (None, session.application_id)
        ]

    def presence_of(self, user_id: int) -> Json | None:
        """What this user's newest connected session says of itself; None when there is none."""
        for session in reversed(list(self.sessions.values())):
            if session.user_id == user_id and session.outlet is not None:
                return session.presence
        return None

    def show(self, session: Session) -> None:
        """Tell a bot's servers when what they see of it has changed."""
        if not session.ear.actor.is_bot:
            return
        state, user_id = self._around.state, session.user_id
        presence = self.presence_of(user_id)
        if presence == self._shown.get(user_id):
            return
        if presence is None:
            del self._shown[user_id]
        else:
            self._shown[user_id] = presence
        for guild in state.guilds_of(user_id):
            data = presence_view(user_id, presence) | {"guild_id": str(guild.id)}
            others = frozenset(state.members[guild.id]) - {user_id}
            state.hub.emit(Event("PRESENCE_UPDATE", data, guild_id=guild.id, users=others))

    def _is_chosen(self, session: Session, event: Event) -> bool:
        """One session gets an interaction: the newest that is connected, or else the newest that may come back."""
        candidates = [s for s in self.bots(session.application_id) if s.ear.is_shard_of(event.guild_id)]
        connected = [s for s in candidates if s.outlet is not None]
        return (connected or candidates)[-1] is session

    def _forget_excess(self, session: Session) -> None:
        waiting = [s for s in self.sessions.values() if s.outlet is None and s.ear == session.ear]
        for excess in waiting[:-_WAITING_PER_SHARD]:
            self.forget(excess)


def presence_view(user_id: int, presence: Json | None) -> Json:
    status = presence["status"] if presence is not None else "offline"
    is_seen = status not in ("offline", "invisible")
    return {
        "user": {"id": str(user_id)},
        "status": status if is_seen else "offline",
        "activities": presence["activities"] if presence is not None and is_seen else [],
        "client_status": {"web": status} if is_seen else {},
    }
