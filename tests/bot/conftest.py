"""A sandbox on a free port, and a discord.py that talks to Discord again afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.frame.endpoint import point_at
from sandbox.server import Sandbox


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as running:
        yield running


@pytest.fixture
def unpointed() -> Iterator[None]:
    """Whatever a test points the library at is forgotten at its end."""
    yield
    point_at("")
