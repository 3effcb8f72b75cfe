"""One WebSocket of a client: reading, writing, heartbeats and goodbyes. What the frames mean is `conversation.py`.

A single task writes, from a bounded queue, so a client that does not read stalls nobody and is cut off in time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from aiohttp import WSMsgType, web

from sandbox.gateway.codes import Close, Op, ProtocolError, control_frame
from sandbox.gateway.compress import Encoder
from sandbox.gateway.hooks import GatewayLimits
from sandbox.gateway.outbox import Farewell, Outbox
from sandbox.rules.clock import Clock

# Larger messages close with WebSocket's own 1009, before they are read into memory as a whole.
_READ_BYTES = 1 << 20
_REASON_BYTES = 123  # what a close frame can carry
_MISSED_HEARTBEATS = 2


class Socket:
    """The `Outlet` of a session. `ended` is called once, as soon as nothing more will be sent.

    It is given the code of the client's own close frame, or None when the end came otherwise.
    """

    def __init__(
        self,
        request: web.Request,
        clock: Clock,
        limits: GatewayLimits,
        encoder: Encoder,
        ended: Callable[[int | None], None],
    ) -> None:
        self.encoder = encoder
        self.is_ended = False
        self.is_silent = False
        self._request = request
        self._clock = clock
        self._limits = limits
        self._ended = ended
        self._ws = web.WebSocketResponse(compress=False, max_msg_size=_READ_BYTES, timeout=limits.close_seconds)
        self._outbox = Outbox(limits.queue_frames, limits.queue_bytes)
        self._received_ms: deque[int] = deque()
        self._heart: asyncio.TimerHandle | None = None
        self._cutter: asyncio.TimerHandle | None = None
        self._missed = 0

    @property
    def response(self) -> web.WebSocketResponse:
        return self._ws

    async def open(self) -> None:
        await self._ws.prepare(self._request)
        self._watch_heart()

    async def run(self, take: Callable[[str | bytes], None]) -> None:
        """Hand over what comes in until the connection is gone."""
        reader, writer = asyncio.create_task(self._read(take)), asyncio.create_task(self._write())
        try:
            await asyncio.wait([reader, writer], return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            writer.cancel()
            client_code, _ = await asyncio.gather(reader, writer, return_exceptions=True)
            # Here, as aiohttp may be set to cancel a handler whose client has gone.
            self._stop(client_code if isinstance(client_code, int) else None)
        if not reader.cancelled():
            reader.result()  # a fault of ours is logged by aiohttp
        farewell = None if writer.cancelled() else writer.result()
        if farewell is not None:
            # Only now, with nobody reading, does aiohttp wait for the client's own goodbye; a connection that is
            # closed before it looks to clients as if it had been cut, and they would not learn the code.
            reason = farewell.reason.encode()[:_REASON_BYTES].decode(errors="ignore").encode()
            await self._ws.close(code=farewell.code, message=reason)
        if self._cutter is not None:
            self._cutter.cancel()

    def send(self, frame: str) -> None:
        if self.is_ended or self.is_silent:
            return
        if not self._outbox.put(frame):
            self._outbox.clear()
            self.end(Close.UNKNOWN_ERROR, "The client does not read; too much is waiting for it.")

    def end(self, code: int | None, reason: str = "") -> None:
        """Close once all that waits is sent; without a code, cut the connection as a broken cable would."""
        if self.is_ended:
            return
        self._stop(None)
        if code is None:
            self._cut()
            return
        self._outbox.finish(Farewell(int(code), reason))
        # Twice the goodbye's time: before it the writer may be stuck in a frame that nobody reads.
        self._cutter = asyncio.get_running_loop().call_later(2 * self._limits.close_seconds, self._cut)

    def beat(self) -> None:
        """The client's heartbeat has come."""
        self._missed = 0
        self._watch_heart()
        self.send(control_frame(Op.HEARTBEAT_ACK))

    async def _read(self, take: Callable[[str | bytes], None]) -> int | None:
        while True:
            message = await self._ws.receive()
            if message.type is WSMsgType.CLOSE:
                return None if message.data is None else int(message.data)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            if self.is_ended or self.is_silent:
                continue
            try:
                self._count_received()
                take(message.data)
            except ProtocolError as fault:
                self.end(fault.code, fault.reason)

    async def _write(self) -> Farewell | None:
        try:
            while not isinstance(frame := await self._outbox.take(), Farewell):
                encoded = self.encoder.encode(frame)
                if isinstance(encoded, str):
                    await self._ws.send_str(encoded)
                else:
                    await self._ws.send_bytes(encoded)
        except ConnectionError:
            return None
        return frame

    def _count_received(self) -> None:
        now = self._clock.now_ms()
        while self._received_ms and not 0 <= now - self._received_ms[0] < self._limits.sends_seconds * 1000:
            self._received_ms.popleft()
        self._received_ms.append(now)
        if len(self._received_ms) > self._limits.sends:
            raise ProtocolError(Close.RATE_LIMITED, "You are being rate limited.")

    def _watch_heart(self) -> None:
        if self._heart is not None:
            self._heart.cancel()
        # Real time, not the sandbox's: moving the clock must not make every client a corpse.
        interval_seconds = self._limits.heartbeat_interval_ms / 1000
        self._heart = asyncio.get_running_loop().call_later(interval_seconds, self._miss_heartbeat)

    def _miss_heartbeat(self) -> None:
        if self.is_silent:
            return
        self._missed += 1
        if self._missed >= _MISSED_HEARTBEATS:
            self.end(Close.UNKNOWN_ERROR, "No heartbeat came for two intervals.")
            return
        self.send(control_frame(Op.HEARTBEAT))  # asks for one at once
        self._watch_heart()

    def _stop(self, client_code: int | None) -> None:
        if self.is_ended:
            return
        self.is_ended = True
        if self._heart is not None:
            self._heart.cancel()
        self._ended(client_code)

    def _cut(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()
