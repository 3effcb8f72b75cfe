"""Who hears an event: the one place that decides whether a session may know of it, and whether it reads the content."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.gateway import intents
from sandbox.world.actors import Actor
from sandbox.world.events import Event
from sandbox.world.permissions import can_view
from sandbox.world.state import State

# Addressed to an application wherever it happened: its bot need not be in that server or see that channel.
_TO_APPLICATIONS = frozenset(
    {
        "INTERACTION_CREATE",
        "ENTITLEMENT_CREATE",
        "ENTITLEMENT_UPDATE",
        "ENTITLEMENT_DELETE",
        "SUBSCRIPTION_CREATE",
        "SUBSCRIPTION_UPDATE",
        "SUBSCRIPTION_DELETE",
    }
)
_ON_EVERY_SHARD = frozenset({"USER_UPDATE"})
_WITH_CONTENT = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})


@dataclass(frozen=True, slots=True)
class Ear:
    """Who listens, and what it asked for. People ask for nothing: they hear all that they may see."""

    actor: Actor
    intents: int = 0
    shard_id: int = 0
    shard_count: int = 1

    def is_shard_of(self, guild_id: int | None) -> bool:
        """Direct messages, and all else outside servers, belong to shard 0."""
        return (0 if guild_id is None else (guild_id >> 22) % self.shard_count) == self.shard_id


def may_hear(state: State, ear: Ear, event: Event) -> bool:
    user_id = ear.actor.user_id
    if (event.people_only if ear.actor.is_bot else event.bots_only) or not _is_addressed(ear.actor, event):
        return False
    if ear.actor.is_bot and not (
        (ear.is_shard_of(event.guild_id) or event.name in _ON_EVERY_SHARD)
        and intents.wants(ear.intents, user_id, event)
    ):
        return False
    if event.name in _TO_APPLICATIONS:
        return True
    is_named = event.users is not None and user_id in event.users  # such as who has just left a server
    if event.guild_id is not None and not is_named and state.find_member(event.guild_id, user_id) is None:
        return False
    if event.channel_id is None or event.channel_id not in state.channels:
        return True  # a channel that is gone has no permissions left to ask
    return can_view(state, user_id, event.channel_id)


def reads_content(ear: Ear, event: Event) -> bool:
    """Without MESSAGE_CONTENT a bot reads its own messages, those that mention it, and direct ones."""
    return (
        not ear.actor.is_bot
        or bool(ear.intents & intents.MESSAGE_CONTENT)
        or event.guild_id is None
        or event.name not in _WITH_CONTENT
        or event.content_owner == ear.actor.user_id
        or ear.actor.user_id in event.content_free_for
    )


def _is_addressed(actor: Actor, event: Event) -> bool:
    if event.users is None and event.application_id is None:
        return True
    if event.application_id is not None and event.application_id == actor.application_id:
        return True
    return event.users is not None and actor.user_id in event.users
