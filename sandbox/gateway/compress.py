"""How frames leave a socket: as text, or compressed in one of the ways that Discord offers. Knows no sessions."""

from __future__ import annotations

import zlib
from typing import Protocol

import zstandard

# Level 3's own window of 2 MiB would be held for every socket; frames are small, 128 KiB finds their repetitions.
_ZSTD_WINDOW_LOG = 17


class Encoder(Protocol):
    def encode(self, text: str) -> str | bytes:
        """One frame, whole: what is returned can be read without waiting for the next."""


class Plain:
    def encode(self, text: str) -> str:
        return text


class ZlibPayload:
    """`compress: true` in IDENTIFY: every frame a zlib stream of its own."""

    def encode(self, text: str) -> bytes:
        return zlib.compress(text.encode())


class ZlibStream:
    """`compress=zlib-stream`: one stream a socket; each frame ends with the mark of a sync flush, 00 00 ff ff."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def encode(self, text: str) -> bytes:
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`: one zstd frame a socket, a flushed block for each of ours."""

    def __init__(self) -> None:
        parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=_ZSTD_WINDOW_LOG)
        self._stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()

    def encode(self, text: str) -> bytes:
        return self._stream.compress(text.encode()) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def transport_encoder(name: str | None) -> Encoder | None:
    """The encoder that `?compress=` names; None when Discord has no such thing."""
    match name:
        case None | "":
            return Plain()
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
        case _:
            return None
