"""What belongs to a server: its roles, its members, its emoji, on the wire."""

from __future__ import annotations

from typing import Any

from sandbox.rules.clock import iso
from sandbox.world.entities import Emoji, Member, Role
from sandbox.world.state import State
from sandbox.world.views.users import user_view

Json = dict[str, Any]


def role_view(role: Role) -> Json:
    view: Json = {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": role.hoist,
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if role.managed_by is not None:
        view["tags"] = {"bot_id": str(role.managed_by)}
    return view


def emoji_view(state: State, emoji: Emoji) -> Json:
    view: Json = {
        "id": str(emoji.id),
        "name": emoji.name,
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": emoji.animated,
        "available": True,
    }
    if emoji.creator_id in state.users:
        view["user"] = user_view(state.users[emoji.creator_id])
    return view


def member_view(state: State, member: Member, *, with_user: bool = True) -> Json:
    view: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None if member.timed_out_until_ms is None else iso(member.timed_out_until_ms),
        "flags": 0,
        "joined_at": iso(member.joined_ms),
        "nick": member.nick,
        "pending": False,
        "premium_since": None if member.boosting_since_ms is None else iso(member.boosting_since_ms),
        "roles": [str(role_id) for role_id in member.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        view["user"] = user_view(state.users[member.user_id])
    return view
