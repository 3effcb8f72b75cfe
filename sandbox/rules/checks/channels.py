"""Channels, threads and forum posts as a request makes or changes them, and the questions that lists are asked with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sandbox.rules import ids, limits
from sandbox.rules.checks.form import (
    INT32,
    Check,
    anything,
    bits,
    boolean,
    hold,
    integer,
    list_of,
    object_of,
    one_of,
    shown,
    snowflake,
    text,
)
from sandbox.rules.checks.message import check_message
from sandbox.rules.errors import TAG_NAMES_UNIQUE, TOO_MANY_OR_FEW_TO_DELETE, Faults
from sandbox.rules.kinds import FORUMS, GUILD_CHANNELS, THREADS, OverwriteType

SLOWMODE = integer(*limits.SLOWMODE_SECONDS)
ARCHIVE = one_of(limits.ARCHIVE_MINUTES)
EMOJI = object_of({}, {"emoji_id": snowflake, "emoji_name": text(0, 100)})
OVERWRITE_FIELDS: Mapping[str, Check] = {"type": one_of(OverwriteType), "allow": bits, "deny": bits}
OVERWRITE = object_of({"id": snowflake}, OVERWRITE_FIELDS)
TAG = object_of(
    {"name": text(0, limits.FORUM_TAG_NAME)},
    {"id": snowflake, "emoji_id": snowflake, "emoji_name": text(0, 100), "moderated": boolean},
)
NAME: Mapping[str, Check] = {"name": text(*limits.CHANNEL_NAME)}
FIELDS: Mapping[str, Check] = {
    "position": integer(0),
    "bitrate": integer(limits.BITRATE_MIN),
    "user_limit": integer(0, limits.USER_LIMIT),
    "nsfw": boolean,
    "rate_limit_per_user": SLOWMODE,
    "parent_id": snowflake,
    "permission_overwrites": list_of(OVERWRITE, 0, limits.OVERWRITES),
    "rtc_region": text(),
    "video_quality_mode": one_of((1, 2)),
    "default_auto_archive_duration": ARCHIVE,
    "default_reaction_emoji": EMOJI,
    "default_thread_rate_limit_per_user": SLOWMODE,
    "default_sort_order": one_of((0, 1)),
    "default_forum_layout": one_of((0, 1, 2)),
    "default_tag_setting": one_of(("match_all", "match_some")),
    "flags": integer(0),
    "available_tags": list_of(TAG, 0, limits.FORUM_TAGS),
    "type": one_of(sorted(GUILD_CHANNELS)),
}
APPLIED_TAGS = list_of(snowflake, 0, limits.POST_TAGS, unique=True)
THREAD_FIELDS: Mapping[str, Check] = {"auto_archive_duration": ARCHIVE, "rate_limit_per_user": SLOWMODE}
TOPICS: Mapping[bool, Mapping[str, Check]] = {
    False: {"topic": text(0, limits.CHANNEL_TOPIC)},
    True: {"topic": text(0, limits.FORUM_TOPIC)},
}
# By whether the channel is a forum.
CHANNEL: Mapping[bool, Check] = {forum: object_of(NAME, {**FIELDS, **TOPICS[forum]}) for forum in TOPICS}
CHANNEL_EDIT: Mapping[bool, Check] = {forum: object_of({}, {**NAME, **FIELDS, **TOPICS[forum]}) for forum in TOPICS}
THREAD = object_of(NAME, {**THREAD_FIELDS, "type": one_of(sorted(THREADS)), "invitable": boolean})
THREAD_FROM_MESSAGE = object_of(NAME, THREAD_FIELDS)
THREAD_EDIT = object_of(
    {},
    {
        **NAME,
        **THREAD_FIELDS,
        "archived": boolean,
        "locked": boolean,
        "invitable": boolean,
        "flags": integer(0),
        "applied_tags": APPLIED_TAGS,
    },
)
POST = object_of({**NAME, "message": object_of({})}, {**THREAD_FIELDS, "applied_tags": APPLIED_TAGS})


def check_channel(body: object, *, partial: bool = False, kind: int | None = None) -> None:
    """`kind`: the type of the channel being changed; a new one says its own in `type`."""
    given = body.get("type") if isinstance(body, dict) else None
    is_forum = (given if isinstance(given, int) else kind) in FORUMS
    hold(body, (CHANNEL_EDIT if partial else CHANNEL)[is_forum])
    if isinstance(body, dict):
        names = [tag["name"] for tag in body.get("available_tags") or []]
        if len(set(names)) < len(names):
            raise TAG_NAMES_UNIQUE()


def check_thread(body: object, *, from_message: bool = False) -> None:
    hold(body, THREAD_FROM_MESSAGE if from_message else THREAD)


def check_thread_edit(body: object) -> None:
    hold(body, THREAD_EDIT)


def check_post(body: object, *, uploads: Mapping[int, str]) -> None:
    """A thread in a forum or media channel, with the message that opens it."""
    hold(body, POST)
    if isinstance(body, dict):
        check_message(body["message"], uploads=uploads, edit=False, path=("message",))


def check_overwrite(body: object) -> None:
    hold(body, object_of({}, OVERWRITE_FIELDS))


def check_positions(body: object) -> None:
    """A new order of channels or of roles."""
    position = integer(*INT32)
    moved = object_of({}, {"id": snowflake, "position": position, "parent_id": snowflake, "lock_permissions": boolean})
    hold(body, list_of(moved, 0, limits.GUILD_CHANNELS))


def check_direct_channel(body: object) -> None:
    hold(body, object_of({"recipient_id": snowflake}, {"access_tokens": anything, "nicks": anything}))


def check_invite(body: object) -> None:
    invite = {
        "max_age": integer(*limits.INVITE_AGE_SECONDS),
        "max_uses": integer(*limits.INVITE_USES),
        "temporary": boolean,
        "unique": boolean,
    }
    hold(body, object_of({}, invite))


def check_bulk_delete(body: object) -> None:
    hold(body, object_of({"messages": list_of(snowflake, 0, 10 * limits.BULK_DELETE[1], unique=True)}))
    if isinstance(body, dict) and not limits.BULK_DELETE[0] <= len(body["messages"]) <= limits.BULK_DELETE[1]:
        raise TOO_MANY_OR_FEW_TO_DELETE()


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; at most one of the three ids is given."""

    limit: int
    before: int | None = None
    after: int | None = None
    around: int | None = None


def check_query(
    query: Mapping[str, str],
    *,
    limit: tuple[int, int] = limits.PAGE,
    default: int = 50,
    anchors: Collection[str] = ("around", "before", "after"),
) -> Page:
    """A query string: everything is text there. By default that of a message list."""
    faults = Faults()
    count = read_integer(query.get("limit"), *limit, faults) if "limit" in query else default
    places: dict[str, int | None] = {}
    for name in anchors:
        if name in query:
            snowflake(query[name], (name,), faults)
            places[name] = ids.parse(query[name])
    if len(places) > 1:  # unpublished code
        message = f"Only one of {', '.join(places)} may be given"
        faults.add(tuple(places)[1:2], "MESSAGE_QUERY_ANCHORS_EXCLUSIVE", message)
    faults.raise_if_any()
    return Page(count, **places)


def read_integer(value: str | None, low: int, high: int, faults: Faults) -> int:
    text_value = (value or "").strip()
    if not text_value.removeprefix("-").isdecimal() or len(text_value) > 20:
        faults.add(("limit",), "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')
        return low
    count = int(text_value)
    integer(low, high)(count, ("limit",), faults)
    return count
