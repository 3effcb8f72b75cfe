"""The things that exist, as mutable records of JSON-native fields: what a state file holds is exactly what is here.

Ids are integers, moments are milliseconds of the sandbox's clock, permissions are bit sets. How a thing looks to a
client is `views.py`; who may do what to it is `permissions.py`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    id: int
    username: str
    global_name: str | None = None
    avatar: str | None = None  # hash of a file in the CDN
    bot: bool = False
    accent_color: int | None = None
    is_adult: bool = True
    dms_closed: bool = False  # refuses direct messages from bots
    locale: str = "en-US"


@dataclass(slots=True)
class Application:
    id: int  # also its bot user's id
    name: str
    token: str
    client_secret: str
    description: str = ""
    public_key: str = ""
    owner_id: int = 0
    flags: int = 0
    redirect_uris: list[str] = field(default_factory=list)
    installed_by: list[int] = field(default_factory=list)  # users who have it as a user app
    token_revoked: bool = False


@dataclass(slots=True)
class Role:
    id: int
    guild_id: int
    name: str
    permissions: int = 0
    color: int = 0
    hoist: bool = False
    position: int = 1
    mentionable: bool = False
    managed_by: int | None = None  # the application whose role it is


@dataclass(slots=True)
class Member:
    user_id: int
    guild_id: int
    joined_ms: int
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until_ms: int | None = None
    boosting_since_ms: int | None = None


@dataclass(slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    icon: str | None = None
    description: str | None = None
    premium_tier: int = 0  # boost level: 2 and 3 raise the upload limit
    afk_timeout: int = 300
    verification_level: int = 0
    system_channel_id: int | None = None
    rules_channel_id: int | None = None
    features: list[str] = field(default_factory=list)
    preferred_locale: str = "en-US"
    banned: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Emoji:
    id: int
    name: str
    owner_id: int  # a guild's or an application's id
    animated: bool = False
    creator_id: int = 0
    blob: str = ""


@dataclass(slots=True)
class Overwrite:
    id: int
    type: int  # 0 a role, 1 a member
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class ForumTag:
    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True)
class Thread:
    """What a channel has besides when it is a thread."""

    owner_id: int
    created_ms: int
    archive_minutes: int = 1440
    archived: bool = False
    archive_changed_ms: int = 0
    locked: bool = False
    invitable: bool = True
    members: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    message_count: int = 0
    total_sent: int = 0


@dataclass(slots=True)
class Channel:
    id: int
    type: int
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None  # a category, or a thread's channel
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    slowmode_seconds: int = 0
    overwrites: list[Overwrite] = field(default_factory=list)
    last_message_id: int | None = None
    last_pin_ms: int | None = None
    recipients: list[int] = field(default_factory=list)  # direct messages
    flags: int = 0
    thread: Thread | None = None
    tags: list[ForumTag] = field(default_factory=list)
    default_archive_minutes: int | None = None
    default_thread_slowmode_seconds: int = 0
    default_reaction: Json | None = None
    default_sort: int | None = None
    default_layout: int = 0
    bitrate: int = 64000
    user_limit: int = 0


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    blob: str  # SHA-256 of the bytes, the key in the file store
    size: int
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    description: str | None = None
    title: str | None = None
    ephemeral: bool = False
    spoiler: bool = False


@dataclass(slots=True)
class Reaction:
    name: str
    emoji_id: int | None = None
    animated: bool = False
    users: list[int] = field(default_factory=list)  # in the order of their reacting


@dataclass(slots=True)
class Message:
    id: int
    channel_id: int
    author_id: int
    created_ms: int
    type: int = 0
    content: str = ""
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)  # with ids assigned; media as {"attachment": id} or {"url": …}
    attachments: list[Attachment] = field(default_factory=list)  # every file, listed or used by an embed or component
    reactions: list[Reaction] = field(default_factory=list)
    edited_ms: int | None = None
    pinned_ms: int | None = None
    tts: bool = False
    nonce: str | int | None = None
    mention_users: list[int] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reference: Json | None = None  # {"type", "message_id", "channel_id", "guild_id"}
    forwarded: list[Json] = field(default_factory=list)  # message_snapshots
    application_id: int | None = None
    webhook_id: int | None = None
    webhook_profile: Json | None = None  # {"username", "avatar"} of a webhook's message
    interaction_id: int | None = None
    interaction: Json | None = None  # interaction_metadata as it is shown
    only_for: int | None = None  # an ephemeral message's one reader
    poll: Json | None = None


@dataclass(slots=True)
class Command:
    id: int
    application_id: int
    version: int
    type: int
    name: str
    guild_id: int | None = None
    description: str = ""
    options: list[Json] = field(default_factory=list)
    default_member_permissions: int | None = None
    nsfw: bool = False
    integration_types: list[int] = field(default_factory=lambda: [0, 1])
    contexts: list[int] | None = None
    name_localizations: Json | None = None
    description_localizations: Json | None = None
    handler: int | None = None


@dataclass(slots=True)
class Interaction:
    """Something a member did to an application, and how far it was answered."""

    id: int
    token: str
    application_id: int
    type: int
    user_id: int
    channel_id: int
    data: Json
    created_ms: int
    guild_id: int | None = None
    message_id: int | None = None  # the message whose component was used
    answer_type: int | None = None  # the callback's type, once there is one
    response_id: int | None = None  # the message that answers
    deferred: bool = False  # a type 5 whose message still says "is thinking…"
    ephemeral: bool = False
    followups: int = 0
    failed: bool = False  # three seconds went by
    owners: Json = field(default_factory=dict)  # authorizing_integration_owners
    context: int = 0
    attachments: list[Attachment] = field(default_factory=list)  # files that came with it
    modal: Json | None = None
    origin: Json | None = None  # a modal's triggering_interaction_metadata
    nonce: str | None = None


@dataclass(slots=True)
class Webhook:
    id: int
    token: str
    channel_id: int
    guild_id: int
    name: str
    creator_id: int
    avatar: str | None = None
    application_id: int | None = None  # the application whose bot made it
    worn: list[str] = field(default_factory=list)  # pictures that single messages were sent with


@dataclass(slots=True)
class Invite:
    id: int
    code: str
    channel_id: int
    guild_id: int
    inviter_id: int
    created_ms: int
    max_age_seconds: int = 86_400  # 0: for ever
    max_uses: int = 0  # 0: any number
    uses: int = 0
    temporary: bool = False


@dataclass(slots=True)
class CommandPermissions:
    """Who may use a command in a server, or all commands of an application, as its moderators set it."""

    id: int
    application_id: int
    guild_id: int
    target_id: int  # a command's id, or the application's for all of its commands
    entries: list[Json] = field(default_factory=list)  # {"id", "type", "permission"} as on the wire


@dataclass(slots=True)
class Sku:
    id: int
    application_id: int
    type: int  # 2 durable, 3 consumable, 5 subscription, 6 subscription group
    name: str
    slug: str
    flags: int
    price_cents: int = 0


@dataclass(slots=True)
class Entitlement:
    id: int
    application_id: int
    sku_id: int
    type: int
    user_id: int | None = None
    guild_id: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    deleted: bool = False
    consumed: bool = False
    subscription_id: int | None = None


@dataclass(slots=True)
class Subscription:
    id: int
    application_id: int
    user_id: int
    sku_ids: list[int]
    entitlement_ids: list[int]
    period_start_ms: int
    period_end_ms: int
    status: int = 0  # 0 active, 1 inactive, 2 ending
    canceled_ms: int | None = None
    renewal_sku_ids: list[int] | None = None


@dataclass(slots=True)
class Grant:
    """An OAuth2 authorization: first a code, then an access token."""

    id: int
    application_id: int
    user_id: int
    scopes: list[str]
    code: str | None = None
    redirect_uri: str = ""
    code_challenge: str | None = None  # PKCE
    code_challenge_method: str = "plain"
    guild_id: int | None = None  # where the bot was installed on the way
    access_token: str | None = None
    refresh_token: str | None = None
    expires_ms: int = 0  # of the code, then of the access token


Entity = (
    User | Application | Role | Member | Guild | Emoji | Channel | Message | Command | Interaction | Webhook
    | Invite | CommandPermissions | Sku | Entitlement | Subscription | Grant
)  # fmt: skip

E = TypeVar("E")

_NESTED: Final[dict[tuple[str, str], type]] = {
    ("Channel", "overwrites"): Overwrite,
    ("Channel", "tags"): ForumTag,
    ("Channel", "thread"): Thread,
    ("Message", "attachments"): Attachment,
    ("Message", "reactions"): Reaction,
    ("Interaction", "attachments"): Attachment,
}


def to_json(entity: Entity) -> Json:
    return dataclasses.asdict(entity)


def from_json(kind: type[E], record: Json) -> E:
    """Rebuild an entity; fields that this version does not know are left out, missing ones take their default."""
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]  # every kind here is a dataclass
    values = {name: value for name, value in record.items() if name in known}
    for (owner, name), inner in _NESTED.items():
        if owner == kind.__name__ and (raw := values.get(name)):
            values[name] = [inner(**item) for item in raw] if isinstance(raw, list) else inner(**raw)
    return kind(**values)
