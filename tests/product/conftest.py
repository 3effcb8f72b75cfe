"""One house a test: a sandbox without rate limits, and the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.fetching import Fetcher
from bot.handlers import answering
from sandbox.member import Member
from tests.product.gate import Gate
from tests.product.house import House, opened_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def cleo(house: House) -> Member:
    """A member without any right."""
    return await house.member("cleo")


@pytest.fixture
async def dov(house: House) -> Member:
    """Another one."""
    return await house.member("dov")


@pytest.fixture
async def ben(house: House) -> Member:
    """A moderator."""
    return await house.member("ben")


@pytest.fixture
async def ada(house: House) -> Member:
    """She owns the server."""
    return await house.member("ada")


@pytest.fixture
async def gate(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    """Fetching waits, and whoever waits for it is promised an answer soon."""
    made = Gate()
    monkeypatch.setattr(answering, "PROMISE_AFTER_SECONDS", 0.01)
    fetcher = Fetcher(own=f"{house.box.url}/cdn", resolve=made.resolve, seconds=5)
    monkeypatch.setattr(house.desk.intake._wording._uploads, "_fetcher", fetcher)
    yield made
    made.open.set()
