"""A sandbox on a free port, the people in it, and a bot that is asked what it heard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.server import Sandbox
from tests.sandbox.crew import Crew


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """Seeded, with rate limits on."""
    async with Sandbox(port=0) as running:
        yield running


@pytest.fixture
async def crew(box: Sandbox) -> AsyncIterator[Crew]:
    async with Crew.of(box) as together:
        yield together
