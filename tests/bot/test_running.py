"""Whom the settings let in."""

from __future__ import annotations

import pytest

from bot.frame.settings import Settings
from bot.running import welcomes

SERVER, OTHER = 111111111111111111, 222222222222222222
TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef"


@pytest.mark.parametrize(
    ("environ", "listed", "other", "outside"),
    [
        ({}, True, True, True),  # a Discord of its own has no strangers
        ({"DISCORD_TOKEN": TOKEN}, False, False, False),
        ({"DISCORD_TOKEN": TOKEN, "ALLOWED_SERVERS": str(SERVER)}, True, False, False),
        ({"DISCORD_TOKEN": TOKEN, "ALLOWED_SERVERS": "*"}, True, True, True),
        ({"DISCORD_TOKEN": TOKEN, "ALLOWED_SERVERS": str(SERVER), "STRANGERS_PLAN": "open"}, True, True, True),
    ],
)
def test_settings_say_which_servers_and_strangers_are_welcome(
    environ: dict[str, str], listed: bool, other: bool, outside: bool
) -> None:
    settings = Settings.from_env(environ)
    assert [welcomes(settings, server) for server in (SERVER, OTHER, None)] == [listed, other, outside]
