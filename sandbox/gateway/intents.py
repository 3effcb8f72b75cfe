"""Which intent an event needs, in a server and in direct messages. Source: Discord's documentation, "Gateway"."""

from __future__ import annotations

from typing import Final

from sandbox.world.entities import Application
from sandbox.world.events import Event

GUILDS: Final = 1 << 0
GUILD_MEMBERS: Final = 1 << 1
GUILD_MODERATION: Final = 1 << 2
GUILD_EXPRESSIONS: Final = 1 << 3
GUILD_INTEGRATIONS: Final = 1 << 4
GUILD_WEBHOOKS: Final = 1 << 5
GUILD_INVITES: Final = 1 << 6
GUILD_VOICE_STATES: Final = 1 << 7
GUILD_PRESENCES: Final = 1 << 8
GUILD_MESSAGES: Final = 1 << 9
GUILD_MESSAGE_REACTIONS: Final = 1 << 10
GUILD_MESSAGE_TYPING: Final = 1 << 11
DIRECT_MESSAGES: Final = 1 << 12
DIRECT_MESSAGE_REACTIONS: Final = 1 << 13
DIRECT_MESSAGE_TYPING: Final = 1 << 14
MESSAGE_CONTENT: Final = 1 << 15
GUILD_SCHEDULED_EVENTS: Final = 1 << 16
AUTO_MODERATION_CONFIGURATION: Final = 1 << 20
AUTO_MODERATION_EXECUTION: Final = 1 << 21
GUILD_MESSAGE_POLLS: Final = 1 << 24
DIRECT_MESSAGE_POLLS: Final = 1 << 25

KNOWN: Final = 53_608_447  # all of the above
# GUILD_EMBEDDED_ACTIVITIES is undocumented and brings nothing here, but interactions.py asks for it by default.
ACCEPTED: Final = KNOWN | 1 << 17

# An application's flags that allow a privileged intent: the full one, and the one for fewer than 100 servers.
_PRIVILEGED: Final = {
    GUILD_PRESENCES: 1 << 12 | 1 << 13,
    GUILD_MEMBERS: 1 << 14 | 1 << 15,
    MESSAGE_CONTENT: 1 << 18 | 1 << 19,
}

_BY_INTENT: Final[tuple[tuple[int, int, str], ...]] = (
    (
        GUILDS,
        0,
        "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE GUILD_ROLE_DELETE CHANNEL_CREATE"
        " CHANNEL_UPDATE CHANNEL_DELETE THREAD_CREATE THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC"
        " THREAD_MEMBER_UPDATE STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE",
    ),
    (GUILDS, DIRECT_MESSAGES, "CHANNEL_PINS_UPDATE"),
    (GUILDS | GUILD_MEMBERS, 0, "THREAD_MEMBERS_UPDATE"),
    (GUILD_MEMBERS, 0, "GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE"),
    (GUILD_MODERATION, 0, "GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE"),
    (
        GUILD_EXPRESSIONS,
        0,
        "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE GUILD_SOUNDBOARD_SOUND_UPDATE"
        " GUILD_SOUNDBOARD_SOUND_DELETE GUILD_SOUNDBOARD_SOUNDS_UPDATE",
    ),
    (
        GUILD_INTEGRATIONS,
        0,
        "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE",
    ),
    (GUILD_WEBHOOKS, 0, "WEBHOOKS_UPDATE"),
    (GUILD_INVITES, 0, "INVITE_CREATE INVITE_DELETE"),
    (GUILD_VOICE_STATES, 0, "VOICE_STATE_UPDATE VOICE_CHANNEL_EFFECT_SEND"),
    (GUILD_PRESENCES, 0, "PRESENCE_UPDATE"),
    (GUILD_MESSAGES, DIRECT_MESSAGES, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE"),
    (GUILD_MESSAGES, 0, "MESSAGE_DELETE_BULK"),
    (
        GUILD_MESSAGE_REACTIONS,
        DIRECT_MESSAGE_REACTIONS,
        "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI",
    ),
    (GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING, "TYPING_START"),
    (
        GUILD_SCHEDULED_EVENTS,
        0,
        "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE"
        " GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE",
    ),
    (
        AUTO_MODERATION_CONFIGURATION,
        0,
        "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE",
    ),
    (AUTO_MODERATION_EXECUTION, 0, "AUTO_MODERATION_ACTION_EXECUTION"),
    (GUILD_MESSAGE_POLLS, DIRECT_MESSAGE_POLLS, "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE"),
)

NEEDED: Final[dict[str, tuple[int, int]]] = {
    name: (guild, direct) for guild, direct, names in _BY_INTENT for name in names.split()
}


def wants(intents: int, user_id: int, event: Event) -> bool:
    """Whether a bot with these intents asked for this event. Events in no row of the table reach everyone."""
    needed = NEEDED.get(event.name)
    if needed is None:
        return True
    if intents & needed[0 if event.guild_id is not None else 1]:
        return (
            event.name != "THREAD_MEMBERS_UPDATE" or bool(intents & GUILD_MEMBERS) or _joins_or_leaves(user_id, event)
        )
    # A bot hears of changes to itself as a member without GUILD_MEMBERS.
    return event.name == "GUILD_MEMBER_UPDATE" and event.data.get("user", {}).get("id") == str(user_id)


def _joins_or_leaves(user_id: int, event: Event) -> bool:
    """With GUILDS alone a bot hears of a thread's members only when it is the one."""
    added = [member.get("user_id") for member in event.data.get("added_members", [])]
    return str(user_id) in added or str(user_id) in event.data.get("removed_member_ids", [])


def disallowed(application: Application, intents: int) -> int:
    """The privileged intents among these that the application may not have.

    One that has none of the six flags says nothing about privileged intents and may have them all: nobody should have
    to find a switch before a first bot can log in.
    """
    if not any(application.flags & allowing for allowing in _PRIVILEGED.values()):
        return 0
    return sum(bit for bit, allowing in _PRIVILEGED.items() if intents & bit and not application.flags & allowing)
