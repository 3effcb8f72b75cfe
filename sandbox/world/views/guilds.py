"""Servers, and what a session is greeted with, on the wire."""

from __future__ import annotations

from typing import Any

from sandbox.rules.clock import iso
from sandbox.world import permissions
from sandbox.world.actors import Actor
from sandbox.world.entities import Guild
from sandbox.world.state import State
from sandbox.world.views.channels import channel_view
from sandbox.world.views.members import emoji_view, member_view, role_view
from sandbox.world.views.users import own_user_view, short_application_view, user_view

Json = dict[str, Any]


def guild_view(state: State, guild: Guild, *, with_counts: bool = False) -> Json:
    boosts = sum(1 for member in state.members[guild.id].values() if member.boosting_since_ms is not None)
    view: Json = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "description": guild.description,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": guild.features,
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": guild.afk_timeout,
        "system_channel_id": None if guild.system_channel_id is None else str(guild.system_channel_id),
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": guild.verification_level,
        "roles": [role_view(role) for role in state.roles_of(guild.id)],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": guild.premium_tier,
        "premium_subscription_count": boosts,
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": None if guild.rules_channel_id is None else str(guild.rules_channel_id),
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [emoji_view(state, emoji) for emoji in state.emojis_of(guild.id)],
        "stickers": [],
        "incidents_data": None,
    }
    if with_counts:
        count = len(state.members[guild.id])
        view |= {"approximate_member_count": count, "approximate_presence_count": count}
    return view


def guild_create_view(state: State, guild: Guild, actor: Actor) -> Json:
    """A server as the gateway sends it: with members, channels and the threads that the actor may see."""
    member = state.member(guild.id, actor.user_id)
    threads = [
        thread
        for thread in state.threads_of(guild.id)
        if thread.thread is not None
        and not thread.thread.archived
        and permissions.can_view(state, actor.user_id, thread.id)
    ]
    # A bot is told of every channel; a person's client never learns of those that are hidden from them.
    channels = [
        channel
        for channel in state.channels_of(guild.id)
        if actor.is_bot or permissions.can_view(state, actor.user_id, channel.id)
    ]
    return guild_view(state, guild) | {
        "joined_at": iso(member.joined_ms),
        "large": len(state.members[guild.id]) > 250,
        "unavailable": False,
        "member_count": len(state.members[guild.id]),
        "voice_states": [],
        "members": [member_view(state, other) for other in state.members[guild.id].values()],
        "channels": [channel_view(state, channel, actor.user_id) for channel in channels],
        "threads": [channel_view(state, thread, actor.user_id) for thread in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def ready_view(state: State, actor: Actor) -> Json:
    """READY without what belongs to the session itself."""
    guilds = state.guilds_of(actor.user_id)
    view: Json = {
        "user": own_user_view(state.users[actor.user_id]),
        "private_channels": [],
        "user_settings": {},
        "relationships": [],
        "presences": [],
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": [],
    }
    if actor.application_id is not None:
        application = state.applications[actor.application_id]
        view["application"] = {"id": str(application.id), "flags": application.flags}
        view["guilds"] = [{"id": str(guild.id), "unavailable": True} for guild in guilds]
        return view
    private = state.private_channels_of(actor.user_id)
    view["private_channels"] = [channel_view(state, channel, actor.user_id) for channel in private]
    view["users"] = [user_view(user) for user in state.users.values()]
    view["applications"] = [short_application_view(state, a) for a in state.applications.values()]
    view["guilds"] = [guild_create_view(state, guild, actor) for guild in guilds]
    return view
