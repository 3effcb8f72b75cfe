"""Invites: made for a channel, looked up by their code, accepted by people, taken back."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.rest.call import PEOPLE, TOKEN_IN_PATH, Call, Routes
from sandbox.rules import errors, limits
from sandbox.rules.checks.channels import check_invite
from sandbox.rules.clock import iso
from sandbox.rules.permissions import Permission
from sandbox.world import guilds, permissions
from sandbox.world.entities import Channel, Invite
from sandbox.world.events import Event
from sandbox.world.state import State
from sandbox.world.views import user_view

ROUTES = Routes()
Json = dict[str, Any]

_DAY = 86_400


def _view(state: State, invite: Invite, *, with_counts: bool = False, with_uses: bool = False) -> Json:
    guild, channel = state.guilds[invite.guild_id], state.channels[invite.channel_id]
    ends_ms = invite.created_ms + invite.max_age_seconds * 1000
    view: Json = {
        "type": 0,
        "code": invite.code,
        "guild_id": str(guild.id),
        "guild": {
            "id": str(guild.id),
            "name": guild.name,
            "icon": guild.icon,
            "description": guild.description,
            "features": guild.features,
            "verification_level": guild.verification_level,
            "splash": None,
            "banner": None,
            "vanity_url_code": None,
            "nsfw": False,
            "nsfw_level": 0,
            "premium_subscription_count": 0,
        },
        "channel": {"id": str(channel.id), "name": channel.name, "type": channel.type},
        "inviter": user_view(state.users[invite.inviter_id]),
        "expires_at": iso(ends_ms) if invite.max_age_seconds else None,
    }
    if with_counts:
        count = len(state.members[guild.id])
        view |= {"approximate_member_count": count, "approximate_presence_count": count}
    if with_uses:
        view |= {
            "uses": invite.uses,
            "max_uses": invite.max_uses,
            "max_age": invite.max_age_seconds,
            "temporary": invite.temporary,
            "created_at": iso(invite.created_ms),
        }
    return view


@ROUTES.on("POST", "/channels/{channel_id}/invites")
async def create_invite(call: Call) -> Any:
    channel = call.channel(Permission.CREATE_INSTANT_INVITE)
    if channel.guild_id is None or channel.thread is not None:
        raise errors.CANNOT_ON_CHANNEL_TYPE()
    form = call.form
    check_invite(form)
    found = None if form.get("unique") else _same_invite(call, channel)
    if found is None:
        if sum(1 for one in call.state.invites.values() if one.guild_id == channel.guild_id) >= limits.GUILD_INVITES:
            raise errors.MAX_INVITES()
        found = _new_invite(call, channel, channel.guild_id)
        call.state.save(found)
        data = _view(call.state, found, with_uses=True)
        told = {
            name: data[name] for name in ("code", "guild_id", "inviter", "uses", "max_uses", "max_age", "temporary")
        }
        told |= {"channel_id": str(channel.id), "created_at": data["created_at"], "expires_at": data["expires_at"]}
        call.state.hub.emit(Event("INVITE_CREATE", told, guild_id=channel.guild_id, channel_id=channel.id))
    return _view(call.state, found, with_uses=True)


def _new_invite(call: Call, channel: Channel, guild_id: int) -> Invite:
    form = call.form
    return Invite(
        id=call.state.ids.new(),
        code=secrets.token_urlsafe(9).replace("-", "a").replace("_", "b")[:10],
        channel_id=channel.id,
        guild_id=guild_id,
        inviter_id=call.actor.user_id,
        created_ms=call.state.clock.now_ms(),
        max_age_seconds=_DAY if form.get("max_age") is None else form["max_age"],
        max_uses=form.get("max_uses") or 0,
        temporary=bool(form.get("temporary")),
    )


def _same_invite(call: Call, channel: Channel) -> Invite | None:
    """Asked again in the same words, Discord hands out the invite that there is."""
    wanted = _new_invite(call, channel, channel.guild_id or 0)
    for one in _good(call.state):
        same = (one.channel_id, one.inviter_id, one.max_age_seconds, one.max_uses, one.temporary)
        if same == (wanted.channel_id, wanted.inviter_id, wanted.max_age_seconds, wanted.max_uses, wanted.temporary):
            return one
    return None


def _good(state: State) -> list[Invite]:
    now = state.clock.now_ms()
    return [
        one
        for one in state.invites.values()
        if not one.max_age_seconds or one.created_ms + one.max_age_seconds * 1000 > now
    ]


@ROUTES.on("GET", "/channels/{channel_id}/invites")
async def list_channel_invites(call: Call) -> Any:
    channel = call.channel(Permission.MANAGE_CHANNELS)
    found = [one for one in _good(call.state) if one.channel_id == channel.id]
    return [_view(call.state, one, with_uses=True) for one in found]


@ROUTES.on("GET", "/guilds/{guild_id}/invites")
async def list_guild_invites(call: Call) -> Any:
    guild = call.guild(Permission.MANAGE_GUILD)
    found = [one for one in _good(call.state) if one.guild_id == guild.id]
    return [_view(call.state, one, with_uses=True) for one in found]


@ROUTES.on("GET", "/invites/{code}", who=TOKEN_IN_PATH)
async def get_invite(call: Call) -> Any:
    return _view(call.state, call.state.invite(call.params["code"]), with_counts=call.flag("with_counts"))


@ROUTES.on("DELETE", "/invites/{code}")
async def delete_invite(call: Call) -> Any:
    invite = call.state.invite(call.params["code"])
    guild = call.state.guild(invite.guild_id)
    member = permissions.require_in_guild(call.state, call.actor.user_id, guild, Permission(0))
    if not permissions.in_guild(call.state, guild, member) & Permission.MANAGE_GUILD:
        channel = call.state.channel(invite.channel_id)
        permissions.require(call.state, call.actor.user_id, channel, Permission.MANAGE_CHANNELS)
    view = _view(call.state, invite)
    _take_back(call.state, invite)
    return view


def _take_back(state: State, invite: Invite) -> None:
    state.remove(invite)
    data = {"channel_id": str(invite.channel_id), "guild_id": str(invite.guild_id), "code": invite.code}
    state.hub.emit(Event("INVITE_DELETE", data, guild_id=invite.guild_id, channel_id=invite.channel_id))


@ROUTES.on("POST", "/invites/{code}", who=PEOPLE)
async def accept_invite(call: Call) -> Any:
    """What Discord's own client does for a person; bots are added by OAuth2."""
    state = call.state
    invite = state.invite(call.params["code"])
    guild = state.guild(invite.guild_id)
    if call.actor.user_id in guild.banned:
        raise errors.INVITE_USER_BANNED()
    is_new = state.find_member(guild.id, call.actor.user_id) is None
    view = _view(state, invite, with_counts=True) | {"new_member": is_new}
    if is_new:
        guilds.add_member(state, guild, call.actor.user_id)
        invite.uses += 1
        state.save(invite)
        if invite.max_uses and invite.uses >= invite.max_uses:
            _take_back(state, invite)
    return view
