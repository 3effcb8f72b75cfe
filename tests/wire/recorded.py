"""Everything that a sandbox's journal recorded, held against Discord's description: requests, answers, dispatches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from tests.wire.openapi import Description, Json

# What is inside a dispatch, as paths to parts with a schema; `[]` and `{}` go into every item. Gateway objects as a
# whole have none. A part that is absent or null is not checked: the description says nothing of when it must be there.
PARTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "READY": (("user", "UserResponse"),),
    "GUILD_CREATE": (
        ("roles[]", "GuildRoleResponse"),
        ("members[]", "GuildMemberResponse"),
        ("emojis[]", "EmojiResponse"),
        ("channels[]", "channel"),
        ("threads[]", "ThreadResponse"),
    ),
    "GUILD_UPDATE": (("roles[]", "GuildRoleResponse"), ("emojis[]", "EmojiResponse")),
    "GUILD_MEMBER_ADD": (("", "GuildMemberResponse"),),
    "GUILD_MEMBER_UPDATE": (("user", "UserResponse"),),
    "GUILD_MEMBER_REMOVE": (("user", "UserResponse"),),
    "GUILD_MEMBERS_CHUNK": (("members[]", "GuildMemberResponse"),),
    "GUILD_BAN_ADD": (("user", "UserResponse"),),
    "GUILD_BAN_REMOVE": (("user", "UserResponse"),),
    "GUILD_ROLE_CREATE": (("role", "GuildRoleResponse"),),
    "GUILD_ROLE_UPDATE": (("role", "GuildRoleResponse"),),
    "GUILD_EMOJIS_UPDATE": (("emojis[]", "EmojiResponse"),),
    "CHANNEL_CREATE": (("", "channel"),),
    "CHANNEL_UPDATE": (("", "channel"),),
    "CHANNEL_DELETE": (("", "channel"),),
    "THREAD_CREATE": (("", "ThreadResponse"),),
    "THREAD_UPDATE": (("", "ThreadResponse"),),
    "THREAD_LIST_SYNC": (("threads[]", "ThreadResponse"), ("members[]", "ThreadMemberResponse")),
    "THREAD_MEMBER_UPDATE": (("", "ThreadMemberResponse"),),
    "MESSAGE_CREATE": (("", "MessageResponse"), ("member", "member without user")),
    "MESSAGE_UPDATE": (("", "MessageResponse"), ("member", "member without user")),
    "MESSAGE_REACTION_ADD": (("member", "GuildMemberResponse"), ("emoji", "MessageReactionEmojiResponse")),
    "MESSAGE_REACTION_REMOVE": (("emoji", "MessageReactionEmojiResponse"),),
    "TYPING_START": (("member", "GuildMemberResponse"),),
    "INTERACTION_CREATE": (
        ("member", "GuildMemberResponse"),
        ("user", "UserResponse"),
        ("message", "MessageResponse"),
        ("entitlements[]", "EntitlementResponse"),
        ("data.resolved.users{}", "UserResponse"),
        ("data.resolved.members{}", "member without user"),
        ("data.resolved.roles{}", "GuildRoleResponse"),
        ("data.resolved.attachments{}", "AttachmentResponse"),
        ("data.resolved.messages{}", "MessageResponse"),
    ),
    "ENTITLEMENT_CREATE": (("", "EntitlementResponse"),),
    "ENTITLEMENT_UPDATE": (("", "EntitlementResponse"),),
    "ENTITLEMENT_DELETE": (("", "EntitlementResponse"),),
    "SUBSCRIPTION_CREATE": (("", "SubscriptionResponse"),),
    "SUBSCRIPTION_UPDATE": (("", "SubscriptionResponse"),),
    "SUBSCRIPTION_DELETE": (("", "SubscriptionResponse"),),
    "USER_UPDATE": (("", "UserResponse"),),
    "APPLICATION_COMMAND_PERMISSIONS_UPDATE": (("", "CommandPermissionsResponse"),),
    "INVITE_CREATE": (("inviter", "UserResponse"),),
    **dict.fromkeys(
        (
            "RESUMED",
            "RECONNECT",
            "GUILD_DELETE",
            "GUILD_ROLE_DELETE",
            "CHANNEL_PINS_UPDATE",
            "THREAD_DELETE",
            "THREAD_MEMBERS_UPDATE",
            "MESSAGE_DELETE",
            "MESSAGE_DELETE_BULK",
            "MESSAGE_REACTION_REMOVE_ALL",
            "MESSAGE_REACTION_REMOVE_EMOJI",
            "WEBHOOKS_UPDATE",
            "INVITE_DELETE",
            "PRESENCE_UPDATE",
        ),
        (),  # nothing but ids in them
    ),
    **dict.fromkeys(
        (
            "INTERACTION_SUCCESS",
            "INTERACTION_FAILURE",
            "INTERACTION_MODAL_CREATE",
            "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE",
        ),
        (),  # for Discord's own client; nothing of it is public
    ),
}
NOBODY: Final[Json] = {
    "id": "1",
    "username": "nobody",
    "avatar": None,
    "discriminator": "0",
    "public_flags": 0,
    "flags": 0,
    "global_name": None,
    "primary_guild": None,
}


class Exchange(Protocol):
    """What is read of one of the journal's exchanges."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def request(self) -> Any: ...
    @property
    def status(self) -> int: ...
    @property
    def response(self) -> Any: ...


