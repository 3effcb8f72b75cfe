"""Interactions: begun by a member, given to the application, and void when their clocks run out.

The member's own sessions are told how it went by the events that Discord's client gets: INTERACTION_CREATE, then
INTERACTION_SUCCESS, _FAILURE, _MODAL_CREATE or APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE. `answers.py` answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.kinds import ContextType, InstallType, InteractionType
from sandbox.world.entities import Application, Attachment, Channel, Interaction, Message
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import interaction_view

Json = dict[str, Any]


def begin(
    state: State,
    application: Application,
    kind: InteractionType,
    user_id: int,
    channel: Channel,
    data: Json,
    *,
    message: Message | None = None,
    attachments: list[Attachment] | None = None,
    origin: Json | None = None,
    nonce: str | None = None,
    installs: Collection[int] = tuple(InstallType),
) -> Interaction:
    """Hand something that a member did to the application, and start its three seconds.

    `message`: whose component was used, or whose component opened the modal. `installs`: those that the command allows.
    """
    interaction_id = state.ids.new()
    interaction = Interaction(
        id=interaction_id,
        # Real tokens are opaque; this one's length and alphabet resemble theirs.
        token=f"aW50ZXJhY3Rpb246{interaction_id:x}{secrets.token_urlsafe(48)}".replace("-", "A").replace("_", "B"),
        application_id=application.id,
        type=int(kind),
        user_id=user_id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        data=data,
        created_ms=state.clock.now_ms(),
        message_id=message.id if message is not None else None,
        attachments=attachments or [],
        owners=_inherited_owners(message) or _owners(state, application, user_id, channel, installs),
        context=int(_context(channel, application)),
        origin=origin,
        nonce=nonce,
        ephemeral=bool(message is not None and message.only_for is not None),
    )
    state.save(interaction)
    to_user = {"id": str(interaction.id), "nonce": nonce}
    state.hub.emit(Event("INTERACTION_CREATE", to_user, users=frozenset({user_id}), people_only=True))
    dispatch(state, interaction)
    state.clock.call_in(limits.FIRST_ANSWER_SECONDS, lambda: _expire_answer(state, interaction))
    state.clock.call_in(_life_seconds(interaction), lambda: state.remove(interaction))
    return interaction


def dispatch(state: State, interaction: Interaction) -> None:
    """Send it to the application's bot."""
    data = interaction_view(state, interaction)
    event = Event(
        "INTERACTION_CREATE",
        data,
        guild_id=interaction.guild_id,
        application_id=interaction.application_id,
        bots_only=True,
        content_owner=interaction.application_id,
    )
    state.hub.emit(event)


def rearm(state: State) -> None:
    """After a restart: the clocks of interactions that the state file remembered."""
    for interaction in list(state.interactions.values()):
        age_seconds = (state.clock.now_ms() - interaction.created_ms) / 1000
        left = max(0.0, _life_seconds(interaction) - age_seconds)
        state.clock.call_in(left, lambda interaction=interaction: state.remove(interaction))  # type: ignore[misc]
        if interaction.answer_type is None:
            left = max(0.0, limits.FIRST_ANSWER_SECONDS - age_seconds)
            state.clock.call_in(left, lambda interaction=interaction: _expire_answer(state, interaction))  # type: ignore[misc]


def _life_seconds(interaction: Interaction) -> float:
    """A token lives for fifteen minutes; that of an autocompletion is good for one answer."""
    completes = interaction.type == InteractionType.AUTOCOMPLETE
    return limits.FIRST_ANSWER_SECONDS if completes else limits.TOKEN_LIFE_SECONDS


def abandon(state: State, interaction: Interaction) -> None:
    """Its channel is gone: nobody can answer it any more, and its member waits for nothing."""
    _expire_answer(state, interaction)
    state.remove(interaction)


def find(state: State, interaction_id: int, token: str) -> Interaction:
    interaction = state.interactions.get(token)
    if interaction is None or interaction.id != interaction_id or interaction.failed:
        raise errors.UNKNOWN_INTERACTION()
    return interaction


def find_by_token(state: State, application_id: int, token: str) -> Interaction:
    """For the webhook routes of an interaction."""
    interaction = state.interactions.get(token)
    if interaction is None or interaction.application_id != application_id:
        raise errors.WEBHOOK_TOKEN()
    if interaction.answer_type is None:
        raise errors.UNKNOWN_WEBHOOK()
    return interaction


def is_external(interaction: Interaction) -> bool:
    """Whether it comes from a server that the application's bot is not in: only its user has it installed."""
    return interaction.guild_id is not None and "0" not in interaction.owners


def tell(state: State, interaction: Interaction, name: str, data: Json) -> None:
    data = {"id": str(interaction.id), "nonce": interaction.nonce} | data
    state.hub.emit(Event(name, data, users=frozenset({interaction.user_id}), people_only=True))


def _expire_answer(state: State, interaction: Interaction) -> None:
    if interaction.answer_type is None and interaction.token in state.interactions:
        interaction.failed = True
        state.save(interaction)
        tell(state, interaction, "INTERACTION_FAILURE", {"reason_code": 2})


def _owners(state: State, application: Application, user_id: int, channel: Channel, installs: Collection[int]) -> Json:
    """Which installations let this happen: "0" the server (or "0" for a direct message with the bot), "1" the user."""
    owners: Json = {}
    if InstallType.GUILD in installs:
        if channel.guild_id is not None and state.find_member(channel.guild_id, application.id) is not None:
            owners["0"] = str(channel.guild_id)
        elif channel.guild_id is None and application.id in channel.recipients:
            owners["0"] = "0"
    if InstallType.USER in installs and user_id in application.installed_by:
        owners["1"] = str(user_id)
    return owners


def _inherited_owners(message: Message | None) -> Json:
    """A component stands under the installation that its message came by, whoever uses it."""
    about = message.interaction if message is not None else None
    return dict(about["authorizing_integration_owners"]) if about else {}


def _context(channel: Channel, application: Application) -> ContextType:
    if channel.guild_id is not None:
        return ContextType.GUILD
    return ContextType.BOT_DM if application.id in channel.recipients else ContextType.PRIVATE_CHANNEL
