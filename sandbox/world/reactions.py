"""Reactions: added and removed by anyone who may, each told in one event."""

from __future__ import annotations

from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.entities import Message, Reaction
from sandbox.world.messages import event_of, placed
from sandbox.world.state import State
from sandbox.world.views import reaction_emoji_view
from sandbox.world.views.members import member_view

Json = dict[str, Any]


def find_reaction(message: Message, name: str, emoji_id: int | None) -> Reaction | None:
    for reaction in message.reactions:
        if reaction.emoji_id == emoji_id and (emoji_id is not None or reaction.name == name):
            return reaction
    return None


def react(state: State, message: Message, user_id: int, wanted: Reaction) -> None:
    if message.only_for is not None:
        raise errors.UNKNOWN_MESSAGE()
    reaction = find_reaction(message, wanted.name, wanted.emoji_id)
    channel = state.channel(message.channel_id)
    if reaction is None:
        permissions.require(state, user_id, channel, Permission.ADD_REACTIONS)
        if len(message.reactions) >= limits.REACTIONS:
            raise errors.MAX_REACTIONS()
        reaction = wanted
        message.reactions.append(reaction)
    if user_id in reaction.users:
        return
    reaction.users.append(user_id)
    state.save(message)
    data = _reaction_data(state, message, reaction, user_id)
    data["message_author_id"] = str(message.author_id)
    member = state.find_member(channel.guild_id, user_id)
    if member is not None:
        data["member"] = member_view(state, member)
    state.hub.emit(event_of(state, "MESSAGE_REACTION_ADD", message, data))


def unreact(state: State, message: Message, user_id: int, name: str, emoji_id: int | None) -> None:
    reaction = find_reaction(message, name, emoji_id)
    if reaction is None:
        raise errors.UNKNOWN_EMOJI()
    if user_id not in reaction.users:
        return
    reaction.users.remove(user_id)
    if not reaction.users:
        message.reactions.remove(reaction)
    state.save(message)
    data = _reaction_data(state, message, reaction, user_id)
    state.hub.emit(event_of(state, "MESSAGE_REACTION_REMOVE", message, data))


def clear_reactions(state: State, message: Message) -> None:
    message.reactions.clear()
    state.save(message)
    data = placed(state, message, {"message_id": str(message.id)})
    state.hub.emit(event_of(state, "MESSAGE_REACTION_REMOVE_ALL", message, data))


def clear_reaction(state: State, message: Message, name: str, emoji_id: int | None) -> None:
    reaction = find_reaction(message, name, emoji_id)
    if reaction is None:
        raise errors.UNKNOWN_EMOJI()
    message.reactions.remove(reaction)
    state.save(message)
    data = placed(state, message, {"message_id": str(message.id), "emoji": reaction_emoji_view(reaction)})
    state.hub.emit(event_of(state, "MESSAGE_REACTION_REMOVE_EMOJI", message, data))


def _reaction_data(state: State, message: Message, reaction: Reaction, user_id: int) -> Json:
    data: Json = {
        "user_id": str(user_id),
        "message_id": str(message.id),
        "emoji": reaction_emoji_view(reaction),
        "burst": False,
        "type": 0,
    }
    return placed(state, message, data)
