"""Custom emoji: a server's, and an application's own."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS, Call, Routes
from sandbox.rest.pictures import read_picture
from sandbox.rules import errors, limits
from sandbox.rules.checks.guilds import check_emoji
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.entities import Application, Emoji, Guild
from sandbox.world.events import Event
from sandbox.world.views import emoji_view

ROUTES = Routes()
Json = dict[str, Any]

_OF_GUILD = "/guilds/{guild_id}/emojis"
_OF_APPLICATION = "/applications/{application_id}/emojis"


def _find(call: Call, owner_id: int) -> Emoji:
    emoji = call.state.emojis.get(call.id("emoji_id"))
    if emoji is None or emoji.owner_id != owner_id:
        # Where it is asked for by its id it is a thing not found; in a reaction it is a wrong form.
        raise errors.ApiError(404, errors.UNKNOWN_EMOJI.code, errors.UNKNOWN_EMOJI.message)
    return emoji


def _make(call: Call, owner_id: int) -> Emoji:
    data = read_picture(call.form["image"], "image", limits.EMOJI_BYTES)
    emoji = Emoji(
        id=call.state.ids.new(),
        name=call.form["name"],
        owner_id=owner_id,
        animated=_is_animated(data),
        creator_id=call.actor.user_id,
    )
    others = [one for one in call.state.emojis_of(owner_id) if one.animated == emoji.animated]
    _require_room(call, owner_id, emoji, len(others))
    emoji.blob = call.state.keep_blob(data)
    call.state.save(emoji)
    return emoji


def _is_animated(data: bytes) -> bool:
    """GIFs, and WebP files that say so in their header."""
    return data[:4] == b"GIF8" or (data[:4] == b"RIFF" and data[12:16] == b"VP8X" and bool(data[20] & 2))


def _require_room(call: Call, owner_id: int, emoji: Emoji, count: int) -> None:
    guild = call.state.guilds.get(owner_id)
    if guild is None:
        if len(call.state.emojis_of(owner_id)) >= limits.APPLICATION_EMOJI:
            raise errors.MAX_EMOJI()
    elif count >= limits.GUILD_EMOJI[max(0, min(guild.premium_tier, 3))]:
        raise errors.MAX_ANIMATED_EMOJI() if emoji.animated else errors.MAX_EMOJI()


# -- a server's -------------------------------------------------------------------------------------------------------


def _announce(call: Call, guild: Guild) -> None:
    views = [emoji_view(call.state, emoji) for emoji in call.state.emojis_of(guild.id)]
    data: Json = {"guild_id": str(guild.id), "emojis": views}
    call.state.hub.emit(Event("GUILD_EMOJIS_UPDATE", data, guild_id=guild.id))


def _changeable(call: Call) -> tuple[Guild, Emoji]:
    """One's own with the right to create them, others' with the right to manage them."""
    guild = call.guild()
    emoji = _find(call, guild.id)
    is_own = emoji.creator_id == call.actor.user_id
    allowed = permissions.in_guild(call.state, guild, call.state.member(guild.id, call.actor.user_id))
    if not allowed & Permission.MANAGE_GUILD_EXPRESSIONS and not (
        is_own and allowed & Permission.CREATE_GUILD_EXPRESSIONS
    ):
        raise errors.MISSING_PERMISSIONS()
    return guild, emoji


@ROUTES.on("GET", _OF_GUILD)
async def list_guild_emojis(call: Call) -> Any:
    return [emoji_view(call.state, emoji) for emoji in call.state.emojis_of(call.guild().id)]


@ROUTES.on("GET", _OF_GUILD + "/{emoji_id}")
async def get_guild_emoji(call: Call) -> Any:
    return emoji_view(call.state, _find(call, call.guild().id))


@ROUTES.on("POST", _OF_GUILD, status=201)
async def create_guild_emoji(call: Call) -> Any:
    guild = call.guild(Permission.CREATE_GUILD_EXPRESSIONS)
    check_emoji(call.form)
    emoji = _make(call, guild.id)
    _announce(call, guild)
    return emoji_view(call.state, emoji)


@ROUTES.on("PATCH", _OF_GUILD + "/{emoji_id}")
async def edit_guild_emoji(call: Call) -> Any:
    guild, emoji = _changeable(call)
    check_emoji(call.form, partial=True)
    emoji.name = call.form.get("name") or emoji.name
    call.state.save(emoji)
    _announce(call, guild)
    return emoji_view(call.state, emoji)


@ROUTES.on("DELETE", _OF_GUILD + "/{emoji_id}", status=204)
async def delete_guild_emoji(call: Call) -> None:
    guild, emoji = _changeable(call)
    call.state.remove(emoji)
    _announce(call, guild)


# -- an application's -------------------------------------------------------------------------------------------------


def _require_new_name(call: Call, application: Application, but: Emoji | None = None) -> None:
    name = call.form.get("name")
    if any(one.name == name and one is not but for one in call.state.emojis_of(application.id)):
        faults = errors.Faults()
        text = "An emoji with this name already exists"  # unpublished wording
        faults.add(("name",), "APPLICATION_EMOJI_NAME_ALREADY_TAKEN", text)
        faults.raise_if_any()


@ROUTES.on("GET", _OF_APPLICATION, who=BOTS)
async def list_application_emojis(call: Call) -> Any:
    return {"items": [emoji_view(call.state, emoji) for emoji in call.state.emojis_of(call.own_application().id)]}


@ROUTES.on("GET", _OF_APPLICATION + "/{emoji_id}", who=BOTS)
async def get_application_emoji(call: Call) -> Any:
    return emoji_view(call.state, _find(call, call.own_application().id))


@ROUTES.on("POST", _OF_APPLICATION, who=BOTS, status=201)
async def create_application_emoji(call: Call) -> Any:
    application = call.own_application()
    check_emoji(call.form)
    _require_new_name(call, application)
    return emoji_view(call.state, _make(call, application.id))


@ROUTES.on("PATCH", _OF_APPLICATION + "/{emoji_id}", who=BOTS)
async def edit_application_emoji(call: Call) -> Any:
    application = call.own_application()
    emoji = _find(call, application.id)
    check_emoji(call.form, partial=True)
    _require_new_name(call, application, emoji)
    emoji.name = call.form.get("name") or emoji.name
    call.state.save(emoji)
    return emoji_view(call.state, emoji)


@ROUTES.on("DELETE", _OF_APPLICATION + "/{emoji_id}", who=BOTS, status=204)
async def delete_application_emoji(call: Call) -> None:
    call.state.remove(_find(call, call.own_application().id))
