"""A session: what one client has been told, numbered, and kept for a while so that it can catch up after a break.

It outlives its socket. Which events it hears is `audience.py`; which sessions there are is `roster.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.gateway.audience import Ear, may_hear, reads_content
from sandbox.gateway.codes import dispatch_frame
from sandbox.gateway.hooks import GatewayFaults, GatewayLimits, GatewayTap
from sandbox.world.events import Event
from sandbox.world.state import State

Json = dict[str, Any]


class Outlet(Protocol):
    """The socket, as far as a session knows it. Neither call blocks."""

    def send(self, frame: str) -> None: ...
    def end(self, code: int | None, reason: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions share."""

    state: State
    faults: GatewayFaults
    tap: GatewayTap | None
    limits: GatewayLimits


class Session:
    """A `Listener` of the hub. `is_chosen` says whether it is the one of its application to get an interaction."""

    def __init__(
        self, session_id: str, ear: Ear, around: Surroundings, is_chosen: Callable[[Session, Event], bool]
    ) -> None:
        self.id = session_id
        self.ear = ear
        self.seq = 0
        self.outlet: Outlet | None = None
        self.presence: Json = {"status": "online", "activities": []}
        self.is_over = False
        self._around = around
        self._is_chosen = is_chosen
        self._kept: deque[tuple[int, str, str]] = deque()  # seq, name, encoded data
        self._kept_bytes = 0
        self._forgotten_seq = 0  # the last one that fell out of what is kept

    @property
    def user_id(self) -> int:
        return self.ear.actor.user_id

    @property
    def application_id(self) -> int | None:
        return self.ear.actor.application_id

    def hear(self, event: Event) -> None:
        if not may_hear(self._around.state, self.ear, event):
            return
        encoded = event.encoded() if reads_content(self.ear, event) else event.encoded_without_content(self.user_id)
        if not self.ear.actor.is_bot:
            self.dispatch(event.name, encoded)
            return
        if event.name == "INTERACTION_CREATE" and not self._is_chosen(self, event):
            return
        self.dispatch_faultily(event.name, encoded)

    def dispatch_faultily(self, name: str, encoded: str) -> None:
        """As the fault script will have it: late, twice, or simply so."""
        times = 2 if self._around.faults.take_duplicate(name) else 1
        delay_seconds = self._around.faults.event_delay_seconds(name)
        if delay_seconds > 0:
            self._around.state.clock.call_in(delay_seconds, lambda: self._dispatch_times(times, name, encoded))
        else:
            self._dispatch_times(times, name, encoded)

    def dispatch(self, name: str, encoded: str, *, keep: bool = True) -> None:
        """Number it, keep it for a resume, and send it if someone is there."""
        if self.is_over:
            return
        self.seq += 1
        if keep:
            self._keep(name, encoded)
        self._send(self.seq, name, encoded)

    def can_replay(self, after_seq: int) -> bool:
        return after_seq >= self._forgotten_seq

    def replay(self, after_seq: int) -> None:
        """All that was kept since, under its old numbers. A client that has seen `after_seq` needs nothing older."""
        while self._kept and self._kept[0][0] <= after_seq:
            self._forget_oldest()
        for seq, name, encoded in self._kept:
            self._send(seq, name, encoded)

    def _dispatch_times(self, times: int, name: str, encoded: str) -> None:
        for _ in range(times):
            self.dispatch(name, encoded)

    def _send(self, seq: int, name: str, encoded: str) -> None:
        if self.outlet is None:
            return
        self.outlet.send(dispatch_frame(seq, name, encoded))
        if self._around.tap is not None:
            self._around.tap.sent(self.id, self.application_id, name, seq, encoded)

    def _keep(self, name: str, encoded: str) -> None:
        self._kept.append((self.seq, name, encoded))
        self._kept_bytes += len(encoded)
        limits = self._around.limits
        while len(self._kept) > limits.replay_events or self._kept_bytes > limits.replay_bytes:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        seq, _, encoded = self._kept.popleft()
        self._kept_bytes -= len(encoded)
        self._forgotten_seq = seq
