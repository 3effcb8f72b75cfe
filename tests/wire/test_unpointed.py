"""discord.py with no constant changed: its requests to Discord's own host names end at the sandbox, over TLS.

That shows that pointing a library at the sandbox, as all other tests do, hides nothing.
"""

from __future__ import annotations

from pathlib import Path

from tests.wire.openapi import Description
from tests.wire.process import python_bot
from tests.wire.story import hold_against, live_through, recorded_sandbox
from tests.wire.tls import tls_front, write_certificate


async def test_unchanged_discord_py_lives_through_the_story(
    description_at_hand: Description | None, picture: Path, tmp_path: Path
) -> None:
    certificate, key = write_certificate(tmp_path)
    async with recorded_sandbox() as box, tls_front(box.port, certificate, key) as port:
        more = {"WIRE_TLS_PORT": str(port), "WIRE_CERTIFICATE": str(certificate)}
        resolved = await live_through(box, python_bot("unpointed"), picture, **more)
        hold_against(description_at_hand, box)
    hosts = {line["host"] for line in resolved if line["event"] == "resolved"}
    assert {"discord.com", "gateway.discord.gg"} <= hosts
