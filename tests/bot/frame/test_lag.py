"""The log tells how late the event loop is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest

from bot.frame import lag

PATIENCE_SECONDS = 20.0


@pytest.fixture(autouse=True)
async def watching(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    caplog.set_level(logging.DEBUG, lag.__name__)
    monkeypatch.setattr(lag, "EVERY_SECONDS", 0.001)
    monkeypatch.setattr(lag, "LOOKS_A_LINE", 3)
    monkeypatch.setattr(lag, "TOO_LONG_SECONDS", 0.02)
    task = asyncio.create_task(lag.watch_lag())
    await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(caplog: pytest.LogCaptureFixture, level: int) -> logging.LogRecord:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for record in caplog.records:
                if record.levelno == level:
                    return record
            await asyncio.sleep(0)


async def test_every_look_is_logged_for_whoever_measures(caplog: pytest.LogCaptureFixture) -> None:
    record = await until(caplog, logging.DEBUG)
    late_ms: list[float] = record.late_ms  # type: ignore[attr-defined]
    assert len(late_ms) == 3
    assert all(0 <= late < PATIENCE_SECONDS * 1000 for late in late_ms)


async def test_a_loop_that_stands_still_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    ends = time.monotonic() + 0.05
    while time.monotonic() < ends:
        pass
    assert "stood still" in (await until(caplog, logging.WARNING)).getMessage()
