"""Transport compression: what one of these encoders writes, its usual decoder reads."""

from __future__ import annotations

import json
import zlib

import zstandard

from sandbox.gateway.compress import Plain, ZlibPayload, ZlibStream, ZstdStream, transport_encoder

FRAMES = [json.dumps({"op": 0, "s": n, "t": "MESSAGE_CREATE", "d": {"content": "käse 🧀 " * n}}) for n in range(1, 60)]


def test_without_compression_a_frame_stays_text() -> None:
    assert [Plain().encode(frame) for frame in FRAMES] == FRAMES


def test_zlib_stream_is_one_stream_and_each_frame_ends_with_a_sync_flush() -> None:
    encoder, decoder = ZlibStream(), zlib.decompressobj()
    for frame in FRAMES:
        data = encoder.encode(frame)
        assert data.endswith(b"\x00\x00\xff\xff")
        assert decoder.decompress(data).decode() == frame


def test_zstd_stream_is_one_frame_with_a_block_for_each_message() -> None:
    encoder, decoder = ZstdStream(), zstandard.ZstdDecompressor().decompressobj()
    for frame in FRAMES:
        assert decoder.decompress(encoder.encode(frame)).decode() == frame
    assert not decoder.eof


def test_payload_compression_makes_each_frame_readable_by_itself() -> None:
    encoder = ZlibPayload()
    assert [zlib.decompress(encoder.encode(frame)).decode() for frame in FRAMES] == FRAMES


def test_a_stream_remembers_what_it_sent_before() -> None:
    encoder = ZstdStream()
    first = encoder.encode(FRAMES[-1])
    assert len(encoder.encode(FRAMES[-1])) < len(first)


def test_large_frames_survive_every_transport() -> None:
    frame = json.dumps({"d": [str(n * n) for n in range(200_000)]})
    zlib_decoder, zstd_decoder = zlib.decompressobj(), zstandard.ZstdDecompressor().decompressobj()
    assert zlib_decoder.decompress(ZlibStream().encode(frame)).decode() == frame
    assert zstd_decoder.decompress(ZstdStream().encode(frame)).decode() == frame


def test_only_discords_transports_are_offered() -> None:
    assert isinstance(transport_encoder(None), Plain)
    assert isinstance(transport_encoder("zlib-stream"), ZlibStream)
    assert isinstance(transport_encoder("zstd-stream"), ZstdStream)
    assert transport_encoder("gzip") is None
