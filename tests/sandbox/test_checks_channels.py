"""Channels, threads, posts and lists; then roles, members, emoji, webhooks and entitlements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from sandbox.rules.checks import channels, guilds
from tests.sandbox.refusals import found

NOW = datetime(2026, 9, 1, tzinfo=UTC)
check_post = partial(channels.check_post, uploads={})
check_member = partial(guilds.check_member, now=NOW)
edit_channel = partial(channels.check_channel, partial=True)
edit_forum = partial(channels.check_channel, partial=True, kind=15)

TAGS = [{"name": f"{n}"} for n in range(21)]
MESSAGE = {"content": "x"}


def in_days(days: float) -> str:
    return (NOW + timedelta(days=days)).isoformat()


PASSES: list[tuple[Callable[[Any], None], Any]] = [
    (channels.check_channel, {"name": "x" * 100, "topic": "x" * 1024, "rate_limit_per_user": 21_600}),
    (channels.check_channel, {"name": "x", "type": 15, "topic": "x" * 4096, "available_tags": TAGS[:20]}),
    (channels.check_channel, {"name": "x", "permission_overwrites": [{"id": "1", "type": 0, "allow": "1024"}]}),
    (edit_channel, {"topic": None, "parent_id": None, "default_auto_archive_duration": 10_080}),
    (edit_forum, {"topic": "x" * 4096}),
    (channels.check_thread, {"name": "x", "type": 11, "auto_archive_duration": 60}),
    (channels.check_thread_edit, {"archived": True, "applied_tags": ["1"] , "name": "x" * 100}),
    (check_post, {"name": "x", "message": MESSAGE, "applied_tags": ["1", "2", "3", "4", "5"]}),
    (channels.check_bulk_delete, {"messages": [str(n) for n in range(100)]}),
    (channels.check_overwrite, {"type": 1, "allow": "0", "deny": 8}),
    (channels.check_positions, [{"id": "1", "position": 0}]),
    (channels.check_direct_channel, {"recipient_id": "1"}),
    (channels.check_invite, {"max_age": 0}),
    (guilds.check_role, {"name": "x" * 100, "color": 0xFFFFFF, "permissions": "2251799813685248"}),
    (guilds.check_role, {}),
    (check_member, {"nick": "x" * 32, "roles": ["1"], "communication_disabled_until": in_days(28)}),
    (check_member, {"communication_disabled_until": None}),
    (check_member, {"communication_disabled_until": "2026-09-02T00:00:00"}),
    (guilds.check_guild, {"name": "x" * 100}),
    (guilds.check_emoji, {"name": "x" * 32, "image": "data:image/png;base64,AAAA"}),
    (guilds.check_webhook, {"name": "x" * 80}),
    (guilds.check_webhook_execution, {"username": "Painter", "avatar_url": "https://example.com/a.png"}),
    (guilds.check_ban, {"delete_message_seconds": 604_800}),
    (guilds.check_entitlement, {"sku_id": "1", "owner_id": "2", "owner_type": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("check", "body"), PASSES)
def test_body_passes_at_its_limits(check: Callable[[Any], None], body: Any) -> None:
    assert found(lambda: check(body)) == set()


REFUSED: list[tuple[Callable[[Any], None], Any, str, str]] = [
    (channels.check_channel, {}, "name", "BASE_TYPE_REQUIRED"),
    (channels.check_channel, {"name": "x" * 101}, "name", "BASE_TYPE_BAD_LENGTH"),
    (channels.check_channel, {"name": "x", "topic": "x" * 1025}, "topic", "BASE_TYPE_MAX_LENGTH"),
    (channels.check_channel, {"name": "x", "type": 15, "topic": "x" * 4097}, "topic", "BASE_TYPE_MAX_LENGTH"),
    (channels.check_channel, {"name": "x", "type": 11}, "type", "BASE_TYPE_CHOICES"),
    (channels.check_channel, {"name": "x", "rate_limit_per_user": 21_601}, "rate_limit_per_user", "NUMBER_TYPE_MAX"),
    (channels.check_channel, {"name": "x", "available_tags": TAGS}, "available_tags", "BASE_TYPE_MAX_LENGTH"),
    (
        channels.check_channel,
        {"name": "x", "available_tags": [{"name": "x" * 21}]},
        "available_tags.0.name",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (channels.check_channel, {"name": "x", "available_tags": TAGS[:1] * 2}, "", "40061"),
    (edit_channel, {"name": ""}, "name", "BASE_TYPE_BAD_LENGTH"),
    (channels.check_thread, {"name": "x", "auto_archive_duration": 61}, "auto_archive_duration", "BASE_TYPE_CHOICES"),
    (channels.check_thread, {"name": "x", "type": 0}, "type", "BASE_TYPE_CHOICES"),
    (channels.check_thread_edit, {"archived": "yes"}, "archived", "BOOLEAN_TYPE_CONVERT"),
    (check_post, {"name": "x"}, "message", "BASE_TYPE_REQUIRED"),
    (check_post, {"name": "x", "message": {}}, "", "50006"),
    (check_post, {"name": "x", "message": {"content": "x" * 2001}}, "message.content", "BASE_TYPE_MAX_LENGTH"),
    (
        check_post,
        {"name": "x", "message": MESSAGE, "applied_tags": [str(n) for n in range(6)]},
        "applied_tags",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (channels.check_bulk_delete, {"messages": ["1"]}, "", "50016"),
    (channels.check_bulk_delete, {"messages": [str(n) for n in range(101)]}, "", "50016"),
    (channels.check_overwrite, {"allow": "everything"}, "allow", "NUMBER_TYPE_COERCE"),
    (guilds.check_role, {"name": "x" * 101}, "name", "BASE_TYPE_BAD_LENGTH"),
    (guilds.check_role, {"color": 0x1000000}, "color", "NUMBER_TYPE_MAX"),
    (check_member, {"nick": "x" * 33}, "nick", "BASE_TYPE_MAX_LENGTH"),
    (check_member, {"roles": "1"}, "roles", "LIST_TYPE_CONVERT"),
    (
        check_member,
        {"communication_disabled_until": in_days(28.1)},
        "communication_disabled_until",
        "INVALID_COMMUNICATION_DISABLED_TIMESTAMP",
    ),
    (guilds.check_guild, {"name": "x"}, "name", "BASE_TYPE_BAD_LENGTH"),
    (guilds.check_emoji, {"name": "x", "image": "x"}, "name", "BASE_TYPE_BAD_LENGTH"),
    (guilds.check_emoji, {"name": "a b", "image": "x"}, "name", "STRING_TYPE_REGEX"),
    (guilds.check_webhook, {"name": "x" * 81}, "name", "BASE_TYPE_BAD_LENGTH"),
    (guilds.check_webhook, {"name": "My Discord"}, "name", "USERNAME_INVALID_CONTAINS"),
    (guilds.check_webhook_execution, {"username": "CLYDE"}, "username", "USERNAME_INVALID_CONTAINS"),
    (guilds.check_ban, {"delete_message_seconds": 604_801}, "delete_message_seconds", "NUMBER_TYPE_MAX"),
    (guilds.check_entitlement, {"sku_id": "1", "owner_id": "2", "owner_type": 3}, "owner_type", "BASE_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("check", "body", "place", "code"), REFUSED)
def test_body_past_its_limits_is_refused(check: Callable[[Any], None], body: Any, place: str, code: str) -> None:
    assert found(lambda: check(body)) == {(place, code)}


def test_query_of_a_message_list_is_read() -> None:
    assert channels.check_query({}) == channels.Page(50)
    assert channels.check_query({"limit": "100", "before": "5"}) == channels.Page(100, before=5)
    assert channels.check_query({"limit": "1000"}, limit=(1, 1000), anchors=["after"]).limit == 1000


@pytest.mark.parametrize(
    ("query", "place", "code"),
    [
        ({"limit": "0"}, "limit", "NUMBER_TYPE_MIN"),
        ({"limit": "101"}, "limit", "NUMBER_TYPE_MAX"),
        ({"limit": "many"}, "limit", "NUMBER_TYPE_COERCE"),
        ({"limit": ""}, "limit", "NUMBER_TYPE_COERCE"),
        ({"before": "x"}, "before", "NUMBER_TYPE_COERCE"),
        ({"before": "1", "after": "1"}, "after", "MESSAGE_QUERY_ANCHORS_EXCLUSIVE"),
    ],
)
def test_wrong_query_is_refused(query: dict[str, str], place: str, code: str) -> None:
    assert {place for place, _ in found(lambda: channels.check_query(query))} == {place}
    assert {code for _, code in found(lambda: channels.check_query(query))} == {code}
