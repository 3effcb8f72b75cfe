"""The world that a sandbox starts with: one server, a bot at home in it, four people of different standing."""

from __future__ import annotations

import hashlib

from sandbox.rules.kinds import ChannelType
from sandbox.rules.permissions import Permission
from sandbox.world.actors import bot_token
from sandbox.world.entities import (
    Application,
    Channel,
    ForumTag,
    Guild,
    Member,
    Overwrite,
    Role,
    User,
)
from sandbox.world.permissions import PRIVATE
from sandbox.world.state import State

EVERYONE = (
    PRIVATE
    | Permission.CREATE_INSTANT_INVITE
    | Permission.CHANGE_NICKNAME
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.STREAM
) & ~(Permission.PIN_MESSAGES | Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES)
MODERATOR = (
    Permission.MANAGE_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.PIN_MESSAGES
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MODERATE_MEMBERS
    | Permission.MANAGE_NICKNAMES
    | Permission.MENTION_EVERYONE
)
# What a bot needs to create threads, tidy reactions and pin (discord.md, C: "full").
BOT = Permission(2252126231587904)

# The people, as (user name, shown name, colour); the first owns the server, the second moderates it.
PEOPLE = (("ada", "Ada", 0xC4694A), ("ben", "Ben", 0x4A7FC4), ("cleo", "Cleo", 0x5C9E5A), ("dov", "Dov", 0xA05CB8))
APPLICATION_NAME = "Painter"
# All gateway intents, privileged ones among them, are granted to the ready-made application.
INTENT_FLAGS = (1 << 12) | (1 << 14) | (1 << 18)


def seed(state: State) -> None:
    """Fill an empty state."""
    people = [make_person(state, *person) for person in PEOPLE]
    guild = make_guild(state, "The Studio", people[0].id)
    moderator = make_role(state, guild, "Moderator", int(MODERATOR), color=0x3FA37C, hoist=True, position=2)
    make_role(state, guild, "Patron", 0, color=0xD9A441, hoist=True, position=1)
    for person in people[1:]:
        join(state, guild, person.id, [moderator.id] if person is people[1] else [])
    _make_channels(state, guild)
    application = make_application(state, APPLICATION_NAME, people[0].id)
    add_to_guild(state, application, guild)
    for person in people:
        make_direct_channel(state, [person.id, application.id])
    make_direct_channel(state, [people[0].id, people[1].id])
    make_direct_channel(state, [people[2].id, people[3].id])


def _make_channels(state: State, guild: Guild) -> None:
    lobby = make_channel(state, guild, "text", ChannelType.GUILD_CATEGORY)
    general = make_channel(state, guild, "general", topic="Say hello", parent_id=lobby.id)
    make_channel(state, guild, "painting", topic="Ask the bot for pictures here", parent_id=lobby.id)
    make_channel(state, guild, "more-painting", topic="A second room, for when the first is busy", parent_id=lobby.id)
    make_channel(state, guild, "after-dark", topic="Age-restricted", parent_id=lobby.id, nsfw=True)
    show = make_channel(state, guild, "show", ChannelType.GUILD_CATEGORY)
    gallery = make_channel(
        state, guild, "gallery", ChannelType.GUILD_FORUM, topic="The best pictures", parent_id=show.id
    )
    gallery.tags = [ForumTag(state.ids.new(), name) for name in ("landscape", "portrait", "abstract")]
    gallery.default_layout = 2
    state.save(gallery)
    staff = make_channel(state, guild, "staff", topic="Moderators only", parent_id=show.id)
    moderator = next(role for role in state.roles_of(guild.id) if role.name == "Moderator")
    view = int(Permission.VIEW_CHANNEL)
    staff.overwrites = [Overwrite(guild.id, 0, deny=view), Overwrite(moderator.id, 0, allow=view)]
    state.save(staff)
    guild.system_channel_id = general.id
    state.save(guild)


def make_person(state: State, username: str, shown: str | None = None, color: int | None = None) -> User:
    user = User(id=state.ids.new(), username=username, global_name=shown, accent_color=color)
    state.save(user)
    return user


def make_application(state: State, name: str, owner_id: int) -> Application:
    application_id = state.ids.new()
    digest = hashlib.sha256(f"{state.secret}/{application_id}".encode()).hexdigest()
    application = Application(
        id=application_id,
        name=name,
        token=bot_token(application_id, digest[:38]),
        client_secret=digest[38:],
        public_key=hashlib.sha256(digest.encode()).hexdigest(),
        owner_id=owner_id,
        flags=INTENT_FLAGS,
        description="A bot under construction",
    )
    state.save(User(id=application_id, username=name, bot=True))
    state.save(application)
    return application


def make_guild(state: State, name: str, owner_id: int) -> Guild:
    guild = Guild(id=state.ids.new(), name=name, owner_id=owner_id)
    state.save(guild)
    state.save(Role(id=guild.id, guild_id=guild.id, name="@everyone", permissions=int(EVERYONE), position=0))
    join(state, guild, owner_id, [])
    return guild


def make_role(
    state: State,
    guild: Guild,
    name: str,
    permissions: int,
    *,
    color: int = 0,
    hoist: bool = False,
    position: int = 1,
    managed_by: int | None = None,
) -> Role:
    role = Role(
        id=state.ids.new(),
        guild_id=guild.id,
        name=name,
        permissions=permissions,
        color=color,
        hoist=hoist,
        position=position,
        managed_by=managed_by,
    )
    state.save(role)
    return role


def make_channel(
    state: State,
    guild: Guild,
    name: str,
    kind: int = ChannelType.GUILD_TEXT,
    *,
    topic: str | None = None,
    parent_id: int | None = None,
    nsfw: bool = False,
) -> Channel:
    channel = Channel(
        id=state.ids.new(),
        type=int(kind),
        name=name,
        guild_id=guild.id,
        topic=topic,
        parent_id=parent_id,
        nsfw=nsfw,
        position=len(state.channels_of(guild.id)),
    )
    state.save(channel)
    return channel


def make_direct_channel(state: State, user_ids: list[int]) -> Channel:
    channel = Channel(id=state.ids.new(), type=int(ChannelType.DM), recipients=user_ids)
    state.save(channel)
    return channel


def join(state: State, guild: Guild, user_id: int, role_ids: list[int]) -> Member:
    member = Member(user_id=user_id, guild_id=guild.id, joined_ms=state.clock.now_ms(), roles=role_ids)
    state.save(member)
    return member


def add_to_guild(state: State, application: Application, guild: Guild, allowed: Permission = BOT) -> Member:
    """Install an application in a server, with the role that Discord makes for it when it asks for permissions."""
    if not allowed:
        return join(state, guild, application.id, [])
    height = max((role.position for role in state.roles_of(guild.id)), default=0) + 1
    role = make_role(state, guild, application.name, int(allowed), position=height, managed_by=application.id)
    return join(state, guild, application.id, [role.id])