class Dispatch(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> Any: ...


def faults_of_exchange(description: Description, exchange: Exchange) -> list[str]:
    """A refused request is not held against the schema, its refusal is. Routes outside the description pass."""
    operation = description.operation(exchange.method, exchange.path)
    if operation is None or exchange.status >= 500:
        return []
    faults = [f"answer {fault}" for fault in description.check_response(operation, exchange.status, exchange.response)]
    if exchange.status < 400:
        query = dict(pair.split("=", 1) for pair in exchange.path.partition("?")[2].split("&") if "=" in pair)
        faults += [f"request {fault}" for fault in description.check_request(operation, exchange.request, query)]
    return [f"{operation.name} {exchange.status}: {fault}" for fault in faults]


def faults_of_dispatch(description: Description, dispatch: Dispatch) -> list[str]:
    if dispatch.name not in PARTS:
        return [f"{dispatch.name}: an event that {__name__} knows nothing of"]
    return [
        f"{dispatch.name} {path}: {fault}"
        for path, schema in PARTS[dispatch.name]
        for part in _parts(dispatch.data, path)
        for fault in _check_part(description, schema, part, dispatch.data)
    ]


def assert_fits(description: Description, exchanges: Iterable[Exchange], dispatches: Iterable[Dispatch]) -> None:
    """Fails with each kind of fault once, in the order in which it first came."""
    found: dict[str, None] = {}
    for exchange in exchanges:
        found.update(dict.fromkeys(faults_of_exchange(description, exchange)))
    for dispatch in dispatches:
        found.update(dict.fromkeys(faults_of_dispatch(description, dispatch)))
    if found:
        raise AssertionError("What went over the wire does not fit Discord's description:\n" + "\n".join(found))


def _check_part(description: Description, schema: str, part: Json, whole: Json) -> list[str]:
    match schema:
        case "member without user":  # the user stands beside it
            return description.check_object("GuildMemberResponse", {"user": NOBODY, **part})
        case "channel" if part["type"] in (1, 3):
            return description.check_object("PrivateChannelResponse", part)
        case "channel":  # inside GUILD_CREATE without the server's id
            return description.check_object("GuildChannelResponse", {"guild_id": whole["id"], **part})
        case _:
            return description.check_object(schema, part)


def _parts(value: Json, path: str) -> Iterator[Json]:
    if value is None:
        return
    if not path:
        yield value
        return
    step, _, rest = path.partition(".")
    inner = value.get(step.removesuffix("[]").removesuffix("{}"))
    if step.endswith("{}"):
        inner = list((inner or {}).values())
    for item in inner or () if step.endswith(("[]", "{}")) else (inner,):
        yield from _parts(item, rest)
