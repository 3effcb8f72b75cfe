"""A server's gallery, as those who manage it make, adopt and tend it: its channel and tags, who sees it, whose stars
count.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import discord

from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of, values_of
from bot.errors import NotManagerError
from bot.frame import rights
from bot.messages.cards import Button, Card, Menu, MenuKind
from bot.messages.exhibiting import INVITATION, TAG_LENGTH, put_guidelines
from bot.messages.lanes import Later
from bot.messages.sending import RefusedError, UnreachableError, refusals
from bot.panels.setup import known_server, setup_of
from bot.replies import exhibits as words
from bot.store import servers
from bot.store.servers import Server

CHANNEL, SEERS, STARS = "channel", "gallery_seers", "gallery_stars"  # the last two are keys of a server's settings
BACK, TEND = "back", "tend"
DEFAULT_STARS = 3
STAR_CHOICES = (0, 1, 2, 3, 5, 10, 20)
MOST_SEERS, MOST_TAGS = 25, 20
SHAPES = ("square", "wide", "tall")
IN_TEXT = discord.Permissions(
    view_channel=True, send_messages=True, attach_files=True, read_message_history=True, add_reactions=True
)
IN_FORUM = IN_TEXT | discord.Permissions(send_messages_in_threads=True, manage_threads=True)
TO_SEE = discord.Permissions(view_channel=True, read_message_history=True, add_reactions=True)
TO_COMMENT = discord.Permissions(send_messages_in_threads=True)
TO_POST = discord.Permissions(send_messages=True, create_public_threads=True, create_private_threads=True)
Place = discord.TextChannel | discord.ForumChannel
_making: set[int] = set()  # servers for which a channel is being made: a second press makes no second one


def stars_of(server: Server) -> int:
    """How many stars of others publish a picture; 0: none do."""
    return int(server.settings.get(STARS, DEFAULT_STARS))


async def change(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    """Whatever was pressed or chosen there. The answer takes the place of what was shown."""
    asker, guild = asker_of(interaction), interaction.guild
    if asker.server is None or not asker.manages or guild is None:
        raise NotManagerError
    is_slow = press.extra in words.MAKE or press.extra == TEND  # Discord is asked for something meanwhile
    if is_slow:
        await interaction.response.defer()
    notes = await _do(desk, guild, press.extra, [int(value) for value in values_of(interaction)])
    card = await setup_of(desk, guild.id) if press.extra == BACK else await panel(desk, guild, *notes)
    parts = await desk.sender.parts(card, 0)
    edit = interaction.edit_original_response if is_slow else interaction.response.edit_message
    await edit(content=parts["content"], view=parts["view"])


async def panel(desk: Desk, guild: discord.Guild, *notes: str) -> Card:
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
    channel = server.gallery_channel_id
    lacks = [fault] if (fault := fault_of(guild, server)) else []
    chosen = (str(channel),) if channel is not None and guild.get_channel(channel) is not None else ()
    seers = tuple(str(role) for role in server.settings.get(SEERS, ()))
    menus = (
        Menu(MenuKind.GALLERIES, _press(CHANNEL), words.ASK_CHANNEL, chosen),
        Menu(MenuKind.ROLES, _press(SEERS), words.ASK_SEERS, seers, MOST_SEERS),
        Menu(MenuKind.WORDS, _press(STARS), words.ASK_STARS, (str(stars_of(server)),), 1, _star_choices()),
    )
    deeds = {TEND: words.TEND} if chosen else words.MAKE
    buttons = (*[_button(what, label) for what, label in deeds.items()], _button(BACK, words.BACK))
    return Card(words.panel(channel, [*lacks, *notes]), (buttons,), menus=menus)


def fault_of(guild: discord.Guild, server: Server) -> str:
    """What keeps the bot from hanging pictures there, with its remedy."""
    if server.gallery_channel_id is None:
        return ""
    place = guild.get_channel(server.gallery_channel_id)
    if not isinstance(place, Place):
        return words.unfit(server.gallery_channel_id)
    wanted = IN_FORUM if isinstance(place, discord.ForumChannel) else IN_TEXT
    lacks = rights.names(rights.missing(wanted, place.permissions_for(guild.me)))
    return words.lacking(place.id, lacks) if lacks else ""


async def _do(desk: Desk, guild: discord.Guild, what: str, values: list[int]) -> list[str]:
    """What there is to say of it."""
    if what in words.MAKE:
        return await _make(desk, guild, what)
    if what == TEND:
        return await _tend(desk, guild)
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
        match what:
            case "channel":
                server = replace(server, gallery_channel_id=values[0] if values else None)
            case "gallery_seers":
                server = replace(server, settings={**server.settings, SEERS: values})
            case "gallery_stars":
                server = replace(server, settings={**server.settings, STARS: values[0] if values else 0})
        await servers.save(tx, server)
    return []


async def _make(desk: Desk, guild: discord.Guild, kind: str) -> list[str]:
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
    is_there = server.gallery_channel_id is not None and guild.get_channel(server.gallery_channel_id) is not None
    if is_there or guild.id in _making:
        return [words.MADE_BEFORE]
    if not guild.me.guild_permissions.manage_channels:
        return [words.CANNOT_MAKE]
    _making.add(guild.id)
    try:
        async with refusals():
            made = await _create(desk, guild, kind, [int(role) for role in server.settings.get(SEERS, ())])
    except UnreachableError:
        return [words.CANNOT_MAKE]
    except RefusedError:
        return [words.NO_COMMUNITY]
    except Later:
        return [words.NOT_REACHED]
    finally:
        _making.discard(guild.id)
    async with desk.store.write() as tx:
        await servers.save(tx, replace(await known_server(tx, desk, guild.id), gallery_channel_id=made.id))
        await put_guidelines(tx, made.id, desk.command("imagine"), desk.settings.window_url, desk.now())
    desk.delivery.poke()
    return []


async def _create(desk: Desk, guild: discord.Guild, kind: str, seers: list[int]) -> Place:
    about: dict[str, Any] = {"topic": words.topic(desk.settings.window_url), "overwrites": _overwrites(guild, seers)}
    if kind == "text":
        return await guild.create_text_channel(words.GALLERY, **about)
    tags = [discord.ForumTag(name=name) for name in await asyncio.to_thread(_tags, desk)]
    about |= {"available_tags": tags, "default_reaction_emoji": INVITATION}
    if kind == "forum":
        about["default_layout"] = discord.ForumLayoutType.gallery_view
    return await guild.create_forum(words.GALLERY, media=kind == "media", **about)


async def _tend(desk: Desk, guild: discord.Guild) -> list[str]:
    """A channel that somebody else made gets what it lacks; what is there stays."""
    async with desk.store.write() as tx:
        server = await known_server(tx, desk, guild.id)
        place = guild.get_channel(server.gallery_channel_id or 0)
        if not isinstance(place, Place):
            return []
        await put_guidelines(tx, place.id, desk.command("imagine"), desk.settings.window_url, desk.now())
    desk.delivery.poke()
    if not isinstance(place, discord.ForumChannel):
        return []
    known = {tag.name.casefold() for tag in place.available_tags}
    new = [name for name in await asyncio.to_thread(_tags, desk) if name.casefold() not in known]
    tags = [*place.available_tags, *[discord.ForumTag(name=name) for name in new]][:MOST_TAGS]
    try:
        async with refusals():
            await place.edit(available_tags=tags)
    except (UnreachableError, RefusedError):
        return [words.NO_TAGS]
    except Later:
        return [words.NOT_REACHED]
    return []


def _tags(desk: Desk) -> list[str]:
    """Shapes and models. In a thread: which models can paint is asked of the disk."""
    models = [entry.name for entry in desk.engine.catalog.offered if desk.engine.can_paint(entry.name)]
    names = [*SHAPES, desk.default_model, *models]
    return list(dict.fromkeys(name[:TAG_LENGTH] for name in names))[:MOST_TAGS]


def _overwrites(guild: discord.Guild, seers: list[int]) -> dict[Any, discord.PermissionOverwrite]:
    """Everyone looks, votes and comments, the bot alone posts. Nobody may hand out what they do not have."""
    mine = guild.me.guild_permissions
    look = discord.Permissions((TO_SEE | TO_COMMENT).value & mine.value)
    post = discord.Permissions(TO_POST.value & mine.value)
    own = discord.Permissions((IN_FORUM | TO_POST | discord.Permissions(manage_channels=True)).value & mine.value)
    nothing = discord.Permissions.none()
    roles = [role for number in seers if (role := guild.get_role(number)) is not None]
    seen = discord.Permissions(view_channel=True) if roles else nothing
    everyone = nothing if roles else look
    return {
        guild.default_role: discord.PermissionOverwrite.from_pair(everyone, post | seen),
        guild.me: discord.PermissionOverwrite.from_pair(own, nothing),
        **{role: discord.PermissionOverwrite.from_pair(look, nothing) for role in roles},
    }


def _star_choices() -> tuple[tuple[str, str], ...]:
    return tuple((str(count), words.stars(count)) for count in STAR_CHOICES)


def _button(what: str, label: str) -> Button:
    return Button(Action.MAKE_GALLERY, "", label, extra=what)


def _press(what: str) -> Press:
    return Press(Action.MAKE_GALLERY, extra=what)
