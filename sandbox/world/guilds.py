"""Servers and their people: joined, left, installed into, changed. Each act is announced to those whom it concerns."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors
from sandbox.rules.kinds import MessageType
from sandbox.rules.permissions import Permission
from sandbox.world import interactions, messages, seed
from sandbox.world.actors import Actor, ActorKind
from sandbox.world.entities import Application, Channel, Guild, Member, Role
from sandbox.world.events import Event
from sandbox.world.permissions import can_view
from sandbox.world.state import State
from sandbox.world.views import channel_view, guild_create_view, guild_view, member_view, role_view, user_view

Json = dict[str, Any]


def announce_guild(state: State, guild: Guild, user_id: int) -> None:
    """GUILD_CREATE to someone who has just come in: a person's sessions, or a bot's."""
    is_bot = user_id in state.applications
    actor = Actor(ActorKind.BOT, user_id, user_id) if is_bot else Actor(ActorKind.PERSON, user_id)
    data = guild_create_view(state, guild, actor)
    del data["unavailable"]  # by that, discord.py and hikari tell a server that is new from one that is back
    if is_bot:
        state.hub.emit(Event("GUILD_CREATE", data, guild_id=guild.id, application_id=user_id, bots_only=True))
    else:
        state.hub.emit(Event("GUILD_CREATE", data, users=frozenset({user_id}), people_only=True))


def install(state: State, application: Application, guild: Guild, allowed: Permission = seed.BOT) -> Member:
    """Put a bot into a server, with a role of its own where it was given permissions."""
    member = state.find_member(guild.id, application.id)
    if member is not None:
        return member
    member = seed.add_to_guild(state, application, guild, allowed)
    for role_id in member.roles:
        announce_role(state, "GUILD_ROLE_CREATE", state.roles[role_id])
    _welcome(state, guild, member)
    return member


def add_member(state: State, guild: Guild, user_id: int, role_ids: list[int] | None = None) -> Member:
    member = state.find_member(guild.id, user_id)
    if member is not None:
        return member
    member = seed.join(state, guild, user_id, role_ids or [])
    _welcome(state, guild, member)
    return member


def _welcome(state: State, guild: Guild, member: Member) -> None:
    announce_guild(state, guild, member.user_id)
    data = member_view(state, member) | {"guild_id": str(guild.id)}
    state.hub.emit(Event("GUILD_MEMBER_ADD", data, guild_id=guild.id))
    system = state.channels.get(guild.system_channel_id or 0)
    if system is not None:
        messages.send(state, system, member.user_id, {}, kind=MessageType.USER_JOIN)


def announce_member(state: State, member: Member) -> None:
    data = member_view(state, member) | {"guild_id": str(member.guild_id)}
    state.hub.emit(Event("GUILD_MEMBER_UPDATE", data, guild_id=member.guild_id))


def remove_member(state: State, guild: Guild, user_id: int) -> None:
    """Left, kicked or banned. The one who goes is told that the server is gone."""
    member = state.member(guild.id, user_id)
    if guild.owner_id == user_id:
        raise errors.MISSING_PERMISSIONS()
    data: Json = {"guild_id": str(guild.id), "user": user_view(state.users[user_id])}
    state.hub.emit(Event("GUILD_MEMBER_REMOVE", data, guild_id=guild.id))
    gone = {"id": str(guild.id)}
    if user_id in state.applications:
        state.hub.emit(Event("GUILD_DELETE", gone, guild_id=guild.id, application_id=user_id, bots_only=True))
    else:
        state.hub.emit(Event("GUILD_DELETE", gone, users=frozenset({user_id}), people_only=True))
    state.remove(member)
    for role in [role for role in state.roles_of(guild.id) if role.managed_by == user_id]:
        delete_role(state, guild, role)


def announce_guild_change(state: State, guild: Guild) -> None:
    state.hub.emit(Event("GUILD_UPDATE", guild_view(state, guild), guild_id=guild.id))


# -- roles ------------------------------------------------------------------------------------------------------------


def announce_role(state: State, name: str, role: Role) -> None:
    data = {"guild_id": str(role.guild_id), "role": role_view(role)}
    state.hub.emit(Event(name, data, guild_id=role.guild_id))


def delete_role(state: State, guild: Guild, role: Role) -> None:
    for member in state.members[guild.id].values():
        if role.id in member.roles:
            member.roles.remove(role.id)
            state.save(member)
    state.remove(role)
    data = {"guild_id": str(guild.id), "role_id": str(role.id)}
    state.hub.emit(Event("GUILD_ROLE_DELETE", data, guild_id=guild.id))


# -- channels ---------------------------------------------------------------------------------------------------------


def announce_channel(state: State, name: str, channel: Channel) -> None:
    data = channel_view(state, channel)
    state.hub.emit(Event(name, data, guild_id=channel.guild_id, channel_id=channel.id))


def announce_access(state: State, channel: Channel, could_view: set[int]) -> None:
    """A channel may be seen by others now: people's clients gain or lose it, bots are told CHANNEL_UPDATE."""
    guild_id = channel.guild_id or 0
    can = who_can_view(state, channel)
    gone = Event("CHANNEL_DELETE", channel_view(state, channel), users=frozenset(could_view - can), people_only=True)
    come = Event("CHANNEL_CREATE", channel_view(state, channel), users=frozenset(can - could_view), people_only=True)
    for event in (gone, come):
        if event.users:
            state.hub.emit(event)
    state.hub.emit(Event("CHANNEL_UPDATE", channel_view(state, channel), guild_id=guild_id, channel_id=channel.id))


def who_can_view(state: State, channel: Channel) -> set[int]:
    return {user_id for user_id in state.members[channel.guild_id or 0] if can_view(state, user_id, channel.id)}


def delete_channel(state: State, channel: Channel) -> None:
    """With its threads and messages. Told before it is gone, so that those who could see it hear of it."""
    if channel.guild_id is not None and channel.thread is None:
        for thread in state.threads_of(channel.guild_id, parent_id=channel.id):
            delete_channel(state, thread)
        for child in state.channels_of(channel.guild_id):
            if child.parent_id == channel.id:
                child.parent_id = None
                state.save(child)
                announce_channel(state, "CHANNEL_UPDATE", child)
    if channel.thread is not None:
        data: Json = {
            "id": str(channel.id),
            "guild_id": str(channel.guild_id),
            "parent_id": str(channel.parent_id),
            "type": channel.type,
        }
        state.hub.emit(Event("THREAD_DELETE", data, guild_id=channel.guild_id, channel_id=channel.id))
    else:
        announce_channel(state, "CHANNEL_DELETE", channel)
    for message in list(state.messages[channel.id].values()):
        state.remove(message)
    del state.messages[channel.id]
    for interaction in [one for one in state.interactions.values() if one.channel_id == channel.id]:
        interactions.abandon(state, interaction)
    for webhook in state.webhooks_of(channel_id=channel.id):
        state.remove(webhook)
    for invite in [one for one in state.invites.values() if one.channel_id == channel.id]:
        state.remove(invite)
    state.remove(channel)
