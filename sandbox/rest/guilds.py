"""Servers as a whole: what they are, their settings, their bans."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import Call, Routes
from sandbox.rest.pictures import keep_picture
from sandbox.rules import errors
from sandbox.rules.checks.guilds import check_ban, check_guild
from sandbox.rules.ids import parse
from sandbox.rules.permissions import Permission
from sandbox.world import guilds
from sandbox.world.events import Event
from sandbox.world.views import guild_view, user_view

ROUTES = Routes()
Json = dict[str, Any]

_BAN = "/guilds/{guild_id}/bans/{user_id}"


@ROUTES.on("GET", "/guilds/{guild_id}")
async def get_guild(call: Call) -> Any:
    guild = call.state.guild(call.id("guild_id"))
    if call.state.find_member(guild.id, call.actor.user_id) is None:
        raise errors.UNKNOWN_GUILD()  # the routes below it answer Missing Access instead
    return guild_view(call.state, guild, with_counts=call.flag("with_counts"))


@ROUTES.on("GET", "/guilds/{guild_id}/preview")
async def preview_guild(call: Call) -> Any:
    view = guild_view(call.state, call.guild(), with_counts=True)
    names = (
        "id",
        "name",
        "icon",
        "description",
        "home_header",
        "splash",
        "discovery_splash",
        "features",
        "emojis",
        "stickers",
    )
    counts = ("approximate_member_count", "approximate_presence_count")
    return {name: view[name] for name in (*names, *counts)}


@ROUTES.on("PATCH", "/guilds/{guild_id}")
async def edit_guild(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_GUILD)
    form = call.form
    check_guild(form, partial=True)
    guild.name = form.get("name") or guild.name
    for name in ("description", "preferred_locale", "verification_level", "afk_timeout"):
        if form.get(name) is not None:
            setattr(guild, name, form[name])
    for name in ("system_channel_id", "rules_channel_id"):
        if name in form:
            setattr(guild, name, parse(form[name]))
    if "icon" in form:
        guild.icon = keep_picture(call.state, form["icon"], "icon")
    call.state.save(guild)
    guilds.announce_guild_change(call.state, guild)
    return guild_view(call.state, guild)


@ROUTES.on("DELETE", "/users/@me/guilds/{guild_id}", status=204)
async def leave_guild(call: Call) -> None:
    guilds.remove_member(call.state, call.guild(), call.actor.user_id)


# -- bans -------------------------------------------------------------------------------------------------------------


@ROUTES.on("GET", "/guilds/{guild_id}/bans")
async def list_bans(call: Call) -> Any:
    guild = call.guild(Permission.BAN_MEMBERS)
    return [{"reason": None, "user": user_view(call.state.users[user_id])} for user_id in guild.banned]


@ROUTES.on("GET", _BAN)
async def get_ban(call: Call) -> Any:
    guild = call.guild(Permission.BAN_MEMBERS)
    if call.id("user_id") not in guild.banned:
        raise errors.UNKNOWN_BAN()
    return {"reason": None, "user": user_view(call.state.user(call.id("user_id")))}


@ROUTES.on("PUT", _BAN, status=204)
async def ban(call: Call) -> None:
    guild = call.guild(Permission.BAN_MEMBERS)
    check_ban(call.form)
    user = call.state.user(call.id("user_id"))
    if call.state.find_member(guild.id, user.id) is not None:
        guilds.remove_member(call.state, guild, user.id)
    if user.id not in guild.banned:
        guild.banned.append(user.id)
        call.state.save(guild)
        data: Json = {"guild_id": str(guild.id), "user": user_view(user)}
        call.state.hub.emit(Event("GUILD_BAN_ADD", data, guild_id=guild.id))


@ROUTES.on("DELETE", _BAN, status=204)
async def unban(call: Call) -> None:
    guild = call.guild(Permission.BAN_MEMBERS)
    user = call.state.user(call.id("user_id"))
    if user.id not in guild.banned:
        raise errors.UNKNOWN_BAN()
    guild.banned.remove(user.id)
    call.state.save(guild)
    data: Json = {"guild_id": str(guild.id), "user": user_view(user)}
    call.state.hub.emit(Event("GUILD_BAN_REMOVE", data, guild_id=guild.id))
