"""The tables of numbers: spot checks against the facts that other files do not exercise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sandbox
from sandbox.rules import limits
from sandbox.rules.kinds import Intent, MessageFlag
from sandbox.rules.permissions import ALL, Permission


@pytest.mark.parametrize(
    ("boost_level", "megabytes"),
    [(0, 10), (1, 10), (2, 50), (3, 100), (4, 100), (-1, 10)],
)
def test_upload_size_follows_the_boost_level(boost_level: int, megabytes: int) -> None:
    assert limits.upload_bytes(boost_level) == megabytes * 1024 * 1024


def test_permission_sums_are_those_of_the_invite_links() -> None:
    least = (
        Permission.VIEW_CHANNEL
        | Permission.SEND_MESSAGES
        | Permission.SEND_MESSAGES_IN_THREADS
        | Permission.EMBED_LINKS
        | Permission.ATTACH_FILES
        | Permission.READ_MESSAGE_HISTORY
        | Permission.ADD_REACTIONS
        | Permission.USE_EXTERNAL_EMOJIS
    )
    more = Permission.CREATE_PUBLIC_THREADS | Permission.MANAGE_THREADS | Permission.MANAGE_MESSAGES
    assert least == 274_878_286_912
    assert least | more | Permission.PIN_MESSAGES == 2_252_126_231_587_904
    assert least | more in ALL


def test_no_two_permissions_share_a_bit() -> None:
    assert all(permission.bit_count() == 1 for permission in Permission)
    assert ALL.bit_count() == len(list(Permission))


def test_intents_of_the_product_are_13825() -> None:
    assert (
        Intent.GUILDS
        | Intent.GUILD_MESSAGES
        | Intent.GUILD_MESSAGE_REACTIONS
        | Intent.DIRECT_MESSAGES
        | Intent.DIRECT_MESSAGE_REACTIONS
    ) == 13_825


def test_components_v2_is_bit_fifteen() -> None:
    assert int(MessageFlag.IS_COMPONENTS_V2) == 32_768


def test_reaction_headers_say_more_than_the_bucket_takes() -> None:
    assert limits.REACTION_ADD_BUCKET.shown_seconds == 1.0
    assert limits.REACTION_ADD_BUCKET.seconds == 0.25


def test_every_limit_is_read_somewhere() -> None:
    """A number in the table that nothing enforces would be a promise that is not kept."""
    sources = [path.read_text() for path in Path(sandbox.__file__).parent.rglob("*.py") if path.name != "limits.py"]
    own = Path(limits.__file__).read_text()
    names = [name for name in vars(limits) if name.isupper()]
    assert len(names) > 100
    unread = [
        name
        for name in names
        if not any(f"limits.{name}" in text or re.search(rf"^    {name},$", text, re.MULTILINE) for text in sources)
        and len(re.findall(rf"\b{name}\b", own)) == 1
    ]
    assert unread == []
