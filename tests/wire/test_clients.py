"""Four client libraries, unmodified, each in a process of its own, live through the same story against the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from sandbox.gateway import conversation
from sandbox.gateway.compress import transport_encoder
from tests.wire.conftest import NODE_FOLDER
from tests.wire.openapi import Description
from tests.wire.process import ROOT, python_bot
from tests.wire.story import hold_against, live_through, recorded_sandbox

NODE_SCRIPT: Final = str(ROOT / "tests" / "wire" / "bots" / "discordjs.mjs")
ZSTD: Final = "zstandard,compression.zstd"  # the modules in which discord.py and hikari look for it


@pytest.fixture
def compressions(monkeypatch: pytest.MonkeyPatch) -> set[str | None]:
    """Which transport compressions the gateway was asked for; the person of the story asks for none."""
    asked: set[str | None] = set()

    def listen(name: str | None) -> object:
        asked.add(name)
        return transport_encoder(name)

    monkeypatch.setattr(conversation, "transport_encoder", listen)
    return asked


@pytest.mark.parametrize(("hidden", "compression"), [("", "zstd-stream"), (ZSTD, "zlib-stream")])
async def test_discord_py_lives_through_the_story(
    description_at_hand: Description | None, picture: Path, compressions: set[str | None], hidden: str, compression: str
) -> None:
    async with recorded_sandbox() as box:
        await live_through(box, python_bot("discordpy"), picture, WIRE_WITHOUT=hidden)
        hold_against(description_at_hand, box)
    assert compressions == {compression, None}


async def test_disnake_lives_through_the_story(
    description_at_hand: Description | None, picture: Path, compressions: set[str | None]
) -> None:
    async with recorded_sandbox() as box:
        await live_through(box, python_bot("disnakebot"), picture)
        hold_against(description_at_hand, box)
    assert compressions == {"zlib-stream", None}


async def test_hikari_lives_through_the_story(
    description_at_hand: Description | None, picture: Path, compressions: set[str | None]
) -> None:
    async with recorded_sandbox() as box:
        await live_through(box, python_bot("hikaribot"), picture)
        hold_against(description_at_hand, box)
    # It finds zstd in the standard library, from Python 3.14 on.
    assert compressions == {"zstd-stream" if sys.version_info >= (3, 14) else "zlib-stream", None}


@pytest.mark.parametrize(("hidden", "compression"), [("zlib-sync", None), ("", "zlib-stream")])
async def test_discord_js_lives_through_the_story(
    description_at_hand: Description | None,
    picture: Path,
    compressions: set[str | None],
    node: list[str],
    hidden: str,
    compression: str | None,
) -> None:
    if compression and not (NODE_FOLDER / "node_modules" / "zlib-sync" / "build").is_dir():
        pytest.skip("zlib-sync, with which discord.js decompresses, could not be built on this machine.")
    async with recorded_sandbox() as box:
        await live_through(box, [*node, NODE_SCRIPT], picture, WIRE_NODE=str(NODE_FOLDER), WIRE_WITHOUT=hidden)
        hold_against(description_at_hand, box)
    assert compressions == {compression, None}
