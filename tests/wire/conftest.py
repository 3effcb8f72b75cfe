"""Discord's description, read once for the whole run."""

from __future__ import annotations

import pytest

from tests.conftest import lacks
from tests.wire.openapi import Description, find_description


@pytest.fixture(scope="session")
def description() -> Description:
    path = find_description()
    if path is None:
        lacks("Discord's OpenAPI description is neither in ../shared/reference nor where DISCORD_OPENAPI points.")
    return Description.load(path)
