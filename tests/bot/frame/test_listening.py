"""A port is held where it is free, waited for where it may become so, and refused with a sentence where it will not."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from bot.frame import listening as module
from bot.frame.listening import listening, try_port
from bot.frame.port import Port, PortError


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)


async def status_of(port: Port) -> int:
    async with aiohttp.ClientSession() as http, http.get(port.url) as response:
        return response.status


async def test_port_is_open_as_long_as_it_is_held_and_free_again_at_once() -> None:
    port = Port("GALLERY", "127.0.0.1", unused_port())
    for _ in range(2):
        async with listening(port, web.Application()):
            assert await status_of(port) == 404
            with pytest.raises(PortError):
                await try_port(port)
        await try_port(port)


async def test_port_that_is_free_in_a_moment_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = Port("GALLERY", "127.0.0.1", taken.getsockname()[1])
        held = listening(port, web.Application())
        opening = asyncio.ensure_future(held.__aenter__())
        async with asyncio.timeout(30):
            while "it is tried again for 10 s" not in caplog.text:
                await asyncio.wait([opening], timeout=0.01)
        assert not opening.done()
    async with asyncio.timeout(30):
        await opening
    assert await status_of(port) == 404
    await held.__aexit__(None, None, None)
    assert caplog.text.count("cannot be listened on") == 1


async def test_port_that_stays_taken_is_refused_and_nothing_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = Port("ATELIER_WEBHOOK", "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(PortError) as caught:
            async with listening(port, web.Application()):
                pass
    problem = f"ATELIER_WEBHOOK_PORT {port.number} on 127.0.0.1 cannot be listened on (address already in use)"
    assert str(caught.value) == f"{problem}; stop the other program or set another port."


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
async def test_host_of_no_address_of_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(PortError, match=r"cannot be listened on .*; set GALLERY_HOST to an address of this machine\.$"):
        async with listening(Port("GALLERY", host, unused_port()), web.Application()):
            pass


async def test_what_does_not_pass_by_itself_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*about: Any, **more: Any) -> None:
        raise PermissionError(13, "error while attempting to bind on address")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_server", refuse)
    with pytest.raises(PortError, match=r"GALLERY_PORT 80 .* \(permission denied\); set another port\.$"):
        async with asyncio.timeout(5), listening(Port("GALLERY", "127.0.0.1", 80), web.Application()):
            pass
