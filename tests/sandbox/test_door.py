"""Connections that ask for nothing are shown out in time; those that have asked stay."""

from __future__ import annotations

import asyncio

import pytest

from sandbox import door
from sandbox.server import Sandbox


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow"])
async def test_a_connection_without_a_whole_request_is_closed(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(door, "FIRST_REQUEST_SECONDS", 0.3)
    async with Sandbox(port=0) as box:
        reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
        writer.write(sent)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_connection_that_has_asked_once_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FIRST_REQUEST_SECONDS", 1.0)
    async with Sandbox(port=0) as box:
        request = b"GET /api/v10/gateway HTTP/1.1\r\nHost: x\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
        idle_reader, idle = await asyncio.open_connection("127.0.0.1", box.port)
        writer.write(request)
        async with asyncio.timeout(10):
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            assert await idle_reader.read() == b""  # so much time has passed
            writer.write(request)
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        for one in (writer, idle):
            one.close()
            await one.wait_closed()


async def test_a_sandbox_ends_at_once_though_a_member_still_waits_for_an_answer() -> None:
    async with Sandbox(port=0) as box:
        _, writer = await asyncio.open_connection("127.0.0.1", box.port)
        writer.write(b"POST /_sim/people HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        async with asyncio.timeout(10):
            await box.close()
        writer.close()
