"""One sandbox a test in which a bot may introduce itself as often as it likes, and a bot that may be set up anyhow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sandbox.gateway import GatewayLimits
from sandbox.member import Member
from sandbox.server import Sandbox
from tests.product.faults.brush import Brush
from tests.product.house import House

LIMITS = GatewayLimits(start_seconds=0.0, starts_per_day=1_000_000, close_seconds=0.2)
MakeHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0, gateway_limits=LIMITS) as opened:
        yield opened


@pytest.fixture
async def make_house(box: Sandbox, tmp_path: Path) -> AsyncIterator[MakeHouse]:
    """With settings, as they would stand in the environment."""
    async with AsyncExitStack() as stack:

        async def make(**environ: str) -> House:
            return await stack.enter_async_context(House(box, tmp_path / "data", environ))

        yield make


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    return await make_house()


@pytest.fixture
async def cleo(house: House) -> Member:
    return await house.member("cleo")


@pytest.fixture
async def dov(house: House) -> Member:
    return await house.member("dov")


@pytest.fixture
def brush(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brush]:
    made = Brush(monkeypatch)
    yield made
    made.let_go()
