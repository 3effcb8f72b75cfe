"""Members of a server: listed, found, changed, given roles, removed."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import Call, Reply, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.form import parse_moment
from sandbox.rules.checks.guilds import check_member, check_own_member
from sandbox.rules.ids import parse
from sandbox.rules.permissions import Permission
from sandbox.world import guilds, permissions
from sandbox.world.entities import Guild, Member
from sandbox.world.grants import find_bearer
from sandbox.world.views import member_view

ROUTES = Routes()

_MEMBER = "/guilds/{guild_id}/members/{user_id}"


@ROUTES.on("GET", "/guilds/{guild_id}/members")
async def list_members(call: Call) -> Any:
    guild = call.guild()
    limit, after = call.number("limit", 1, *limits.MEMBER_PAGE), call.snowflake("after") or 0
    chosen = sorted(user_id for user_id in call.state.members[guild.id] if user_id > after)[:limit]
    return [member_view(call.state, call.state.members[guild.id][one]) for one in chosen]


@ROUTES.on("GET", "/guilds/{guild_id}/members/search")
async def search_members(call: Call) -> Any:
    guild = call.guild()
    wanted = call.query.get("query", "").lower()
    limit = call.number("limit", 1, *limits.MEMBER_PAGE)
    found = [
        member
        for member in call.state.members[guild.id].values()
        if call.state.users[member.user_id].username.lower().startswith(wanted)
        or (member.nick or "").lower().startswith(wanted)
    ]
    return [member_view(call.state, member) for member in found[:limit]]


@ROUTES.on("GET", _MEMBER)
async def get_member(call: Call) -> Any:
    guild = call.guild()
    return member_view(call.state, call.state.member(guild.id, call.id("user_id")))


@ROUTES.on("PUT", _MEMBER)
async def add_member(call: Call) -> Any:
    """Discord's form of this needs the user's access token; a person who owns the server may add anyone here."""
    guild = call.guild(Permission.CREATE_INSTANT_INVITE)
    user = call.state.user(call.id("user_id"))
    if call.actor.is_bot:
        grant = find_bearer(call.state, str(call.form.get("access_token")))
        if grant is None or (grant.user_id, grant.application_id) != (user.id, call.actor.application_id):
            raise errors.BAD_OAUTH_TOKEN()
        if "guilds.join" not in grant.scopes:
            raise errors.MISSING_SCOPE()
    if user.id in guild.banned:
        raise errors.INVITE_USER_BANNED()
    if call.state.find_member(guild.id, user.id) is not None:
        return Reply(204)
    member = guilds.add_member(call.state, guild, user.id, _roles(call, guild, call.form.get("roles") or []))
    return Reply(201, member_view(call.state, member))


@ROUTES.on("PATCH", _MEMBER)
async def edit_member(call: Call) -> Any:
    guild = call.guild()
    member = call.state.member(guild.id, call.id("user_id"))
    check_member(call.form, now=call.state.clock.now())
    _require_rights(call, guild, member)
    form = call.form
    if "nick" in form:
        member.nick = form["nick"] or None
    if form.get("roles") is not None:
        member.roles = _roles(call, guild, form["roles"])
    if "communication_disabled_until" in form:
        until = parse_moment(form["communication_disabled_until"]) if form["communication_disabled_until"] else None
        member.timed_out_until_ms = None if until is None else int(until.timestamp() * 1000)
    call.state.save(member)
    guilds.announce_member(call.state, member)
    return member_view(call.state, member)


def _require_rights(call: Call, guild: Guild, member: Member) -> None:
    """Each field has its permission, and nobody changes those who stand above."""
    needed = Permission(0)
    for name, right in (
        ("nick", Permission.MANAGE_NICKNAMES),
        ("roles", Permission.MANAGE_ROLES),
        ("communication_disabled_until", Permission.MODERATE_MEMBERS),
    ):
        if name in call.form:
            needed |= right
    permissions.require_in_guild(call.state, call.actor.user_id, guild, needed)
    if member.user_id != call.actor.user_id:
        above = permissions.top_position(call.state, guild, call.actor.user_id)
        if permissions.top_position(call.state, guild, member.user_id) >= above:
            raise errors.MISSING_PERMISSIONS()


def _roles(call: Call, guild: Guild, given: list[Any]) -> list[int]:
    chosen = [call.state.role(guild.id, parse(one) or 0) for one in given]
    for role in chosen:
        permissions.require_above(call.state, guild, call.actor.user_id, role)
    return [role.id for role in chosen if role.id != guild.id]


@ROUTES.on("PATCH", "/guilds/{guild_id}/members/@me")
async def edit_own_member(call: Call) -> Any:
    guild = call.guild(Permission.CHANGE_NICKNAME)
    check_own_member(call.form)
    member = call.state.member(guild.id, call.actor.user_id)
    if "nick" in call.form:
        member.nick = call.form["nick"] or None
    call.state.save(member)
    guilds.announce_member(call.state, member)
    return member_view(call.state, member)


@ROUTES.on("DELETE", _MEMBER, status=204)
async def kick(call: Call) -> None:
    guild = call.guild(Permission.KICK_MEMBERS)
    member = call.state.member(guild.id, call.id("user_id"))
    above = permissions.top_position(call.state, guild, call.actor.user_id)
    if permissions.top_position(call.state, guild, member.user_id) >= above:
        raise errors.MISSING_PERMISSIONS()
    guilds.remove_member(call.state, guild, member.user_id)


async def _change_role(call: Call, *, has: bool) -> None:
    guild = call.guild(Permission.MANAGE_ROLES)
    member = call.state.member(guild.id, call.id("user_id"))
    role = call.state.role(guild.id, call.id("role_id"))
    permissions.require_above(call.state, guild, call.actor.user_id, role)
    if role.id == guild.id or role.managed_by is not None:
        raise errors.INVALID_ROLE()
    if has and role.id not in member.roles:
        member.roles.append(role.id)
    elif not has and role.id in member.roles:
        member.roles.remove(role.id)
    else:
        return
    call.state.save(member)
    guilds.announce_member(call.state, member)


@ROUTES.on("PUT", _MEMBER + "/roles/{role_id}", status=204)
async def give_role(call: Call) -> None:
    await _change_role(call, has=True)


@ROUTES.on("DELETE", _MEMBER + "/roles/{role_id}", status=204)
async def take_role(call: Call) -> None:
    await _change_role(call, has=False)
