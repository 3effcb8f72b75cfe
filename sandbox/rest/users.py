"""Users, oneself, and direct messages."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS_AND_PEOPLE, EVERYONE, Call, Routes
from sandbox.rest.pictures import keep_picture
from sandbox.rules import errors
from sandbox.rules.checks.channels import check_direct_channel
from sandbox.rules.checks.guilds import check_own_user
from sandbox.rules.ids import parse
from sandbox.world import permissions
from sandbox.world.actors import ActorKind
from sandbox.world.entities import Guild
from sandbox.world.events import Event
from sandbox.world.seed import make_direct_channel
from sandbox.world.views import channel_view, member_view, user_view
from sandbox.world.views.users import own_user_view

ROUTES = Routes()
Json = dict[str, Any]


def require_scope(call: Call, scope: str) -> None:
    """An OAuth2 bearer may only do what was consented to."""
    if call.actor.kind is ActorKind.BEARER and scope not in call.actor.scopes:
        raise errors.MISSING_SCOPE()


@ROUTES.on("GET", "/users/@me", who=EVERYONE)
async def get_self(call: Call) -> Any:
    require_scope(call, "identify")
    return own_user_view(call.state.users[call.actor.user_id])


@ROUTES.on("PATCH", "/users/@me")
async def edit_self(call: Call) -> Any:
    check_own_user(call.form)
    user = call.state.users[call.actor.user_id]
    user.username = call.form.get("username") or user.username
    if "avatar" in call.form:
        user.avatar = keep_picture(call.state, call.form["avatar"], "avatar")
    call.state.save(user)
    call.state.hub.emit(Event("USER_UPDATE", own_user_view(user), users=frozenset({user.id}), application_id=user.id))
    return own_user_view(user)


@ROUTES.on("GET", "/users/{user_id}", who=BOTS_AND_PEOPLE)
async def get_user(call: Call) -> Any:
    return user_view(call.state.user(call.id("user_id")))


@ROUTES.on("GET", "/users/@me/guilds", who=EVERYONE)
async def list_own_guilds(call: Call) -> Any:
    require_scope(call, "guilds")
    after, before = call.snowflake("after") or 0, call.snowflake("before") or (1 << 63)
    limit = call.number("limit", 200, 1, 200)
    guilds = [guild for guild in call.state.guilds_of(call.actor.user_id) if after < guild.id < before]
    return [_short_guild(call, guild) for guild in sorted(guilds, key=lambda guild: guild.id)[:limit]]


def _short_guild(call: Call, guild: Guild) -> Json:
    member = call.state.member(guild.id, call.actor.user_id)
    view: Json = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "banner": None,
        "owner": guild.owner_id == call.actor.user_id,
        "permissions": str(int(permissions.in_guild(call.state, guild, member))),
        "features": guild.features,
    }
    if call.flag("with_counts"):
        count = len(call.state.members[guild.id])
        view |= {"approximate_member_count": count, "approximate_presence_count": count}
    return view


@ROUTES.on("GET", "/users/@me/guilds/{guild_id}/member", who=EVERYONE)
async def get_own_member(call: Call) -> Any:
    require_scope(call, "guilds.members.read")
    guild = call.state.guild(call.id("guild_id"))
    return member_view(call.state, call.state.member(guild.id, call.actor.user_id))


@ROUTES.on("GET", "/users/@me/channels")
async def list_direct_channels(call: Call) -> Any:
    if call.actor.is_bot:
        return []  # what Discord answers to bots
    me = call.actor.user_id
    return [channel_view(call.state, channel, me) for channel in call.state.private_channels_of(me)]


@ROUTES.on("POST", "/users/@me/channels")
async def open_direct_channel(call: Call) -> Any:
    check_direct_channel(call.form)
    me, other_id = call.actor.user_id, parse(call.form.get("recipient_id")) or 0
    other = call.state.users.get(other_id)
    if other is None or other_id == me:
        text = "Invalid Recipient(s)"
        raise errors.ApiError(400, 50033, text)
    if call.actor.is_bot and other.bot:
        raise errors.CANNOT_DM_USER()
    channel = call.state.direct_channel(me, other_id)
    if channel is None:
        channel = make_direct_channel(call.state, [me, other_id])
        for viewer in (me, other_id):
            data = channel_view(call.state, channel, viewer)
            only_bot = viewer if viewer in call.state.applications else None
            users = None if only_bot else frozenset({viewer})
            call.state.hub.emit(Event("CHANNEL_CREATE", data, users=users, application_id=only_bot))
    return channel_view(call.state, channel, me)
