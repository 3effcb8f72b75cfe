"""Servers and what belongs to one beside its channels: roles, members, emoji, webhooks, bans; and entitlements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sandbox.rules import limits
from sandbox.rules.checks import media
from sandbox.rules.checks.channels import APPLIED_TAGS
from sandbox.rules.checks.form import (
    Check,
    anything,
    bits,
    boolean,
    hold,
    integer,
    list_of,
    moment,
    object_of,
    one_of,
    parse_moment,
    partial_of,
    snowflake,
    text,
)
from sandbox.rules.errors import Faults
from sandbox.rules.kinds import EntitlementOwner

COLOR = integer(*limits.COLOR)
ROLE = object_of(
    {},
    {
        "name": text(*limits.ROLE_NAME),
        "permissions": bits,
        "color": COLOR,
        "colors": object_of({}, {"primary_color": COLOR, "secondary_color": COLOR, "tertiary_color": COLOR}),
        "hoist": boolean,
        "mentionable": boolean,
        "icon": text(),
        "unicode_emoji": text(0, 100),
    },
)
MEMBER = object_of(
    {},
    {
        "nick": text(0, limits.NICK),
        "roles": list_of(snowflake, 0, limits.MEMBER_ROLES, unique=True),
        "mute": boolean,
        "deaf": boolean,
        "channel_id": snowflake,
        "communication_disabled_until": moment,
        "flags": integer(0),
    },
)
GUILD_FIELDS: Mapping[str, Check] = {
    "description": text(0, limits.GUILD_DESCRIPTION),
    "icon": text(),
    "verification_level": one_of((0, 1, 2, 3, 4)),
    "default_message_notifications": one_of((0, 1)),
    "explicit_content_filter": one_of((0, 1, 2)),
    "preferred_locale": text(2, 10),
    "afk_timeout": one_of((60, 300, 900, 1800, 3600)),
    "afk_channel_id": snowflake,
    "system_channel_id": snowflake,
    "system_channel_flags": integer(0),
    "rules_channel_id": snowflake,
    "public_updates_channel_id": snowflake,
    "safety_alerts_channel_id": snowflake,
    "premium_progress_bar_enabled": boolean,
}
GUILD_NAME: Mapping[str, Check] = {"name": text(*limits.GUILD_NAME)}
EMOJI_NAME: Mapping[str, Check] = {"name": text(*limits.EMOJI_NAME, pattern=re.compile(r"\w+", re.ASCII))}
WEBHOOK_NAME = text(*limits.WEBHOOK_NAME)
# [D] Create Webhook: as sub-strings, in any case.
WEBHOOK_FORBIDDEN = ("clyde", "discord")


def check_role(body: object) -> None:
    """To create or change one; every field may be left out."""
    hold(body, ROLE)


def check_member(body: object, *, now: datetime | None = None) -> None:
    hold(body, MEMBER)
    until = body.get("communication_disabled_until") if isinstance(body, dict) else None
    end = parse_moment(until) if until else None
    if end is None:
        return
    # A moment without a zone is in UTC.
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    faults = Faults()
    if end - (now or datetime.now(UTC)) > timedelta(days=limits.TIMEOUT_DAYS):  # unpublished code
        message = f"Timeouts cannot be longer than {limits.TIMEOUT_DAYS} days"
        faults.add(("communication_disabled_until",), "INVALID_COMMUNICATION_DISABLED_TIMESTAMP", message)
    faults.raise_if_any()


def check_own_member(body: object) -> None:
    profile = {"nick": text(0, limits.NICK), "avatar": text(), "banner": text(), "bio": text(0, 190)}
    hold(body, object_of({}, profile))


def check_own_user(body: object) -> None:
    hold(body, object_of({}, {"username": text(*limits.USERNAME), "avatar": text(), "banner": text()}))


def check_guild(body: object, *, partial: bool = False) -> None:
    hold(body, object_of({}, {**GUILD_NAME, **GUILD_FIELDS}) if partial else object_of(GUILD_NAME, GUILD_FIELDS))


def check_emoji(body: object, *, partial: bool = False) -> None:
    roles: Mapping[str, Check] = {"roles": list_of(snowflake, 0, limits.GUILD_ROLES)}
    if partial:
        hold(body, partial_of(EMOJI_NAME))
        hold(body, object_of({}, roles))
    else:
        hold(body, object_of({**EMOJI_NAME, "image": text(1)}, roles))


def check_webhook(body: object, *, partial: bool = False) -> None:
    fields: Mapping[str, Check] = {"avatar": text(), "channel_id": snowflake}
    if partial:
        hold(body, object_of({}, {**fields, "name": WEBHOOK_NAME}))
    else:
        hold(body, object_of({"name": WEBHOOK_NAME}, fields))
    refuse_names(body, "name")


def check_webhook_execution(body: object) -> None:
    """What only a webhook's message has; the rest is `check_message`'s."""
    fields: Mapping[str, Check] = {
        "username": WEBHOOK_NAME,
        "avatar_url": media.url(),
        "thread_name": text(0, limits.CHANNEL_NAME[1]),
        "applied_tags": APPLIED_TAGS,
    }
    hold(body, object_of({}, fields))
    refuse_names(body, "username")


def refuse_names(body: object, field: str) -> None:
    name = body.get(field) if isinstance(body, dict) else None
    faults = Faults()
    for word in WEBHOOK_FORBIDDEN:
        if name and word in name.lower():
            faults.add((field,), "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    faults.raise_if_any()


def check_ban(body: object) -> None:
    fields = {"delete_message_seconds": integer(*limits.BAN_DELETE_SECONDS), "delete_message_days": integer(0, 7)}
    hold(body, object_of({}, {**fields, "reason": anything}))


def check_entitlement(body: object) -> None:
    """A test entitlement."""
    hold(body, object_of({"sku_id": snowflake, "owner_id": snowflake, "owner_type": one_of(EntitlementOwner)}))
