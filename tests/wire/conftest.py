"""What the wire tests share: Discord's description, a picture, and where node finds discord.js."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest

from tests.conftest import lacks, needs
from tests.wire.openapi import Description, find_description

NODE_FOLDER = Path(os.environ.get("ATELIER_NODE", Path(__file__).parents[2] / ".venv" / "node"))


@pytest.fixture(scope="session")
def description() -> Description:
    path = find_description()
    if path is None:
        lacks("Discord's OpenAPI description is neither in ../shared/reference nor where DISCORD_OPENAPI points.")
    return Description.load(path)


@pytest.fixture(scope="session")
def description_at_hand() -> Description | None:
    """For tests that have more to show than the form of what is sent, and so do without it where it is not there."""
    path = find_description()
    return None if path is None else Description.load(path)


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small PNG of 8 × 6 pixels, drawn without a library."""
    path = tmp_path_factory.mktemp("wire") / "house.png"
    rows = b"".join(b"\0" + b"\xc0\x20\x20" * 8 for _ in range(6))
    header = struct.pack(">IIBBBBB", 8, 6, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks)))
    return path


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    name, data = named
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.fixture(scope="session")
def node() -> list[str]:
    """How to run a script with discord.js at hand, whose folder `make` fills."""
    program = needs("node")
    if not (NODE_FOLDER / "node_modules" / "discord.js").is_dir():
        lacks(f"discord.js is not installed in {NODE_FOLDER}; `make .venv/node` puts it there.")
    return [program]
