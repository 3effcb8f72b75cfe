"""What goes on beside the members' wishes, and whom the settings let in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.frame.settings import Settings
from bot.running import tidy, welcomes
from bot.store import jobs, placeholders
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from tests.bot.store.rows import NOW, make_job

SERVER, OTHER = 111111111111111111, 222222222222222222
TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef"


async def test_tokens_that_are_over_and_files_of_no_picture_are_tidied_away(tmp_path: Path) -> None:
    now = int(NOW.timestamp() * 1000)
    async with Store.open(tmp_path, clock=lambda: now) as store:
        digest = await store.files.put(b"of no picture")
    async with Store.open(tmp_path, clock=lambda: now) as store:
        async with store.write() as tx:
            for name, minutes in (("JOBover00000", -1), ("JOBalive0000", 1)):
                await jobs.insert(tx, replace(make_job(name), id=name))
                until = NOW + timedelta(minutes=minutes)
                await placeholders.insert(
                    tx, Placeholder(job_id=name, channel_id=1, webhook_token=f"secret-of-{name}", token_until=until)
                )
        await tidy(store)
        async with store.read() as tx:
            over, alive = [await placeholders.find(tx, name) for name in ("JOBover00000", "JOBalive0000")]
        assert over is not None
        assert alive is not None
        assert (over.webhook_token, alive.webhook_token) == (None, "secret-of-JOBalive0000")
        stored = _stored(tmp_path)
        assert b"secret-of-JOBalive0000" in stored
        assert b"secret-of-JOBover00000" not in stored
        assert not store.files.path(digest).exists()


def _stored(folder: Path) -> bytes:
    """The database with its log."""
    return b"".join(path.read_bytes() for path in folder.glob("atelier.sqlite*"))


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
