"""Roles of a server."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import Call, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.channels import check_positions
from sandbox.rules.checks.guilds import check_role
from sandbox.rules.ids import parse
from sandbox.rules.permissions import Permission
from sandbox.world import guilds, permissions, seed
from sandbox.world.entities import Guild, Role
from sandbox.world.views import role_view

ROUTES = Routes()
_ROLE = "/guilds/{guild_id}/roles/{role_id}"


@ROUTES.on("GET", "/guilds/{guild_id}/roles")
async def list_roles(call: Call) -> Any:
    return [role_view(role) for role in call.state.roles_of(call.guild().id)]


@ROUTES.on("GET", "/guilds/{guild_id}/roles/member-counts")
async def count_members(call: Call) -> Any:
    """How many have each role; everybody has @everyone, which is not counted."""
    guild = call.guild()
    counts = {str(role.id): 0 for role in call.state.roles_of(guild.id) if role.id != guild.id}
    for member in call.state.members[guild.id].values():
        for role_id in member.roles:
            counts[str(role_id)] = counts.get(str(role_id), 0) + 1
    return counts


@ROUTES.on("GET", _ROLE)
async def get_role(call: Call) -> Any:
    return role_view(call.state.role(call.guild().id, call.id("role_id")))


@ROUTES.on("POST", "/guilds/{guild_id}/roles")
async def create_role(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_ROLES)
    check_role(call.form)
    if len(call.state.roles_of(guild.id)) >= limits.GUILD_ROLES:
        raise errors.MAX_ROLES()
    everyone = call.state.role(guild.id, guild.id)
    role = seed.make_role(call.state, guild, "new role", everyone.permissions)
    _apply(call, guild, role)
    guilds.announce_role(call.state, "GUILD_ROLE_CREATE", role)
    return role_view(role)


def _apply(call: Call, guild: Guild, role: Role) -> None:
    form = call.form
    if form.get("permissions") is not None:
        wanted = int(form["permissions"])
        own = permissions.in_guild(call.state, guild, call.state.member(guild.id, call.actor.user_id))
        if (wanted ^ role.permissions) & ~int(own):
            raise errors.MISSING_PERMISSIONS()
        role.permissions = wanted
    role.name = form.get("name") or role.name
    colors = form.get("colors") or {}
    role.color = colors.get("primary_color", role.color) if form.get("color") is None else form["color"]
    role.hoist = role.hoist if form.get("hoist") is None else form["hoist"]
    role.mentionable = role.mentionable if form.get("mentionable") is None else form["mentionable"]
    call.state.save(role)


@ROUTES.on("PATCH", _ROLE)
async def edit_role(call: Call) -> Any:
    guild, role = _lower_role(call)
    check_role(call.form)
    _apply(call, guild, role)
    guilds.announce_role(call.state, "GUILD_ROLE_UPDATE", role)
    return role_view(role)


@ROUTES.on("PATCH", "/guilds/{guild_id}/roles")
async def move_roles(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_ROLES)
    check_positions(call.body)
    for entry in call.body:
        role = call.state.role(guild.id, parse(entry["id"]) or 0)
        permissions.require_above(call.state, guild, call.actor.user_id, role)
        if entry.get("position") is not None:
            role.position = entry["position"]
            call.state.save(role)
            guilds.announce_role(call.state, "GUILD_ROLE_UPDATE", role)
    return [role_view(role) for role in call.state.roles_of(guild.id)]


@ROUTES.on("DELETE", _ROLE, status=204)
async def delete_role(call: Call) -> None:
    guild, role = _lower_role(call)
    if role.id == guild.id or role.managed_by is not None:
        raise errors.INVALID_ROLE()
    guilds.delete_role(call.state, guild, role)


def _lower_role(call: Call) -> tuple[Guild, Role]:
    guild = call.guild(Permission.MANAGE_ROLES)
    role = call.state.role(guild.id, call.id("role_id"))
    permissions.require_above(call.state, guild, call.actor.user_id, role)
    return guild, role
