"""Users and applications on the wire."""

from __future__ import annotations

from typing import Any

from sandbox.world.entities import Application, User
from sandbox.world.state import State

Json = dict[str, Any]


def user_view(user: User) -> Json:
    view: Json = {
        "id": str(user.id),
        "username": user.username,
        "global_name": user.global_name,
        "avatar": user.avatar,
        "discriminator": "0000" if user.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": user.accent_color,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if user.bot:
        view["bot"] = True
    return view


def own_user_view(user: User) -> Json:
    """What one sees of oneself at /users/@me."""
    return user_view(user) | {
        "mfa_enabled": user.bot,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def short_application_view(state: State, application: Application) -> Json:
    """The part of an application that goes into pages and messages."""
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": application.description,
        "bot": user_view(state.users[application.id]),
    }


def application_view(state: State, application: Application) -> Json:
    """An application as it sees itself. `install_params`, `cover_image`, `slug`, `guild_id` are absent, not null."""
    guilds = sum(1 for guild in state.guilds.values() if application.id in state.members[guild.id])
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": application.description,
        "type": None,
        "bot": user_view(state.users[application.id]),
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": application.public_key,
        "flags": application.flags,
        "flags_new": str(application.flags),
        "redirect_uris": application.redirect_uris,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_view(state.users.get(application.owner_id, state.users[application.id])),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": len(application.installed_by),
        "approximate_user_authorization_count": sum(
            1 for grant in state.grants.values() if grant.application_id == application.id and grant.access_token
        ),
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [
            "identify",
            "guilds",
            "guilds.join",
            "guilds.members.read",
            "applications.commands.permissions.update",
            "bot",
            "applications.commands",
        ],
        "event_webhooks_status": 1,
        "integration_types_config": {
            "0": {"oauth2_install_params": {"scopes": ["applications.commands", "bot"], "permissions": "0"}},
            "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
        },
    }
