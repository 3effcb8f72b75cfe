"""What others plug into the gateway: faults to order, a tap for the journal, and the limits that tests narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sandbox.rules import limits


class GatewayFaults(Protocol):
    """Trouble ordered beforehand. `take_…` uses up one order; only bots are troubled, people's pages are not."""

    def take_silence(self) -> bool:
        """True: after HELLO this connection never answers anything."""

    def take_duplicate(self, event_name: str) -> bool:
        """True: this event is dispatched twice, under two sequence numbers."""

    def event_delay_seconds(self, event_name: str) -> float:
        """How long this event is held back; later events overtake it."""


class NoFaults:
    """The weather is fine."""

    def take_silence(self) -> bool:
        return False

    def take_duplicate(self, event_name: str) -> bool:
        return False

    def event_delay_seconds(self, event_name: str) -> float:
        return 0.0


class GatewayTap(Protocol):
    """Sees all dispatches, RECONNECT and INVALID_SESSION (without a number), and all that clients send.

    `raw` of an IDENTIFY or RESUME holds a token; the opcode is None when a frame could not be understood.
    """

    def sent(
        self, session_id: str, application_id: int | None, event_name: str, seq: int | None, encoded_data: str
    ) -> None: ...

    def received(self, session_id: str | None, op: int | None, raw: str | bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Discord's numbers where it has told them, and bounds of ours; a test narrows what it wants to reach."""

    heartbeat_interval_ms: int = limits.HEARTBEAT_INTERVAL_MS
    payload_bytes: int = limits.GATEWAY_PAYLOAD_BYTES
    sends: int = limits.GATEWAY_SENDS
    sends_seconds: float = limits.GATEWAY_SEND_WINDOW_SECONDS
    max_concurrency: int = limits.MAX_CONCURRENCY
    start_seconds: float = limits.IDENTIFY_WINDOW_SECONDS
    starts_per_day: int = limits.IDENTIFIES_PER_DAY
    resume_seconds: float = 300.0  # how long a session without a socket is kept
    replay_events: int = 2000
    replay_bytes: int = 8 * limits.MIB
    queue_frames: int = 5000  # waiting for a client that does not read; above what a replay can need at once
    queue_bytes: int = 16 * limits.MIB
    close_seconds: float = 2.0  # for the goodbye of a socket that may not be reading
