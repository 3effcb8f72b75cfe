"""Who may do what where: roles, overwrites, threads, time-outs, as Discord computes them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sandbox.rules import errors
from sandbox.rules.permissions import Permission
from sandbox.world.entities import Channel, Guild, Member, Role
from sandbox.world.state import State

ALL = Permission(sum(Permission))
# What a time-out leaves (Discord documentation, "Permissions for Timed Out Members").
_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
# What everyone in a direct message may do.
PRIVATE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.PIN_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.USE_EXTERNAL_APPS
)
NOTHING = Permission(0)

# Computed sets, forgotten when anything that could alter them changes.
_cache: WeakKeyDictionary[State, tuple[int, dict[tuple[int, int], Permission]]] = WeakKeyDictionary()


def in_guild(state: State, guild: Guild, member: Member) -> Permission:
    """Server-wide permissions: the union of one's roles."""
    if guild.owner_id == member.user_id:
        return ALL
    everyone = state.roles.get(guild.id)
    allowed = Permission(everyone.permissions if everyone else 0)
    for role_id in member.roles:
        role = state.roles.get(role_id)
        if role is not None:
            allowed |= Permission(role.permissions)
    if allowed & Permission.ADMINISTRATOR:
        return ALL
    return allowed & _TIMED_OUT if _is_timed_out(state, member) else allowed


def in_channel(state: State, user_id: int, channel: Channel) -> Permission:
    """What a user may do in a channel, or nothing where it is not visible at all."""
    version, known = _cache.get(state, (-1, {}))
    if version != state.access_version:
        known = {}
        _cache[state] = (state.access_version, known)
    key = (user_id, channel.id)
    member = state.find_member(channel.guild_id, user_id)
    if member is not None and member.timed_out_until_ms is not None:
        return _compute(state, user_id, channel)  # a time-out ends by the clock, not by a change
    if key not in known:
        known[key] = _compute(state, user_id, channel)
    return known[key]


def can_view(state: State, user_id: int, channel_id: int) -> bool:
    channel = state.channels.get(channel_id)
    if channel is None:
        return False
    allowed = in_channel(state, user_id, channel)
    if not allowed & Permission.VIEW_CHANNEL:
        return False
    thread = channel.thread
    if channel.type == 12 and thread is not None:
        return user_id in thread.members or bool(allowed & Permission.MANAGE_THREADS)
    return True


def require(state: State, user_id: int, channel: Channel, needed: Permission) -> None:
    """Refuse as Discord does: 50001 where the channel cannot be seen, else 50013."""
    if not can_view(state, user_id, channel.id):
        raise errors.MISSING_ACCESS()
    if needed & ~in_channel(state, user_id, channel):
        raise errors.MISSING_PERMISSIONS()


def require_in_guild(state: State, user_id: int, guild: Guild, needed: Permission) -> Member:
    member = state.find_member(guild.id, user_id)
    if member is None:
        raise errors.MISSING_ACCESS()
    if needed & ~in_guild(state, guild, member):
        raise errors.MISSING_PERMISSIONS()
    return member


def sending(channel: Channel) -> Permission:
    """The permission that lets one write here: threads have their own."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.thread is not None else Permission.SEND_MESSAGES


def top_position(state: State, guild: Guild, user_id: int) -> int:
    """The height of one's highest role; the owner stands above all."""
    if guild.owner_id == user_id:
        return 1 << 31
    member = state.find_member(guild.id, user_id)
    roles = [state.roles[role_id] for role_id in (member.roles if member else []) if role_id in state.roles]
    return max((role.position for role in roles), default=0)


def require_above(state: State, guild: Guild, user_id: int, role: Role) -> None:
    """One may only handle roles below one's own highest."""
    if role.position >= top_position(state, guild, user_id):
        raise errors.MISSING_PERMISSIONS()


def _is_timed_out(state: State, member: Member) -> bool:
    return member.timed_out_until_ms is not None and member.timed_out_until_ms > state.clock.now_ms()


def _compute(state: State, user_id: int, channel: Channel) -> Permission:
    if channel.guild_id is None:
        return PRIVATE if user_id in channel.recipients else NOTHING
    guild = state.guilds[channel.guild_id]
    member = state.find_member(guild.id, user_id)
    if member is None:
        return NOTHING
    allowed = in_guild(state, guild, member)
    if allowed == ALL:
        return ALL
    allowed = _with_overwrites(state, guild, member, channel, allowed)
    if not allowed & Permission.VIEW_CHANNEL:
        return NOTHING
    if not allowed & sending(channel):
        # Without the right to write, what needs writing is gone too.
        allowed &= ~(
            Permission.SEND_TTS_MESSAGES
            | Permission.MENTION_EVERYONE
            | Permission.ATTACH_FILES
            | Permission.EMBED_LINKS
        )
    return allowed


def _with_overwrites(state: State, guild: Guild, member: Member, channel: Channel, allowed: Permission) -> Permission:
    source = channel
    if channel.thread is not None and channel.parent_id is not None:
        source = state.channels.get(channel.parent_id, channel)  # a thread has its channel's overwrites
    by_id = {overwrite.id: overwrite for overwrite in source.overwrites}
    if (everyone := by_id.get(guild.id)) is not None:
        allowed = allowed & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        if (overwrite := by_id.get(role_id)) is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    allowed = allowed & ~deny | allow
    if (own := by_id.get(member.user_id)) is not None:
        allowed = allowed & ~own.deny | own.allow
    if _is_timed_out(state, member):
        allowed &= _TIMED_OUT
    return Permission(allowed)
