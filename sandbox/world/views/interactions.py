"""Commands and interactions on the wire, as the application receives them."""

from __future__ import annotations

from typing import Any

from sandbox.rules import limits
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.entities import Command, Guild, Interaction
from sandbox.world.state import State
from sandbox.world.views.channels import channel_view
from sandbox.world.views.commerce import entitlement_view
from sandbox.world.views.members import member_view
from sandbox.world.views.messages import message_view
from sandbox.world.views.users import user_view

Json = dict[str, Any]


def command_view(command: Command) -> Json:
    required = command.default_member_permissions
    view: Json = {
        "id": str(command.id),
        "application_id": str(command.application_id),
        "version": str(command.version),
        "default_member_permissions": None if required is None else str(required),
        "type": command.type,
        "name": command.name,
        "name_localizations": command.name_localizations,
        "description": command.description,
        "description_localizations": command.description_localizations,
        "dm_permission": command.contexts is None or 1 in command.contexts,
        "contexts": command.contexts,
        "integration_types": command.integration_types,
        "nsfw": command.nsfw,
    }
    if command.options:
        view["options"] = command.options
    if command.guild_id is not None:
        view["guild_id"] = str(command.guild_id)
    if command.handler is not None:
        view["handler"] = command.handler
    return view


def upload_limit_bytes(guild: Guild | None) -> int:
    return limits.upload_bytes(guild.premium_tier if guild is not None else 0)


def interaction_view(state: State, interaction: Interaction) -> Json:
    channel = state.channel(interaction.channel_id)
    guild = state.guilds.get(interaction.guild_id or 0)
    user = state.users[interaction.user_id]
    view: Json = {
        "id": str(interaction.id),
        "application_id": str(interaction.application_id),
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "locale": user.locale,
        "channel_id": str(channel.id),
        "channel": channel_view(state, channel, interaction.user_id),
        "context": interaction.context,
        "authorizing_integration_owners": interaction.owners,
        "attachment_size_limit": upload_limit_bytes(guild),
        "entitlements": _entitlements(state, interaction),
        "entitlement_sku_ids": [],
    }
    view["app_permissions"] = str(int(_application_permissions(state, interaction)))
    member = state.find_member(interaction.guild_id, user.id)
    if guild is not None and member is not None:
        allowed = permissions.in_channel(state, user.id, channel)
        view["guild_id"] = str(guild.id)
        view["guild_locale"] = guild.preferred_locale
        view["guild"] = {"id": str(guild.id), "locale": guild.preferred_locale, "features": guild.features}
        view["member"] = member_view(state, member) | {"permissions": str(int(allowed))}
    else:
        view["user"] = user_view(user)
    if interaction.message_id is not None:
        message = state.messages[channel.id].get(interaction.message_id)
        if message is not None:
            view["message"] = message_view(state, message, interaction.application_id)
    return view


def _application_permissions(state: State, interaction: Interaction) -> Permission:
    channel = state.channel(interaction.channel_id)
    if channel.guild_id is None:
        return permissions.PRIVATE
    if state.find_member(channel.guild_id, interaction.application_id) is not None:
        return permissions.in_channel(state, interaction.application_id, channel)
    # A user-installed application acts with what its user may do there (discord.md C, Interactions).
    return permissions.in_channel(state, interaction.user_id, channel)


def _entitlements(state: State, interaction: Interaction) -> list[Json]:
    now = state.clock.now_ms()
    return [
        entitlement_view(entitlement)
        for entitlement in state.entitlements.values()
        if entitlement.application_id == interaction.application_id
        and not entitlement.deleted
        and (entitlement.ends_ms is None or entitlement.ends_ms > now)
        and (
            entitlement.user_id == interaction.user_id
            or (entitlement.guild_id is not None and entitlement.guild_id == interaction.guild_id)
        )
    ]
