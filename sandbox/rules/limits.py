"""Every number that Discord holds a bot to, once, each with its source.

[D] Discord's documentation, [S] its OpenAPI description, [I] an issue in discord/discord-api-docs or staff comment,
[?] folklore. Nothing here acts; `checks/`, the rate limiter and the gateway read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# Clocks of an interaction. [D] Receiving and Responding
FIRST_ANSWER_SECONDS: Final = 3.0
TOKEN_LIFE_SECONDS: Final = 15 * 60
USER_INSTALL_FOLLOWUPS: Final = 5  # [D] without the app in the server

# Files. [D] Uploading Files; per-level sizes as in discord.py's Guild.filesize_limit
UPLOAD_BYTES_BY_BOOST_LEVEL: Final = (10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB)
REQUEST_BYTES: Final = 25 * MIB  # [D] Create Message, whole request
JSON_BODY_BYTES: Final = 8 * MIB  # ours: no form below comes near it
ATTACHMENTS: Final = 10  # [S] MessageCreateRequest
FILE_NAME_CHARACTERS: Final = 1024  # [S] MessageAttachmentRequest
ALT_TEXT_CHARACTERS: Final = 1024  # [S] MessageAttachmentRequest, MediaGalleryItemRequest
WAVEFORM_CHARACTERS: Final = 400  # [S]
CDN_LINK_SECONDS: Final = 24 * 60 * 60  # [I] signed links live one day
JSON_DEPTH: Final = 64  # ours: the deepest real body has about ten levels

# Messages. [D] Create Message
MESSAGE_CHARACTERS: Final = 2000
NONCE_CHARACTERS: Final = 25  # [S]
STICKERS: Final = 3
REACTIONS: Final = 20  # distinct emoji on one message, JSON error 30010
PINS: Final = 250  # JSON error 30003
MENTION_IDS: Final = 100  # [D] allowed mentions: users, roles
BULK_DELETE: Final = (2, 100)
BULK_DELETE_DAYS: Final = 14
OLD_MESSAGE_SECONDS: Final = 60 * 60  # JSON error 30046: edits of older messages are limited separately
OLD_MESSAGE_EDITS: Final = 30  # [?] per hour and channel; only the existence of the limit is documented
OLD_MESSAGE_EDIT_WINDOW_SECONDS: Final = 60 * 60
PAGE: Final = (1, 100)  # [S] limit of message, reaction, thread and entitlement lists
PIN_PAGE: Final = (1, 50)  # [S]
ARCHIVE_PAGE: Final = (2, 100)  # [S]
MEMBER_PAGE: Final = (1, 1000)  # [S]

# Embeds. [D] Message resource, Embed Limits
EMBEDS: Final = 10
EMBEDS_CHARACTERS: Final = 6000  # over all embeds of one message
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096
EMBED_FIELDS: Final = 25
EMBED_FIELD_NAME: Final = 256
EMBED_FIELD_VALUE: Final = 1024
EMBED_FOOTER: Final = 2048
EMBED_AUTHOR: Final = 256
URL_CHARACTERS: Final = 2048  # [S] RichEmbed, UnfurledMediaRequest
COLOR: Final = (0, 0xFFFFFF)

# Polls. [D] Poll resource
POLL_QUESTION: Final = 300
POLL_ANSWER: Final = 55
POLL_ANSWERS: Final = (1, 10)
POLL_HOURS: Final = (1, 768)
POLL_DEFAULT_HOURS: Final = 24

# Components. [D] Component Reference; [S] *ComponentForMessageRequest
ROWS: Final = 5
ROW_WIDTH: Final = 5  # five buttons, or one select
CUSTOM_ID: Final = (1, 100)
COMPONENT_ID: Final = (0, 2**31 - 1)
BUTTON_LABEL: Final = 80
BUTTON_URL: Final = 512
EMOJI_NAME_IN_COMPONENT: Final = 32
SELECT_OPTIONS: Final = (1, 25)
SELECT_TEXT: Final = (1, 100)
SELECT_PLACEHOLDER: Final = 150
SELECT_MIN_VALUES: Final = (0, 25)
SELECT_MAX_VALUES: Final = (1, 25)
V2_COMPONENTS: Final = 40  # nested ones included
V2_CHARACTERS: Final = 4000  # shown text, over the whole message
V2_TEXT_BYTES: Final = 10_170  # [I] 8554: sum of UTF-8 bytes + 12 a display; above it Discord answers 500
V2_TEXT_BYTES_PER_DISPLAY: Final = 12
V2_MEDIA: Final = 64  # [I] 7528: more answers 500
SECTION_TEXTS: Final = (1, 3)
GALLERY_ITEMS: Final = (1, 10)
CONTAINER_CHILDREN: Final = (1, 40)

# Modals. [D] Modals; five top-level components in the docs, 40 in [S]
MODAL_TITLE: Final = (1, 45)
MODAL_COMPONENTS: Final = (1, 5)
LABEL_TEXT: Final = (1, 45)
LABEL_DESCRIPTION: Final = (1, 100)
TEXT_INPUT: Final = 4000
TEXT_INPUT_PLACEHOLDER: Final = 100
FILE_UPLOADS: Final = 10
RADIO_OPTIONS: Final = (2, 10)
CHECKBOX_OPTIONS: Final = (1, 10)

# Commands. [D] Application Commands; user and message commands were raised to 15 in March 2026
CHAT_COMMANDS: Final = 100
USER_COMMANDS: Final = 15
MESSAGE_COMMANDS: Final = 15
ENTRY_POINT_COMMANDS: Final = 1
COMMAND_CREATES_PER_DAY: Final = 200  # per guild
COMMAND_NAME: Final = (1, 32)
COMMAND_DESCRIPTION: Final = (1, 100)
COMMAND_OPTIONS: Final = 25
COMMAND_CHOICES: Final = 25  # also autocomplete's answer
CHOICE_NAME: Final = (1, 100)
CHOICE_VALUE_CHARACTERS: Final = 100
COMMAND_CHARACTERS: Final = 8000  # names, descriptions and values of the whole tree
STRING_OPTION_CHARACTERS: Final = 6000
LARGEST_INTEGER: Final = 2**53 - 1
COMMAND_PERMISSIONS: Final = 100

# Guilds, channels, roles, members. [S] unless noted
GUILD_NAME: Final = (2, 100)
GUILD_DESCRIPTION: Final = 300
GUILD_CHANNELS: Final = 500  # JSON error 30013
GUILD_ROLES: Final = 250  # JSON error 30005
GUILD_EMOJI: Final = (50, 100, 150, 250)  # [D] by boost level, still and animated ones each; JSON error 30008
GUILD_INVITES: Final = 1000  # JSON error 30016
APPLICATION_EMOJI: Final = 2000  # [D] Emoji resource
EMOJI_NAME: Final = (2, 32)
EMOJI_BYTES: Final = 256 * KIB  # [D] Emoji resource
CHANNEL_NAME: Final = (1, 100)
CHANNEL_TOPIC: Final = 1024
FORUM_TOPIC: Final = 4096  # [D] Channel resource
SLOWMODE_SECONDS: Final = (0, 21_600)
ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10_080)
OVERWRITES: Final = 100
FORUM_TAGS: Final = 20  # [D]
FORUM_TAG_NAME: Final = 20  # [D]; [S] says 50
POST_TAGS: Final = 5  # [D]
BITRATE_MIN: Final = 8000
USER_LIMIT: Final = 99  # [D] voice; 10,000 for stages
ROLE_NAME: Final = (1, 100)
NICK: Final = 32
MEMBER_ROLES: Final = 350
TIMEOUT_DAYS: Final = 28  # [D] Modify Guild Member
BAN_DELETE_SECONDS: Final = (0, 604_800)
USERNAME: Final = (2, 32)
WEBHOOK_NAME: Final = (1, 80)
WEBHOOKS_PER_CHANNEL: Final = 15  # JSON error 30007
SKUS: Final = 50  # [D] premium apps
INVITE_AGE_SECONDS: Final = (0, 5_184_000)
INVITE_USES: Final = (0, 100)

# Gateway. [D] Gateway
GATEWAY_PAYLOAD_BYTES: Final = 4096
GATEWAY_SENDS: Final = 120
GATEWAY_SEND_WINDOW_SECONDS: Final = 60
IDENTIFIES_PER_DAY: Final = 1000
IDENTIFY_WINDOW_SECONDS: Final = 5
MAX_CONCURRENCY: Final = 1
GUILDS_PER_SHARD: Final = 2500
HEARTBEAT_INTERVAL_MS: Final = 41_250

# REST. [D] Rate Limits
GLOBAL_REQUESTS_PER_SECOND: Final = 50
INVALID_REQUESTS: Final = 10_000  # 401, 403 and unshared 429 in ten minutes, per address
INVALID_REQUEST_WINDOW_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many requests in so many seconds. Where the headers lie, `shown_seconds` is what they say."""

    requests: int
    seconds: float
    shown_seconds: float | None = None


# Discord publishes no number per route; these are what bots measure. [?] unless noted
DEFAULT_BUCKET: Final = Bucket(50, 1.0)
MESSAGE_CREATE_BUCKET: Final = Bucket(5, 5.0)  # per channel
MESSAGE_EDIT_BUCKET: Final = Bucket(5, 5.0)  # per channel
REACTION_ADD_BUCKET: Final = Bucket(1, 0.25, shown_seconds=1.0)  # [I] 182
WEBHOOK_BUCKET: Final = Bucket(5, 2.0)  # per webhook or interaction token
WEBHOOK_CHANNEL_BUCKET: Final = Bucket(30, 60.0)  # [I] 367: per channel, in no header
CHANNEL_RENAME_BUCKET: Final = Bucket(2, 600.0)


def upload_bytes(boost_level: int) -> int:
    """The largest single file in a guild of this boost level; 0 is also right for direct messages."""
    return UPLOAD_BYTES_BY_BOOST_LEVEL[max(0, min(boost_level, len(UPLOAD_BYTES_BY_BOOST_LEVEL) - 1))]
